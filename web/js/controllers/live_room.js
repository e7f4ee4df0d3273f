// The live lesson: introduces the socket, the views, the media and the panels to each other.
import { Controller } from "@hotwired/stimulus"
import { RoomConnection } from "jt/classroom/connection.js"
import { Delay } from "jt/classroom/delay.js"
import { LESSON, actionOf } from "jt/classroom/keys.js"
import { CaptionsView } from "jt/classroom/live/captions_view.js"
import { ControlsView } from "jt/classroom/live/controls_view.js"
import { Leading } from "jt/classroom/live/leading.js"
import { Own } from "jt/classroom/live/own.js"
import { Notices } from "jt/classroom/live/page.js"
import { Panels } from "jt/classroom/live/panels.js"
import { Reactions } from "jt/classroom/live/reactions.js"
import { Screens, screenFor } from "jt/classroom/live/screens.js"
import { StageView } from "jt/classroom/live/stage_view.js"
import { StayAwake } from "jt/classroom/live/stay_awake.js"
import { TopView } from "jt/classroom/live/top_view.js"
import { Watching } from "jt/classroom/live/watching.js"
import { sayer } from "jt/classroom/live/words.js"
import { SlideBoard } from "jt/classroom/slide_board.js"
import { fill } from "jt/lib/clock.js"

const TICK_MS = 250
const FAREWELL_MS = 8000
const PROBLEM_MS = 12_000
/** What panels beside these show is never late. */
const LATE_PANELS = ["board", "polls"]

/** @typedef {import("jt/classroom/seats.js").RoomState} RoomState */
/** @typedef {ReturnType<typeof setTimeout>} Timer */

export default class extends Controller {
  /** @type {import("jt/classroom/live/page.js").Setup} */ setup
  /** @type {import("jt/classroom/live/words.js").Find} */ find
  /** @type {import("jt/classroom/live/words.js").Say} */ say
  /** @type {RoomConnection} */ link
  /** @type {StageView} */ stage
  /** @type {Watching} */ watching
  /** @type {Own} */ own
  /** @type {Leading} */ leading
  /** @type {Panels} */ panels
  /** @type {Screens} */ screens
  /** @type {TopView} */ top
  /** @type {CaptionsView} */ captions
  /** @type {SlideBoard | undefined} */ board
  /** @type {Timer | undefined} */ ticking
  /** @type {Timer | undefined} */ ending
  delay = new Delay()
  code = "" // of the last problem
  sentence = ""
  slides = ""
  mounted = false
  awake = new StayAwake()
  shownPage = 0

  connect() {
    const element = /** @type {HTMLElement} */ (this.element)
    this.setup = JSON.parse(element.dataset.setup ?? "{}")
    this.find = (name) => /** @type {HTMLElement} */ (element.querySelector(`[data-room="${name}"]`))
    this.say = sayer(this.setup.words)
    this.link = new RoomConnection(this.setup.path, {
      changed: (state, event) => this.changed(/** @type {RoomState} */ (state), event),
      said: (line) => this.captions.saying(line, this.state?.people[line.person ?? ""]?.name ?? ""),
      speaking: (people) => this.stage.speaking(people),
      stepped: (video) => this.watching.step(!video),
      trouble: ({ code, sentence }) => this.trouble(code, sentence),
      status: (status) => this.status(status),
      finished: (after) => this.leave(after),
    })
    this.build(element)
    this.keys = (/** @type {KeyboardEvent} */ event) => this.press(event)
    document.addEventListener("keydown", this.keys)
    element.addEventListener("ask-removal", (event) => this.leading.askRemoval(/** @type {CustomEvent} */ (event).detail))
    this.ticking = setInterval(() => this.tick(), TICK_MS)
    this.enter()
  }

  build(/** @type {HTMLElement} */ element) {
    const { find, say } = this
    const { words } = this.setup
    const announce = (/** @type {string} */ sentence) => this.announce(sentence)
    this.notices = new Notices(find("notices"))
    this.top = new TopView(element, find, words, say, announce)
    this.stage = new StageView(find("stage"), find, say)
    this.controls = new ControlsView(element, find, words, say)
    this.captions = new CaptionsView(find("captions"), find("lines"))
    this.reactions = new Reactions(find("reactions"), say, announce)
    this.screens = new Screens(find, say)
    this.panels = new Panels(element)
    this.watching = new Watching(this, this.stage)
    this.own = new Own(this, this.stage)
    this.leading = new Leading(this, this.stage)
  }

  disconnect() {
    if (this.keys) document.removeEventListener("keydown", this.keys)
    clearInterval(this.ticking)
    this.board?.close()
    this.letGo()
  }

  // ── what the parts need of the page ─────────────────────────────────────────────────────────────

  get state() {
    return /** @type {RoomState | null} */ (this.link.state)
  }

  get me() {
    return this.link.you
  }

  get online() {
    return this.link.online
  }

  now() {
    return this.link.now()
  }

  /** @param {string} type @param {Record<string, unknown>} fields */
  send(type, fields = {}) {
    return this.link.send(type, fields)
  }

  /** Read to those who do not see the screen. */
  announce(/** @type {string} */ sentence) {
    this.find("announcer").textContent = sentence
  }

  /** @param {string} name @param {string} sentence @param {import("jt/classroom/live/page.js").Remedy} [remedy] */
  warn(name, sentence, remedy) {
    this.notices?.warn(name, sentence, remedy)
  }

  dialog(/** @type {string} */ name) {
    return /** @type {HTMLDialogElement} */ (this.find(name))
  }

  /** Something of ours changed, not the room. */
  redraw() {
    if (this.state) this.present(this.state, null, [])
  }

  // ── what the room tells ─────────────────────────────────────────────────────────────────────────

