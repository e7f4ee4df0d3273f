import { LocalCopy } from "jt/lib/local_copy.js"

const PAUSE_MS = 800
const RETRY_MS = [2000, 5000, 10000, 30000]

/**
 * Saves a draft shortly after each change, and keeps it in the browser until the server has it.
 *
 * Tells its state: "saved", "saving", "unsaved", "offline" (tried again by itself), "refused" (with
 * the server's problem) or "conflict" (somebody else saved; stops until one of the two is chosen).
 * @template Body
 */
export class Autosave {
  /**
   * @param {object} options
   * @param {string} options.address where to PUT {revision, body}
   * @param {number} options.revision what the page was made from
   * @param {string} options.key of the copy in this browser
   * @param {() => Body} options.read
   * @param {(state: string, problem?: {sentence?: string, field?: string}) => void} options.tell
   */
  constructor({ address, revision, key, read, tell }) {
    this.address = address
    this.revision = revision
    this.read = read
    this.tell = tell
    /** @type {LocalCopy<{revision: number, body: Body}>} */
    this.copy = new LocalCopy(key)
    this.text = this.savedText = JSON.stringify(read())
    this.failures = 0
    this.stopped = false
    /** @type {Promise<boolean> | null} */
    this.sending = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
  }

  get dirty() {
    return this.text !== this.savedText
  }

  /** Something may have changed. */
  changed() {
    const text = JSON.stringify(this.read())
    if (text === this.text) return
    this.text = text
    this.copy.write({ revision: this.revision, body: this.read() })
    if (this.stopped) return
    if (!this.dirty && !this.sending) return this.#settled() // taken back by hand
    this.tell("unsaved")
    this.#soon(PAUSE_MS)
  }

  /** Save now; true when the server has everything. */
  async flush() {
    clearTimeout(this.timer)
    if (this.sending) await this.sending
    if (!this.dirty || this.stopped) return !this.dirty
    return this.#exclusively(false)
  }

  /** A copy is newer than what the page shows of the server: stop and let the person choose. */
  disagree() {
    this.stopped = true
    this.text = JSON.stringify(this.read())
    this.tell("conflict")
  }

  /** Save this draft over the other one, which the server keeps as a version. */
  async keepMine() {
    if (this.sending) await this.sending
    return this.#exclusively(true)
  }

  /** Forget this draft; the page is to be loaded again. */
  takeTheirs() {
    clearTimeout(this.timer)
    this.copy.clear()
    this.stopped = true
    this.savedText = this.text
  }

  /** The page goes away: one last try that outlives it. */
  farewell() {
    if (this.dirty && !this.stopped && !this.sending) this.#put(false, true).catch(() => {})
  }

  /** @param {number} wait ms */
  #soon(wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.flush(), wait)
  }

  /** @param {boolean} keepOther */
  async #exclusively(keepOther) {
    this.sending = this.#send(keepOther)
    try {
      return await this.sending
    } finally {
      this.sending = null
    }
  }

  /** @param {boolean} keepOther */
  async #send(keepOther) {
    const sent = this.text
    this.tell("saving")
    const answer = await this.#put(keepOther, false).catch(() => null)
    if (answer?.ok) {
      this.revision = (await answer.json()).revision
      return this.#arrived(sent)
    }
    if (answer?.status === 409) {
      this.stopped = true
      this.tell("conflict")
    } else if (!answer || answer.status >= 429) {
      this.tell("offline")
      this.#soon(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)])
    } else {
      this.tell("refused", await answer.json().catch(() => ({})))
    }
    return false
  }

  /** @param {string} sent what the server has now */
  #arrived(sent) {
    this.savedText = sent
    this.failures = 0
    this.stopped = false
    if (this.dirty) {
      this.copy.write({ revision: this.revision, body: this.read() })
      this.#soon(PAUSE_MS)
    } else {
      this.#settled()
    }
    return !this.dirty
  }

  #settled() {
    clearTimeout(this.timer)
    this.copy.clear()
    this.tell("saved")
  }

  /**
   * @param {boolean} keepOther
   * @param {boolean} keepalive
   */
  #put(keepOther, keepalive) {
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    return fetch(this.address, {
      method: "PUT",
      keepalive,
      headers: { "content-type": "application/json", "x-csrf-token": token },
      body: JSON.stringify({ revision: this.revision, body: this.read(), keep_other: keepOther }),
    })
  }
}
