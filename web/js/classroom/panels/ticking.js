// A clock that ticks only while something needs it.

const TICK_MS = 250

export class Ticking {
  /** @param {() => void} tick */
  constructor(tick) {
    this.tick = tick
  }

  /** Tick from now on, or no more. */
  run(/** @type {boolean} */ on) {
    if (!on) {
      clearInterval(this.timer)
      this.timer = undefined
    } else if (this.timer === undefined) {
      this.timer = setInterval(this.tick, TICK_MS)
    }
    if (on) this.tick()
  }
}
