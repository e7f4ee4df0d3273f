// The rehearsal room: check, rehearse, end. Views and connections do the work; this introduces them.
import { Controller } from "@hotwired/stimulus"
import { openScreen } from "jt/classroom/devices.js"
import { HintLoop } from "jt/classroom/hints.js"
import { actionOf } from "jt/classroom/keys.js"
import { Publisher } from "jt/classroom/publisher.js"
import { RoomConnection } from "jt/classroom/connection.js"
import { RoomView } from "jt/classroom/room_view.js"
import { Self } from "jt/classroom/self.js"
import { SlideBoard } from "jt/classroom/slide_board.js"
import { CheckView } from "jt/classroom/check_view.js"
import { fill } from "jt/lib/clock.js"

const TICK_MS = 250
const REPUBLISH_MS = 1500

/**
 * @typedef {{path: string, after: string, slides: string, ice: RTCIceServer[], words: Record<string, string>}} Setup
 * @typedef {ReturnType<typeof setTimeout>} Timer
 */

export default class extends Controller {
  /** @type {Setup} */ setup
  /** @type {import("jt/classroom/room_view.js").Find} */ find
  /** @type {RoomView} */ view
  /** @type {CheckView} */ check
  /** @type {RoomConnection} */ link
  /** @type {HintLoop} */ hints
  /** @type {Self} */ self
  /** @type {SlideBoard | undefined} */ board
  /** @type {Publisher | undefined} */ screen
  /** @type {Record<string, unknown> | undefined} */ settings
  /** @type {(event: KeyboardEvent) => void} */ keys
  /** @type {Timer | undefined} */ ticking
  /** @type {Timer | undefined} */ ending
  /** @type {Timer | undefined} */ unheard
  /** @type {Timer | undefined} until a problem's sentence goes away */ passing
  /** @type {number | undefined} the page that was asked for and has not come yet */ heading
  hideSelf = false

  connect() {
    const element = /** @type {HTMLElement} */ (this.element)
    this.setup = JSON.parse(element.dataset.setup ?? "{}")
    const find = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (element.querySelector(`[data-room="${name}"]`))
    this.find = find
    this.view = new RoomView(element, find, this.setup.words)
    this.check = new CheckView(find, this.setup.words)
    this.link = new RoomConnection(this.setup.path, {
      changed: (state, event) => this.changed(state, event),
      said: ({ text }) => this.view.say(text, this.state),
      trouble: ({ code, sentence }) => this.trouble(code, sentence),
      status: (status) => this.status(status),
      finished: (after) => this.leave(after),
    })
    this.hints = new HintLoop(`${this.setup.path}/hints`, () => this.check.mirror, (hints) => this.check.showHints(hints))
    this.keys = (/** @type {KeyboardEvent} */ event) => this.press(event)
    document.addEventListener("keydown", this.keys)
    this.ticking = setInterval(() => this.tick(), TICK_MS)
    this.openSlides()
    this.enter()
  }

  disconnect() {
    document.removeEventListener("keydown", this.keys)
    clearInterval(this.ticking)
    this.board?.close()
    this.letGo()
  }

  get state() {
    return /** @type {import("jt/classroom/state.js").RoomState} */ (this.link.state)
  }

  /** Come in, or come back: "use here" of a page that was taken over. */
  enter() {
    this.find("taken").hidden = true
    this.self = new Self(this.setup.path, this.setup.ice, {
      trouble: (kind, reason) => this.deviceTrouble(kind, reason),
      level: (level) => this.showLevel(level),
      connection: (status, sentence) => this.check.showConnection(status, sentence),
      opened: (kind, track) => this.opened(kind, track),
      microphone: (settings) => { this.settings = settings; this.link.send("report_microphone", settings) },
    })
    this.link.open()
    this.self.open()
  }

  letGo() {
    this.link.close()
    this.hints.stop()
    this.self?.close()
    this.stopScreen()
  }

  async openSlides() {
    const [slide, preview] = ["slide", "preview"].map((name) => /** @type {HTMLCanvasElement} */ (this.find(name)))
    if (!this.setup.slides) return
    this.board = new SlideBoard(this.find("board"), slide, preview,
      (page) => fill(this.setup.words.slide, { page }))
    if (this.state) this.board.show(this.state.page)
    try {
      await this.board.open(this.setup.slides)
      this.check.showSlides(true)
    } catch (error) {
      console.warn("slides cannot be shown", error)
      this.check.showSlides(false)
      this.view.warn("slides", this.setup.words.slides_failed)
    }
  }

  // ── what the room tells ─────────────────────────────────────────────────────────────────────────

  /** @param {import("jt/classroom/state.js").RoomState} state @param {any} event */
  changed(state, event) {
    if (!event || (event.type === "slide_turned" && event.page === this.heading)) this.heading = undefined
    if (event?.type === "said") this.view.interim = ""
    if (event?.type === "slide_turned") this.view.announce(fill(this.setup.words.slide, { page: state.page }))
    if (event?.type === "segment_entered") this.view.announce(state.agenda.segments[state.segment].title)
    this.view.show(state, this.link.online)
    this.board?.show(state.page)
    this.check.showReady(state)
    if (state.phase === "live") this.hints.stop()
    else if (state.phase !== "ended") this.hints.start()
    if (state.phase === "ended") this.ending ??= setTimeout(() => this.leave(this.setup.after), 8000)
    if (!event && this.settings) this.link.send("report_microphone", this.settings)
    this.watchSound(state)
    this.tick()
  }

