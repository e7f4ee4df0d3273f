// A person's own part: hand, invitation, devices, what they send while they are on the stage.
import { CheckView } from "jt/classroom/check_view.js"
import { openScreen } from "jt/classroom/devices.js"
import { Publisher } from "jt/classroom/publisher.js"
import { leads, placeInRow } from "jt/classroom/seats.js"
import { Self } from "jt/classroom/self.js"
import { play } from "jt/classroom/live/stage_view.js"
import { put } from "jt/classroom/live/words.js"

/**
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {import("jt/classroom/live/page.js").Page} Page
 * @typedef {""|"accept"|"take_stage"|"enter"|"devices"} Purpose  what the device check is for
 */

export class Own {
  /** @param {Page} page @param {import("jt/classroom/live/stage_view.js").StageView} stage */
  constructor(page, stage) {
    this.page = page
    this.stage = stage
    this.check = new CheckView(page.find, page.setup.words)
    this.microphone = true // wanted
    this.seat = 0
    this.muted = false
    this.invited = false
    /** @type {Purpose} */
    this.purpose = ""
    /** @type {Self | undefined} */
    this.self = undefined
    /** @type {Publisher | undefined} */
    this.screen = undefined
    const button = page.find("screenWord").closest("button")
    if (button && !navigator.mediaDevices?.getDisplayMedia) button.hidden = true // as on phones
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.notNow() })
    page.dialog("invitation").addEventListener("cancel", (event) => { event.preventDefault(); this.decline() })
  }

  get dialog() {
    return this.page.dialog("check")
  }

  get myself() {
    return this.page.state?.people[this.page.me]
  }

  get camera() {
    return Boolean(this.self?.tracks.camera)
  }

  /** Was the check passed in this tab? Then a reload goes on at once. */
  get checked() {
    return sessionStorage.getItem(this.page.setup.path) === "checked"
  }

  /** @param {RoomState} state */
  follow(state) {
    const myself = state.people[this.page.me]
    if (!myself || myself.lobby || state.phase === "ended") return this.letGo()
    this.followMute(myself.muted, myself.seat > 0)
    this.followInvitation(myself.invited)
    if (myself.seat === this.seat) return
    const before = this.seat
    this.seat = myself.seat
    if (myself.seat && !before) this.stepUp(leads(myself))
    else if (!myself.seat) this.stepDown()
  }

  // ── the stage ───────────────────────────────────────────────────────────────────────────────────

  stepUp(/** @type {boolean} */ leader) {
    if (this.self) return void this.self.goOn()
    if (this.checked) this.open(true)
    else this.ask(leader ? "enter" : "accept")
  }

  stepDown() {
    this.letGo()
    this.page.announce(this.page.say("stepped_down"))
  }

  letGo() {
    this.seat = 0
    this.closeCheck()
    this.stopScreen()
    this.self?.close()
    this.self = undefined
    this.stage.mirror = undefined
    for (const name of ["microphone", "camera"]) this.page.warn(name, "")
  }

  followMute(/** @type {boolean} */ muted, /** @type {boolean} */ onStage) {
    if (muted !== this.muted && onStage) {
      if (!muted) this.page.announce(this.page.say("unmuted_you"))
      this.muted = muted
      this.hush()
    }
    this.page.warn("muted", muted && onStage ? this.page.say("muted_you") : "")
  }

  followInvitation(/** @type {boolean} */ invited) {
    if (invited === this.invited) return
    this.invited = invited
    const dialog = this.page.dialog("invitation")
    if (invited) return dialog.showModal()
    dialog.close()
    if (this.purpose === "accept" && !this.myself?.seat) {
      this.letGo()
      this.page.announce(this.page.say("invitation_gone"))
    }
  }

  accept() {
    this.page.dialog("invitation").close()
    this.ask("accept")
  }

  decline() {
    this.page.dialog("invitation").close()
    this.page.send("decline")
  }

  takeStage() {
    if (this.checked) this.page.send("take_stage")
    else this.ask("take_stage")
  }

  leaveStage() {
    if (this.myself?.seat) this.page.send("leave_stage")
  }

  toggleHand() {
    if (this.myself?.seat || this.myself?.role === "supervisor" || leads(this.myself)) return
    this.page.send(placeInRow(/** @type {RoomState} */ (this.page.state), this.page.me) ? "lower_hand" : "raise_hand")
  }

  // ── devices ─────────────────────────────────────────────────────────────────────────────────────

  /** Look at the devices first; nothing is sent before "go on". @param {Purpose} purpose */
  ask(purpose) {
    this.purpose = purpose
    put(this.page.find("goOn"), this.page.say(`go_on_${purpose}`))
    this.page.find("notNow").hidden = purpose === "devices"
    put(this.page.find("notNow"), this.page.say(purpose === "enter" ? "not_now_enter" : "not_now"))
    this.dialog.showModal()
    if (!this.self) this.open(false)
  }

  openDevices() {
    if (this.myself?.seat) this.ask("devices")
  }

  goOn() {
    const { purpose } = this
    this.closeCheck()
    sessionStorage.setItem(this.page.setup.path, "checked")
    if (purpose === "accept" || purpose === "take_stage") this.page.send(purpose)
    if (purpose === "enter" || this.myself?.seat) this.self?.goOn()
  }

  notNow() {
    const { purpose } = this
    this.closeCheck()
    if (purpose === "devices") return
    if (purpose === "accept") this.page.send(this.myself?.seat ? "leave_stage" : "decline")
    this.self?.close()
    this.self = undefined
    this.stage.mirror = undefined
    this.page.redraw()
  }

  closeCheck() {
    this.purpose = ""
    this.dialog.close()
  }

  open(/** @type {boolean} */ publishes) {
    const { page } = this
    const self = new Self(page.setup.path, page.setup.ice, {
      trouble: (kind, reason) => this.trouble(kind, reason),
      level: (level) => { if (this.dialog.open) this.check.showLevel(level) },
      connection: (status, sentence) => page.warn("publish", status === "refused" ? sentence ?? "" :
        status === "failed" ? page.say("not_heard") : ""),
      opened: (kind, track) => this.opened(kind, track),
      microphone: (settings) => page.send("report_microphone", settings),
    }, publishes)
    this.self = self
    this.hush()
    self.open()
  }

  /** @param {"microphone"|"camera"} kind @param {MediaStreamTrack} track */
  async opened(kind, track) {
    if (kind === "camera") {
      this.stage.mirror = track
      play(/** @type {HTMLVideoElement} */ (this.page.find("mirror")), track)
    }
    this.page.redraw()
    if (this.self) this.check.showChoices(kind, await this.self.choices(kind), track)
  }

  trouble(/** @type {"microphone"|"camera"} */ kind, /** @type {string} */ reason) {
    const { words } = this.page.setup
    const sentence = reason ? words[`${kind}_${reason}`] ?? words[`microphone_${reason}`] : ""
    this.check.showTrouble(kind, sentence)
    this.page.warn(kind, this.dialog.open ? "" : sentence)
    if (kind === "camera" && reason) this.stage.mirror = undefined
    this.page.redraw()
  }

  choose({ target }) {
    this.self?.use(target.dataset.kind, target.value)
  }

  hush() {
    this.self?.hush(!this.microphone || this.muted)
  }

  toggleMicrophone() {
    if (!this.myself?.seat) return
    if (!this.self) return this.ask("enter")
    this.microphone = !this.microphone
    this.hush()
    this.page.announce(this.page.say(this.microphone ? "said_microphone_on" : "said_microphone_off"))
    this.page.redraw()
  }

  async toggleCamera() {
    if (!this.myself?.seat) return
    if (!this.self) return this.ask("enter")
    if (this.camera) {
      this.stage.mirror = undefined
      await this.self.hide()
    } else {
      await this.self.unhide()
    }
    this.page.announce(this.page.say(this.camera ? "said_camera_on" : "said_camera_off"))
    this.page.redraw()
  }

  // ── the screen ──────────────────────────────────────────────────────────────────────────────────

  async shareScreen() {
    if (this.screen) return this.stopScreen()
    if (!this.myself?.seat) return
    try {
      const track = await openScreen()
      track.onended = () => this.stopScreen()
      this.screen = new Publisher(`${this.page.setup.path}/media`, this.page.setup.ice, (status, sentence) =>
        this.page.warn("screen", status === "refused" ? sentence ?? "" : ""))
      await this.screen.publish(new Map([["screen", track]]))
      this.page.announce(this.page.setup.words.screen_on)
    } catch {
      this.stopScreen() // the person chose no screen after all
    }
    this.page.redraw()
  }

  stopScreen() {
    if (!this.screen) return
    for (const track of this.screen.tracks.values()) track.stop()
    this.screen.close()
    this.screen = undefined
    this.page.announce(this.page.setup.words.screen_off)
    this.page.redraw()
  }
}
