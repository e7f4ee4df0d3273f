/**
 * What the parts of the live page need of it.
 *
 * @typedef {{word: string, act(): void, strong?: boolean}} Remedy  a button beside a notice
 * @typedef {{path: string, after: string, opened: number, ice: RTCIceServer[], words: Record<string, string>}} Setup
 * @typedef {{
 *   setup: Setup, find: import("jt/classroom/live/words.js").Find, say: import("jt/classroom/live/words.js").Say,
 *   readonly me: string, readonly online: boolean, readonly state: import("jt/classroom/seats.js").RoomState | null, now(): number,
 *   send(type: string, fields?: Record<string, unknown>): boolean, announce(sentence: string): void,
 *   warn(name: string, sentence: string, remedy?: Remedy): void, redraw(): void, dialog(name: string): HTMLDialogElement,
 * }} Page
 */
import { make } from "jt/classroom/live/words.js"

/** The notices on top of the page: each stays for as long as it is true. */
export class Notices {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place
  }

  /** @param {string} name @param {string} sentence  "" takes it away @param {Remedy} [remedy] */
  warn(name, sentence, remedy) {
    const there = /** @type {HTMLElement | null} */ (this.place.querySelector(`[data-name="${name}"]`))
    if (there?.dataset.said === sentence) return
    if (!sentence) return there?.remove()
    const notice = make("div", "notice notice--warn")
    notice.dataset.name = name
    notice.dataset.said = sentence
    notice.append(make("p", "", sentence))
    if (remedy) {
      const button = make("button", `button button--small ${remedy.strong ? "button--primary" : ""}`, remedy.word)
      button.addEventListener("click", () => remedy.act())
      notice.append(button)
    }
    if (there) there.replaceWith(notice)
    else this.place.append(notice)
  }
}
