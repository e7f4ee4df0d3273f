// Slides: a PDF drawn page by page, sharp on every screen, the next page ready before it is needed.
import * as pdfjs from "pdfjs-dist"

const SHARPEST = 2560 // pixels across

const SCRIPT = import.meta.resolve("pdfjs-dist")
const PACKAGE = new URL("../", SCRIPT).href

export class Deck {
  /** @param {string} address of the PDF @returns {Promise<Deck>} */
  static async open(address) {
    pdfjs.GlobalWorkerOptions.workerSrc = SCRIPT.replace("pdf.min.mjs", "pdf.worker.min.mjs")
    const loading = pdfjs.getDocument({
      url: address,
      cMapUrl: `${PACKAGE}cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${PACKAGE}standard_fonts/`,
      wasmUrl: `${PACKAGE}wasm/`,
      iccUrl: `${PACKAGE}iccs/`,
      isEvalSupported: false,
    })
    return new Deck(await loading.promise)
  }

  constructor(/** @type {any} */ file) {
    this.file = file
    this.pages = file.numPages
    /** @type {WeakMap<HTMLCanvasElement, any>} */
    this.drawing = new WeakMap()
  }

  /**
   * Draw a page as large as fits into `width` × `height` CSS pixels. A newer call for the same
   * canvas takes the place of an older one.
   * @param {HTMLCanvasElement} canvas @param {number} number @param {number} width @param {number} height
   */
  async draw(canvas, number, width, height) {
    if (number < 1 || number > this.pages || width < 1 || height < 1) return
    const ticket = {}
    this.drawing.get(canvas)?.cancel?.()
    this.drawing.set(canvas, ticket)
    const page = await this.file.getPage(number)
    const natural = page.getViewport({ scale: 1 })
    const fit = Math.min(width / natural.width, height / natural.height)
    const sharp = Math.min(window.devicePixelRatio || 1, SHARPEST / (natural.width * fit))
    const viewport = page.getViewport({ scale: fit * sharp })
    const sheet = document.createElement("canvas")
    sheet.width = Math.round(viewport.width)
    sheet.height = Math.round(viewport.height)
    if (this.drawing.get(canvas) !== ticket) return
    const task = page.render({ canvas: sheet, viewport })
    this.drawing.set(canvas, task)
    try {
      await task.promise
    } catch (error) {
      if (/** @type {any} */ (error)?.name === "RenderingCancelledException") return
      throw error
    }
    if (this.drawing.get(canvas) !== task) return
    canvas.width = sheet.width
    canvas.height = sheet.height
    canvas.style.inlineSize = `${Math.round(natural.width * fit)}px`
    canvas.style.blockSize = `${Math.round(natural.height * fit)}px`
    canvas.getContext("2d")?.drawImage(sheet, 0, 0)
    canvas.dataset.page = String(number)
  }
}
