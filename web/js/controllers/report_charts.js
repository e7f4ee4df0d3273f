import { Behaviour } from "jt/lib/behaviour.js"
import { drawAll } from "jt/report/charts.js"

/** The charts of a report, which may come later than the page. */
export default class extends Behaviour {
  leaving = new AbortController()

  connect() {
    this.leaving = new AbortController()
    document.addEventListener("take:report", () => this.#draw(), { signal: this.leaving.signal })
    this.#draw()
  }

  disconnect() {
    this.leaving.abort()
    this.stop?.()
  }

  #draw() {
    this.stop?.()
    this.stop = drawAll(this.element)
  }
}
