import { Controller } from "@hotwired/stimulus"
import { drawAll } from "jt/report/charts.js"

/** The charts of a report, which may come later than the page. */
export default class extends Controller {
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
