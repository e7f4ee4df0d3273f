// What a leader does: the course of the lesson, the door, the stage.
import { leads, nextHand } from "jt/classroom/seats.js"

/** @typedef {import("jt/classroom/live/page.js").Page} Page */

export class Leading {
  /** @param {Page} page @param {import("jt/classroom/live/stage_view.js").StageView} stage */
  constructor(page, stage) {
    this.page = page
    this.stage = stage
    this.removing = ""
    /** @type {number | undefined} the page that was asked for and has not come yet */
    this.heading = undefined
  }

  get state() {
    return /** @type {import("jt/classroom/seats.js").RoomState} */ (this.page.state)
  }

  get may() {
    return leads(this.page.state?.people[this.page.me])
  }

  forward() {
    this.turn(1)
  }

  back() {
    this.turn(-1)
  }

  turn(/** @type {number} */ step) {
    if (!this.may) return
    const page = (this.heading ?? this.state.page) + step
    if (page < 1 || page > this.state.agenda.pages) return
    if (this.page.send("turn_to", { page })) this.heading = page
  }

  nextSegment() {
    const segment = (this.state?.segment ?? 0) + 1
    if (this.may && this.state.phase === "live" && segment < this.state.agenda.segments.length) {
      this.page.send("enter_segment", { segment })
    }
  }

  /** Start, pause or go on. */
  course() {
    const button = /** @type {HTMLButtonElement} */ (this.page.find("courseWord").closest("button"))
    if (!this.may || button.disabled) return
    const paused = this.state.recording === "paused"
    this.page.send(this.state.phase !== "live" ? "start" : paused ? "resume" : "pause")
  }

  askEnd() {
    if (this.may) this.page.dialog("end").showModal()
  }

  end() {
    this.page.dialog("end").close()
    if (!this.page.send("end")) this.page.warn("offline", this.page.say("offline"))
  }

  /** @param {{person: string, name: string}} whom */
  askRemoval({ person, name }) {
    this.removing = person
    this.page.find("removalTitle").textContent = this.page.say("removal_of", { name })
    this.page.dialog("removal").showModal()
  }

  remove() {
    this.page.dialog("removal").close()
    this.page.send("remove", { person: this.removing })
  }

  inviteNext() {
    const next = this.may ? nextHand(this.state) : undefined
    if (next) this.page.send("invite", { person: next.id })
  }

  muteAll() {
    this.page.send("mute_all")
  }

  toggleLock() {
    this.page.send(this.state.locked ? "unlock" : "lock")
  }

  toggleLobby() {
    this.page.send(this.state.lobby_open ? "close_lobby" : "open_lobby")
  }

  toggleWhiteboard() {
    if (!this.may) return
    this.stage.whiteboard = !this.stage.whiteboard
    this.page.redraw()
  }
}
