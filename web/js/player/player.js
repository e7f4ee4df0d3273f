import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"
import { Playback, command } from "jt/player/playback.js"
import { Ribbon } from "jt/player/ribbon.js"
import { attach } from "jt/player/source.js"
import { Timeline, indexAt } from "jt/player/timeline.js"
import { Transcript } from "jt/player/transcript.js"

const LINGERS = 1.5 // seconds a caption stays after its last word

/** @typedef {{start: number, end: number}} Span */

/**
 * What every player's controller has: picture, play bar, captions, transcript and ribbon on one
 * playhead. One that extends it fills `segments` and calls `start`; `moved` is told every move.
 */
export class Player extends Behaviour {
  static targets = ["words", "stage", "video", "picture", "slide", "line", "gap", "seek", "play", "now", "rate", "captions", "views",
    "search", "found", "transcript", "ribbon"]

  leaving = new AbortController()
  /** @type {Timeline} */ timeline
  /** @type {Playback} */ playback
  /** @type {Ribbon} */ ribbon
  /** @type {Transcript | undefined} */ transcript
  /** @type {any[]} */ segments = []
  /** @type {number[]} */ hits = []
  hit = 0
  /** @type {any} */ on

  connect() {
    this.words = JSON.parse(this.wordsTarget.textContent)
    this.leaving = new AbortController()
    document.addEventListener("keydown", (event) => this.pressed(event), { signal: this.leaving.signal })
  }

  disconnect() {
    this.leaving.abort()
    this.detach?.()
    for (const part of [this.playback, this.ribbon, this.transcript]) part?.close()
  }

  // --- what people do ---

  toggle() { this.playback?.toggle() }
  seekTo() { this.playback?.seek(Number(this.seekTarget.value)) }
  setRate() { if (this.playback) this.playback.rate = Number(this.rateTarget.value) }

  toggleCaptions() {
    const shown = this.element.classList.toggle("player--captions")
    this.captionsTarget.setAttribute("aria-pressed", String(shown))
  }

  setView(event) { this.show(event.currentTarget.dataset.view) }

  /** Show this view of the stage. */
  show(/** @type {string} */ view) {
    this.stageTarget.dataset.view = view
    for (const button of this.viewsTarget.children) button.setAttribute("aria-pressed", String(button.dataset.view === view))
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen()
    else this.stageTarget.requestFullscreen?.()
  }

  search() {
    const query = this.searchTarget.value
    this.hits = this.transcript?.search(query) ?? []
    this.hit = 0
    const said = this.segments.filter((one) => this.hits.includes(one.start))
    this.ribbon?.hits(said.map(({ start, end, text }) => ({ start, end, text })))
    this.#tellFound(query)
  }

  nextFound(event) {
    event.preventDefault()
    if (!this.hits?.length) return
    this.playback?.seek(this.hits[this.hit % this.hits.length])
    this.hit += 1
    this.#tellFound(this.searchTarget.value)
  }

  // --- for other controllers: `player:ready` and `player:time` bubble from the element, whose
  // `player` is this ---

  /** Seconds of what is shown. */
  get now() { return this.playback?.now ?? 0 }
  get duration() { return this.timeline?.duration ?? 0 }

  playFrom(/** @type {number} */ seconds) { return this.playback?.playFrom(seconds) }
  pause() { this.videoTarget.pause() }

  /** Tell those who wait for it that the player can be spoken to. */
  ready() {
    /** @type {any} */ (this.element).player = this
    this.dispatch("ready", { prefix: "player", detail: this })
  }

  // --- for those that extend it ---

