import { Behaviour } from "jt/lib/behaviour.js"

const PIECE = 8 * 1024 * 1024 // bytes
const PATIENCE = [1, 2, 4, 8, 15, 30] // seconds between attempts after a lost connection
const KEY = "jiangtai-uploads"

/** Brings a large file to the server in pieces; goes on where it was after a reload or a lost line. */
export default class extends Behaviour {
  static targets = ["form", "file", "problem", "progress", "doing", "bar", "start", "stop"]
  static values = { kind: String, lost: String, full: String, working: String, checking: String, limit: Number, large: String }

  leaving = new AbortController()

  connect() { this.leaving = new AbortController() }

  disconnect() { this.leaving.abort() }

  /** A file was chosen: say whether a part of it is already there. */
  chosen() {
    const file = this.fileTarget.files[0]
    this.#problem(file && file.size > this.limitValue ? this.largeValue : "")
    if (file && remembered()[this.#mark(file)]) this.#show(this.fullValue, null)
  }

  /** @param {SubmitEvent} event */
  async begin(event) {
    event.preventDefault()
    const file = this.fileTarget.files[0]
    if (!file || file.size > this.limitValue || this.sending) return
    this.sending = true
    this.#busy(true)
    this.#problem("")
    try {
      await this.#send(file)
    } catch (error) {
      if (!this.leaving.signal.aborted) this.#problem(/** @type {Error} */ (error).message)
    }
    this.sending = false
    this.#busy(false)
  }

  /** Give the upload up. */
  async stop() {
    const file = this.fileTarget.files[0]
    const address = file && remembered()[this.#mark(file)]
    this.leaving.abort()
    this.leaving = new AbortController()
    if (address) await fetch(address, { method: "DELETE", headers: { "x-csrf-token": token() } }).catch(() => null)
    if (file) remember(this.#mark(file), null)
    this.progressTarget.hidden = true
  }

  /** @param {File} file */
  async #send(file) {
    let { address, offset } = await this.#place(file)
    for (let failures = 0; ;) {
      this.#show(offset < file.size ? this.workingValue : this.checkingValue, offset / file.size)
      const answer = await this.#piece(address, file, offset)
      if (answer?.status === 201) return this.#arrived(file, (await answer.json()).page)
      if (answer?.status === 204) {
        offset = Number(answer.headers.get("upload-offset"))
        failures = 0
        continue
      }
      if (answer && answer.status !== 409 && answer.status < 500) {
        remember(this.#mark(file), null)
        throw new Error(await sentence(answer))
      }
      if (answer && failures >= PATIENCE.length) throw new Error(await sentence(answer))
      this.#show(answer ? await sentence(answer) : this.lostValue, offset / file.size)
      await pause(PATIENCE[Math.min(failures++, PATIENCE.length - 1)], this.leaving.signal)
      offset = await this.#offset(address) ?? offset
    }
  }

  /** Where this file goes: where a part of it is, or a new place. */
  async #place(file) {
    const known = remembered()[this.#mark(file)]
    const offset = known ? await this.#offset(known) : null
    if (known && offset !== null) return { address: known, offset }
    const about = Object.fromEntries(new FormData(this.formTarget))
    const body = { kind: this.kindValue, file_name: file.name, bytes: file.size, about }
    const answer = await fetch("/uploads", { method: "POST", headers: headers("application/json"), body: JSON.stringify(body), signal: this.leaving.signal })
      .catch(() => { throw new Error(this.lostValue) })
    if (!answer.ok) throw new Error(await sentence(answer))
    const address = (await answer.json()).upload
    remember(this.#mark(file), address)
    return { address, offset: 0 }
  }

  async #offset(address) {
    const answer = await fetch(address, { method: "HEAD", signal: this.leaving.signal }).catch(() => null)
    return answer?.ok ? Number(answer.headers.get("upload-offset")) : null
  }

  #piece(address, file, offset) {
    return fetch(address, {
      method: "PATCH",
      headers: { ...headers("application/offset+octet-stream"), "upload-offset": String(offset) },
      body: file.slice(offset, offset + PIECE),
      signal: this.leaving.signal,
    }).catch((error) => {
      if (this.leaving.signal.aborted) throw error
      return null
    })
  }

  #arrived(file, page) {
    remember(this.#mark(file), null)
    location.assign(page)
  }

  #show(doing, share) {
    this.progressTarget.hidden = false
    this.doingTarget.textContent = doing
    if (share === null) return
    const percent = Math.floor(share * 100)
    this.barTarget.setAttribute("aria-valuenow", String(percent))
    this.barTarget.firstElementChild.style.inlineSize = `${percent}%`
  }

  /** The same file for the same thing, as far as a page can know. @param {File} file */
  #mark(file) {
    const about = this.kindValue === "take" ? "" : JSON.stringify(Object.fromEntries(new FormData(this.formTarget)))
    return `${this.kindValue}:${about}:${file.name}:${file.size}:${file.lastModified}`
  }

  #busy(busy) {
    this.startTarget.disabled = busy
    this.stopTarget.hidden = !busy
  }

  #problem(text) {
    this.problemTarget.textContent = text
    this.problemTarget.hidden = !text
  }
}

const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""

/** @param {string} type */
const headers = (type) => ({ "x-csrf-token": token(), "content-type": type, accept: "application/json" })

/** @returns {Record<string, string>} */
function remembered() {
  try { return JSON.parse(localStorage.getItem(KEY) ?? "{}") } catch { return {} }
}

/** @param {string} file @param {string | null} address */
function remember(file, address) {
  const { [file]: _, ...others } = remembered()
  try { localStorage.setItem(KEY, JSON.stringify(address ? { ...others, [file]: address } : others)) } catch { /* private mode: no resuming after a reload */ }
}

/** @param {Response} answer */
async function sentence(answer) {
  return (await answer.json().catch(() => null))?.sentence ?? `${answer.status}`
}

/** @param {number} seconds @param {AbortSignal} signal */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000)
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason) }, { once: true })
  })
}
