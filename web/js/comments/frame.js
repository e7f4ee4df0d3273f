// Lines over the picture of the player: shown with the comments they belong to, drawn with the board's pens.
import { BoardCanvas } from "jt/classroom/panels/board_canvas.js"
import { MARKER_WIDER, Pen, WIDTHS } from "jt/classroom/panels/ink.js"
import { at, wire } from "jt/classroom/panels/parts.js"

const MOST_LINES = 60
const MOST_NUMBERS = 9000 // of all lines, as the server bounds them

/** @typedef {import("jt/comments/talk.js").Drawing} Drawing */

export class Frame {
  /**
   * @param {HTMLElement} stage of the player
   * @param {HTMLElement} layer with a sheet, and the tools for drawing; is put into the stage
   * @param {{changed(): void, done(): void, full(): void}} on
   */
  constructor(stage, layer, on) {
    this.stage = stage
    this.layer = layer
    this.on = on
    this.sheet = /** @type {HTMLElement} */ (at(layer, "sheet"))
    this.canvas = new BoardCanvas(this.sheet, at(layer, "ink"), at(layer, "marker"))
    /** @type {import("jt/classroom/panels/ink.js").Stroke[]} */
    this.lines = []
    /** @type {Drawing[]} */
    this.shown = []
    /** @type {import("jt/classroom/panels/ink.js").Colour} */
    this.colour = "red"
    /** @type {keyof typeof WIDTHS} */
    this.width = "middle"
    this.drawing = false
    this.aspect = 16 / 9
    this.over = /** @type {Drawing["over"]} */ ("content")
    stage.append(layer)
    this.leaving = new AbortController()
    wire(layer, {
      colour: (_, button) => { this.colour = /** @type {any} */ (button.dataset.colour); this.#tools() },
      width: (_, button) => { this.width = /** @type {any} */ (button.dataset.width); this.#tools() },
      undo: () => { this.lines.pop(); this.#draw() },
      clear: () => { this.lines = []; this.#draw() },
      done: () => this.on.done(),
    })
    const { signal } = this.leaving
    for (const [type, act] of /** @type {const} */ ([["pointerdown", "down"], ["pointermove", "move"], ["pointerup", "up"], ["pointercancel", "up"]])) {
      this.sheet.addEventListener(type, (event) => this[act](/** @type {PointerEvent} */ (event)), { signal })
    }
    this.sizes = new ResizeObserver(() => this.#lay())
    for (const node of [stage, ...this.#pictures()]) this.sizes.observe(node)
    this.views = new MutationObserver(() => this.#lay())
    this.views.observe(stage, { attributes: true, attributeFilter: ["data-view", "data-large"] })
    this.#tools()
    this.#lay()
  }

  /** Is there a picture to draw on? */
  get possible() {
    return Boolean(this.#box("content") ?? this.#box("camera"))
  }

  /** What was drawn; null: nothing. @returns {Drawing | null} */
  get drawn() {
    const lines = this.lines.map(({ colour, width, points }) => ({ colour, width, points: [...points] }))
    return lines.length ? { over: this.over, aspect: this.aspect, lines } : null
  }

  /** Show these drawings, until others are shown. */
  show(/** @type {Drawing[]} */ drawings) {
        if (drawings.length === this.shown.length && drawings.every((one, index) => one === this.shown[index])) return
    this.shown = drawings
    this.#lay()
  }

  /** Take up the pen, over what is large; `before`: go on with this drawing, else with the lines there are. */
  begin(/** @type {Drawing | null} */ before) {
    const large = this.stage.dataset.large === "camera" || this.stage.dataset.view === "picture"
    if (before) {
      this.over = before.over
      this.aspect = before.aspect
      this.lines = before.lines.map((line, index) => ({ ...line, id: `b${index}`, person: "" }))
    } else if (!this.lines.length) {
      this.over = (large && this.#box("camera")) || !this.#box("content") ? "camera" : "content"
    }
    this.drawing = true
    this.#lay()
  }

  /** Put the pen down; the lines are kept in `drawn` until `forget`. */
  end() {
    this.drawing = false
    this.pen = undefined
    this.canvas.follow(null)
    this.#lay()
  }

  forget() {
    this.lines = []
    this.end()
  }

  close() {
    this.leaving.abort()
    this.sizes.disconnect()
    this.views.disconnect()
    this.canvas.close()
    this.layer.remove()
  }

  down(/** @type {PointerEvent} */ event) {
    if (!this.drawing || this.pen || event.button !== 0 || !event.isPrimary) return
    event.preventDefault()
    if (this.#numbers >= MOST_NUMBERS || this.lines.length >= MOST_LINES) return this.on.full()
    this.sheet.setPointerCapture(event.pointerId)
    const wider = this.colour === "marker" ? MARKER_WIDER : 1
    this.pen = new Pen({
      id: `n${this.lines.length}-${event.timeStamp}`, person: "", colour: this.colour,
      width: WIDTHS[this.width] * wider, now: event.timeStamp,
    })
    this.#add(event)
  }

  move(/** @type {PointerEvent} */ event) {
    if (!this.pen) return
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.#add(each)
  }

  up() {
    if (!this.pen) return
    const { colour, width, points } = this.pen.stroke
    this.lines.push({ id: this.pen.line, person: "", colour, width, points: [...points] })
    this.pen = undefined
    this.aspect = Math.round(this.canvas.aspect * 1000) / 1000
    this.canvas.follow(null)
    this.#draw()
  }

  #add(/** @type {PointerEvent} */ event) {
    if (!this.pen || this.#numbers + this.pen.all.length >= MOST_NUMBERS) return
    const box = this.sheet.getBoundingClientRect()
    const pressure = event.pointerType === "pen" && event.pressure ? event.pressure : 0.5
    this.pen.add((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, pressure)
    this.canvas.follow(this.pen.stroke)
  }

  get #numbers() {
    return this.lines.reduce((sum, { points }) => sum + points.length, 0)
  }

  #draw() {
    const seen = this.#own ? this.lines : this.shown.filter(({ over }) => over === this.#seen).flatMap(({ lines }, drawing) =>
      lines.map((line, index) => ({ ...line, id: `s${drawing}-${index}-${line.points.length}-${line.points[0]}`, person: "" })))
    this.canvas.show(seen)
    this.layer.dataset.lines = String(seen.length)
    this.on.changed()
  }

  #tools() {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.layer.querySelectorAll("[data-colour], [data-width]"))) {
      const { colour, width } = button.dataset
      button.setAttribute("aria-pressed", String(colour === this.colour || width === this.width))
    }
  }

  /** Is it one's own drawing that is seen, not yet part of a comment? */
  get #own() {
    return this.drawing || this.lines.length > 0
  }

  get #seen() {
    return this.#own ? this.over : this.shown[0]?.over ?? "content"
  }

  /** Lie exactly over the picture. */
  #lay() {
    const box = this.#box(this.#seen)
    this.layer.hidden = !box || !(this.#own || this.shown.length)
    at(this.layer, "tools").hidden = !this.drawing
    this.layer.classList.toggle("is-drawing", this.drawing)
    if (box) {
      const from = this.stage.getBoundingClientRect()
      const { style } = this.sheet
      style.left = `${box.left - from.left - this.stage.clientLeft}px`
      style.top = `${box.top - from.top - this.stage.clientTop}px`
      style.width = `${box.width}px`
      style.height = `${box.height}px`
    }
    this.#draw()
  }

  #pictures() {
    return /** @type {HTMLElement[]} */ ([...this.stage.querySelectorAll(".lesson-stage__page, video")])
  }

  /** Where the picture is seen, in pixels of the window; null: it is not. */
  #box(/** @type {Drawing["over"]} */ over) {
    const camera = /** @type {HTMLVideoElement | null} */ (this.stage.querySelector(".lesson-stage__camera video"))
    const screen = /** @type {HTMLVideoElement | null} */ (this.stage.querySelector(".lesson-stage__content video"))
    const page = this.stage.querySelector(".lesson-stage__page")
    if (over === "camera") return camera && pictureOf(camera)
    const box = screen && !screen.hidden ? pictureOf(screen) : page?.getBoundingClientRect()
    return box?.width && box.height ? box : null
  }
}

/** The part of a video's box its picture covers. @param {HTMLVideoElement} video */
function pictureOf(video) {
  const box = video.getBoundingClientRect()
  const { videoWidth: width, videoHeight: height } = video
  if (!width || !height || box.width < 2) return null
  const fits = getComputedStyle(video).objectFit === "cover" ? Math.max : Math.min
  const scale = fits(box.width / width, box.height / height)
  const [wide, high] = [width * scale, height * scale]
  return new DOMRect(box.left + (box.width - wide) / 2, box.top + (box.height - high) / 2, wide, high)
}
