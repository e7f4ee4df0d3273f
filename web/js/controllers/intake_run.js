import { Behaviour } from "jt/lib/behaviour.js"

const EVERY = 1000 // ms

/** While a roster is written in: how many rows are done; the page comes anew when all are. */
export default class extends Behaviour {
  static targets = ["done", "of", "bar"]
  static values = { url: String }

  connect() { this.#later() }

  disconnect() { clearTimeout(this.timer) }

  #later() {
    this.timer = setTimeout(() => this.#look(), EVERY)
  }

  async #look() {
    const answer = await fetch(this.urlValue).catch(() => null)
    if (!answer?.ok) return this.#later()
    const { state, done, of } = await answer.json()
    if (state !== "running") return location.reload()
    this.doneTarget.textContent = String(done)
    this.ofTarget.textContent = String(of)
    const percent = of ? Math.floor(100 * done / of) : 0
    this.barTarget.setAttribute("aria-valuenow", String(percent))
    this.barTarget.firstElementChild.style.inlineSize = `${percent}%`
    this.#later()
  }
}
