// Signs that pass: they float up the stage, and are read out politely.
import { make } from "jt/classroom/live/words.js"

const FLOATING = 12
const STAYS_MS = 3600
const TELL_MS = 1500

export class Reactions {
  /** @param {HTMLElement} place @param {import("jt/classroom/live/words.js").Say} say @param {(s: string) => void} announce */
  constructor(place, say, announce) {
    this.place = place
    this.say = say
    this.announce = announce
    /** @type {string[]} */
    this.untold = []
  }

  /** @param {string} name @param {string} symbol */
  show(name, symbol) {
    const word = this.say("reacted", { name, word: this.say(`react_${symbol}`) })
    this.float(word)
    this.untold.push(word)
    this.telling ??= setTimeout(() => this.tell(), TELL_MS)
  }

  float(/** @type {string} */ word) {
    if (this.place.childElementCount >= FLOATING) this.place.firstElementChild?.remove()
    const sign = make("span", "", word)
    sign.style.insetInlineStart = `${10 + Math.random() * 60}%`
    this.place.append(sign)
    setTimeout(() => sign.remove(), STAYS_MS)
  }

  /** Many at once are one sentence. */
  tell() {
    const { untold } = this
    this.telling = undefined
    this.untold = []
    this.announce(untold.length > 3 ? this.say("reacted_many", { n: untold.length }) : untold.join(" "))
  }
}
