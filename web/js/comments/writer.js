// The form in which a comment is written, changed, or answered. Small until somebody uses it.
import { at, wire } from "jt/classroom/panels/parts.js"
import { Mentions } from "jt/comments/mentions.js"
import { clock, fill } from "jt/lib/clock.js"
import { LocalCopy } from "jt/lib/local_copy.js"

/**
 * @typedef {import("jt/comments/talk.js").Comment} Comment
 * @typedef {{now(): number, pause(): void, mayDraw(): boolean, draw(on: boolean, before: any): void, drawn(): any, forget(): void,
 *   save(body: any, id: string): Promise<boolean>, find(query: string, audience: string): Promise<any[]>}} WriterRoom
 */

export class Writer {
  /** @param {HTMLFormElement} form @param {WriterRoom} room @param {Record<string, string>} words @param {string} key of what was not sent, in this browser */
  constructor(form, room, words, key) {
    this.form = form
    this.room = room
    this.words = words
    this.copy = new LocalCopy(key)
    this.text = /** @type {HTMLTextAreaElement} */ (at(form, "text"))
    this.usual = "everybody"
    this.opened = this.drawing = this.sending = false
    this.at = 0
    /** @type {number | null} */
    this.until = null
    /** @type {Comment | null} */
    this.parent = null
    /** @type {Comment | null} */
    this.changing = null
    /** @type {any} what was drawn before, as it was kept */
    this.drawn = null
    this.mentions = new Mentions(this.text, at(form, "people"), (query) => room.find(query, this.audience))
    this.text.addEventListener("focus", () => this.open())
    this.text.addEventListener("input", () => this.#changed())
    this.text.addEventListener("keydown", (event) => this.#press(event))
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#save(false) })
    wire(form, {
      here: () => { this.at = room.now(); this.until = null; this.#show() },
      end: () => this.#end(),
      point: () => { this.until = null; this.#show() },
      draw: () => this.setDrawing(!this.drawing),
      erase: () => { this.#forget(); this.#show() },
      later: () => this.#save(true),
      cancel: () => this.reset(),
    })
    this.reset()
    this.text.value = this.copy.read() ?? ""
  }

  get audience() {
    return /** @type {any} */ (this.form.elements).audience.value
  }

  get busy() {
    return this.opened
  }

  /** Begin where the playhead is; nothing happens to what is being written already. */
  open() {
    if (this.opened) return
    this.opened = true
    this.at = this.room.now()
    this.room.pause()
    this.#show()
  }

  /** About the stretch [start, end]. */
  span(/** @type {number} */ start, /** @type {number} */ end) {
    this.open()
    ;[this.at, this.until] = [Math.min(start, end), Math.max(start, end)]
    this.#show()
    this.text.focus()
  }

  /** Answer in this thread. */
  reply(/** @type {Comment} */ head) {
    this.reset()
    Object.assign(this, { opened: true, parent: head, at: head.at, until: head.until })
    this.room.pause()
    this.#show()
    this.text.focus()
  }

  /** Change what one wrote. */
  edit(/** @type {Comment} */ one) {
    this.reset()
    Object.assign(this, { opened: true, changing: one, at: one.at, until: one.until, drawn: one.drawing })
    this.text.value = one.text
    this.mentions.know(one.mentions)
    this.#choose("kind", one.kind)
    this.#choose("audience", one.audience)
    this.room.pause()
    this.#show()
    this.text.focus()
  }

  /** Small and empty again. */
  reset() {
    Object.assign(this, { opened: false, at: 0, until: null, parent: null, changing: null, sending: false })
    this.#forget()
    this.text.value = ""
    this.mentions.know([])
    this.mentions.hide()
    this.#choose("kind", "note")
    this.#choose("audience", this.usual)
    this.say("")
    this.copy.clear()
    this.#show()
  }

  /** Whom one's comments are usually for. */
  setUsual(/** @type {string} */ audience) {
    this.usual = audience
    if (!this.opened) this.#choose("audience", audience)
  }

  /** Take the pen up, to go on with what was drawn before, or put it down. */
  setDrawing(/** @type {boolean} */ on) {
    this.drawing = on
    this.room.draw(on, this.drawn)
    if (on) this.drawn = null
    this.#show()
  }

  /** What was drawn changed. */
  drew() {
    at(this.form, "erase").hidden = !(this.room.drawn() ?? this.drawn)
  }

  /** The playhead is elsewhere. */
  moved() {
    if (!this.opened) this.#tellPlace()
  }

  say(/** @type {string} */ problem) {
    const shown = at(this.form, "problem")
    shown.hidden = !problem
    shown.textContent = problem
  }

  #choose(/** @type {string} */ name, /** @type {string} */ value) {
    const field = /** @type {any} */ (this.form.elements).namedItem(name)
    if (field) field.value = value
  }

  #forget() {
    this.drawing = false
    this.drawn = null
    this.room.forget()
  }

  #end() {
    const now = this.room.now()
    if (now > this.at) this.until = now
    this.#show()
  }

  #press(/** @type {KeyboardEvent} */ event) {
    if (this.mentions.press(event)) return
    event.stopPropagation() // the player's own keys
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      this.#save(false)
    } else if (event.key === "Escape" && !event.isComposing) {
      if (!this.text.value.trim()) this.reset()
      this.text.blur()
    }
  }

  #changed() {
    if (!this.changing && !this.parent) this.copy.write(this.text.value)
    this.text.style.blockSize = "auto"
    this.text.style.blockSize = `${Math.min(this.text.scrollHeight + 2, 200)}px`
  }

  async #save(/** @type {boolean} */ draft) {
    const text = this.text.value.trim()
    if (!text) return this.text.focus()
    if (this.sending) return
    this.sending = true
    const fields = new FormData(this.form)
    const done = await this.room.save({
      text, draft, at: this.at, until: this.until, drawing: this.room.drawn() ?? this.drawn,
      kind: fields.get("kind") ?? "note", audience: fields.get("audience"),
      mentions: this.mentions.in(text), parent: this.parent?.id ?? "",
    }, this.changing?.id ?? "")
    this.sending = false
    if (done) this.reset()
  }

  #tellPlace() {
    const place = this.opened ? this.at : this.room.now()
    const span = this.until === null ? clock(place) : `${clock(place)}–${clock(this.until)}`
    at(this.form, "place").textContent = span
    this.text.placeholder = this.opened ? "" : fill(this.words.hint, { at: clock(place) })
  }

  #show() {
    const { form, opened, parent, changing } = this
    form.dataset.open = opened ? "yes" : ""
    for (const part of form.querySelectorAll("[data-when=open]")) /** @type {HTMLElement} */ (part).hidden = !opened
    for (const part of form.querySelectorAll("[data-when=thread]")) /** @type {HTMLElement} */ (part).hidden = !opened || Boolean(parent || changing?.parent)
    const title = at(form, "title")
    title.hidden = !(parent || changing)
    title.textContent = parent ? fill(this.words.replying, { name: parent.author }) : changing ? this.words.changing : ""
    at(form, "later").hidden = !opened || Boolean(parent || (changing && !changing.draft))
    at(form, "draw").hidden = !opened || !this.room.mayDraw()
    at(form, "draw").setAttribute("aria-pressed", String(this.drawing))
    at(form, "erase").hidden = !(this.room.drawn() ?? this.drawn)
    at(form, "point").hidden = this.until === null
    this.#tellPlace()
    this.#changed()
    if (!opened && !this.text.value) this.copy.clear()
  }
}
