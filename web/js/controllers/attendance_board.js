import { Behaviour } from "jt/lib/behaviour.js"

const EVERY = 4000 // ms

/** The board of a lesson: kept fresh while it goes on, and why somebody stands as they do. */
export default class extends Behaviour {
  static targets = ["rows", "dialog", "part"]
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

  /** Show why, over the board. Where that fails the link leads there. */
  async open(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const { href } = event.currentTarget
    const text = await this.#fetch(`${href}?part=1`)
    const found = text && parsed(text).querySelector(".roll__part")
    if (!found) {
      location.assign(href)
      return
    }
    this.partTarget.replaceChildren(found)
    this.dialogTarget.showModal()
  }

  close() {
    this.dialogTarget.close()
  }

  #later() {
    if (this.rowsTarget.dataset.live) this.timer = setTimeout(() => this.#look(), EVERY)
  }

  async #look() {
    const text = document.hidden ? "" : await this.#fetch(this.urlValue)
    if (this.leaving.signal.aborted) return
    const fresh = text && parsed(text).querySelector(".roll")
    if (fresh) this.#show(fresh)
    this.#later()
  }

  /** What is the same stays as it is: a person may be reading it, or stand on it with the keyboard. */
  #show(fresh) {
    const old = this.rowsTarget
    const standing = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-person]"))
    const copying = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".roll__list"))
    const known = new Map([...old.querySelectorAll("[data-person]")].map((one) => [one.dataset.person, one]))
    for (const one of fresh.querySelectorAll("[data-person]")) {
      const before = known.get(one.dataset.person)
      if (before && before.outerHTML === one.outerHTML) one.replaceWith(before)
    }
    if (copying) fresh.querySelector(".roll__list")?.closest("section")?.replaceWith(copying.closest("section"))
    old.dataset.live = fresh.dataset.live
    old.replaceChildren(...fresh.children)
    if (standing) old.querySelector(`[data-person="${standing.dataset.person}"] a`)?.focus({ preventScroll: true })
    if (copying) copying.focus({ preventScroll: true })
  }

  async #fetch(address) {
    const { signal } = this.leaving
    const answer = await fetch(address, { signal }).catch(() => null)
    return answer?.ok ? answer.text().catch(() => "") : ""
  }
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html")
}
