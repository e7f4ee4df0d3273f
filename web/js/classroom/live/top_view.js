// The line on top: the light, the clock, the segment, the network as a word, how many are there.
import { elapsedAt, light, segmentAt } from "jt/classroom/state.js"
import { presentCount } from "jt/classroom/seats.js"
import { put } from "jt/classroom/live/words.js"
import { clock, fill } from "jt/lib/clock.js"

/** @typedef {import("jt/classroom/seats.js").RoomState} RoomState */

export class TopView {
  /**
   * @param {HTMLElement} root @param {import("jt/classroom/live/words.js").Find} find
   * @param {Record<string, string>} words @param {import("jt/classroom/live/words.js").Say} say
   * @param {(sentence: string) => void} announce
   */
  constructor(root, find, words, say, announce) {
    this.root = root
    this.find = find
    this.words = words
    this.say = say
    this.announce = announce
    this.shown = ""
  }

  /** @param {RoomState} state @param {boolean} online */
  show(state, online) {
    const now = light(state, online)
    if (now !== this.shown) this.turn(now)
    put(this.find("present"), this.say("present", { n: presentCount(state) }))
    this.root.dataset.paused = String(state.recording === "paused")
  }

  turn(/** @type {string} */ now) {
    const first = !this.shown
    this.shown = now
    this.root.dataset.light = now
    put(this.find("lightWord"), this.say(`is_${now}`))
    const said = this.words[`live.said_${now}`] ?? this.say(`is_${now}`)
    if (!first) this.announce(said)
  }

  /** What the clock changes. @param {RoomState} state @param {number} now */
  tick(state, now) {
    put(this.find("elapsed"), state.phase === "live" ? clock(elapsedAt(state, now) / 1000) : "")
    const current = segmentAt(state, now)
    if (!current) return
    const over = current.left < 0
    put(this.find("segment"), current.segment.title)
    put(this.find("left"), fill(over ? this.words.over : this.words.left,
      { time: clock(Math.abs(current.left) / 1000) }))
    this.find("line").style.inlineSize = `${Math.max(0, Math.min(1, current.left / current.planned)) * 100}%`
    this.find("line").parentElement?.classList.toggle("is-over", over)
  }

  /** The network as a word. @param {""|"good"|"weak"|"lost"} tone @param {string} word */
  network(tone, word) {
    this.find("net").dataset.tone = tone
    put(this.find("net"), word)
  }
}