  /** When the server hears nothing of a microphone that is open, a fresh connection helps. */
  watchSound(/** @type {import("jt/classroom/state.js").RoomState} */ state) {
    clearTimeout(this.unheard)
    if (state.media === "lost") this.unheard = setTimeout(() => this.self?.republish(), REPUBLISH_MS)
    this.view.warn("lost", state.phase === "live" && state.media === "lost" ? this.setup.words.lost : "")
  }

  status(/** @type {"open"|"lost"|"taken_over"|"refused"} */ status) {
    if (this.state) this.view.show(this.state, this.link.online)
    this.view.warn("offline", status === "lost" && this.state ? this.setup.words.offline : "")
    if (status === "refused") clearTimeout(this.passing) // its sentence stays: nothing will mend it
    if (status === "taken_over" || status === "refused") this.letGo()
    this.find("taken").hidden = status !== "taken_over"
    if (status === "taken_over") this.find("taken").querySelector("button")?.focus()
  }

  trouble(/** @type {string} */ code, /** @type {string} */ sentence) {
    this.heading = undefined
    this.view.warn(code, sentence)
    this.passing = setTimeout(() => this.view.warn(code, ""), 12_000)
    this.check.showProblem(sentence)
  }

  leave(/** @type {string} */ after) {
    clearTimeout(this.ending)
    this.letGo()
    location.assign(after)
  }

  tick() {
    if (this.state) this.view.tick(this.state, this.link.now())
  }

  // ── devices ─────────────────────────────────────────────────────────────────────────────────────

  /** @param {"microphone"|"camera"} kind @param {MediaStreamTrack} track */
  async opened(kind, track) {
    if (kind === "camera") {
      for (const name of ["mirror", "self"]) {
        /** @type {HTMLVideoElement} */ (this.find(name)).srcObject = new MediaStream([track])
      }
      this.find("self").hidden = this.hideSelf
    }
    this.check.showChoices(kind, await this.self.choices(kind), track)
  }

  deviceTrouble(/** @type {"microphone"|"camera"} */ kind, /** @type {string} */ reason) {
    const sentence = reason ? this.setup.words[`${kind}_${reason}`] ?? this.setup.words[`microphone_${reason}`] : ""
    this.check.showTrouble(kind, sentence)
    this.view.warn(kind, sentence)
    if (kind === "camera" && reason) this.find("self").hidden = true
  }

  showLevel(/** @type {import("jt/classroom/level.js").Level} */ level) {
    this.check.showLevel(level)
    const sentence = level.hint ? this.setup.words[`level_${level.hint}`] : ""
    this.view.warn("level", level.hint === "quiet" ? "" : sentence)
  }

  choose({ target }) {
    this.self.use(target.dataset.kind, target.value)
  }

  // ── what the person does ────────────────────────────────────────────────────────────────────────

  press(/** @type {KeyboardEvent} */ event) {
    const action = actionOf(event)
    if (!action || !this.find("taken").hidden) return
    event.preventDefault()
    const self = /** @type {Record<string, any>} */ (/** @type {unknown} */ (this))
    self[action]()
  }

  start() {
    if (this.state?.phase !== "live") this.link.send("start")
  }

  forward() {
    this.turn(1)
  }

  back() {
    this.turn(-1)
  }

  turn(/** @type {number} */ step) {
    if (!this.state) return
    const page = (this.heading ?? this.state.page) + step
    if (page < 1 || page > this.state.agenda.pages) return
    if (this.link.send("turn_to", { page })) this.heading = page
  }

  nextSegment() {
    const segment = (this.state?.segment ?? 0) + 1
    if (this.state?.phase === "live" && segment < this.state.agenda.segments.length) {
      this.link.send("enter_segment", { segment })
    }
  }

  pause() {
    if (this.state?.phase !== "live" || this.state.recording === "failed") return
    this.link.send(this.state.recording === "paused" ? "resume" : "pause")
  }

  askEnd() {
    if (this.state?.phase === "live") this.dialog("end").showModal()
  }

  end() {
    this.dialog("end").close()
    if (!this.link.send("end")) this.view.warn("offline", this.setup.words.offline)
  }

  help() {
    this.dialog("help").showModal()
  }

  dialog(/** @type {string} */ name) {
    return /** @type {HTMLDialogElement} */ (this.find(name))
  }

  toggleSelf() {
    this.hideSelf = !this.find("self").hidden
    this.find("self").hidden = this.hideSelf
  }

  toggleCaptions() {
    this.find("captions").hidden = !this.find("captions").hidden
  }

  growCaptions() {
    this.find("captions").hidden = false
    this.find("captions").classList.toggle("room-captions--grown")
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen()
    else document.documentElement.requestFullscreen().catch(() => undefined)
  }

  async shareScreen() {
    if (this.screen) return this.stopScreen()
    if (this.state?.phase !== "live") return
    try {
      const track = await openScreen()
      track.onended = () => this.stopScreen()
      this.screen = new Publisher(`${this.setup.path}/media`, this.setup.ice, () => undefined)
      this.showSharing(true)
      await this.screen.publish(new Map([["screen", track]]))
      this.view.announce(this.setup.words.screen_on)
    } catch {
      this.stopScreen() // the person chose no screen after all
    }
  }

  stopScreen() {
    if (!this.screen) return
    for (const track of this.screen.tracks.values()) track.stop()
    this.screen.close()
    this.screen = undefined
    this.showSharing(false)
    this.view.announce(this.setup.words.screen_off)
  }

  showSharing(/** @type {boolean} */ on) {
    this.element.classList.toggle("is-sharing", on)
    const word = this.find("screenWord")
    word.textContent = on ? this.setup.words.screen_stop : this.setup.words.screen
    word.closest("button")?.setAttribute("aria-pressed", String(on))
  }
}
