import { Following } from "jt/classroom/panels/follow.js"
import { indexAt } from "jt/player/timeline.js"

/**
 * A list that holds what has come up to the playhead. A thing may change later (a poll is closed):
 * `turns` gives the seconds at which it does, and `fill` is called when one has passed.
 *
 * @template {{at: number}} T
 */
export class Replay {
  /**
   * @param {HTMLElement} list inside the element that scrolls
   * @param {T[]} things in order of time
   * @param {{make: (thing: T) => HTMLElement, turns?: (thing: T) => number[], fill?: (node: HTMLElement, thing: T) => void}} by
   */
  constructor(list, things, { make, turns = () => [], fill = () => {} }) {
    this.list = list
    this.scroller = /** @type {HTMLElement} */ (list.parentElement)
    this.things = things
    this.make = make
    this.fill = fill
    this.turns = things.map((thing) => turns(thing).sort((a, b) => a - b))
    this.changing = things.flatMap((_, at) => (this.turns[at].length ? [at] : []))
    this.following = new Following()
    this.leaving = new AbortController()
    const { signal } = this.leaving
    this.scroller.addEventListener("scroll", () => { if (this.scroller.clientHeight) this.following.scrolled(this.scroller) }, { signal, passive: true })
    this.watcher = new ResizeObserver(() => this.#toEnd()) // a panel that was hidden has no height to scroll
    this.watcher.observe(this.scroller)
  }

  /** Show what had come by `seconds`. */
  follow(/** @type {number} */ seconds) {
    const wanted = indexAt(this.things, seconds, (thing) => thing.at) + 1
    const { list, things } = this
    const before = list.childElementCount
    while (list.childElementCount > wanted) list.lastElementChild?.remove()
    for (let at = list.childElementCount; at < wanted; at += 1) {
      list.append(this.make(things[at]))
      this.#turn(at, seconds)
    }
    for (const at of this.changing) if (at < wanted) this.#turn(at, seconds)
    if (wanted !== before) this.#toEnd()
  }

  close() {
    this.leaving.abort()
    this.watcher.disconnect()
  }

  #turn(/** @type {number} */ at, /** @type {number} */ seconds) {
    const node = /** @type {HTMLElement} */ (this.list.children[at])
    const turn = String(indexAt(this.turns[at], seconds, (moment) => moment) + 1)
    if (node.dataset.turn === turn) return
    node.dataset.turn = turn
    this.fill(node, this.things[at])
  }

  #toEnd() {
    if (this.following.atEnd) this.scroller.scrollTop = this.scroller.scrollHeight
  }
}
