import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"

/** Remarks at a second of the take. */
export default class extends Behaviour {
  static targets = ["list", "at", "text", "problem"]
  static values = { url: String }

  leaving = new AbortController()

  connect() {
    this.leaving = new AbortController()
    this.words = JSON.parse(document.querySelector("[data-take-player-target=words]")?.textContent ?? "{}")
    this.now = 0
    document.addEventListener("take:time", (event) => this.#time(/** @type {CustomEvent} */ (event).detail), { signal: this.leaving.signal })
    this.#load()
  }

  disconnect() { this.leaving.abort() }

  /** The second is held while somebody writes. */
  hold() { this.held ??= this.now }

  async add(event) {
    event.preventDefault()
    const text = this.textTarget.value.trim()
    if (!text) return
    const sent = await this.#send("POST", this.urlValue, { at: Math.round((this.held ?? this.now) * 100) / 100, text })
    if (!sent) return
    this.textTarget.value = ""
    this.held = undefined
    this.#time(this.now)
    await this.#load()
  }

  async #remove(id) {
    if (await this.#send("DELETE", `${this.urlValue}/${encodeURIComponent(id)}`)) await this.#load()
  }

  async #load() {
    const answer = await fetch(this.urlValue, { signal: this.leaving.signal, headers: { accept: "application/json" } }).catch(() => null)
    if (!answer?.ok) return
    const sent = await answer.json()
    const comments = Array.isArray(sent) ? sent : sent.comments
    this.listTarget.replaceChildren(...(comments.length ? comments.map((comment) => this.#item(comment)) : [this.#nothing()]))
    document.dispatchEvent(new CustomEvent("take:comments", { detail: comments }))
  }

  #item(comment) {
    const item = element("li", "comment")
    const time = element("button", "clip", clock(comment.at))
    time.type = "button"
    time.dataset.jump = comment.at
    if (comment.until != null) time.dataset.until = comment.until
    const head = element("p", "comment__head")
    head.append(time, element("b", "", comment.by ?? comment.author ?? ""))
    item.append(head, element("p", "comment__text", comment.text))
    if (comment.mine) {
      const remove = element("button", "link-button comment__delete", this.words.delete)
      remove.type = "button"
      remove.setAttribute("aria-label", `${this.words.delete} ${fill(this.words.at, { at: clock(comment.at) })}`)
      remove.addEventListener("click", () => this.#remove(comment.id))
      head.append(remove)
    }
    return item
  }

  #nothing() { return element("li", "comments__empty", this.words.no_comments) }

  #time(seconds) {
    this.now = seconds
    this.atTarget.textContent = clock(this.held ?? seconds)
  }

  async #send(method, url, body) {
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "application/json" }
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) }).catch(() => null)
    const problem = answer?.ok ? "" : (await answer?.json().catch(() => null))?.sentence ?? this.words.failed_comment
    this.problemTarget.textContent = problem
    this.problemTarget.hidden = !problem
    return Boolean(answer?.ok)
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} look @param {string} [text]
 */
function element(tag, look, text = "") {
  const made = document.createElement(tag)
  if (look) made.className = look
  made.textContent = text
  return made
}
