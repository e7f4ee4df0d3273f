// The bar below: what each control would do now, in a word.
import { leads, placeInRow } from "jt/classroom/seats.js"
import { put } from "jt/classroom/live/words.js"
import { fill } from "jt/lib/clock.js"

/**
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {{microphone: boolean, camera: boolean, screen: boolean, light: boolean}} Own  what is on
 */

export class ControlsView {
  /**
   * @param {HTMLElement} root @param {import("jt/classroom/live/words.js").Find} find
   * @param {Record<string, string>} words @param {import("jt/classroom/live/words.js").Say} say
   */
  constructor(root, find, words, say) {
    this.root = root
    this.find = find
    this.words = words
    this.say = say
  }

  /** @param {RoomState} state @param {string} me @param {Own} own */
  show(state, me, own) {
    const myself = state.people?.[me]
    this.root.dataset.role = myself?.role ?? ""
    this.root.dataset.place = myself?.seat ? "stage" : "audience"
    this.root.dataset.slides = state.agenda.slides ? "yes" : "no"
    this.root.dataset.segments = state.agenda.segments.length > 1 ? "yes" : "no"
    this.showHand(placeInRow(state, me))
    this.word("microphone", own.microphone && !myself?.muted, "microphone_off", "microphone_on")
    this.word("camera", own.camera, "camera_off", "camera_on")
    put(this.find("screenWord"), own.screen ? this.words.screen_stop : this.words.screen)
    this.find("screenWord").closest("button")?.setAttribute("aria-pressed", String(own.screen))
    put(this.find("lightMode"), this.say(own.light ? "light_off" : "light"))
    if (leads(myself)) this.showLeading(state)
  }

  showHand(/** @type {number} */ place) {
    const button = this.find("handWord").closest("button")
    put(this.find("handWord"), place ? this.say("hand_place", { n: place }) : this.say("hand"))
    button?.setAttribute("aria-pressed", String(place > 0))
  }

  /** A word for what the control does; lit while the thing is off. */
  word(/** @type {string} */ what, /** @type {boolean} */ on, /** @type {string} */ off, /** @type {string} */ back) {
    const place = this.find(`${what}Word`)
    put(place, this.say(on ? off : back))
    place.closest("button")?.classList.toggle("is-off", !on)
  }

  showLeading(/** @type {RoomState} */ state) {
    const { phase, recording, media } = state
    const silent = phase !== "live" && media !== "connected"
    const step = silent ? "start_waits" : phase !== "live" ? "start" : recording === "paused" ? "resume" : "pause"
    const course = /** @type {HTMLButtonElement} */ (this.find("courseWord").closest("button"))
    put(this.find("courseWord"), this.say(step))
    course.classList.toggle("button--primary", step !== "pause")
    course.disabled = silent || (phase === "live" && recording === "failed")
    put(this.find("lockWord"), this.say(state.locked ? "lock_off" : "lock"))
    put(this.find("lobbyWord"), this.say(state.lobby_open ? "lobby_off" : "lobby"))
    const { pages } = state.agenda
    put(this.find("pageWord"), pages ? fill(this.words.page, { page: state.page, pages }) : "")
  }
}
