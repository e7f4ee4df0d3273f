// Whether a stream that is followed goes on, and how late what is shown with it may be. Pure.

const STUCK_MS = 10_000
const LONGEST_MS = 80_000
const STEADY = 20 // observations in motion, then it goes on again
const LATEST_MS = 20_000

export class Pace {
  constructor() {
    this.position = -1
    this.since = 0
    this.moved = 0
    this.patience = STUCK_MS
    this.latest = -Infinity // that was shown
  }

  /**
   * Has it stood still for so long that it has to be loaded anew? Where that is no help it is said
   * half as often each time.
   * @param {number} position of the playhead  @param {boolean} wanted  should it move?  @param {number} now ms
   */
  stuck(position, wanted, now) {
    if (!wanted || position !== this.position) {
      this.moved = wanted ? this.moved + 1 : 0
      if (this.moved >= STEADY) this.patience = STUCK_MS
      this.position = position
      this.since = now
      return false
    }
    this.moved = 0
    if (now - this.since < this.patience) return false
    this.since = now
    this.patience = Math.min(LONGEST_MS, 2 * this.patience)
    return true
  }

  /**
   * The time whose slides, board and polls are shown: the playhead's. But who follows the end does not
   * miss a poll because the stream stands still, and nothing is taken back while it is loaded anew.
   * @param {number} playhead ms @param {number} now ms @param {boolean} following
   */
  shown(playhead, now, following) {
    if (!following) return playhead
    this.latest = Math.max(this.latest, playhead, now - LATEST_MS)
    return this.latest
  }
}
