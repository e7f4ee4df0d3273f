// The live lesson: introduces the socket, the views, the media and the panels to each other.
import { Controller } from "@hotwired/stimulus"
import { RoomConnection } from "jt/classroom/connection.js"
import { LESSON, actionOf } from "jt/classroom/keys.js"
import { CaptionsView } from "jt/classroom/live/captions_view.js"
import { ControlsView } from "jt/classroom/live/controls_view.js"
import { Panels } from "jt/classroom/live/panels.js"
import { Screens, screenFor } from "jt/classroom/live/screens.js"
import { StageView } from "jt/classroom/live/stage_view.js"
import { TopView } from "jt/classroom/live/top_view.js"
import { sayer } from "jt/classroom/live/words.js"
import { leads, nextHand, placeInRow } from "jt/classroom/seats.js"
import { SlideBoard } from "jt/classroom/slide_board.js"
import { fill } from "jt/lib/clock.js"

const TICK_MS = 250

/**
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {{path: string, after: string, opened: number, ice: RTCIceServer[], words: Record<string, string>}} Setup
 * @typedef {ReturnType<typeof setTimeout>} Timer
 */

export default class extends Controller {
  /** @type {Setup} */ setup
  /** @type {import("jt/classroom/live/words.js").Find} */ find
  /** @type {import("jt/classroom/live/words.js").Say} */ say
  /** @type {RoomConnection} */ link
  /** @type {SlideBoard | undefined} */ board
  /** @type {(event: KeyboardEvent) => void} */ keys
  /** @type {Timer | undefined} */ ticking
  /** @type {Timer | undefined} */ ending
  /** @type {number | undefined} the page that was asked for and has not come yet */ heading
  code = "" // of the last problem
  sentence = ""
  slides = ""
  removing = ""
  mounted = false

  connect() {
    const element = /** @type {HTMLElement} */ (this.element)
    this.setup = JSON.parse(element.dataset.setup ?? "{}")
    const find = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (element.querySelector(`[data-room="${name}"]`))
    this.find = find
    this.say = sayer(this.setup.words)
    const announce = (/** @type {string} */ sentence) => this.announce(sentence)
    this.top = new TopView(element, find, this.setup.words, this.say, announce)
    this.stage = new StageView(find("stage"), find, this.say)
    this.controls = new ControlsView(element, find, this.setup.words, this.say)
    this.captions = new CaptionsView(find("captions"), find("lines"))
    this.screens = new Screens(find, this.say)
    this.panels = new Panels(element)
    this.link = new RoomConnection(this.setup.path, {
      changed: (state, event) => this.changed(/** @type {RoomState} */ (state), event),
      said: (line) => this.captions?.saying(line, this.state?.people[line.person ?? ""]?.name ?? ""),
      speaking: (people) => this.stage?.speaking(people),
      stepped: () => undefined,
      trouble: ({ code, sentence }) => this.trouble(code, sentence),
      status: (status) => this.status(status),
      finished: (after) => this.leave(after),
    })
    this.keys = (event) => this.press(event)
    document.addEventListener("keydown", this.keys)
    element.addEventListener("ask-removal", (event) => this.askRemoval(/** @type {CustomEvent} */ (event).detail))
    this.ticking = setInterval(() => this.tick(), TICK_MS)
    this.enter()
  }

  disconnect() {
    document.removeEventListener("keydown", this.keys)
    clearInterval(this.ticking)
    this.board?.close()
    this.letGo()
  }

  get state() {
    return /** @type {RoomState} */ (this.link.state)
  }

  get me() {
    return this.link.you
  }

  get myself() {
    return this.state?.people?.[this.me]
  }

  /** Come in, or come back: "use here" of a page that was taken over. */
  enter() {
    this.screens?.show("")
    this.link.open()
  }

  letGo() {
    this.link.close()
  }

  // ── what the room tells ─────────────────────────────────────────────────────────────────────────

  /** @param {RoomState} state @param {any} event */
  changed(state, event) {
    if (!event || (event.type === "slide_turned" && event.page === this.heading)) this.heading = undefined
    if (event?.type === "removed" && event.person === this.me) return this.turnedAway("removed")
    if (state.phase === "ended") this.over()
    else this.screens?.show(this.myself?.lobby ? "lobby" : "")
    if (!this.mounted) this.mount()
    this.openSlides(state.agenda.slides)
    this.top?.show(state, this.link.online)
    this.present(state, event)
    this.tick()
  }

  /** What follows the playhead, and the panels. @param {RoomState} state @param {any} event */
  present(state, event) {
    if (event?.type === "slide_turned") this.announce(fill(this.setup.words.slide, { page: state.page }))
    this.stage?.show(state, this.me)
    this.controls?.show(state, this.me, { microphone: true, camera: true, screen: false, light: false })
    this.board?.show(state.page)
    this.panels?.show(state, event)
  }

  async mount() {
    this.mounted = true
    const room = {
      send: (/** @type {string} */ type, fields = {}) => this.link.send(type, fields),
      words: this.setup.words, me: this.me, path: this.setup.path, now: () => this.link.now(),
      announce: (/** @type {string} */ sentence) => this.announce(sentence),
    }
    await this.panels?.mount(room)
    if (this.state) this.present(this.state, null)
  }

  async openSlides(/** @type {string} */ address) {
    if (!address || address === this.slides) return
    this.slides = address
    this.board?.close()
    this.board = new SlideBoard(this.find("board"), /** @type {HTMLCanvasElement} */ (this.find("slide")), null,
      (page) => fill(this.setup.words.slide, { page }))
    this.board.show(this.state.page)
    try {
      await this.board.open(address)
    } catch (error) {
      console.warn("slides cannot be shown", error)
      this.warn("slides", this.setup.words.slides_failed)
    }
  }

