import { Behaviour } from "jt/lib/behaviour.js"

const EVERY = 1500 // ms

/** Something that is being reckoned: the page is looked at again until it is done, then shown anew. */
export default class extends Behaviour {
  leaving = new AbortController()

  connect() {
    this.leaving = new AbortController()
    this.#later()
  }

  disconnect() {
    this.leaving.abort()
    clearTimeout(this.timer)
  }

  #later() { this.timer = setTimeout(() => this.#look(), EVERY) }

  async #look() {
    const { signal } = this.leaving
    const answer = await fetch(location.href, { signal, headers: { accept: "text/html" } }).catch(() => null)
    const text = answer?.ok ? await answer.text().catch(() => "") : ""
    if (signal.aborted) return
    const fresh = new DOMParser().parseFromString(text, "text/html")
    const status = fresh.querySelector('[data-controller~="hours-progress"] [role="status"]')
    if (text && !status) return location.reload()
    if (status) this.element.querySelector('[role="status"]')?.replaceChildren(...status.childNodes)
    this.#later()
  }
}
