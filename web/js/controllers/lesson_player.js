import { clock, fill } from "jt/lib/clock.js"
import { Captions } from "jt/player/captions.js"
import { Chapters } from "jt/player/chapters.js"
import { Following, atLive, grow } from "jt/player/following.js"
import { lessonLanes } from "jt/player/lanes.js"
import { LessonStage } from "jt/player/lesson_stage.js"
import { Place } from "jt/player/place.js"
import { Player } from "jt/player/player.js"
import { kept, keep } from "jt/player/preferences.js"
import { Addresses } from "jt/player/source.js"
import { Talk } from "jt/player/talk.js"
import { Timeline, indexAt } from "jt/player/timeline.js"

const MOMENT = 6 // seconds a raised hand is told
const NOTE_MS = 8000
const VIEWS = ["slides", "both", "even", "picture"]

/** The player of a lesson: everything that was seen and said, on one playhead. */
export default class extends Player {
  static targets = ["screen", "page", "canvas", "sheet", "ink", "marker", "swap", "speaker", "where", "people", "moment", "talk", "left", "leftAt",
    "cut", "choice", "chapters", "keys", "all", "live", "over"]
  static values = { url: String, recording: String, edition: String, language: String }

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
    for (const part of [this.stage, this.talk, this.following]) part?.close()
    clearTimeout(this.renewal)
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

  toLive() { this.playback?.playFrom(this.duration) }

  choose() {
    this.captions?.choose(this.choiceTarget.value, true)
    this.#captioned()
  }

  showKeys() { this.keysTarget.showModal() }
  hideKeys() { this.keysTarget.close() }

  setRate() {
    super.setRate()
    keep("rate", this.rateTarget.value)
  }

  setView(event) {
    super.setView(event)
    keep("view", event.currentTarget.dataset.view)
  }

  // --- how it comes about ---

  /** What the server tells of this lesson, in the edition this page is about; null where it does not. */
  async #load(name, query = "") {
    const edition = this.editionValue ? `edition=${encodeURIComponent(this.editionValue)}` : ""
    const address = `${this.urlValue}/${name}?${[edition, query].filter(Boolean).join("&")}`
    const answer = await fetch(address, { signal: this.leaving.signal }).catch(() => null)
    return answer?.ok ? answer.json().catch(() => null) : null
  }

  async #open(timeline) {
    const { media, live } = this.told = timeline
    const addresses = this.addresses = new Addresses(media.base)
    const more = { addresses, live, refused: () => this.#renew() }
    const parts = Object.fromEntries(["screen", "page", "canvas", "sheet", "ink", "marker"].map((name) => [name, this[`${name}Target`]]))
    this.stage = new LessonStage(/** @type {any} */ (parts), timeline, this.videoTarget, this.words, more)
    this.place = new Place(`${this.recordingValue}${this.editionValue && `.${this.editionValue}`}`, timeline.duration, localStorage, this.#clock())
    this.#layOut(timeline)
    this.start(new Timeline(timeline), media.src, more)
    this.#lay(timeline)
    this.chapters = new Chapters(this.chaptersTarget, this.#chapters(timeline), (seconds) => this.playback.playFrom(seconds))
    const tracks = { tracks: media.captions ?? [], lines: timeline.lines.length > 0, language: this.languageValue }
    this.captions = new Captions(this.choiceTarget, this.videoTarget, tracks, this.words, localStorage)
    this.ribbon.again(this.watched?.again ?? [])
    this.playback.rate = Number(kept("rate", "1")) || 1
    this.rateTarget.value = String(this.playback.rate)
    if (live) this.#follow()
    this.#renewLater()
    this.#goOn()
    this.ready()
    this.#captioned()
    this.videoTarget.addEventListener("pause", () => this.#keep(), { signal: this.leaving.signal })
    this.moved(this.playback.now)
    await this.stage.open().catch((problem) => {
      console.warn("the slides could not be opened", problem)
      this.say(this.words.no_slides)
    })
    this.moved(this.playback.now)
    this.stageTarget.dataset.open = "yes"
  }

  /** Show what lies along the playhead. */
  #lay(timeline) {
    this.talk?.close()
    this.talk = new Talk(this.talkTarget, timeline, this.words)
    const lines = timeline.lines.map((line) => ({ ...line, words: [] }))
    const shown = this.segments
    if (lines.length !== shown.length || lines.at(-1)?.text !== shown.at(-1)?.text) this.read(lines)
    if (!this.captions) { // nothing until somebody brings it
      this.ribbon.comments([])
      this.ribbon.hits([])
    }
    this.ribbon.draw(lessonLanes(timeline))
    this.cutTarget.hidden = !timeline.cut.length
    this.#length()
  }

  #chapters({ chapters = [], media }) {
    return chapters.map((chapter) => ({ ...chapter, thumb: chapter.thumb && media.base + chapter.thumb }))
  }

  #length() {
    this.seekTarget.max = String(this.duration)
    this.allTarget.textContent = clock(this.duration)
  }

  /** A class that goes on: its end moves, and more is written and said. */
  #follow() {
    this.liveTarget.hidden = false
    this.following = new Following(this.told, {
      load: (query) => this.#load("timeline.json", query),
      told: (told) => {
        const { duration } = this.timeline
        Object.assign(this.timeline, { spans: told.spans, gaps: told.gaps, duration: Math.max(duration, told.duration) })
        grow(this.timeline, this.videoTarget)
        this.told = told
        this.stage.tell(told)
        this.#lay(told)
        this.moved(this.now)
      },
      over: () => { this.overTarget.hidden = false },
      grown: () => {
        grow(this.timeline, this.videoTarget)
        this.#length()
        this.liveTarget.setAttribute("aria-pressed", String(atLive(this.now, this.duration)))
      },
    })
  }

  /** Addresses of media end after an hour: ask for new ones before, or when they are refused. */
  #renewLater() {
    const { seconds } = this.told.media
    if (seconds) this.renewal = setTimeout(() => this.#renew().then(() => this.#renewLater()), seconds * 1000)
  }

  async #renew() {
    const media = await this.#load("media.json")
    if (media && this.addresses) this.addresses.base = media.base
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
    this.show(both ? kept("view", "both", VIEWS) : media.picture ? "picture" : "slides")
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
    this.chapters?.follow(seconds)
    this.#tellNow(seconds)
    if (!this.videoTarget.paused) this.place.keep(seconds)
  }

  lineAt(said) {
    const spoken = said ? this.caption(said) : ""
    return this.captions?.text(spoken) ?? spoken
  }

  caption(said) {
    return said.name ? fill(this.words.caption, { name: said.name, text: said.text }) : said.text
  }

  key(event) {
    const act = {
      c: () => { this.captions?.toggle(); this.#captioned() },
      f: () => this.fullScreen(),
      v: () => this.#nextView(),
      x: () => this.swap(),
      ".": () => this.#chapter(1),
      ",": () => this.#chapter(-1),
      "?": () => this.showKeys(),
    }[event.key]
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return false
    act()
    return true
  }

  #captioned() {
    this.element.classList.toggle("player--captions", this.captions?.chosen !== "off")
    this.moved(this.now)
  }

  #nextView() {
    if (this.viewsTarget.hidden) return
    const next = VIEWS[(VIEWS.indexOf(this.stageTarget.dataset.view) + 1) % VIEWS.length]
    this.show(next)
    keep("view", next)
  }

  #chapter(step) {
    const at = this.chapters?.beside(this.now, step)
    if (at !== null && at !== undefined) this.playback.seek(at)
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
