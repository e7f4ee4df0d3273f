/** Where somebody left a recording, kept in their browser. */

const AGAIN = 15 // seconds: nearer to the beginning or the end one starts anew
const EVERY = 5

export class Place {
  /** @param {string} recording @param {number} duration @param {Pick<Storage, "getItem" | "setItem">} store */
  constructor(recording, duration, store) {
    this.key = `place:${recording}`
    this.duration = duration
    this.store = store
    this.kept = 0
  }

  /** The second to go on from; 0 to begin. */
  get left() {
    const seconds = Number(this.#try(() => this.store.getItem(this.key)) ?? 0)
    return Number.isFinite(seconds) && seconds > AGAIN && seconds < this.duration - AGAIN ? seconds : 0
  }

  /** The playhead is here; `now`: keep it in any case. */
  keep(/** @type {number} */ seconds, now = false) {
    if (!now && Math.abs(seconds - this.kept) < EVERY) return
    this.kept = seconds
    this.#try(() => this.store.setItem(this.key, String(Math.round(seconds))))
  }

  #try(/** @type {() => any} */ act) {
    try {
      return act()
    } catch {
      return null // a browser that keeps nothing
    }
  }
}
