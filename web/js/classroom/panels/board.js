// The board over the slide: everybody sees what is drawn; who may draws.
import { BoardCanvas } from "jt/classroom/panels/board_canvas.js"
import { pdfOf, pngOf } from "jt/classroom/panels/board_export.js"
import { MARKER_WIDER, Pen, WIDTHS, joined, piecesOfLast } from "jt/classroom/panels/ink.js"
import { at, leads, save, wire } from "jt/classroom/panels/parts.js"
import { fill } from "jt/lib/clock.js"

const REFUSED_MS = 12_000 // longer than a broken connection stays unnoticed
const PEN_AFTER_MS = 3000 // a hand that rests on the screen beside a pen

/** @typedef {import("jt/classroom/panels/ink.js").Stroke} Stroke */

export class BoardPanel {
  /** @param {HTMLElement} element over the slide, as large as it @param {import("jt/classroom/panels/parts.js").PanelRoom} room */
  constructor(element, room) {
    this.element = element
    this.room = room
    this.sheet = /** @type {HTMLElement} */ (at(element, "sheet"))
    this.canvas = new BoardCanvas(this.sheet, at(element, "ink"), at(element, "marker"))
    /** @type {Map<string, {page: number, stroke: Stroke, timer?: ReturnType<typeof setTimeout>}>} drawn here, not yet known to be in the room */
    this.unsettled = new Map()
    /** @type {import("jt/classroom/panels/ink.js").Colour} */
    this.colour = "ink"
    /** @type {keyof typeof WIDTHS} */
    this.width = "middle"
    this.penAt = -Infinity
    this.drawing = false
    wire(element, {
      draw: () => this.take(!this.drawing),
      colour: (_, button) => { this.colour = /** @type {any} */ (button.dataset.colour); this.showTools() },
      width: (_, button) => { this.width = /** @type {any} */ (button.dataset.width); this.showTools() },
      undo: () => this.undo(),
      clear: () => room.send("clear_board", { page: this.state.page }),
      openBoard: () => room.send("open_board"),
      closeBoard: () => room.send("close_board"),
      png: () => this.export("png"),
      pdf: () => this.export("pdf"),
    })
    for (const [type, act] of /** @type {const} */ ([["pointerdown", "down"], ["pointermove", "move"], ["pointerup", "up"], ["pointercancel", "up"]])) {
      this.sheet.addEventListener(type, (event) => this[act](/** @type {PointerEvent} */ (event)))
    }
    this.keys = (/** @type {KeyboardEvent} */ event) => this.press(event)
    document.addEventListener("keydown", this.keys)
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    const before = this.state
    this.state = state
    if (before?.page !== state.page) this.lift()
    if (!event) for (const { page, stroke } of this.unsettled.values()) this.send(page, stroke)
    if (event?.type === "drawn") this.unsettled.delete(event.stroke.id)
    if (event?.type === "board_cleared") for (const [id, { page }] of this.unsettled) if (page === event.page) this.unsettled.delete(id)
    if (!this.mayDraw && this.drawing) this.take(false)
    if (before?.board !== state.board || before?.page !== state.page || !event) this.showStrokes()
    const mark = [state.people[this.room.me], state.board, state.board_open, state.phase]
    if (event && this.mark?.every((part, index) => part === mark[index])) return
    this.mark = mark
    this.showTools()
  }

  close() {
    document.removeEventListener("keydown", this.keys)
    this.canvas.close()
  }

  get mayDraw() {
    const own = this.state.people[this.room.me]
    return this.state.phase !== "ended" && (leads(this.state, this.room.me) || Boolean(own?.seat && this.state.board_open))
  }

  /** What is on the page, with what is on its way. @returns {Stroke[]} */
  get strokes() {
    /** @type {Stroke[]} */
    const there = this.state.board[this.state.page] ?? []
    const known = new Set(there.map(({ id }) => id))
    const own = [...this.unsettled.values()].filter(({ page, stroke }) => page === this.state.page && !known.has(stroke.id))
    return [...there, ...own.map(({ stroke }) => stroke)]
  }

  showStrokes() {
    this.canvas.show(this.strokes)
    this.element.dataset.lines = String(joined(this.strokes).length)
  }

  showTools() {
    const { state, drawing } = this
    const leader = leads(state, this.room.me)
    at(this.element, "draw").hidden = !this.mayDraw
    at(this.element, "draw").setAttribute("aria-pressed", String(drawing))
    at(this.element, "tools").hidden = !drawing
    at(this.element, "export").hidden = !Object.keys(state.board).length
    at(this.element, "clear").hidden = !leader
    at(this.element, "openBoard").hidden = !leader || state.board_open
    at(this.element, "closeBoard").hidden = !leader || !state.board_open
    for (const button of this.element.querySelectorAll("[data-colour], [data-width]")) {
      const { colour, width } = /** @type {HTMLElement} */ (button).dataset
      button.setAttribute("aria-pressed", String(colour === this.colour || width === this.width))
    }
  }

