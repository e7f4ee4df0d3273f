// The rehearsal room as it looks for a state: light, clock, segment, captions.
import { elapsedAt, light, segmentAt } from "jt/classroom/state.js"
import { clock, fill } from "jt/lib/clock.js"

/**
 * @typedef {import("jt/classroom/state.js").RoomState} RoomState
 * @typedef {(name: string) => HTMLElement} Find  the element of a target
 */

export class RoomView {
  /** @param {HTMLElement} root @param {Find} find @param {Record<string, string>} words */
  constructor(root, find, words) {
    this.root = root
    this.find = find
    this.words = words
    this.interim = ""
    this.shown = ""
  }

  /** All but what only time changes. @param {RoomState} state @param {boolean} online */
  show(state, online) {
    const live = state.phase === "live" || state.phase === "ended"
    this.find("check").hidden = live
    this.find("stage").hidden = !live
    this.showLight(light(state, online))
    this.showPlan(state)
    const pages = state.agenda.pages
    this.find("page").textContent = pages ? fill(this.words.page, { page: state.page, pages }) : ""
    const paused = state.recording === "paused"
    this.find("pauseWord").textContent = paused ? this.words.resume : this.words.pause
    this.root.dataset.paused = String(paused)
    const failed = state.phase === "live" && state.recording === "failed"
    const pause = /** @type {HTMLButtonElement} */ (this.find("pauseWord").closest("button"))
    pause.disabled = failed
    this.warn("failed", failed ? this.words.failed : "")
    this.showCaptions(state)
  }

  showLight(/** @type {string} */ now) {
    if (now === this.shown) return
    const first = !this.shown
    this.shown = now
    this.root.dataset.light = now
    this.find("lightWord").textContent = this.words[`light_${now}`]
    if (!first) this.announce(this.words[`said_${now}`] ?? this.words[`light_${now}`])
  }

  showPlan(/** @type {RoomState} */ state) {
    for (const [index, item] of this.root.querySelectorAll("[data-segment]").entries()) {
      if (index === state.segment && state.phase === "live") item.setAttribute("aria-current", "step")
      else item.removeAttribute("aria-current")
      item.classList.toggle("is-past", state.phase === "live" && index < state.segment)
    }
  }

  /** What the clock changes. @param {RoomState} state @param {number} now */
  tick(state, now) {
    this.find("elapsed").textContent = clock(elapsedAt(state, now) / 1000)
    const current = segmentAt(state, now)
    if (!current) return
    const over = current.left < 0
    this.find("segment").textContent = current.segment.title
    this.find("left").textContent = fill(over ? this.words.over : this.words.left,
      { time: clock(Math.abs(current.left) / 1000) })
    this.find("line").style.inlineSize = `${Math.max(0, Math.min(1, current.left / current.planned)) * 100}%`
    this.find("line").parentElement?.classList.toggle("is-over", over)
    this.find("next").textContent = current.next?.title ?? this.words.last
  }

  /** @param {string} text of what is being said */
  say(text, /** @type {RoomState} */ state) {
    this.interim = text
    this.showCaptions(state)
  }

  showCaptions(/** @type {RoomState} */ state) {
    const list = this.find("lines")
    const lines = state.lines.map(({ text }) => line(text, "room-captions__line"))
    if (this.interim) lines.push(line(this.interim, "room-captions__line room-captions__line--interim"))
    list.replaceChildren(...lines)
    const captions = this.find("captions")
    if (lines.length && "awaitsModel" in captions.dataset) {
      delete captions.dataset.awaitsModel // it came in mid-take
      captions.hidden = false
    }
    list.scrollTop = list.scrollHeight
  }

  /** Read to those who do not see the screen. */
  announce(/** @type {string} */ sentence) {
    this.find("announcer").textContent = sentence
  }

  /** A sentence that stays until it is no longer true ("" takes it away). */
  warn(/** @type {string} */ name, /** @type {string} */ sentence) {
    const notices = this.find("notices")
    const there = notices.querySelector(`[data-name="${name}"]`)
    if (!sentence) there?.remove()
    else if (there) there.textContent = sentence
    else notices.append(Object.assign(line(sentence, "notice notice--warn")))
    if (sentence && !there) /** @type {HTMLElement} */ (notices.lastElementChild).dataset.name = name
  }
}

function line(/** @type {string} */ text, /** @type {string} */ className) {
  return Object.assign(document.createElement("p"), { textContent: text, className })
}
