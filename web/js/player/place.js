/** Where somebody left a recording, kept in their browser; the server knows it, too. */

const AGAIN = 15 // seconds: nearer to the beginning or the end one starts anew
const EVERY = 5

export class Place {
  /** @param {string} recording @param {number} duration @param {Pick<Storage, "getItem" | "setItem">} store @param {() => number} now ms */
  constructor(recording, duration, store, now = Date.now) {
    this.key = `place:${recording}`
    this.duration = duration
    this.store = store
    this.now = now
    this.kept = 0
  }

  /**
   * The second to go on from, here or on another device, whichever was later; 0 to begin.
   * @param {{place: number, moment: number} | null} [elsewhere] what the server knows; moment in ms
   */
  left(elsewhere = null) {
    const [here, moment] = String(this.#try(() => this.store.getItem(this.key)) ?? "").split(" ").map(Number)
    const seconds = elsewhere && elsewhere.moment > (moment || 0) ? elsewhere.place : here
    const near = Math.min(AGAIN, this.duration / 10)
    return Number.isFinite(seconds) && seconds > near && seconds < this.duration - near ? seconds : 0
  }

  /** The playhead is here; `now`: keep it in any case. */
  keep(/** @type {number} */ seconds, now = false) {
    if (!now && Math.abs(seconds - this.kept) < EVERY) return
    this.kept = seconds
    this.#try(() => this.store.setItem(this.key, `${Math.round(seconds)} ${Math.round(this.now())}`))
  }

  #try(/** @type {() => any} */ act) {
    try {
      return act()
    } catch {
      return null // a browser that keeps nothing
    }
  }
}
