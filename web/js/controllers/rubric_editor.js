import { Autosave } from "jt/lib/autosave.js"
import { Behaviour } from "jt/lib/behaviour.js"
import { fill } from "jt/lib/clock.js"
import { freshId, mostOf, readFields, writeFields } from "jt/lib/rubric_form.js"

const EMPTY = { title: "", hint: "", scale: "points", weight: 1, low: 0, high: 20, step: 1, grades: [] }

/** The editor of a rubric: items in order, each with its scale; the draft saves itself. */
export default class extends Behaviour {
  static targets = ["state", "sum", "announcer", "problem", "conflict", "form", "items", "item", "grade", "add"]
  static values = { address: String, local: String, revision: Number, most: Object, body: Object, words: Object }

  leaving = new AbortController()
  /** @type {any} */ autosave

  connect() {
    this.leaving = new AbortController()
    const { signal } = this.leaving
    this.write(this.bodyValue)
    this.autosave = new Autosave({
      address: this.addressValue, revision: this.revisionValue, key: this.localValue,
      read: () => this.read(), tell: (state, problem) => this.tell(state, problem),
    })
    addEventListener("pagehide", () => this.autosave.farewell(), { signal })
    addEventListener("online", () => this.autosave.flush(), { signal })
    const kept = this.autosave.copy.read()
    if (kept && JSON.stringify(kept.body) !== this.autosave.text) {
      this.write(kept.body)
      if (kept.revision === this.autosave.revision) this.autosave.changed()
      else this.autosave.disagree()
    }
    this.show()
  }

  disconnect() { this.leaving.abort() }

  changed() {
    this.show()
    this.autosave.changed()
  }

  submit(event) {
    event.preventDefault()
    this.autosave.flush()
  }

  async flushFirst(event) {
    if (!this.autosave.dirty) return
    event.preventDefault()
    const form = event.currentTarget
    if (await this.autosave.flush()) form.submit()
  }

  add() { this.#put({ ...EMPTY, id: freshId(this.read().items) }) }

  double(event) {
    const item = this.#itemOf(event)
    this.#put({ ...this.#readItem(item), id: freshId(this.read().items) }, item)
  }

  up(event) { this.#move(event, (item) => item.previousElementSibling?.before(item)) }
  down(event) { this.#move(event, (item) => item.nextElementSibling?.after(item)) }

  remove(event) {
    const item = this.#itemOf(event)
    const near = item.nextElementSibling ?? item.previousElementSibling
    const title = this.#titleOf(item)
    item.remove()
    this.changed()
    this.#announce(fill(this.wordsValue.removed, { title }))
    ;(near?.querySelector("input") ?? this.addTarget).focus()
  }

  addGrade(event) {
    const made = this.#grade({})
    this.#itemOf(event).querySelector("[data-part=grades]").append(made)
    this.changed()
    made.querySelector("input").focus()
  }

  removeGrade(event) {
    const item = this.#itemOf(event)
    event.currentTarget.closest(".rubric-grade").remove()
    this.changed()
    item.querySelector("[data-part=addGrade]").focus()
  }

  async keepMine() {
    if (await this.autosave.keepMine()) this.conflictTarget.hidden = true
  }

  takeTheirs() {
    this.autosave.takeTheirs()
    location.reload()
  }

  read() {
    return { ...readFields(this.formTarget), items: [...this.itemsTarget.children].map((item) => this.#readItem(item)) }
  }

  write(body) {
    writeFields(this.formTarget, body)
    this.itemsTarget.replaceChildren(...body.items.map((item) => this.#item(item)))
  }

  tell(state, problem) {
    this.stateTarget.dataset.state = state
    this.stateTarget.textContent = this.wordsValue[state] ?? this.wordsValue.unsaved
    this.conflictTarget.hidden = state !== "conflict"
    this.problemTarget.hidden = state !== "refused"
    this.problemTarget.textContent = problem?.sentence ?? ""
  }

  /** What a scale needs, numbers, and what the form adds up to. */
  show() {
    const form = this.read()
    const most = mostOf(/** @type {any} */ (form))
    this.sumTarget.textContent = most === null ? fill(this.wordsValue.count, { n: form.items.length }) : fill(this.wordsValue.total, { most })
    for (const [index, item] of [...this.itemsTarget.children].entries()) {
      const { scale, grades } = form.items[index]
      item.querySelector(".rubric-item__number").textContent = String(index + 1)
      item.setAttribute("aria-label", fill(this.wordsValue.item, { n: index + 1 }))
      for (const part of item.querySelectorAll("[data-for]")) {
        part.hidden = part.dataset.for === "sum" ? most === null || scale === "words" : part.dataset.for !== scale
      }
      item.querySelector("[data-part=grades]").hidden = scale === "words" || !grades.length
      item.querySelector("[data-part=addGrade]").hidden = scale === "words" || grades.length >= this.mostValue.grades
    }
    this.addTarget.disabled = form.items.length >= this.mostValue.items
  }

  #put(body, after = this.itemsTarget.lastElementChild) {
    const made = this.#item(body)
    if (after) after.after(made)
    else this.itemsTarget.append(made)
    this.changed()
    made.querySelector("input").focus()
  }

  #move(event, act) {
    const item = this.#itemOf(event)
    const button = event.currentTarget
    act(item)
    button.focus()
    this.changed()
    const items = [...this.itemsTarget.children]
    this.#announce(fill(this.wordsValue.moved, { title: this.#titleOf(item), place: items.indexOf(item) + 1, count: items.length }))
  }

  #item(body) {
    const made = this.itemTarget.content.firstElementChild.cloneNode(true)
    made.dataset.id = body.id
    writeFields(made, body)
    made.querySelector("[data-part=grades]").append(...body.grades.map((grade) => this.#grade(grade)))
    return made
  }

  #grade(body) {
    const made = this.gradeTarget.content.firstElementChild.cloneNode(true)
    writeFields(made, body)
    return made
  }

  #readItem(item) {
    const fields = readFields(item)
    const scale = fields.scale
    const grades = [...item.querySelectorAll(".rubric-grade")].map((grade) => {
      const read = readFields(grade)
      return scale === "points" ? read : { ...read, high: null }
    })
    const { low, high, step, weight } = fields
    return { ...fields, id: item.dataset.id, low: low ?? 0, high: high ?? 0, step: step ?? 1, weight: weight ?? 0, grades: scale === "words" ? [] : grades }
  }

  #itemOf(event) { return event.currentTarget.closest(".rubric-item") }
  #titleOf(item) { return item.querySelector("input").value.trim() || this.wordsValue.untitled }
  #announce(sentence) { this.announcerTarget.textContent = sentence }
}
