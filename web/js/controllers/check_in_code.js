import { Behaviour } from "jt/lib/behaviour.js"

const AGAIN = 1000 // ms until the next try where the server was not reached
const LOST = 8000 // ms after which a code that was not renewed is covered

/** The code on a screen: exchanged in place as soon as its time is over. */
export default class extends Behaviour {
  static targets = ["picture", "svg", "path", "veil", "digits", "left", "came", "round", "lost", "full"]
  static values = { address: String, waits: Number, open: Boolean }

  there = new AbortController()

  connect() {
    this.there = new AbortController()
    this.fullTarget.hidden = !document.fullscreenEnabled
    if (this.openValue) {
      this.#show()
      this.#stayAwake()
      document.addEventListener("visibilitychange", this.#stayAwake, { signal: this.there.signal })
    } else if (this.waitsValue) this.timer = setTimeout(() => location.reload(), this.waitsValue + 500)
  }

  disconnect() {
    this.there.abort()
    clearTimeout(this.timer)
    clearTimeout(this.losing)
  }

  /** All of the screen for the code, and back. */
  full() {
    if (document.fullscreenElement) document.exitFullscreen()
    else this.element.requestFullscreen().catch(() => {})
  }

  /** A screen that goes dark shows nothing; the browser lets go whenever the page is hidden. */
  #stayAwake = () => {
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {})
  }

  async #show() {
    const { signal } = this.there
    const answer = await fetch(this.addressValue, { signal, cache: "no-store" }).catch(() => null)
    const now = answer?.ok ? await answer.json().catch(() => null) : null
    if (signal.aborted) return
    if (now && !now.open) return location.reload()
    if (now) this.#draw(now)
    this.timer = setTimeout(() => this.#show(), now ? now.left_ms + 30 : AGAIN)
  }

  #draw({ size, path, digits, left_ms, came, round }) {
    this.svgTarget.setAttribute("viewBox", `0 0 ${size} ${size}`)
    this.pathTarget.setAttribute("d", path)
    this.veilTarget.hidden = true
    this.lostTarget.hidden = true
    this.digitsTarget.textContent = `${digits.slice(0, 3)} ${digits.slice(3)}`
    if (this.cameTarget.textContent !== came) this.cameTarget.textContent = came
    this.roundTarget.hidden = !round
    this.roundTarget.textContent = round
    this.#run(left_ms)
    clearTimeout(this.losing)
    this.losing = setTimeout(() => this.#lose(), left_ms + LOST)
  }

  #run(left) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.leftTarget.getAnimations().forEach((one) => one.cancel())
    const from = `${Math.min(100, left / 50)}%`
    if (still) this.leftTarget.style.inlineSize = from
    else this.leftTarget.animate([{ inlineSize: from }, { inlineSize: "0%" }], { duration: left, fill: "forwards" })
  }

  #lose() {
    this.pathTarget.setAttribute("d", "")
    this.digitsTarget.textContent = ""
    this.lostTarget.hidden = false
  }
}