  /** Come in, or come back: "use here" of a page that was taken over. */
  enter() {
    this.screens.show("")
    this.link.open()
    this.awake.begin()
  }

  letGo() {
    this.link.close()
    this.awake.end()
    this.watching?.stop()
    this.own?.letGo()
  }

  /** @param {RoomState} state @param {any} event */
  changed(state, event) {
    if (event?.type === "removed" && event.person === this.me) return this.turnedAway("removed")
    if (!event || event.type === "slide_turned") this.leading.heading = undefined
    if (event?.type === "reacted") this.reactions?.show(state.people[event.person]?.name ?? "", event.symbol)
    if (state.phase === "ended") this.over()
    else this.screens.show(state.people[this.me]?.lobby ? "lobby" : "")
    this.delay.push(state)
    if (!this.mounted) this.mount()
    this.openSlides(state.agenda.slides)
    this.top.show(state, this.link.online)
    this.watching.follow(state, event)
    this.own.follow(state)
    this.present(state, event)
    this.tick()
  }

  /**
   * Draw what is to be seen: late where the picture is.
   * @param {RoomState} state @param {any} event @param {string[]} [panels]  those that are told; all
   */
  present(state, event, panels) {
    const seen = this.delay.at(state, this.watching.time, this.me)
    this.seen = this.delay.lookAt(this.watching.time)
    this.stage.show(seen, this.me)
    this.controls?.show(state, this.me, {
      microphone: this.own.microphone, camera: this.own.camera,
      screen: Boolean(this.own.screen), light: this.watching.ways.light,
    })
    if (this.shownPage && seen.page !== this.shownPage) this.announce(fill(this.setup.words.slide, { page: seen.page }))
    this.shownPage = seen.page
    this.board?.show(seen.page)
    this.panels.show((name) => (LATE_PANELS.includes(name) ? seen : state), event, panels)
  }

  async mount() {
    this.mounted = true
    await this.panels.mount({
      send: (type, fields = {}) => this.send(type, fields), words: this.setup.words, me: this.me,
      path: this.setup.path, now: () => this.now(), announce: (sentence) => this.announce(sentence),
    })
    if (this.state) this.present(this.state, null)
  }

  async openSlides(/** @type {string} */ address) {
    if (!address || address === this.slides) return
    this.slides = address
    this.board?.close()
    this.board = new SlideBoard(this.find("board"), /** @type {HTMLCanvasElement} */ (this.find("slide")), null,
      (page) => fill(this.setup.words.slide, { page }))
    this.board.show(this.shownPage || (this.state?.page ?? 1))
    try {
      await this.board.open(address)
    } catch (error) {
      console.warn("slides cannot be shown", error)
      this.warn("slides", this.setup.words.slides_failed)
    }
  }

  status(/** @type {"open"|"lost"|"taken_over"|"refused"} */ status) {
    if (this.state) this.top.show(this.state, this.link.online)
    this.warn("offline", status === "lost" && this.state ? this.say("offline") : "")
    if (status === "taken_over" || status === "refused") this.turnedAway(screenFor(status, this.code))
  }

  /** @param {import("jt/classroom/live/screens.js").ScreenName} name */
  turnedAway(name) {
    this.letGo()
    this.screens.show(name, this.sentence)
  }

  over() {
    this.screens.show("ended")
    this.ending ??= setTimeout(() => this.leave(this.setup.after), FAREWELL_MS)
  }

  trouble(/** @type {string} */ code, /** @type {string} */ sentence) {
    this.leading.heading = undefined
    this.code = code
    this.sentence = sentence
    this.warn(code, sentence)
    setTimeout(() => this.warn(code, ""), PROBLEM_MS)
  }

  leave(/** @type {string} */ after) {
    clearTimeout(this.ending)
    this.letGo()
    location.assign(after)
  }

  tick() {
    const { state, watching } = this
    if (!state) return
    this.top.tick(state, this.now())
    if (this.link.online) this.top.network(...watching.network)
    else this.top.network("lost", this.say("net_lost"))
    watching.replay.tick(this.delay.since)
    const time = watching.time
    if (this.delay.lookAt(time) !== this.seen) this.present(state, null, LATE_PANELS)
    this.captions.show(state.lines ?? [], time)
    this.panels.tick()
  }

  // ── what the person does ────────────────────────────────────────────────────────────────────────

  press(/** @type {KeyboardEvent} */ event) {
    const action = actionOf(event, LESSON)
    if (!action || this.screens.name) return
    event.preventDefault()
    if (action.startsWith("openTab")) this.panels.open(Number(action.slice(-1)))
    else this.do(action, event)
  }

  /** A button of the page: its `data-control` says what. */
  act(/** @type {Event} */ event) {
    this.do(/** @type {HTMLElement} */ (event.currentTarget).dataset.control ?? "", event)
  }

  do(/** @type {string} */ action, /** @type {Event} */ event) {
    const able = [this.leading, this.own, this.watching, this.watching.replay, this]
    const one = /** @type {any} */ (able.find((part) => action in part))
    one?.[action](event)
    if (this.find("moreMenu").matches(":popover-open") && action !== "openMore") this.find("moreMenu").hidePopover()
  }

  openReactions() {
    if (this.state?.people[this.me]?.role !== "supervisor") this.find("reactionMenu").togglePopover()
  }

  openMore() {
    this.find("moreMenu").togglePopover()
  }

  react({ currentTarget }) {
    this.send("react", { symbol: currentTarget.dataset.symbol })
    this.find("reactionMenu").hidePopover()
  }

  help() {
    this.dialog("help").showModal()
  }

  toggleCaptions() {
    this.captions.toggle()
  }

  growCaptions() {
    this.captions.grow()
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen()
    else document.documentElement.requestFullscreen().catch(() => undefined)
  }
}
