// The slide in the middle and the next one beside it; without slides the plan stands there.
import { Deck } from "jt/classroom/deck.js"

export class SlideBoard {
  /**
   * @param {HTMLElement} board @param {HTMLCanvasElement} slide
   * @param {HTMLCanvasElement | null} preview  for the next page; may be missing
   * @param {(page: number) => string} label what a screen reader hears
   */
  constructor(board, slide, preview, label) {
    this.board = board
    this.slide = slide
    this.preview = preview
    this.label = label
    this.page = 0
    this.watcher = new ResizeObserver(() => this.draw())
    this.watcher.observe(board)
  }

  /** Rejects where the PDF cannot be read. */
  async open(/** @type {string} */ address) {
    this.deck = await Deck.open(address)
    this.draw()
  }

  show(/** @type {number} */ page) {
    if (page === this.page) return
    this.page = page
    this.draw()
  }

  async draw() {
    const { deck, board } = this
    if (!deck || !this.page) return
    this.slide.setAttribute("aria-label", this.label(this.page))
    await deck.draw(this.slide, this.page, board.clientWidth, board.clientHeight)
    const beside = this.preview?.parentElement
    if (!this.preview || !beside) return
    beside.hidden = this.page >= deck.pages
    await deck.draw(this.preview, this.page + 1, beside.clientWidth, beside.clientWidth)
  }

  close() {
    this.watcher.disconnect()
    this.deck?.file.loadingTask.destroy()
  }
}
