import { Behaviour } from "jt/lib/behaviour.js"
import { place } from "jt/player/mark.js"

const EVERY = 2000 // ms between two steps
const ROUND = 240 // steps until the name is where it was

/**
 * The viewer's name over the picture, moving slowly; still where people asked for no motion. Whoever
 * takes it away in the page finds it back, and that is noted in the log of viewings.
 */
export default class extends Behaviour {
  static values = { words: String, url: String }

  /** @type {HTMLElement} */ stage = document.body
  step = 0
  noted = false
  /** @type {ResizeObserver | undefined} */ sizes
  /** @type {MutationObserver | undefined} */ guard
  /** @type {ReturnType<typeof setInterval> | undefined} */ timer

  initialize() {
    this.stage = this.element.parentElement ?? document.body
    this.step = Math.floor(Math.random() * ROUND)
  }

  connect() {
    const still = matchMedia("(prefers-reduced-motion: reduce)")
    this.sizes = new ResizeObserver(() => this.#draw())
    this.sizes.observe(this.stage)
    this.guard = new MutationObserver(() => this.#mend())
    this.guard.observe(this.stage, { childList: true })
    this.guard.observe(this.element, { attributes: true, attributeFilter: ["class", "style", "hidden"] })
    this.timer = setInterval(() => { if (!still.matches) { this.step += 1; this.#draw() } }, EVERY)
    this.#draw()
  }

  disconnect() {
    clearInterval(this.timer)
    this.guard?.disconnect()
    this.sizes?.disconnect()
    if (this.stage.isConnected) this.#mend()
  }

  #draw() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.element)
    const { clientWidth: width, clientHeight: height } = this.stage
    const ratio = window.devicePixelRatio || 1
    canvas.width = width * ratio
    canvas.height = height * ratio
    const paper = canvas.getContext("2d")
    if (!paper || !width) return
    paper.scale(ratio, ratio)
    paper.font = `500 ${Math.max(11, Math.min(18, width / 50))}px sans-serif`
    paper.lineWidth = 2
    paper.fillStyle = "rgb(255 255 255 / 34%)"
    paper.strokeStyle = "rgb(0 0 0 / 26%)"
    const long = paper.measureText(this.wordsValue).width
    const turn = (this.step % ROUND) / ROUND
    for (const at of [0, 0.4]) {
      const { across, down } = place((turn + at) % 1)
      const x = across * Math.max(0, width - long)
      const y = 20 + down * Math.max(0, height - 30)
      paper.strokeText(this.wordsValue, x, y)
      paper.fillText(this.wordsValue, x, y)
    }
  }

  /** Back to where it was; noted once. */
  #mend() {
    const element = /** @type {HTMLElement} */ (this.element)
    const intact = element.parentElement === this.stage && element.className === "watermark"
      && !element.hasAttribute("style") && !element.hidden
    if (intact) return
    element.className = "watermark"
    element.removeAttribute("style")
    element.hidden = false
    if (element.parentElement !== this.stage) this.stage.append(element)
    this.#draw()
    if (this.noted) return
    this.noted = true
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    fetch(this.urlValue, { method: "POST", headers: { "x-csrf-token": token } }).catch(() => null)
  }
}