  /** Take the pen up, or put it down. */
  take(/** @type {boolean} */ on) {
    this.drawing = on
    if (!on) this.lift()
    this.element.classList.toggle("is-drawing", on)
    this.showTools()
  }

  press(/** @type {KeyboardEvent} */ event) {
    if (!this.drawing || /** @type {Element} */ (event.target).closest?.("input, textarea, select, [contenteditable]")) return
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") {
      event.preventDefault()
      this.undo()
    } else if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) {
      this.take(false)
      at(this.element, "draw").focus()
    }
  }

  // ── the pen ─────────────────────────────────────────────────────────────────────────────────────

  down(/** @type {PointerEvent} */ event) {
    if (event.pointerType === "pen") this.penAt = event.timeStamp
    const hand = event.pointerType === "touch" && event.timeStamp - this.penAt < PEN_AFTER_MS
    if (!this.drawing || this.pen || event.button !== 0 || !event.isPrimary || hand) return
    event.preventDefault()
    this.sheet.setPointerCapture(event.pointerId)
    this.pointer = event.pointerId
    this.element.classList.add("is-inking")
    this.begin(event.timeStamp)
    this.add(event)
  }

  begin(/** @type {number} */ now) {
    const marker = this.colour === "marker"
    this.pen = new Pen({
      id: crypto.getRandomValues(new Uint32Array(3)).join("-"), person: this.room.me, colour: this.colour,
      width: WIDTHS[this.width] * (marker ? MARKER_WIDER : 1), now,
    })
    this.page = this.state.page
  }

  move(/** @type {PointerEvent} */ event) {
    if (!this.pen || event.pointerId !== this.pointer) return
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.add(each)
    this.canvas.follow(this.pen.stroke)
    if (!this.pen.isDue(event.timeStamp)) return
    this.give(event.timeStamp)
    if (this.pen.isLong) {
      this.begin(event.timeStamp)
      this.add(event)
    }
  }

  up(/** @type {PointerEvent} */ event) {
    if (event.pointerId !== this.pointer) return
    if (event.pointerType === "pen") this.penAt = event.timeStamp
    this.lift()
  }

  /** The line is finished. */
  lift() {
    if (this.pen) this.give(performance.now())
    this.pen = undefined
    this.element.classList.remove("is-inking")
    this.pointer = undefined
    this.canvas.follow(null)
  }

  add(/** @type {PointerEvent} */ event) {
    const box = this.sheet.getBoundingClientRect()
    const pressure = event.pointerType === "pen" && event.pressure ? event.pressure : 0.5
    this.pen?.add((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, pressure)
    if (this.pen) this.canvas.follow(this.pen.stroke)
  }

  /** Send what has been drawn since the last time. */
  give(/** @type {number} */ now) {
    for (const stroke of this.pen?.take(now) ?? []) {
      this.unsettled.set(stroke.id, { page: /** @type {number} */ (this.page), stroke })
      this.send(/** @type {number} */ (this.page), stroke)
    }
    this.showStrokes()
  }

  /** What the room refuses disappears after a while; what a broken connection lost is sent again by the next one. */
  send(/** @type {number} */ page, /** @type {Stroke} */ { id, colour, width, points }) {
    if (!this.room.send("draw", { page, stroke: id, colour, width, points })) return
    const entry = this.unsettled.get(id)
    clearTimeout(entry?.timer)
    if (entry) entry.timer = setTimeout(() => {
      if (this.room.send("pong") && this.unsettled.delete(id)) this.showStrokes()
    }, REFUSED_MS)
  }

  undo() {
    const pieces = piecesOfLast(this.strokes, this.room.me)
    for (let n = 0; n < pieces; n += 1) this.room.send("undo", { page: this.state.page })
  }

  async export(/** @type {"png"|"pdf"} */ kind) {
    const { state, room: { words } } = this
    const source = { slides: state.agenda.slides, pages: state.agenda.pages, board: state.board }
    const name = state.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40) || "board"
    this.say(words.board_saving)
    try {
      if (kind === "png") save(await pngOf(source, state.page), `${name}-${state.page}.png`)
      else save(await pdfOf(source, (page, pages) => this.say(fill(words.board_page, { page, pages }))), `${name}.pdf`)
      this.say("")
    } catch (error) {
      console.warn("the board cannot be saved", error)
      this.say(words.board_failed)
    }
  }

  say(/** @type {string} */ sentence) {
    at(this.element, "status").textContent = sentence
  }
}
