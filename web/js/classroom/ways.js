// How a person watches: WebRTC, sound and slides only, or HLS where WebRTC does not get through. Pure.

const FAILURES = 3 // of a connection that worked before
const WEAK_FOR_MS = 30_000

/** @typedef {"webrtc"|"light"|"hls"} Way */

export class Ways {
  constructor() {
    this.light = false // sound and slides only
    this.byItself = false // ... because the connection was weak for long
    /** @type {""|"blocked"|"full"} why WebRTC is not used */
    this.barred = ""
    this.worked = false
    this.failures = 0
    /** @type {number | null} */
    this.weakSince = null
  }

  /** @param {boolean} onStage  who is there talks with others: seconds late will not do @returns {Way} */
  way(onStage) {
    if (this.barred && !onStage) return "hls"
    return this.light ? "light" : "webrtc"
  }

  connected() {
    this.worked = true
    this.failures = 0
  }

  /** A connection did not come about, or broke. */
  failed() {
    this.failures += 1
    if (!this.worked || this.failures >= FAILURES) this.barred = "blocked"
  }

  full() {
    this.barred = "full"
  }

  /** The person wants to try WebRTC (again). */
  again() {
    this.barred = ""
    this.worked = false
    this.failures = 0
  }

  /** The person chooses. */
  choose(/** @type {boolean} */ light) {
    this.light = light
    this.byItself = false
    this.weakSince = null
  }

  /**
   * How the connection is now. True where it was weak for so long that pictures are given up.
   * @param {""|"good"|"weak"} link @param {number} now ms
   */
  observe(link, now) {
    if (link !== "weak" || this.light) {
      this.weakSince = null
      return false
    }
    this.weakSince ??= now
    if (now - this.weakSince < WEAK_FOR_MS) return false
    this.light = true
    this.byItself = true
    this.weakSince = null
    return true
  }
}
