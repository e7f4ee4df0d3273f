// What was drawn as files: the page that is shown as PNG, all pages as one PDF.
import { Deck } from "jt/classroom/deck.js"
import { pathFrom } from "jt/classroom/panels/board_canvas.js"
import { COLOURS, MARKER_ALPHA, joined } from "jt/classroom/panels/ink.js"
import { ACROSS, shape } from "jt/classroom/panels/ink_shape.js"
import { pdf } from "jt/classroom/panels/pdf.js"

const PIXELS = 1920 // across
const POINTS = 960
const WHITE_PAGE = 16 / 9

/**
 * @typedef {import("jt/classroom/panels/ink.js").Stroke} Stroke
 * @typedef {{slides: string, pages: number, board: Record<number, Stroke[]>}} Source
 */

/** @param {Source} source @param {number} page @returns {Promise<Blob>} */
export async function pngOf(source, page) {
  const deck = await deckOf(source)
  const canvas = await picture(deck, page)
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  const lines = joined(source.board[page] ?? [])
  const aspect = canvas.width / canvas.height
  context.setTransform(canvas.width / ACROSS, 0, 0, canvas.width / ACROSS, 0, 0)
  for (const line of markersFirst(lines)) {
    const marker = line.colour === "marker"
    context.globalAlpha = marker ? MARKER_ALPHA : 1
    context.globalCompositeOperation = marker ? "multiply" : "source-over"
    context.fillStyle = COLOURS[line.colour]
    context.fill(pathFrom(shape(line, aspect)))
  }
  deck?.file.loadingTask.destroy()
  return blobOf(canvas, "image/png")
}

/** @param {Source} source @param {(page: number, pages: number) => void} progress @returns {Promise<Blob>} */
export async function pdfOf(source, progress) {
  const deck = await deckOf(source)
  const count = Math.max(source.pages, 1)
  const pages = []
  for (let number = 1; number <= count; number += 1) {
    progress(number, count)
    const canvas = await picture(deck, number)
    const aspect = canvas.width / canvas.height
    const jpeg = deck ? new Uint8Array(await (await blobOf(canvas, "image/jpeg")).arrayBuffer()) : null
    pages.push({
      width: POINTS, height: Math.round(POINTS / aspect), across: ACROSS,
      image: jpeg && { jpeg, width: canvas.width, height: canvas.height },
      fills: markersFirst(joined(source.board[number] ?? [])).map((line) => ({
        steps: shape(line, aspect), colour: COLOURS[line.colour], alpha: line.colour === "marker" ? MARKER_ALPHA : 1,
      })),
    })
  }
  deck?.file.loadingTask.destroy()
  return new Blob([pdf(pages)], { type: "application/pdf" })
}

function markersFirst(/** @type {Stroke[]} */ lines) {
  return [...lines].sort((a, b) => Number(b.colour === "marker") - Number(a.colour === "marker"))
}

function deckOf(/** @type {Source} */ { slides }) {
  return slides ? Deck.open(slides) : Promise.resolve(null)
}

/** A slide, or a white page, on a canvas. */
async function picture(/** @type {Deck | null} */ deck, /** @type {number} */ number) {
  const canvas = document.createElement("canvas")
  canvas.width = PIXELS
  canvas.height = Math.round(PIXELS / WHITE_PAGE)
  if (deck) await deck.draw(canvas, number, PIXELS, PIXELS)
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  context.globalCompositeOperation = "destination-over"
  context.fillStyle = "#ffffff"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.globalCompositeOperation = "source-over"
  return canvas
}

function blobOf(/** @type {HTMLCanvasElement} */ canvas, /** @type {string} */ type) {
  return /** @type {Promise<Blob>} */ (new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the canvas is too large"))), type, 0.85)
  }))
}