  /**
   * Play `address` along `timeline`; "" where there is nothing to play.
   * @param {Timeline} timeline @param {string} address @param {import("jt/player/source.js").More} [more]
   */
  start(timeline, address, more) {
    this.timeline = timeline
    this.playback = new Playback(this.videoTarget, timeline)
    this.playback.addEventListener("time", (event) => this.moved(/** @type {CustomEvent} */ (event).detail))
    this.on = {
      jump: (/** @type {number} */ seconds) => this.playback.playFrom(seconds),
      light: (/** @type {Span | null} */ span) => this.light(span),
    }
    this.ribbon = new Ribbon(this.ribbonTarget, timeline, this.words, this.on)
    this.seekTarget.max = String(timeline.duration)
    const { signal } = this.leaving
    const running = () => {
      this.element.classList.toggle("player--playing", !this.videoTarget.paused)
      this.playTarget.setAttribute("aria-label", this.videoTarget.paused ? this.words.play : this.words.pause)
    }
    for (const name of ["play", "pause", "ended"]) this.videoTarget.addEventListener(name, running, { signal })
    this.videoTarget.addEventListener("ratechange", () => { this.rateTarget.value = String(this.playback.rate) }, { signal })
    if (address) this.detach = attach(this.videoTarget, address, () => this.say(this.words.failed), more)
  }

  /** Show these utterances beside the player. */
  read(/** @type {any[]} */ segments) {
    this.transcript?.close()
    this.segments = segments
    if (segments.length) this.transcript = new Transcript(this.transcriptTarget, segments, this.on)
  }

  /** The playhead is at `seconds` of the timeline. */
  moved(/** @type {number} */ seconds) {
    this.seekTarget.value = String(seconds)
    this.seekTarget.style.setProperty("--share", `${this.timeline.share(seconds) * 100}%`)
    this.seekTarget.setAttribute("aria-valuetext", fill(this.words.of, { at: clock(seconds), all: clock(this.timeline.duration) }))
    this.nowTarget.textContent = clock(seconds)
    this.ribbon.follow(seconds)
    this.transcript?.follow(seconds)
    const said = this.spoken(seconds)
    const line = this.lineAt(said)
    if (line !== this.lineTarget.textContent) this.lineTarget.textContent = line
    const gap = this.timeline.gapAt(seconds)
    if (gap) this.say(this.words[`gap.${gap.reason}`] ?? this.words["gap.lost"])
    else if (this.said?.startsWith("gap")) this.say("")
    this.said = gap ? "gap" : this.said
    this.dispatch("time", { prefix: "player", detail: { seconds } })
  }

  /** What is being said at `seconds`, or was a moment ago. */
  spoken(/** @type {number} */ seconds) {
    const said = this.segments[indexAt(this.segments, seconds, (one) => one.start)]
    return said && seconds < said.end + LINGERS ? said : null
  }

  /** What stands below the picture while somebody says this, or nobody says anything. */
  lineAt(/** @type {any} */ said) { return said ? this.caption(said) : "" }

  /** How an utterance reads as a caption. */
  caption(/** @type {any} */ said) { return said.text }

  light(/** @type {Span | null} */ span) {
    this.ribbon.light(span)
    this.transcript?.light(span)
  }

  /** A sentence on the stage, until the next. */
  say(/** @type {string} */ sentence) {
    this.gapTarget.textContent = sentence
    this.gapTarget.hidden = !sentence
    this.said = sentence
  }

  /** What a key does that is no command of the playback; returns whether it did anything. */
  key(/** @type {KeyboardEvent} */ _event) { return false }

  pressed(event) {
    const typing = event.target.closest("input:not([type=range]), textarea, select, [contenteditable]")
    const pressed = event.key === " " && event.target.closest("button, a, summary, [role=tab]")
    if (typing || pressed || !this.playback || document.querySelector("dialog[open]")) return
    const ours = command(event)
    if (!ours && !this.key(event)) return
    event.preventDefault()
    ours?.(this.playback)
  }

  #tellFound(query) {
    const { found, found_none: none } = this.words
    this.foundTarget.textContent = !query.trim() ? "" : this.hits.length ? fill(found, { n: this.hits.length }) : none
  }
}
