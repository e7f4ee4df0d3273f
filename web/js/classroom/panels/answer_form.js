// The form in which somebody answers a poll; their answer stays changeable while the poll is open.
import { at } from "jt/classroom/panels/parts.js"

/** @typedef {import("jt/classroom/panels/poll_math.js").Poll} Poll */

let forms = 0

export class AnswerForm {
  /** @param {HTMLFormElement} form @param {import("jt/classroom/panels/parts.js").PanelRoom} room */
  constructor(form, room) {
    this.form = form
    this.room = room
    this.name = `answer-${++forms}`
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit() })
    form.addEventListener("input", () => { this.touched = true; this.say() })
    form.addEventListener("keydown", (event) => event.stopPropagation())
  }

  /** @param {Poll} poll */
  show(poll) {
    const own = poll.answers[this.room.me]
    if (this.poll?.id !== poll.id) this.build(poll)
    this.poll = poll
    if (own && own !== this.own && !(this.touched && this.own)) this.fill(own)
    if (own !== this.own) this.touched = false
    this.own = own
    at(this.form, "word").textContent = own ? this.room.words.poll_change : this.room.words.poll_answer
    this.say()
  }

  build(/** @type {Poll} */ poll) {
    const choosing = ["single", "multiple"].includes(poll.kind)
    at(this.form, "fields").replaceChildren(...(choosing ? poll.options.map((text, index) => this.option(poll, text, index))
      : [this.field(poll)]))
  }

  option(/** @type {Poll} */ poll, /** @type {string} */ text, /** @type {number} */ index) {
    const input = Object.assign(document.createElement("input"), {
      type: poll.kind === "single" ? "radio" : "checkbox", name: this.name, value: String(index),
    })
    const said = Object.assign(document.createElement("span"), { textContent: text, dir: "auto" })
    const label = Object.assign(document.createElement("label"), { className: "answer__option" })
    label.append(input, said)
    return label
  }

  field(/** @type {Poll} */ poll) {
    const input = document.createElement("input")
    if (poll.kind === "number") Object.assign(input, { type: "number", step: "any", inputMode: "decimal" })
    else Object.assign(input, { type: "text", maxLength: 500, dir: "auto" })
    input.name = this.name
    input.autocomplete = "off"
    input.setAttribute("aria-label", this.room.words.poll_your_answer)
    return input
  }

  inputs() {
    return /** @type {HTMLInputElement[]} */ ([...this.form.querySelectorAll(`[name="${this.name}"]`)])
  }

  /** @param {import("jt/classroom/panels/poll_math.js").Answer} answer */
  fill(answer) {
    for (const input of this.inputs()) {
      if (["radio", "checkbox"].includes(input.type)) input.checked = answer.choices.includes(Number(input.value))
      else input.value = answer.number === null ? answer.text : String(answer.number)
    }
  }

  submit() {
    const poll = /** @type {Poll} */ (this.poll)
    const chosen = this.inputs()
    const answer = {
      choices: chosen.filter(({ checked }) => checked).map(({ value }) => Number(value)),
      number: poll.kind === "number" && chosen[0].value !== "" ? chosen[0].valueAsNumber : null,
      text: poll.kind === "text" ? chosen[0].value.trim() : "",
    }
    if (!answer.choices.length && answer.number === null && !answer.text) return this.say(this.room.words.poll_nothing)
    const { choices, number, text } = answer
    const fields = { single: { choices }, multiple: { choices }, number: { number }, text: { text } }[poll.kind]
    if (!this.room.send("answer", { poll: poll.id, ...fields })) this.say(this.room.words.not_sent)
  }

  say(sentence = "") {
    const arrived = this.own && !this.touched
    at(this.form, "status").textContent = sentence || (arrived ? this.room.words.poll_answered : "")
  }
}
