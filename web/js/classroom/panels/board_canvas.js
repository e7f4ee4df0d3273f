// The sheet over a slide on which strokes are drawn: what is settled, and the line under the pen.
import { COLOURS, joined, lineOf } from "jt/classroom/panels/ink.js"
import { ACROSS, shape } from "jt/classroom/panels/ink_shape.js"

const SHARPEST = 2 // device pixels a CSS pixel
const BUDGET_MS = 12 // of a frame for lines that are new: a full board comes bit by bit

/** @typedef {import("jt/classroom/panels/ink.js").Stroke} Stroke */

export class BoardCanvas {
  /** @param {HTMLElement} sheet @param {HTMLCanvasElement} ink @param {HTMLCanvasElement} marker below the ink */
  constructor(sheet, ink, marker) {
    this.sheet = sheet
    this.layers = { ink, marker }
    /** @type {Map<string, {numbers: number, aspect: number, path: Path2D}>} */
    this.shapes = new Map()
    /** @type {Stroke[]} */
    this.strokes = []
    /** @type {Stroke | null} */
    this.current = null
    this.watcher = new ResizeObserver(() => this.resize())
    this.watcher.observe(sheet)
  }

  get aspect() {
    return this.sheet.clientWidth / Math.max(1, this.sheet.clientHeight)
  }

  resize() {
    const sharp = Math.min(SHARPEST, window.devicePixelRatio || 1)
    for (const canvas of Object.values(this.layers)) {
      canvas.width = Math.round(this.sheet.clientWidth * sharp)
      canvas.height = Math.round(this.sheet.clientHeight * sharp)
    }
    this.draw()
  }

  /** @param {Stroke[]} strokes of the page */
  show(strokes) {
    this.strokes = strokes
    this.drawSoon()
  }

  /** The line under the pen, or null. */
  follow(/** @type {Stroke | null} */ current) {
    this.current = current
    this.drawSoon()
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.draw() })
  }

  draw() {
    const under = this.current && lineOf(this.current.id)
    const lines = joined(this.strokes).filter(({ id }) => lineOf(id) !== under)
    const until = performance.now() + BUDGET_MS
    const ready = lines.filter((line) => this.isShaped(line) || (performance.now() < until && this.pathOf(line)))
    if (ready.length < lines.length) this.drawSoon()
    if (this.current) ready.push(this.current)
    for (const [layer, canvas] of Object.entries(this.layers)) {
      const context = canvas.getContext("2d")
      if (!context || !canvas.width) continue
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.clearRect(0, 0, canvas.width, canvas.height)
      paint(context, ready.filter(({ colour }) => (colour === "marker") === (layer === "marker")), canvas.width,
        (line) => this.pathOf(line))
    }
  }

  isShaped(/** @type {Stroke} */ line) {
    const there = this.shapes.get(line.id)
    return there?.numbers === line.points.length && there.aspect === this.aspect
  }

  pathOf(/** @type {Stroke} */ line) {
    if (!this.isShaped(line)) {
      const path = pathFrom(shape(line, this.aspect))
      this.shapes.set(line.id, { numbers: line.points.length, aspect: this.aspect, path })
    }
    return /** @type {{path: Path2D}} */ (this.shapes.get(line.id)).path
  }

  close() {
    this.watcher.disconnect()
  }
}

/** @param {import("jt/classroom/panels/ink_shape.js").Step[]} steps */
export function pathFrom(steps) {
  const path = new Path2D()
  for (const step of steps) {
    if (step[0] === "M") path.moveTo(step[1], step[2])
    else if (step[0] === "Q") path.quadraticCurveTo(step[1], step[2], step[3], step[4])
    else path.closePath()
  }
  return path
}

/** @param {CanvasRenderingContext2D} context @param {Stroke[]} lines @param {number} width of the page in pixels @param {(line: Stroke) => Path2D} pathOf */
export function paint(context, lines, width, pathOf) {
  context.setTransform(width / ACROSS, 0, 0, width / ACROSS, 0, 0)
  for (const line of lines) {
    context.fillStyle = COLOURS[line.colour] ?? COLOURS.ink
    context.fill(pathOf(line))
  }
}
