/**
 * What was really played, as runs: media that went on without a break at one speed, while somebody
 * could see or hear it. Pure; told of the playhead again and again.
 *
 * @typedef {{began: number, ended: number, start: number, end: number}} Run  ms: of our clock, of the recording
 */

const SHORTEST = 500 // ms; less is somebody who looks for a place
const JUMP = 300 // ms the playhead may be off where it should be, and still have been played to
const DRIFT = 0.15

export class Evidence {
  /** @param {number} first the number of the first run */
  constructor(first = 0) {
    this.next = first
    /** @type {Map<number, Run>} not known to the server, as far as we know */
    this.open = new Map()
    /** @type {{number: number, run: Run, rate: number} | null} */
    this.current = null
  }

  /**
   * The playhead is at `place` (ms) at `moment` (ms); `counts`: it plays, and somebody sees or hears it.
   * @param {{moment: number, place: number, rate: number, counts: boolean}} now
   */
  at({ moment, place, rate, counts }) {
    const { current } = this
    const [at, where] = [Math.round(moment), Math.round(place)]
    if (current) {
      const [passed, played] = [at - current.run.ended, where - current.run.end]
      const off = Math.abs(played - passed * current.rate)
      if (played > 0 && passed > 0 && off <= JUMP + DRIFT * passed * current.rate) this.#grow(at, where)
      else if (passed > 0 || played) this.current = null
    }
    if (!counts || current?.rate !== rate) this.current = null
    if (counts && !this.current) {
      this.current = { number: this.next++, run: { began: at, ended: at, start: where, end: where }, rate }
    }
  }

  /** What the server does not know: [number, began, ended, start, end], the oldest first. */
  unsent(most = 400) {
    return [...this.open].slice(0, most).map(([number, { began, ended, start, end }]) => [number, began, ended, start, end])
  }

  /** The server has these. @param {number[][]} sent */
  known(sent) {
    for (const [number, , ended] of sent) if (this.open.get(number)?.ended === ended) this.open.delete(number)
  }

  #grow(/** @type {number} */ at, /** @type {number} */ where) {
    const { number, run } = /** @type {NonNullable<typeof this.current>} */ (this.current)
    run.ended = at
    run.end = where
    if (run.ended - run.began >= SHORTEST) this.open.set(number, { ...run })
  }
}
