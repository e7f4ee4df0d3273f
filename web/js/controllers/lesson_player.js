import { clock, fill } from "jt/lib/clock.js"
import { lessonLanes } from "jt/player/lanes.js"
import { LessonStage } from "jt/player/lesson_stage.js"
import { Place } from "jt/player/place.js"
import { Player } from "jt/player/player.js"
import { Talk } from "jt/player/talk.js"
import { Timeline, indexAt } from "jt/player/timeline.js"

const MOMENT = 6 // seconds a raised hand is told
const NOTE_MS = 8000

/** The player of a lesson: everything that was seen and said, on one playhead. */
export default class extends Player {
  static targets = ["screen", "page", "canvas", "sheet", "ink", "marker", "swap", "speaker", "where", "people", "moment", "talk", "left", "leftAt", "cut"]
  static values = { url: String, recording: String }

  /** @type {LessonStage} */ stage
  /** @type {Talk} */ talk
  /** @type {Place} */ place
  /** @type {any} */ told
  /** @type {any} what the server knows of the person's watching: watching.json, or null */ watched

  async connect() {
    super.connect()
    const { signal } = this.leaving
    this.element.addEventListener("click", (event) => this.#jump(event), { signal })
    addEventListener("pagehide", () => this.#keep(), { signal })
    const [timeline, watched] = await Promise.all([this.#load("timeline.json"), this.#load("watching.json")])
    if (signal.aborted) return
    if (!timeline) return this.say(this.words.failed)
    this.watched = watched
    await this.#open(timeline)
  }

  disconnect() {
    this.#keep()
    super.disconnect()
    this.stage?.close()
    this.talk?.close()
  }

  // --- what people do ---

  /** What is large becomes small, and the other way round. */
  swap() {
    const large = this.stageTarget.dataset.large
    this.stageTarget.dataset.large = large === "camera" ? "content" : "camera"
  }

  fromStart() {
    this.leftTarget.hidden = true
    this.playback?.playFrom(0)
  }

  // --- how it comes about ---

  /** What the server tells of this lesson, in the edition this page is about; null where it does not. */
  async #load(name) {
    const edition = new URL(location.href).searchParams.get("edition")
    const address = `${this.urlValue}/${name}${edition ? `?edition=${encodeURIComponent(edition)}` : ""}`
    const answer = await fetch(address, { signal: this.leaving.signal }).catch(() => null)
    return answer?.ok ? answer.json().catch(() => null) : null
  }

  async #open(timeline) {
    this.told = timeline
    const parts = Object.fromEntries(["screen", "page", "canvas", "sheet", "ink", "marker"].map((name) => [name, this[`${name}Target`]]))
    this.stage = new LessonStage(/** @type {any} */ (parts), timeline, this.videoTarget, this.words)
    this.talk = new Talk(this.talkTarget, timeline, this.words)
    this.place = new Place(this.recordingValue, timeline.duration, localStorage, this.#clock())
    this.#layOut(timeline)
    this.start(new Timeline(timeline), timeline.media.src)
    this.read(timeline.lines.map((line) => ({ ...line, words: [] })))
    this.ribbon.draw(lessonLanes(timeline))
    this.cutTarget.hidden = !timeline.cut.length
    this.#goOn()
    this.ready()
    this.videoTarget.addEventListener("pause", () => this.#keep(), { signal: this.leaving.signal })
    this.moved(this.playback.now)
    await this.stage.open().catch((problem) => {
      console.warn("the slides could not be opened", problem)
      this.say(this.words.no_slides)
    })
    this.moved(this.playback.now)
    this.stageTarget.dataset.open = "yes"
  }

  /** The server's clock, as far as it is known. */
  #clock() {
    const since = this.watched ? this.watched.now - performance.now() : 0
    return since ? () => since + performance.now() : Date.now
  }

  #layOut({ media }) {
    const both = this.stage.any && media.picture
    this.element.classList.toggle("player--voice", !this.stage.any && !media.picture)
    this.viewsTarget.hidden = this.swapTarget.hidden = !both
    if (!both) this.show(media.picture ? "picture" : "slides")
  }

  /** Where the address says (?t= seconds, ?q= words to mark), else where one left. */
  #goOn() {
    const asked = new URL(location.href).searchParams
    const query = asked.get("q") ?? ""
    if (query) {
      this.searchTarget.value = query
      this.search()
    }
    const at = Number(asked.get("t") ?? NaN)
    if (at >= 0) return this.playback.seek(at)
    const left = this.place.left(this.watched)
    if (!left) return
    this.playback.seek(left)
    this.leftAtTarget.textContent = fill(this.words.left, { at: clock(left) })
    this.leftTarget.hidden = false
    setTimeout(() => { this.leftTarget.hidden = true }, NOTE_MS)
  }

  moved(seconds) {
    super.moved(seconds)
    this.stage.follow(seconds)
    this.talk.follow(seconds)
    this.#tellNow(seconds)
    if (!this.videoTarget.paused) this.place.keep(seconds)
  }

  caption(said) {
    return said.name ? fill(this.words.caption, { name: said.name, text: said.text }) : said.text
  }

  key(event) {
    if (event.key === "c") this.toggleCaptions()
    else if (event.key === "x" && !this.swapTarget.hidden) this.swap()
    else return false
    return true
  }

  /** The few words beside the small picture. */
  #tellNow(seconds) {
    const { moments, people, media } = this.told
    const moment = moments[indexAt(moments, seconds, (one) => one.at)]
    const told = moment && seconds - moment.at < MOMENT
    this.#set(this.speakerTarget, this.spoken(seconds)?.name ?? "")
    this.#set(this.whereTarget, media.slides ? fill(this.words.where, { page: this.stage.pageAt(seconds) }) : "")
    const count = people[indexAt(people, seconds, (one) => one.at)]?.n
    this.#set(this.peopleTarget, count ? fill(this.words.people, { n: count }) : "")
    this.#set(this.momentTarget, told ? fill(this.words[`now.${moment.kind}`] ?? "", { name: moment.name }) : "")
  }

  #set(node, text) {
    if (node.textContent !== text) node.textContent = text
  }

  #jump(event) {
    const button = event.target.closest("[data-jump]")
    if (button) this.playback?.playFrom(Number(button.dataset.jump))
  }

  #keep() {
    if (this.playback && this.playback.now > 0) this.place?.keep(this.playback.now, true)
  }
}
