import { BoardCanvas } from "jt/classroom/panels/board_canvas.js"
import { fill } from "jt/lib/clock.js"
import { Companion } from "jt/player/companion.js"
import { Slides } from "jt/player/slides.js"
import { attach } from "jt/player/source.js"
import { Strokes } from "jt/player/strokes.js"
import { indexAt } from "jt/player/timeline.js"

const WHITE_PAGE = 16 / 9

/** What was shown beside the camera: a shared screen, else the slide or the white page, with its strokes. */
export class LessonStage {
  /**
   * @param {{screen: HTMLVideoElement, page: HTMLElement, canvas: HTMLCanvasElement, sheet: HTMLElement, ink: HTMLCanvasElement, marker: HTMLCanvasElement}} parts
   * @param {any} timeline /lessons/{id}/timeline.json
   * @param {HTMLVideoElement} camera
   * @param {Record<string, string>} words
   * @param {import("jt/player/source.js").More} [more] about the addresses of media
   */
  constructor(parts, timeline, camera, words, more) {
    this.parts = parts
    this.timeline = timeline
    this.board = new BoardCanvas(parts.sheet, parts.ink, parts.marker)
    this.strokes = new Strokes(timeline.strokes)
    this.turns = /** @type {{at: number, page: number}[]} */ (timeline.slides)
    this.#shape(WHITE_PAGE)
    const label = (/** @type {number} */ page, /** @type {number} */ pages) => fill(words.page, { page, pages })
    this.slides = new Slides(parts.canvas, label, () => this.#shape(parts.canvas.width / parts.canvas.height))
    const { screen } = timeline.media
    if (screen) {
      this.screen = new Companion(parts.screen, screen.spans, camera)
      this.detach = attach(parts.screen, screen.src, () => { this.screen = undefined }, more) // the slide stays
    }
  }

  /** More of a class that goes on. @param {any} timeline */
  tell(timeline) {
    this.timeline = timeline
    this.turns = timeline.slides
    this.strokes = new Strokes(timeline.strokes)
    this.screen?.extend(timeline.media.screen?.spans ?? [])
  }

  /** Is there ever anything to show? */
  get any() {
    const { media, sharing, strokes } = this.timeline
    return Boolean(media.slides || strokes.length || (media.screen && sharing.length))
  }

  /** Open the slides, if there are any; rejects where they cannot be read. */
  async open() {
    if (this.timeline.media.slides) await this.slides.open(this.timeline.media.slides)
  }

  /** The page of the slides, from 1. */
  pageAt(/** @type {number} */ seconds) {
    return this.turns[indexAt(this.turns, seconds, (turn) => turn.at)]?.page ?? 1
  }

  /** Show what was shown at `seconds`. */
  follow(/** @type {number} */ seconds) {
    const { timeline, turns, parts } = this
    const shared = timeline.sharing[indexAt(timeline.sharing, seconds, (/** @type {any} */ one) => one.start)]
    const sharing = Boolean(this.screen?.has(seconds) && shared && seconds < shared.end)
    parts.screen.hidden = !sharing
    parts.page.hidden = sharing
    this.screen?.follow(seconds, sharing)
    const page = this.pageAt(seconds)
    parts.page.dataset.page = String(page)
    this.slides.show(page)
    const next = turns[indexAt(turns, seconds, (turn) => turn.at) + 1]
    if (next) this.slides.ready(next.page)
    const version = this.strokes.version(page, seconds)
    if (version === this.version) return
    this.version = version
    const there = this.strokes.at(page, seconds)
    this.board.show(there)
    parts.sheet.dataset.strokes = there.map(({ id }) => id).join(" ")
  }

  close() {
    this.detach?.()
    this.board.close()
    this.slides.close()
  }

  #shape(/** @type {number} */ ratio) {
    this.parts.page.style.setProperty("--ratio", String(ratio))
  }
}
