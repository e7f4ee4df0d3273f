import { Behaviour } from "jt/lib/behaviour.js"

const EVERY = 1500 // ms

/** While a take is worked on: says what is being done, and puts the report in place when it is there. */
export default class extends Behaviour {
  static targets = ["doing", "bar"]
  static values = { url: String, state: String }

  leaving = new AbortController()

  connect() {
    this.leaving = new AbortController()
    document.addEventListener("take:again", () => {
      clearTimeout(this.timer)
      this.stateValue = "processing"
      this.#later()
    }, { signal: this.leaving.signal })
    if (this.stateValue !== "ready" && this.stateValue !== "failed") this.#later()
  }

  disconnect() {
    this.leaving.abort()
    clearTimeout(this.timer)
  }

  #later() {
    this.timer = setTimeout(() => this.#look(), EVERY)
  }

  async #look() {
    const { signal } = this.leaving
    const answer = await fetch(this.urlValue, { signal }).catch(() => null)
    const progress = answer?.ok ? await answer.json() : null
    if (signal.aborted) return
    const further = progress && (progress.state !== this.stateValue || (this.#unplayable && progress.stage !== this.stage))
    if (further) {
      this.stage = progress.stage
      return this.#refresh(progress.state)
    }
    if (progress) this.#show(progress)
    this.#later()
  }

  #show({ doing, share }) {
    if (this.hasDoingTarget && doing) this.doingTarget.textContent = doing
    if (!this.hasBarTarget || share == null) return
    const percent = Math.round(share * 100)
    this.barTarget.setAttribute("aria-valuenow", String(percent))
    this.barTarget.firstElementChild.style.inlineSize = `${percent}%`
  }

  /** The player of a page that was made before there was anything to play. */
  get #unplayable() {
    return document.querySelector('.player[data-take-player-src-value=""]')
  }

  /** Take what is new out of a fresh copy of this page, so that a player plays on. */
  async #refresh(state) {
    const { signal } = this.leaving
    const answer = await fetch(location.pathname, { signal, headers: { accept: "text/html" } }).catch(() => null)
    if (signal.aborted) return
    if (!answer?.ok) return this.#later()
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const fresh = page.getElementById(this.element.id)
    if (!fresh) return this.#later()
    const player = page.querySelector('.player:not([data-take-player-src-value=""])')
    if (player) this.#unplayable?.replaceWith(player)
    this.element.replaceChildren(...fresh.childNodes)
    this.stateValue = state
    document.dispatchEvent(new CustomEvent("take:report"))
    if (state !== "ready" && state !== "failed") this.#later()
  }
}
