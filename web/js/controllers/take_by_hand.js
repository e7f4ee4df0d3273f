import { Behaviour } from "jt/lib/behaviour.js"

/** The owner puts a take right: one utterance at a time, or "this was meant"; says what becomes of it. */
export default class extends Behaviour {
  static values = { url: String, revision: Number, words: Object }

  leaving = new AbortController()
  /** @type {HTMLTextAreaElement | null} */ field = null

  connect() {
    this.leaving = new AbortController()
    const { signal } = this.leaving
    const list = document.querySelector(".transcript")
    document.addEventListener("take:line", (event) => this.#dress(/** @type {CustomEvent} */ (event).detail), { signal })
    document.addEventListener("click", (event) => this.#clicked(event), { signal })
    document.addEventListener("take:report", () => this.#settled(), { signal })
    for (const line of list?.querySelectorAll(".transcript__line") ?? []) this.#dress({ line })
  }

  disconnect() { this.leaving.abort() }

  #dress({ line }) {
    if (line.querySelector(".transcript__tool")) return
    const tools = document.createElement("span")
    tools.className = "transcript__by-hand no-print"
    if (line.dataset.corrected) tools.append(made("em", this.wordsValue.corrected), this.#button("undo"))
    tools.append(this.#button("edit"))
    line.append(tools)
  }

  #button(/** @type {string} */ name) {
    const button = made("button", this.wordsValue[name])
    button.className = "link-button transcript__tool"
    button.setAttribute("type", "button")
    button.dataset.byHand = name
    return button
  }

  #clicked(event) {
    const mark = event.target.closest("[data-meant]")
    if (mark) return this.#mark(mark)
    const tool = event.target.closest("[data-by-hand]")
    const line = tool?.closest(".transcript__line")
    if (!line) return
    if (tool.dataset.byHand === "undo") return this.#correct(line, null)
    this.#edit(line)
  }

  #edit(line) {
    this.#leave()
    const text = line.querySelector(".transcript__text")
    const field = document.createElement("textarea")
    field.className = "transcript__field"
    field.maxLength = 2000
    field.value = text.textContent
    field.setAttribute("aria-label", `${this.wordsValue.text}. ${this.wordsValue.keys}`)
    field.addEventListener("keydown", (event) => {
      event.stopPropagation()
      if (event.isComposing) return // Enter chooses a word of the input method
      if (event.key === "Escape") this.#leave(true)
      if (event.key !== "Enter") return
      event.preventDefault()
      const said = field.value.trim()
      if (said && said !== text.textContent) this.#correct(line, said)
      else this.#leave(true)
    })
    text.hidden = true
    text.after(field)
    this.field = field
    this.#say(this.wordsValue.keys)
    field.focus()
  }

  /** Back to reading. */
  #leave(focus = false) {
    const line = /** @type {HTMLElement | null | undefined} */ (this.field?.closest(".transcript__line"))
    this.field?.remove()
    this.field = null
    if (!line) return
    const text = /** @type {HTMLElement} */ (line.querySelector(".transcript__text"))
    text.hidden = false
    this.#say("")
    if (focus) /** @type {HTMLElement | null} */ (line.querySelector("[data-by-hand=edit]"))?.focus()
  }

  async #correct(line, text) {
    const sent = await this.#send("corrections", { start: Number(line.dataset.start), text })
    if (!sent) return
    this.#leave(true)
    if (text !== null) line.querySelector(".transcript__text").textContent = text
    this.#say(this.wordsValue.again)
  }

  async #mark(button) {
    const { kind, start, end, meant } = button.dataset
    const stretch = { kind, start: Number(start), end: Number(end), intentional: meant === "on" }
    if (await this.#send("intentional", stretch)) button.disabled = true
  }

  async #send(door, body) {
    this.#say(this.wordsValue.saving)
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "application/json" }
    const sent = JSON.stringify({ ...body, revision: this.revisionValue })
    const answer = await fetch(`${this.urlValue}/${door}`, { method: "POST", headers, body: sent }).catch(() => null)
    const told = await answer?.json().catch(() => null)
    if (!answer?.ok) {
      this.#say(told?.sentence ?? this.wordsValue.failed)
      return false
    }
    this.revisionValue = told.revision
    this.waiting = true
    this.#say(this.wordsValue.again)
    document.dispatchEvent(new CustomEvent("take:again"))
    return true
  }

  #settled() {
    this.#say(this.waiting ? this.wordsValue.done : "")
    this.waiting = false
  }

  #say(/** @type {string} */ sentence) {
    this.element.textContent = sentence
    this.element.toggleAttribute("hidden", !sentence)
  }
}

/** @param {string} tag @param {string} text */
function made(tag, text) {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}
