// A field one writes into and sends with Enter. Nothing is lost: the text stays until the room has it.
import { rest, sends } from "jt/classroom/panels/composing.js"
import { LocalCopy } from "jt/lib/local_copy.js"

const COUNT_FROM = 0.9 // of the limit

export class Composer {
  /**
   * @param {HTMLFormElement} form with a textarea and `data-part=count`
   * @param {{key: string, send(text: string): boolean, refused(): void}} options
   *   `key` of the draft kept in this browser; `refused` is called while there is no connection
   */
  constructor(form, { key, send, refused }) {
    this.form = form
    this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"))
    this.count = /** @type {HTMLElement} */ (form.querySelector('[data-part="count"]'))
    this.draft = new LocalCopy(key)
    this.give = send
    this.refused = refused
    this.sent = "" // on its way
    this.composing = false
    this.field.value = this.draft.read() ?? ""
    this.field.addEventListener("compositionstart", () => { this.composing = true })
    this.field.addEventListener("compositionend", () => { this.composing = false })
    this.field.addEventListener("input", () => this.changed())
    this.field.addEventListener("keydown", (event) => this.press(event))
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit() })
    this.changed()
  }

  press(/** @type {KeyboardEvent} */ event) {
    event.stopPropagation() // the page's own keys
    if (this.composing || !sends(event)) return
    event.preventDefault()
    this.submit()
  }

  submit() {
    const text = this.field.value.trim()
    if (!text || this.sent) return
    this.sent = this.field.value
    if (this.give(text)) {
      this.waiting = setTimeout(() => { this.sent = "" }, 4000) // refused: it may be sent again
    } else {
      this.sent = ""
      this.refused()
    }
  }

  /** The room has what was sent. */
  arrived() {
    clearTimeout(this.waiting)
    if (!this.sent) return
    this.field.value = rest(this.field.value, this.sent)
    this.sent = ""
    this.changed()
  }

  changed() {
    const { value, maxLength } = this.field
    if (value) this.draft.write(value)
    else this.draft.clear()
    this.count.textContent = maxLength > 0 && value.length > maxLength * COUNT_FROM ? `${value.length} / ${maxLength}` : ""
    this.field.style.blockSize = "auto"
    this.field.style.blockSize = `${Math.min(this.field.scrollHeight + 2, 160)}px`
  }
}
