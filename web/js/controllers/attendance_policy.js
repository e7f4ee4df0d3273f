import { Behaviour } from "jt/lib/behaviour.js"

const WAIT = 250 // ms after the last change

/** What a policy means, told anew while it is being typed. */
export default class extends Behaviour {
  static targets = ["form", "example"]

  asking = new AbortController()

  disconnect() {
    this.asking.abort()
    clearTimeout(this.timer)
  }

  changed() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.#tell(), WAIT)
  }

  async #tell() {
    this.asking.abort()
    this.asking = new AbortController()
    const { signal } = this.asking
    const form = new FormData(this.formTarget)
    for (const name of ["csrf", "why"]) form.delete(name)
    const query = new URLSearchParams(/** @type {any} */ (form))
    const answer = await fetch(`/attendance/policy/example?${query}`, { signal }).catch(() => null)
    const text = answer?.ok ? await answer.text().catch(() => "") : ""
    const fresh = text && new DOMParser().parseFromString(text, "text/html").querySelector(".policy-example")
    if (fresh && !signal.aborted) this.exampleTarget.replaceChildren(...fresh.childNodes)
  }
}
