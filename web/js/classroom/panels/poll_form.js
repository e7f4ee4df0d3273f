// The form in which a leader writes a poll: kind, options, what is right, whether it is anonymous.
import { at, copy } from "jt/classroom/panels/parts.js"

const MOST_OPTIONS = 12

export class PollForm {
  /**
   * @param {HTMLFormElement} form @param {HTMLElement} panel with the template of an option
   * @param {import("jt/classroom/panels/parts.js").PanelRoom} room @param {() => void} done
   */
  constructor(form, panel, room, done) {
    this.form = form
    this.panel = panel
    this.room = room
    this.done = done
    this.options = /** @type {HTMLElement} */ (at(form, "options"))
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit() })
    form.addEventListener("change", () => this.show())
    form.addEventListener("keydown", (event) => event.stopPropagation())
    form.addEventListener("click", ({ target }) => this.click(/** @type {Element} */ (target)))
    this.empty()
  }

  get kind() {
    return /** @type {string} */ (new FormData(this.form).get("kind"))
  }

  empty() {
    this.form.reset()
    this.options.replaceChildren()
    this.add()
    this.add()
    this.show()
  }

  click(/** @type {Element} */ target) {
    const act = /** @type {HTMLElement | null} */ (target.closest("button[data-option]"))
    if (act?.dataset.option === "add") this.add().querySelector("input:not([type=checkbox])")?.["focus"]()
    if (act?.dataset.option === "remove") {
      act.closest("li")?.remove()
      at(this.form, "add").focus()
    }
    if (act) this.show()
  }

  add() {
    const row = copy(this.panel, "option")
    this.options.append(row)
    return row
  }

  show() {
    const choosing = ["single", "multiple"].includes(this.kind)
    at(this.form, "choices").hidden = !choosing
    const rows = [...this.options.children]
    for (const [index, row] of rows.entries()) {
      at(row, "text").setAttribute("aria-label", this.room.words.poll_option.replace("{n}", String(index + 1)))
      at(row, "text").placeholder = this.room.words.poll_option.replace("{n}", String(index + 1))
      at(row, "correct").setAttribute("aria-label", this.room.words.poll_right.replace("{n}", String(index + 1)))
      at(row, "remove").hidden = rows.length <= 2
    }
    at(this.form, "add").hidden = rows.length >= MOST_OPTIONS
  }

  /** What is written there, without empty options. */
  read() {
    const given = new FormData(this.form)
    const choosing = ["single", "multiple"].includes(this.kind)
    const rows = choosing ? [...this.options.children].map((row) => ({
      text: at(row, "text").value.trim(), correct: at(row, "correct").checked,
    })).filter(({ text }) => text) : []
    return {
      kind: this.kind,
      question: String(given.get("question") ?? "").trim(),
      options: rows.map(({ text }) => text),
      correct: rows.flatMap(({ correct }, index) => (correct ? [index] : [])),
      anonymous: given.get("anonymous") === "on",
    }
  }

  submit() {
    const poll = this.read()
    const choosing = ["single", "multiple"].includes(poll.kind)
    if (!poll.question) return this.say(this.room.words.poll_no_question)
    if (choosing && poll.options.length < 2) return this.say(this.room.words.poll_two_options)
    if (!this.room.send("open_poll", poll)) return this.say(this.room.words.not_sent)
    this.say("")
    this.empty()
    this.done()
  }

  say(/** @type {string} */ sentence) {
    at(this.form, "status").textContent = sentence
  }
}