  status(/** @type {"open"|"lost"|"taken_over"|"refused"} */ status) {
    if (this.state) this.top?.show(this.state, this.link.online)
    this.top?.network(status === "open" ? "good" : "lost", this.say(status === "open" ? "net_good" : "net_lost"))
    this.warn("offline", status === "lost" && this.state ? this.say("offline") : "")
    if (status === "taken_over" || status === "refused") this.turnedAway(screenFor(status, this.code))
  }

  /** @param {import("jt/classroom/live/screens.js").ScreenName} name */
  turnedAway(name) {
    this.letGo()
    this.screens?.show(name, this.sentence)
  }

  over() {
    this.screens?.show("ended")
    this.ending ??= setTimeout(() => this.leave(this.setup.after), 8000)
  }

  trouble(/** @type {string} */ code, /** @type {string} */ sentence) {
    this.heading = undefined
    this.code = code
    this.sentence = sentence
    this.warn(code, sentence)
    setTimeout(() => this.warn(code, ""), 12_000)
  }

  leave(/** @type {string} */ after) {
    clearTimeout(this.ending)
    this.letGo()
    location.assign(after)
  }

  tick() {
    if (!this.state) return
    this.top?.tick(this.state, this.link.now())
    this.captions?.show(this.state.lines ?? [], Infinity)
    this.panels?.tick()
  }

  /** Read to those who do not see the screen. */
  announce(/** @type {string} */ sentence) {
    this.find("announcer").textContent = sentence
  }

  /** A sentence that stays until it is no longer true ("" takes it away). */
  warn(/** @type {string} */ name, /** @type {string} */ sentence) {
    const notices = this.find("notices")
    const there = /** @type {HTMLElement | null} */ (notices.querySelector(`[data-name="${name}"]`))
    if (!sentence) return there?.remove()
    const notice = there ?? Object.assign(document.createElement("p"), { className: "notice notice--warn" })
    notice.dataset.name = name
    if (notice.textContent !== sentence) notice.textContent = sentence
    if (!there) notices.append(notice)
  }

  // ── what the person does ────────────────────────────────────────────────────────────────────────

  press(/** @type {KeyboardEvent} */ event) {
    const action = actionOf(event, LESSON)
    if (!action || this.screens?.name) return
    event.preventDefault()
    if (action.startsWith("openTab")) return this.panels?.open(Number(action.slice(-1)))
    const self = /** @type {Record<string, any>} */ (/** @type {unknown} */ (this))
    self[action]?.()
  }

  get leading() {
    return leads(this.myself)
  }

  forward() {
    this.turn(1)
  }

  back() {
    this.turn(-1)
  }

  turn(/** @type {number} */ step) {
    if (!this.leading) return
    const page = (this.heading ?? this.state.page) + step
    if (page < 1 || page > this.state.agenda.pages) return
    if (this.link.send("turn_to", { page })) this.heading = page
  }

  nextSegment() {
    const segment = (this.state?.segment ?? 0) + 1
    if (this.leading && this.state.phase === "live" && segment < this.state.agenda.segments.length) {
      this.link.send("enter_segment", { segment })
    }
  }

  /** Start, pause or go on. */
  course() {
    if (!this.leading || this.state.recording === "failed") return
    const paused = this.state.recording === "paused"
    this.link.send(this.state.phase !== "live" ? "start" : paused ? "resume" : "pause")
  }

  askEnd() {
    if (this.leading) this.dialog("end").showModal()
  }

  end() {
    this.dialog("end").close()
    if (!this.link.send("end")) this.warn("offline", this.say("offline"))
  }

  /** @param {{person: string, name: string}} whom */
  askRemoval({ person, name }) {
    this.removing = person
    this.find("removalTitle").textContent = this.say("removal_of", { name })
    this.dialog("removal").showModal()
  }

  remove() {
    this.dialog("removal").close()
    this.link.send("remove", { person: this.removing })
  }

  inviteNext() {
    const next = nextHand(this.state)
    if (this.leading && next) this.link.send("invite", { person: next.id })
  }

  muteAll() {
    this.link.send("mute_all")
  }

  toggleLock() {
    this.link.send(this.state.locked ? "unlock" : "lock")
  }

  toggleLobby() {
    this.link.send(this.state.lobby_open ? "close_lobby" : "open_lobby")
  }

  takeStage() {
    this.link.send("take_stage")
  }

  leaveStage() {
    if (this.myself?.seat) this.link.send("leave_stage")
  }

  toggleWhiteboard() {
    if (!this.leading || !this.stage) return
    this.stage.whiteboard = !this.stage.whiteboard
    this.stage.show(this.state, this.me)
  }

  toggleHand() {
    if (this.myself?.seat || this.myself?.role === "supervisor") return
    this.link.send(placeInRow(this.state, this.me) ? "lower_hand" : "raise_hand")
  }

  openReactions() {
    if (this.myself?.role !== "supervisor") this.find("reactionMenu").togglePopover()
  }

  openMore() {
    this.find("moreMenu").togglePopover()
  }

  react({ currentTarget }) {
    this.link.send("react", { symbol: currentTarget.dataset.symbol })
    this.find("reactionMenu").hidePopover()
  }

  help() {
    this.dialog("help").showModal()
  }

  dialog(/** @type {string} */ name) {
    return /** @type {HTMLDialogElement} */ (this.find(name))
  }

  toggleCaptions() {
    this.captions?.toggle()
  }

  growCaptions() {
    this.captions?.grow()
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen()
    else document.documentElement.requestFullscreen().catch(() => undefined)
  }
}
