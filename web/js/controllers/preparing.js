import { Behaviour } from "jt/lib/behaviour.js"

const EVERY = 2000 // ms

/** What follows a lesson, kept fresh while something is left to do. */
export default class extends Behaviour {
  static targets = ["box"]
  static values = { url: String }

  leaving = new AbortController()

  connect() {
    this.leaving = new AbortController()
    this.#later()
  }

  disconnect() {
    this.leaving.abort()
    clearTimeout(this.timer)
  }

  #later() {
    if (Number(this.boxTarget.dataset.left)) this.timer = setTimeout(() => this.#look(), EVERY)
  }

  async #look() {
    const { signal } = this.leaving
    const answer = await fetch(this.urlValue, { signal }).catch(() => null)
    const text = answer?.ok ? await answer.text().catch(() => "") : ""
    if (signal.aborted) return
    const fresh = text && new DOMParser().parseFromString(text, "text/html").querySelector("details")
    if (fresh && fresh.outerHTML !== this.shown) this.#show(fresh)
    this.#later()
  }

  /** What a person opened stays open, and keeps the focus it has. */
  #show(fresh) {
    const { boxTarget: old } = this
    this.shown = fresh.outerHTML
    Object.assign(old.dataset, { left: fresh.dataset.left, failed: fresh.dataset.failed })
    const [sum, steps] = [".preparing__sum .preparing__how", ".preparing__steps"]
    old.querySelector(sum).textContent = fresh.querySelector(sum).textContent
    old.querySelector(steps).replaceWith(fresh.querySelector(steps))
    const read = old.querySelector('[data-step="import"][data-state="done"]')
    if (read && this.element.closest("[data-preparing-page=unready]")) location.reload()
  }
}
