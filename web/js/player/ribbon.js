import { clock, fill } from "jt/lib/clock.js"
import { pacePath } from "jt/player/lanes.js"
import { clamp } from "jt/player/timeline.js"

/** @typedef {import("jt/player/lanes.js").Mark} Mark */

const MOST_HITS = 400

/** The whole take as one band of lanes under the player. */
export class Ribbon {
  /**
   * @param {HTMLElement} element
   * @param {import("jt/player/timeline.js").Timeline} timeline
   * @param {Record<string, string>} words
   * @param {{jump: (seconds: number) => void, light: (span: Mark | null) => void}} on
   */
  constructor(element, timeline, words, on) {
    this.element = element
    this.timeline = timeline
    this.words = words
    this.on = on
    this.leaving = new AbortController()
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(name))
    this.over = part("[data-over]")
    this.head = part(".ribbon__head")
    this.lit = part(".ribbon__light")
    this.time = part(".ribbon__time")
    this.#listen()
  }

  /** Draw all lanes but the comments; those the page does not have are left out. */
  draw(/** @type {import("jt/player/lanes.js").Lanes} */ lanes) {
    const { words } = this
    this.#fill("segments", lanes.segments, (mark) => mark.text, "segment")
    this.#fill("questions", lanes.questions, (mark) => fill(words.question, { text: mark.text, at: clock(mark.start) }), "question")
    this.#fill("pauses", lanes.pauses, (mark) => fill(words.pause_mark, { n: (mark.end - mark.start).toFixed(1), at: clock(mark.start) }), "pause")
    this.#fill("slides", lanes.slides, (mark) => fill(words.slide, { page: mark.text, at: clock(mark.start) }), "slide")
    for (const old of this.over.querySelectorAll(".ribbon__gap")) old.remove()
    for (const gap of lanes.gaps) {
      const shown = document.createElement("div")
      shown.className = "ribbon__gap"
      shown.title = words[`gap.${gap.kind}`] ?? words["gap.lost"]
      this.#place(shown, gap.start, gap.end)
      this.over.prepend(shown)
    }
    this.#fill("polls", lanes.polls ?? [], (mark) => fill(words.poll, { text: mark.text, at: clock(mark.start) }), "poll")
    this.#fill("hands", lanes.hands ?? [], (mark) => fill(words[`moment.${mark.kind}`] ?? "", { name: mark.text, at: clock(mark.start) }), "hand")
    this.#curve("pace", lanes.pace)
    this.#show()
  }

  /** Draw the comments' lane. */
  comments(/** @type {{at: number, until?: number | null, text: string, kind?: string}[]} */ comments) {
    const marks = comments.map((comment) => ({ start: comment.at, end: comment.until ?? comment.at + 1, text: comment.text, kind: comment.kind }))
    this.#fill("comments", marks, (mark) => fill(this.words.comment, { text: mark.text.slice(0, 60), at: clock(mark.start) }), "comment")
    this.#show()
  }

  /** Without anything in it the band is not there. */
  #show() {
    const lanes = /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll(".ribbon__lane"))
    this.element.hidden = [...lanes].every((lane) => lane.hidden)
  }

  /** Mark where something was found: a lane of their own, and a line through all. @param {Mark[]} found */
  hits(found) {
    for (const old of this.over.querySelectorAll(".ribbon__hit")) old.remove()
    const marks = found.slice(0, MOST_HITS)
    for (const { start } of marks) {
      const shown = document.createElement("div")
      shown.className = "ribbon__hit"
      this.#place(shown, start, start)
      this.over.append(shown)
    }
    this.#fill("found", marks, (mark) => `${clock(mark.start)} ${mark.text.slice(0, 60)}`, "found")
    this.#show()
  }

  /** Draw which parts people watched again, as shares 0 … 1 along the whole. @param {number[]} shares */
  again(shares) {
    const { duration } = this.timeline
    const times = shares.map((_, at) => ((at + 0.5) / shares.length) * duration)
    const some = shares.some((share) => share > 0)
    this.#curve("again", some ? { times: [0, ...times, duration], values: [0, ...shares, 0] } : null)
    this.#show()
  }

  follow(/** @type {number} */ seconds) {
    this.head.style.insetInlineStart = `${this.timeline.share(seconds) * 100}%`
  }

  /** Light the stretch `span` and every mark that touches it. */
  light(/** @type {{start: number, end: number} | null} */ span) {
    this.lit.hidden = !span
    if (span) this.#place(this.lit, span.start, span.end)
    for (const mark of /** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll(".ribbon__mark"))) {
      const touches = span && Number(mark.dataset.start) < span.end && Number(mark.dataset.end) > span.start
      mark.classList.toggle("ribbon__mark--lit", Boolean(touches))
    }
  }

  close() {
    this.leaving.abort()
  }

  #lane(/** @type {string} */ name) {
    return /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-lane="${name}"]`))
  }

  #place(/** @type {HTMLElement} */ element, /** @type {number} */ start, /** @type {number} */ end) {
    const from = this.timeline.share(start)
    element.style.insetInlineStart = `${from * 100}%`
    element.style.inlineSize = `${Math.max(0, this.timeline.share(end) - from) * 100}%`
  }

  #fill(/** @type {string} */ lane, /** @type {Mark[]} */ marks, /** @type {(mark: Mark) => string} */ label, /** @type {string} */ look) {
    const track = this.#lane(lane)
    if (!track) return
    const row = /** @type {HTMLElement} */ (track.parentElement)
    row.hidden = !marks.length
    track.replaceChildren(...marks.map((mark, index) => {
      const shown = document.createElement("button")
      shown.type = "button"
      shown.className = `ribbon__mark ribbon__mark--${look}`
      shown.tabIndex = index ? -1 : 0
      shown.dataset.start = String(mark.start)
      shown.dataset.end = String(Math.max(mark.end, mark.start + 0.1))
      shown.title = label(mark)
      if (mark.kind) shown.dataset.kind = mark.kind
      if (look === "segment" || look === "slide") shown.textContent = mark.text
      else shown.setAttribute("aria-label", label(mark))
      this.#place(shown, mark.start, mark.end)
      return shown
    }))
  }

  #curve(/** @type {string} */ lane, /** @type {{times: number[], values: (number | null)[]} | null} */ series) {
    const track = this.#lane(lane)
    if (!track) return
    const path = series ? pacePath(series, this.timeline.duration) : ""
    const row = /** @type {HTMLElement} */ (track.parentElement)
    row.hidden = !path
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    svg.setAttribute("viewBox", "0 0 1000 100")
    svg.setAttribute("preserveAspectRatio", "none")
    svg.setAttribute("aria-hidden", "true")
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path")
    line.setAttribute("d", path)
    svg.append(line)
    track.replaceChildren(svg)
  }

  #seconds(/** @type {PointerEvent | MouseEvent} */ event) {
    const box = this.over.getBoundingClientRect()
    return clamp((event.clientX - box.left) / box.width, 0, 1) * this.timeline.duration
  }

  #listen() {
    const { signal } = this.leaving
    const of = (/** @type {Event} */ event) => {
      const mark = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".ribbon__mark"))
      return mark && { start: Number(mark.dataset.start), end: Number(mark.dataset.end), text: mark.title }
    }
    this.element.addEventListener("click", (event) => {
      const mark = of(event)
      const onTrack = /** @type {Element} */ (event.target).closest(".ribbon__track")
      if (mark) this.on.jump(mark.start)
      else if (onTrack) this.on.jump(this.#seconds(event))
    }, { signal })
    this.element.addEventListener("pointermove", (event) => {
      const box = this.over.getBoundingClientRect()
      this.time.hidden = event.clientX < box.left || event.clientX > box.right
      this.time.textContent = clock(this.#seconds(event))
      this.time.style.insetInlineStart = `${((event.clientX - box.left) / box.width) * 100}%`
    }, { signal })
    this.element.addEventListener("pointerover", (event) => this.on.light(of(event)), { signal })
    this.element.addEventListener("pointerleave", () => { this.time.hidden = true; this.on.light(null) }, { signal })
    this.element.addEventListener("focusin", (event) => this.on.light(of(event)), { signal })
    this.element.addEventListener("focusout", () => this.on.light(null), { signal })
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal })
  }

  /** Left and right walk along a lane; the lane is one stop of the Tab key. */
  #key(/** @type {KeyboardEvent} */ event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const mark = /** @type {HTMLElement} */ (event.target)
    if (!step || !mark.classList.contains("ribbon__mark")) return
    const next = /** @type {HTMLElement | null} */ (step < 0 ? mark.previousElementSibling : mark.nextElementSibling)
    event.preventDefault()
    event.stopPropagation()
    if (!next) return
    mark.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
}
