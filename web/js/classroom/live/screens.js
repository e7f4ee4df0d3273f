// What stands in place of the lesson: the lobby, and the ways in which it is over for a person.
import { put } from "jt/classroom/live/words.js"

/** @typedef {""|"lobby"|"removed"|"locked"|"full"|"ended"|"taken"|"refused"} ScreenName */

/** The screen that explains a problem with which the socket was closed. @type {Record<string, ScreenName>} */
const OF_PROBLEM = {
  "error.room.removed": "removed", "error.room.locked": "locked", "error.room.full": "full",
}

/**
 * @param {"taken_over"|"refused"} status of the connection @param {string} code of the last problem
 * @returns {ScreenName}
 */
export function screenFor(status, code) {
  return OF_PROBLEM[code] ?? (status === "taken_over" ? "taken" : "refused")
}

export class Screens {
  /**
   * @param {import("jt/classroom/live/words.js").Find} find
   * @param {import("jt/classroom/live/words.js").Say} say
   */
  constructor(find, say) {
    this.find = find
    this.say = say
    /** @type {ScreenName} */
    this.name = ""
  }

  /** @param {ScreenName} name @param {string} [sentence]  what the server said, where it says more */
  show(name, sentence = "") {
    if (name === this.name) return
    this.name = name
    this.find("screen").hidden = !name
    for (const part of ["middle", "controls"]) this.find(part).inert = Boolean(name)
    if (!name) return
    for (const dialog of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (dialog).close()
    put(this.find("screenTitle"), this.say(`screen_${name}_title`))
    put(this.find("screenWhat"), (name === "refused" && sentence) || this.say(`screen_${name}_what`))
    this.find("screenHere").hidden = name !== "taken"
    this.find("screenAway").hidden = name === "ended"
    this.find("screen").focus()
  }
}
