import { indexAt } from "jt/player/timeline.js"

/** @typedef {import("jt/classroom/panels/ink.js").Stroke & {at: number, until: number | null, page: number}} Drawn */

/** The board over time: which strokes are on a page at a second. Pure. */
export class Strokes {
  /** @param {Drawn[]} strokes in order of time */
  constructor(strokes) {
    /** @type {Map<number, {strokes: Drawn[], changes: number[]}>} */
    this.pages = new Map()
    for (const stroke of strokes) {
      const page = this.pages.get(stroke.page) ?? { strokes: [], changes: [] }
      page.strokes.push(stroke)
      page.changes.push(stroke.at, ...(stroke.until === null ? [] : [stroke.until]))
      this.pages.set(stroke.page, page)
    }
    for (const page of this.pages.values()) page.changes.sort((a, b) => a - b)
  }

  /** Something that differs where what is on the page differs. */
  version(/** @type {number} */ page, /** @type {number} */ seconds) {
    const there = this.pages.get(page)
    return there ? `${page}:${indexAt(there.changes, seconds, (at) => at)}` : ""
  }

  /** What is on `page` at `seconds`. @returns {Drawn[]} */
  at(/** @type {number} */ page, /** @type {number} */ seconds) {
    return (this.pages.get(page)?.strokes ?? [])
      .filter((stroke) => stroke.at <= seconds && (stroke.until === null || seconds < stroke.until))
  }
}
