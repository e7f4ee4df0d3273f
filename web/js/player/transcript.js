import { clock } from "jt/lib/clock.js"
import { indexAt } from "jt/player/timeline.js"
import { pieces, search } from "jt/player/words.js"

/** @typedef {import("jt/player/words.js").Segment} Segment */

/**
 * The transcript beside the player. Every utterance is a paragraph of plain text until it comes
 * near the window; only then are its words cut apart, so that four hours stay light.
 */
export class Transcript {
  /**
   * @param {HTMLElement} element the scrolling list
   * @param {Segment[]} segments
   * @param {{jump: (seconds: number) => void, light: (span: {start: number, end: number} | null) => void}} on
   */
  constructor(element, segments, on) {
    this.element = element
    this.segments = segments
    this.on = on
    this.lines = segments.map((segment, index) => this.#line(segment, index))
    this.current = -1
    this.focused = 0
    this.touched = -Infinity
    this.leaving = new AbortController()
    element.replaceChildren(...this.lines)
    for (const line of this.lines) element.dispatchEvent(new CustomEvent("take:line", { bubbles: true, detail: { line } }))
    this.near = new IntersectionObserver((seen) => {
      for (const entry of seen) if (entry.isIntersecting) this.#cut(/** @type {HTMLElement} */ (entry.target))
    }, { root: element, rootMargin: "400px" })
    for (const line of this.lines) this.near.observe(line)
    this.#listen()
  }

  /** Show where the take is at `seconds`. */
  follow(/** @type {number} */ seconds) {
    const index = indexAt(this.segments, seconds, (segment) => segment.start)
    if (index !== this.current) {
      this.lines[this.current]?.removeAttribute("aria-current")
      this.current = index
      this.lines[index]?.setAttribute("aria-current", "true")
      if (index >= 0) this.#bring(this.lines[index])
    }
    if (index < 0) return
    const at = indexAt(this.segments[index].words, seconds, (word) => word.start)
    const word = this.#cut(this.lines[index])[at] ?? null
    if (word === this.word) return
    this.word?.classList.remove("transcript__word--now")
    word?.classList.add("transcript__word--now")
    this.word = word
  }

  /** Light the utterances that lie in [start, end). */
  light(/** @type {{start: number, end: number} | null} */ span) {
    for (const line of this.lit ?? []) line.classList.remove("transcript__line--lit")
    this.lit = []
    if (!span) return
    const first = Math.max(0, indexAt(this.segments, span.start, (segment) => segment.start))
    for (let at = first; at < this.segments.length && this.segments[at].start < span.end; at++) {
      if (this.segments[at].end <= span.start) continue
      this.lines[at].classList.add("transcript__line--lit")
      this.lit.push(this.lines[at])
    }
  }

  /** Mark the utterances that hold `query`; returns their first seconds. */
  search(/** @type {string} */ query) {
    for (const line of this.element.querySelectorAll(".transcript__line--found")) line.classList.remove("transcript__line--found")
    const found = search(this.segments, query)
    for (const index of found) this.lines[index].classList.add("transcript__line--found")
    if (found.length) this.#bring(this.lines[found[0]], true)
    return found.map((index) => this.segments[index].start)
  }

  close() {
    this.near.disconnect()
    this.leaving.abort()
  }

  #line(/** @type {Segment} */ segment, /** @type {number} */ index) {
    const line = document.createElement("p")
    line.className = "transcript__line"
    line.dataset.index = String(index)
    const time = document.createElement("button")
    time.type = "button"
    time.className = "transcript__time"
    time.textContent = clock(segment.start)
    time.tabIndex = -1
    const text = document.createElement("span")
    text.className = "transcript__text"
    text.textContent = segment.text
    line.append(time)
    if (segment.name && segment.person !== this.segments[index - 1]?.person) {
      const speaker = document.createElement("bdi")
      speaker.className = "transcript__speaker"
      speaker.textContent = segment.name
      line.append(speaker)
    }
    line.append(text)
    if (segment.corrected) line.dataset.corrected = "yes"
    line.dataset.start = String(segment.start)
    return line
  }

  /** The word elements of a line, cut apart when first asked for. */
  #cut(/** @type {HTMLElement} */ line) {
    const text = /** @type {HTMLElement} */ (line.querySelector(".transcript__text"))
    const index = Number(line.dataset.index)
    if (!line.dataset.cut) {
      line.dataset.cut = "yes"
      this.near.unobserve(line)
      text.replaceChildren(...pieces(this.segments[index]).map(({ text: shown, word }) => {
        const piece = document.createElement(word ? "span" : "i")
        piece.className = word ? "transcript__word" : "transcript__mark"
        piece.textContent = shown
        if (word) piece.dataset.at = String(word.start)
        return piece
      }))
    }
    return /** @type {NodeListOf<HTMLElement>} */ (text.querySelectorAll(".transcript__word"))
  }

  #bring(/** @type {HTMLElement} */ line, always = false) {
    if (!always && performance.now() - this.touched < 4000) return // somebody is reading elsewhere
    const top = line.offsetTop - this.element.clientHeight / 3
    this.element.scrollTo({ top, behavior: this.#calm ? "auto" : "smooth" })
  }

  get #calm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches
  }

  #listen() {
    const { signal } = this.leaving
    const of = (/** @type {Event} */ event) => {
      const line = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".transcript__line"))
      return line ? this.segments[Number(line.dataset.index)] : null
    }
    for (const name of ["wheel", "touchmove", "pointerdown"]) {
      this.element.addEventListener(name, () => { this.touched = performance.now() }, { signal, passive: true })
    }
    this.element.addEventListener("click", (event) => {
      const word = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".transcript__word"))
      const segment = of(event)
      if (word) this.on.jump(Number(word.dataset.at))
      else if (segment && (!segment.words.length || /** @type {Element} */ (event.target).closest(".transcript__time"))) this.on.jump(segment.start)
      this.touched = -Infinity
    }, { signal })
    this.element.addEventListener("pointerover", (event) => this.on.light(of(event)), { signal })
    this.element.addEventListener("pointerleave", () => this.on.light(null), { signal })
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal })
  }

  /** Up and down walk through the utterances, Enter plays the one in focus. */
  #key(/** @type {KeyboardEvent} */ event) {
    if (/** @type {Element} */ (event.target).closest("textarea")) return
    const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key]
    if (!step || !this.lines.length) return
    event.preventDefault()
    event.stopPropagation()
    const from = document.activeElement === this.element ? Math.max(this.current, 0) - step : this.focused
    this.focused = Math.min(Math.max(from + step, 0), this.lines.length - 1)
    const time = /** @type {HTMLElement} */ (this.lines[this.focused].firstElementChild)
    time.focus()
    this.on.light(this.segments[this.focused])
  }
}
