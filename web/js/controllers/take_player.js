import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"
import { lanes } from "jt/player/lanes.js"
import { Playback, command } from "jt/player/playback.js"
import { Ribbon } from "jt/player/ribbon.js"
import { Slides } from "jt/player/slides.js"
import { attach } from "jt/player/source.js"
import { Timeline, indexAt } from "jt/player/timeline.js"
import { Transcript } from "jt/player/transcript.js"

const LINGERS = 1.5 // seconds a caption stays after its last word

/** The player of a take: picture, slides, transcript and ribbon on one playhead. */
export default class extends Behaviour {
  static targets = ["words", "stage", "video", "picture", "slide", "line", "gap", "seek", "play", "now", "rate", "captions", "views",
    "search", "found", "transcript", "ribbon", "commentCount"]
  static values = { take: String, src: String, slides: String, duration: Number, picture: Boolean }

  leaving = new AbortController()
  /** @type {Timeline} */ timeline
  /** @type {Playback} */ playback
  /** @type {Ribbon} */ ribbon
  /** @type {Slides | undefined} */ slides
  /** @type {Transcript | undefined} */ transcript
  /** @type {any[]} */ segments = []
  /** @type {number[]} */ hits = []
  hit = 0
  /** @type {any} */ on

  async connect() {
    this.words = JSON.parse(this.wordsTarget.textContent)
    this.leaving = new AbortController()
    const { signal } = this.leaving
    document.addEventListener("keydown", (event) => this.#key(event), { signal })
    document.addEventListener("click", (event) => this.#jumpButton(event), { signal })
    for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => this.#clipLight(event), { signal })
    document.addEventListener("take:report", () => this.#load(), { signal })
    document.addEventListener("take:comments", (event) => this.#comments(/** @type {CustomEvent} */ (event).detail), { signal })
    await this.#load()
  }

  disconnect() {
    this.leaving.abort()
    this.detach?.()
    for (const part of [this.playback, this.ribbon, this.transcript, this.slides]) part?.close()
  }

  // --- what people do ---

  toggle() { this.playback?.toggle() }
  seekTo() { this.playback?.seek(Number(this.seekTarget.value)) }
  setRate() { if (this.playback) this.playback.rate = Number(this.rateTarget.value) }

  toggleCaptions() {
    const shown = this.element.classList.toggle("player--captions")
    this.captionsTarget.setAttribute("aria-pressed", String(shown))
  }

  setView(event) {
    this.stageTarget.dataset.view = event.currentTarget.dataset.view
    for (const button of this.viewsTarget.children) button.setAttribute("aria-pressed", String(button === event.currentTarget))
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen()
    else this.stageTarget.requestFullscreen?.()
  }

  search() {
    const query = this.searchTarget.value
    this.hits = this.transcript?.search(query) ?? []
    this.hit = 0
    this.#tellFound(query)
  }

  nextFound(event) {
    event.preventDefault()
    if (!this.hits?.length) return
    this.playback?.seek(this.hits[this.hit % this.hits.length])
    this.hit += 1
    this.#tellFound(this.searchTarget.value)
  }

  // --- how it comes about ---

  async #load() {
    const names = document.querySelector(".report") ? ["timeline", "transcript", "report"] : ["timeline", "transcript"]
    const [timeline, transcript, report] = await Promise.all(names.map((name) => this.#json(name)))
    if (this.leaving.signal.aborted) return
    const shape = timeline ?? { duration: this.durationValue }
    const first = !this.playback
    if (first) this.#start(new Timeline(shape))
    this.turns = shape.slides ?? []
    this.transcript?.close()
    this.segments = (Array.isArray(transcript) ? transcript : transcript?.segments ?? transcript?.transcript) ?? report?.transcript ?? []
    if (this.segments.length) this.transcript = new Transcript(this.transcriptTarget, this.segments, this.on)
    this.ribbon.draw(lanes(shape, report))
    this.ribbon.comments(this.remarks ?? [])
    if (first) await this.#openSlides()
    this.#moved(this.playback.now)
  }

  #start(timeline) {
    this.timeline = timeline
    this.playback = new Playback(this.videoTarget, timeline)
    this.playback.addEventListener("time", (event) => this.#moved(/** @type {CustomEvent} */ (event).detail))
    const on = { jump: (seconds) => this.playback.playFrom(seconds), light: (span) => this.#light(span) }
    this.on = on
    this.ribbon = new Ribbon(this.ribbonTarget, timeline, this.words, on)
    this.seekTarget.max = String(timeline.duration)
    const { signal } = this.leaving
    const running = () => {
      this.element.classList.toggle("player--playing", !this.videoTarget.paused)
      this.playTarget.setAttribute("aria-label", this.videoTarget.paused ? this.words.play : this.words.pause)
    }
    for (const name of ["play", "pause", "ended"]) this.videoTarget.addEventListener(name, running, { signal })
    this.videoTarget.addEventListener("ratechange", () => { this.rateTarget.value = String(this.playback.rate) }, { signal })
    this.pictureTarget.hidden = !this.pictureValue
    if (this.srcValue) this.detach = attach(this.videoTarget, this.srcValue, () => this.#say(this.words.failed))
  }

  async #openSlides() {
    this.element.classList.toggle("player--voice", !this.pictureValue && !this.slidesValue)
    if (!this.slidesValue) return
    const label = (page, pages) => fill(this.words.page, { page, pages })
    this.slides = new Slides(this.slideTarget.querySelector("canvas"), label)
    try {
      await this.slides.open(this.slidesValue)
    } catch (problem) {
      console.warn("the slides could not be opened", problem)
      return this.#say(this.words.no_slides)
    }
    this.slideTarget.hidden = false
    this.viewsTarget.hidden = !this.pictureValue
  }

  #moved(seconds) {
    this.seekTarget.value = String(seconds)
    this.seekTarget.style.setProperty("--share", `${this.timeline.share(seconds) * 100}%`)
    this.seekTarget.setAttribute("aria-valuetext", fill(this.words.of, { at: clock(seconds), all: clock(this.timeline.duration) }))
    this.nowTarget.textContent = clock(seconds)
    this.ribbon.follow(seconds)
    this.transcript?.follow(seconds)
    const turn = this.turns[indexAt(this.turns, seconds, (one) => one.at)] ?? this.turns[0]
    if (this.slides) this.slides.show(turn?.page ?? 1)
    const said = this.segments[indexAt(this.segments, seconds, (one) => one.start)]
    const line = said && seconds < said.end + LINGERS ? said.text : ""
    if (line !== this.lineTarget.textContent) this.lineTarget.textContent = line
    const gap = this.timeline.gapAt(seconds)
    if (gap) this.#say(this.words[`gap.${gap.reason}`] ?? this.words["gap.lost"])
    else if (this.said?.startsWith("gap")) this.#say("")
    this.said = gap ? "gap" : this.said
    document.dispatchEvent(new CustomEvent("take:time", { detail: seconds }))
  }

  #light(span) {
    this.ribbon.light(span)
    this.transcript?.light(span)
  }

  #say(sentence) {
    this.gapTarget.textContent = sentence
    this.gapTarget.hidden = !sentence
    this.said = sentence
  }

  #tellFound(query) {
    const { found, found_none: none } = this.words
    this.foundTarget.textContent = !query.trim() ? "" : this.hits.length ? fill(found, { n: this.hits.length }) : none
  }

  #comments(comments) {
    this.remarks = comments
    this.ribbon?.comments(comments)
    this.commentCountTarget.textContent = comments.length ? String(comments.length) : ""
  }

  #key(event) {
    const typing = event.target.closest("input:not([type=range]), textarea, select, [contenteditable]")
    const pressed = event.key === " " && event.target.closest("button, a, summary, [role=tab]")
    const ours = !typing && !pressed && command(event)
    if (!ours || !this.playback) return
    event.preventDefault()
    ours(this.playback)
  }

  #jumpButton(event) {
    const button = event.target.closest("[data-jump]")
    if (!button || !this.playback) return
    this.playback.playFrom(Number(button.dataset.jump))
    if (!button.closest(".player")) this.element.scrollIntoView({ block: "start" })
  }

  #clipLight(event) {
    if (!this.ribbon || event.target.closest?.(".player")) return
    const clip = event.target.closest?.("[data-jump]")
    if (!clip && !this.clipLit) return
    this.clipLit = Boolean(clip)
    this.#light(clip ? { start: Number(clip.dataset.jump), end: Number(clip.dataset.until ?? clip.dataset.jump) + 0.1 } : null)
  }

  async #json(name) {
    const answer = await fetch(`${this.takeValue}/${name}.json`, { signal: this.leaving.signal }).catch(() => null)
    return answer?.ok ? answer.json() : null
  }
}
