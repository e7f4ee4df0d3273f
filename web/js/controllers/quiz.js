import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"
import { sendJson } from "jt/lib/send_json.js"

/**
 * @typedef {{id: string, at: number | null, kind: "single" | "multiple" | "number" | "text", question: string,
 *   options: string[], left: number | null, attempts: {number: number, answer: any[], right: boolean | null}[],
 *   done: boolean, correct: any[], explanation: string}} Question
 */

const AT_ONCE = 2 // seconds the playhead may have moved and still have come by a question
const END = 0.6

/** Questions at a second of the recording: playing stops there until they are answered or put off. */
export default class extends Behaviour {
  static targets = ["words", "list", "item", "dialog", "here", "none"]
  static values = { url: String }

  /** @type {Question[]} */ questions = []
  /** @type {any} */ player
  /** @type {number | null} */ was = null
  put = new Set()
  /** @type {any} */ dialog
  on = false // it played when it was stopped

  async connect() {
    this.words = JSON.parse(this.wordsTarget.textContent)
    this.#lay(this.dialogTarget)
    const answer = await fetch(`${this.urlValue}.json`).catch(() => null)
    if (!answer?.ok) return
    this.questions = (await answer.json()).questions
    this.#draw()
  }

  disconnect() { this.dialog?.remove() }

  ready(event) { this.player = event.detail }

  /** The playhead came to a second: ask what was passed while playing. */
  moved({ detail: { seconds } }) {
    const before = this.was
    this.was = seconds
    if (this.hasHereTarget) this.hereTarget.search = `?at=${Math.floor(seconds)}`
    if (before === null || seconds <= before || seconds - before > AT_ONCE || this.dialog.open) return
    const end = this.player ? this.player.duration - END : Infinity
    const passed = this.questions.find((one) => !one.done && !this.put.has(one.id) &&
      (one.at === null ? before < end && seconds >= end : before < one.at && seconds >= one.at))
    if (passed) this.ask(passed, true)
  }

  /** Show one question, over everything. */
  ask(/** @type {Question} */ question, stops = false) {
    this.on = stops
    this.player?.pause()
    this.asked = question
    this.title.textContent = question.question
    this.#fillForm(question)
    if (!this.dialog.open) this.dialog.showModal()
  }

  /** Answered or put off. */
  closed() {
    if (this.asked) this.put.add(this.asked.id)
    if (this.on && this.player && this.player.now < this.player.duration - END) this.player.playFrom(this.player.now)
    this.on = false
  }

  async send(event) {
    event.preventDefault()
    const question = /** @type {Question} */ (this.asked)
    const answer = given(event.currentTarget, question.kind)
    const { told, problem } = await sendJson(`${this.urlValue}/${question.id}`, { answer })
    if (!told) return this.#tell(problem || this.words.failed)
    this.questions = this.questions.map((one) => (one.id === told.id ? told : one))
    this.asked = told
    this.#draw()
    this.#fillForm(told)
    ;(told.done ? this.goOn : this.form.querySelector("input, textarea"))?.focus()
  }

  // --- how it looks ---

