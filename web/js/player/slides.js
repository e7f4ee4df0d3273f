import * as pdfjs from "pdfjs-dist"

const KEPT = 12 // rendered pages

/** The slides of a recording, one page at a time on a canvas. */
export class Slides {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(page: number, pages: number) => string} label what a screen reader hears of a page
   * @param {() => void} drawn called when another page is on the canvas
   */
  constructor(canvas, label, drawn = () => {}) {
    this.canvas = canvas
    this.label = label
    this.changed = drawn
    this.shown = 0
    this.drawn = /** @type {Map<number, ImageBitmap>} */ (new Map())
  }

  /** Open the PDF at `address`; rejects where it cannot be read. */
  async open(/** @type {string} */ address) {
    pdfjs.GlobalWorkerOptions.workerSrc = import.meta.resolve("pdfjs-dist").replace("pdf.min.mjs", "pdf.worker.min.mjs")
    this.document = await pdfjs.getDocument({ url: address, isEvalSupported: false }).promise
  }

  /** Show `page` (1-based); the last asked for wins. */
  async show(/** @type {number} */ page) {
    if (!this.document || page === this.shown) return
    this.shown = page
    const bitmap = this.drawn.get(page) ?? await this.#draw(page)
    if (this.shown !== page || !bitmap) return
    const { canvas } = this
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0)
    canvas.dataset.page = String(page)
    canvas.setAttribute("aria-label", this.label(page, this.document.numPages))
    this.changed()
  }

  /** Draw `page` now, so that it is there when it is shown. */
  async ready(/** @type {number} */ page) {
    if (!this.drawn.has(page)) await this.#draw(page)
  }

  async close() {
    await this.document?.destroy()
  }

  async #draw(/** @type {number} */ number) {
    if (!this.document || number < 1 || number > this.document.numPages) return null
    const page = await this.document.getPage(number)
    const plain = page.getViewport({ scale: 1 })
    const viewport = page.getViewport({ scale: Math.min(1600 / plain.width, 1200 / plain.height) })
    const canvas = new OffscreenCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height))
    const context = /** @type {any} */ (canvas.getContext("2d"))
    await page.render({ canvas: null, canvasContext: context, viewport }).promise
    const bitmap = canvas.transferToImageBitmap()
    this.drawn.get(number)?.close() // drawn twice at a time
    this.drawn.set(number, bitmap)
    if (this.drawn.size > KEPT) {
      const [oldest] = this.drawn.keys()
      this.drawn.get(oldest)?.close()
      this.drawn.delete(oldest)
    }
    return bitmap
  }
}
