// Is a connection good or weak? Pure: from the totals of getStats, taken every few seconds.

const LOSSY = 0.05
const SLOW_S = 0.7
const BAD_IN_A_ROW = 2
const GOOD_IN_A_ROW = 3

/** @typedef {{came: number, lost: number, trip: number}} Totals */

export class LinkJudge {
  constructor() {
    /** @type {""|"good"|"weak"} */
    this.link = ""
    /** @type {Totals | undefined} */
    this.before = undefined
    this.row = 0 // how many times in a row it looked other than `link`
  }

  /** A new connection counts from nought. */
  begin() {
    this.before = undefined
    this.row = 0
  }

  /**
   * @param {Totals} totals @param {boolean} stepped  did the server leave pictures out?
   * @returns {""|"good"|"weak"}
   */
  judge(totals, stepped = false) {
    const before = this.before
    this.before = totals
    if (!before) return this.link
    const came = totals.came - before.came
    const lost = Math.max(0, totals.lost - before.lost)
    const share = came + lost > 0 ? lost / (came + lost) : 0
    const looks = stepped || share > LOSSY || totals.trip > SLOW_S ? "weak" : "good"
    if (looks === this.link) this.row = 0
    else this.row += 1
    const enough = this.link === "" ? 1 : looks === "weak" ? BAD_IN_A_ROW : GOOD_IN_A_ROW
    if (this.row >= enough) {
      this.link = looks
      this.row = 0
    }
    return this.link
  }
}
