/**
 * Strokes of the board as numbers. A stroke is x, y, pressure after one another, each 0 … 10 000 of
 * the page; its width is in thousandths of the page's width. A line that goes on for long is sent in
 * pieces, whose ids differ only behind the last dot, and drawn as one. Pure.
 *
 * @typedef {"ink"|"red"|"blue"|"green"|"marker"} Colour
 * @typedef {{id: string, person: string, colour: Colour, width: number, points: number[]}} Stroke
 */

export const FULL = 10_000
/** What the colours look like; the marker lets through what is below it. @type {Record<Colour, string>} */
export const COLOURS = { ink: "#22201c", red: "#c0261a", blue: "#1a5fb4", green: "#26733a", marker: "#ffd23f" }
export const MARKER_ALPHA = 0.45
export const WIDTHS = { thin: 2, middle: 5, thick: 10 }
export const MARKER_WIDER = 5
const PIECE_MS = 1000 // others see a long line grow
const PIECE_POINTS = 480 // in one message
const PIECES = 10 // drawn as one line, and taken back as one
const NEAR = 10 // less than that is no movement
const MOUSE = FULL / 2 // the pressure of what cannot press

/** A point as it is sent: whole, inside the page. @param {number} x 0 … 1 @param {number} y @param {number} pressure */
export function quantised(x, y, pressure) {
  return [x, y, pressure].map((part) => Math.max(0, Math.min(FULL, Math.round((Number.isFinite(part) ? part : 0) * FULL))))
}

/** The line a piece belongs to. @param {string} id */
export function lineOf(id) {
  const dot = id.lastIndexOf(".")
  return dot < 0 ? id : id.slice(0, dot)
}

/** Pieces of a line as one stroke, where they follow one another. @param {Stroke[]} strokes @returns {Stroke[]} */
export function joined(strokes) {
  /** @type {Stroke[]} */
  const lines = []
  /** @type {Map<string, Stroke>} */
  const known = new Map()
  for (const stroke of strokes) {
    const line = `${stroke.person} ${lineOf(stroke.id)}`
    const before = known.get(line)
    if (before) before.points = [...before.points, ...stroke.points]
    else {
      const made = { ...stroke }
      known.set(line, made)
      lines.push(made)
    }
  }
  return lines
}

/** How many strokes to take back so that somebody's last line is gone. @param {Stroke[]} strokes @param {string} person */
export function piecesOfLast(strokes, person) {
  const own = strokes.filter((stroke) => stroke.person === person)
  const last = own.at(-1)
  if (!last) return 0
  const other = own.findLastIndex(({ id }) => lineOf(id) !== lineOf(last.id))
  return own.length - 1 - other
}

/** A device without a sense of pressure says the same all the time. @param {number[]} points */
export function isPressed(points) {
  return points.some((value, index) => index % 3 === 2 && value !== MOUSE)
}

/** A line while it is drawn: takes points, gives pieces. */
export class Pen {
  /** @param {{id: string, person: string, colour: Colour, width: number, now: number}} made */
  constructor({ id, person, colour, width, now }) {
    this.line = id
    this.person = person
    this.colour = colour
    this.width = width
    this.since = now
    this.pieces = 0
    /** @type {number[]} */
    this.all = []
    this.sent = 0 // numbers of `all`
  }

  /** @param {number} x 0 … 1 of the page @param {number} y @param {number} pressure 0 … 1 */
  add(x, y, pressure) {
    const point = quantised(x, y, pressure)
    const [before_x, before_y] = this.all.slice(-3)
    if (this.all.length && Math.hypot(point[0] - before_x, point[1] - before_y) < NEAR) return
    this.all.push(...point)
  }

  /** Has there been enough for a piece? @param {number} now */
  isDue(now) {
    const numbers = this.all.length - this.sent
    return numbers >= PIECE_POINTS * 3 || (numbers > 3 && now - this.since >= PIECE_MS)
  }

  /** A line this long is finished, and another one goes on. */
  get isLong() {
    return this.pieces >= PIECES
  }

  /** What has not been sent, as strokes that hang together; none if there is nothing. @param {number} now @returns {Stroke[]} */
  take(now) {
    const pieces = []
    while (this.sent < this.all.length) {
      const from = this.sent ? this.sent - 3 : 0 // begins where the one before it ended
      const points = this.all.slice(from, from + PIECE_POINTS * 3)
      this.sent = from + points.length
      const { person, colour, width } = this
      pieces.push({ id: `${this.line}.${this.pieces++}`, person, colour, width, points })
    }
    this.since = now
    return pieces
  }

  /** The whole line so far. @returns {Stroke} */
  get stroke() {
    return { id: `${this.line}.0`, person: this.person, colour: this.colour, width: this.width, points: this.all }
  }
}
