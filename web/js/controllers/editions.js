import { Behaviour } from "jt/lib/behaviour.js"

const EVERY = 1000 // ms

/** The list of editions, kept fresh while one of them is being made. */
export default class extends Behaviour {
  static targets = ["list"]
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

  /** See how it is now. */
  async look() {
    clearTimeout(this.timer)
    const { signal } = this.leaving
    const answer = await fetch(this.urlValue, { signal }).catch(() => null)
    const text = answer?.ok ? await answer.text().catch(() => "") : ""
    if (signal.aborted) return
    const fresh = text && new DOMParser().parseFromString(text, "text/html").querySelector("ul")
    if (fresh && fresh.outerHTML !== this.shown) this.#show(fresh)
    this.#later()
  }

  /** Only what has changed: a form that somebody fills in stays. */
  #show(fresh) {
    this.shown = fresh.outerHTML
    const old = this.listTarget
    old.dataset.left = fresh.dataset.left
    const known = new Map([...old.children].map((item) => [item.id, item]))
    const items = [...fresh.children].map((item) => {
      const before = known.get(item.id)
      const busy = before?.querySelector("details[open]") || before?.contains(document.activeElement)
      return before && (busy || before.outerHTML === item.outerHTML) ? before : item
    })
    old.replaceChildren(...items)
  }

  #later() {
    if (Number(this.listTarget.dataset.left)) this.timer = setTimeout(() => this.look(), EVERY)
  }
}