  /** The dialog cannot stay in the panel: that is hidden while another tab is chosen. */
  #lay(/** @type {HTMLDialogElement} */ dialog) {
    this.dialog = dialog
    const part = (/** @type {string} */ name) => dialog.querySelector(`[data-part=${name}]`)
    Object.assign(this, { title: part("title"), form: part("form"), later: part("later"), goOn: part("goOn") })
    for (const button of [this.later, this.goOn]) button.addEventListener("click", () => dialog.close())
    dialog.addEventListener("close", () => this.closed())
    document.body.append(dialog)
  }

  #draw() {
    this.noneTarget.hidden = this.questions.length > 0
    this.listTarget.replaceChildren(...this.questions.map((question) => {
      const item = /** @type {HTMLElement} */ (this.itemTarget.content.firstElementChild.cloneNode(true))
      const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (item.querySelector(`[data-part=${name}]`))
      const last = question.attempts.at(-1)
      part("time").textContent = question.at === null ? this.words.at_end : clock(question.at)
      if (question.at !== null) part("time").dataset.jump = String(question.at)
      part("title").textContent = question.question
      part("verdict").hidden = !last
      part("verdict").textContent = this.#verdict(last)
      part("said").textContent = last ? fill(this.words.you_said, { said: inWords(question, last.answer) }) : ""
      part("said").hidden = !last
      part("open").hidden = question.done
      part("open").textContent = last ? this.words.again : this.words.open
      part("open").addEventListener("click", () => this.ask(question))
      return item
    }))
  }

  #fillForm(/** @type {Question} */ question) {
    const last = question.attempts.at(-1)
    const told = [last ? this.#verdict(last) : ""]
    if (last && !question.done && question.left !== null) told.push(fill(this.words.left, { n: question.left }))
    if (question.done && question.correct.length) told.push(fill(this.words.is_right, { said: rightWords(question) }))
    this.form.replaceChildren()
    if (!question.done) this.form.append(this.#form(question))
    else this.form.append(paragraph("question__text", fill(this.words.you_said, { said: inWords(question, last?.answer ?? []) })))
    this.form.append(paragraph("quiz__told", told.filter(Boolean).join(" · "), "status"))
    if (question.explanation) this.form.append(paragraph("quiz__why", question.explanation))
    this.goOn.hidden = !question.done
    this.later.hidden = question.done
  }

  #form(/** @type {Question} */ question) {
    const form = document.createElement("form")
    form.className = "answer"
    form.addEventListener("submit", (event) => this.send(event))
    if (question.kind === "single" || question.kind === "multiple") {
      const fields = document.createElement("fieldset")
      fields.className = "answer__fields"
      fields.setAttribute("aria-labelledby", "quiz-asks")
      question.options.forEach((option, index) => fields.append(choice(question.kind, option, index)))
      form.append(fields)
    } else form.append(field(question.kind, this.words.answer))
    const button = document.createElement("button")
    button.className = "button button--primary"
    button.textContent = question.attempts.length ? this.words.again : this.words.send
    form.append(button)
    return form
  }

  #tell(/** @type {string} */ sentence) {
    const told = this.form.querySelector(".quiz__told")
    if (told) told.textContent = sentence
  }

  #verdict(/** @type {{right: boolean | null} | undefined} */ attempt) {
    if (!attempt) return ""
    return attempt.right === null ? this.words.kept : attempt.right ? this.words.right : this.words.wrong
  }
}

/** What was typed or chosen, as the server reads it. */
function given(/** @type {HTMLFormElement} */ form, /** @type {string} */ kind) {
  const values = new FormData(form).getAll("answer").map(String)
  return kind === "text" ? values : values.filter((value) => value !== "").map(Number)
}

function choice(/** @type {string} */ kind, /** @type {string} */ option, /** @type {number} */ index) {
  const label = document.createElement("label")
  label.className = "answer__option"
  const input = document.createElement("input")
  Object.assign(input, { type: kind === "single" ? "radio" : "checkbox", name: "answer", value: String(index) })
  const word = document.createElement("span")
  word.textContent = option
  word.dir = "auto"
  label.append(input, word)
  return label
}

function field(/** @type {string} */ kind, /** @type {string} */ word) {
  const label = document.createElement("label")
  label.className = "field"
  const said = document.createElement("span")
  said.textContent = word
  const input = document.createElement("input")
  Object.assign(input, { name: "answer", required: true, maxLength: 500, autocomplete: "off" })
  if (kind === "number") Object.assign(input, { type: "number", step: "any" })
  label.append(said, input)
  return label
}

function paragraph(/** @type {string} */ look, /** @type {string} */ text, role = "") {
  const made = document.createElement("p")
  made.className = look
  made.textContent = text
  made.dir = "auto"
  if (role) made.setAttribute("role", role)
  return made
}

function inWords(/** @type {Question} */ question, /** @type {any[]} */ answer) {
  return answer.map((one) => (question.options.length ? question.options[one] : String(one))).join("；")
}

function rightWords(/** @type {Question} */ question) {
  if (question.kind === "number") return question.correct[1] ? `${question.correct[0]} ± ${question.correct[1]}` : String(question.correct[0])
  return question.kind === "text" ? question.correct.join(" / ") : inWords(question, question.correct)
}
