// What is said, each line with its speaker's name; one line, or all of them.
import { make } from "jt/classroom/live/words.js"

const KEPT = 300

/** @typedef {{start: number, end: number, text: string, person?: string, name?: string}} Line */

export class CaptionsView {
  /** @param {HTMLElement} box @param {HTMLElement} list */
  constructor(box, list) {
    this.box = box
    this.list = list
    /** @type {Map<string, Line>} all that was heard since the page was opened, by person and moment */
    this.heard = new Map()
    /** @type {Map<string, Line>} what is being said, by person */
    this.interim = new Map()
    this.shown = ""
  }

  /** Words that are not final yet. @param {Line} line @param {string} name */
  saying(line, name) {
    this.interim.set(line.person ?? "", { ...line, name })
  }

  /** @param {Line[]} lines of the state @param {number} now  room ms: later words are not shown yet */
  show(lines, now) {
    for (const line of lines) this.keep(line)
    const until = [...this.heard.values()].filter(({ start }) => start <= now)
    const current = now === Infinity ? [...this.interim.values()] : []
    const mark = `${until.length}|${until.at(-1)?.start}|${current.map(({ text }) => text).join("|")}`
    if (mark === this.shown) return
    this.shown = mark
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40
    this.list.replaceChildren(
      ...until.slice(-KEPT).map((line) => row(line, "")), ...current.map((line) => row(line, " is-interim")))
    if (atEnd) this.list.scrollTop = this.list.scrollHeight
  }

  keep(/** @type {Line} */ line) {
    const key = `${line.start}|${line.person ?? ""}`
    if (this.heard.has(key)) return
    this.heard.set(key, line)
    const saying = this.interim.get(line.person ?? "")
    if (saying && saying.start <= line.end) this.interim.delete(line.person ?? "")
  }

  toggle() {
    this.box.hidden = !this.box.hidden
  }

  grow() {
    this.box.hidden = false
    this.box.classList.toggle("is-grown")
    this.list.scrollTop = this.list.scrollHeight
  }
}

function row(/** @type {Line} */ { text, name }, /** @type {string} */ more) {
  const element = make("p", `live-captions__line${more}`)
  if (name) element.append(make("strong", "", name), " ")
  element.append(text)
  return element
}
