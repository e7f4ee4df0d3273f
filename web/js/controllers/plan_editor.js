import { Controller } from "@hotwired/stimulus"
import Sortable from "sortablejs"
import { Autosave } from "jt/lib/autosave.js"
import { fill } from "jt/lib/clock.js"
import { controlAt, readPlan, writePlan } from "jt/lib/plan_form.js"

/** @typedef {import("jt/lib/plan_form.js").PlanBody} PlanBody */

/** The editor of a lesson plan: segments in order, minutes that add up, a draft that saves itself. */
export default class extends Controller {
  static targets = [
    "state", "total", "proportion", "announcer", "problem", "conflict",
    "form", "segments", "segment", "none", "blank",
  ]

  connect() {
    const { planEditorAddressValue, planEditorLocalValue, planEditorRevisionValue } = this.dataset
    this.words = JSON.parse(this.dataset.planEditorWordsValue ?? "{}")
    /** @type {Autosave<PlanBody>} */
    this.autosave = new Autosave({
      address: planEditorAddressValue ?? "",
      revision: Number(planEditorRevisionValue),
      key: planEditorLocalValue ?? "",
      read: () => readPlan(this.form),
      tell: (state, problem) => this.tell(state, problem),
    })
    this.sortable = new Sortable(this.find("segments"), {
      handle: ".segment__grip",
      ghostClass: "segment--ghost",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      onEnd: ({ item, oldIndex, newIndex }) => oldIndex !== newIndex && this.moved(item),
    })
    this.leaving = new AbortController()
    const { signal } = this.leaving
    addEventListener("pagehide", () => this.autosave.farewell(), { signal })
    addEventListener("online", () => this.autosave.flush(), { signal })
    this.restore()
    this.show()
  }

  disconnect() {
    this.leaving?.abort()
    this.sortable?.destroy()
  }

  /** Bring back what an earlier visit wrote and could not save. */
  restore() {
    const kept = this.autosave.copy.read()
    if (!kept) return
    if (JSON.stringify(kept.body) === this.autosave.text) {
      this.autosave.copy.clear()
      return
    }
    writePlan(this.form, kept.body, () => this.blank())
    if (kept.revision === this.autosave.revision) {
      this.autosave.changed()
      this.announce(this.words.restored)
    } else {
      this.autosave.disagree()
    }
  }

  changed() {
    this.show()
    this.autosave.changed()
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault()
    this.autosave.flush()
  }

  add() {
    const made = this.blank()
    this.find("segments").append(made)
    this.changed()
    made.querySelector("input")?.focus()
  }

  /** @param {Event} event */
  up(event) {
    const segment = this.segmentOf(event)
    segment.previousElementSibling?.before(segment)
    this.moved(segment, event)
  }

  /** @param {Event} event */
  down(event) {
    const segment = this.segmentOf(event)
    segment.nextElementSibling?.after(segment)
    this.moved(segment, event)
  }

  /** @param {Event} event */
  remove(event) {
    const segment = this.segmentOf(event)
    const near = segment.nextElementSibling ?? segment.previousElementSibling
    const title = this.titleOf(segment)
    segment.remove()
    this.changed()
    this.announce(fill(this.words.removed, { title }))
    const next = near?.querySelector("input") ?? this.element.querySelector(".segments__add")
    if (next instanceof HTMLElement) next.focus()
  }

  /**
   * @param {HTMLElement} segment
   * @param {Event} [event] of the button, which keeps the focus
   */
  moved(segment, event) {
    if (event?.currentTarget instanceof HTMLElement) event.currentTarget.focus()
    this.changed()
    const place = this.segments.indexOf(segment) + 1
    this.announce(fill(this.words.moved, {
      title: this.titleOf(segment), place, count: this.segments.length,
    }))
  }

  async keepMine() {
    if (await this.autosave.keepMine()) this.find("conflict").hidden = true
  }

  takeTheirs() {
    this.autosave.takeTheirs()
    location.reload()
  }

  /**
   * A link that needs the plan saved first.
   * @param {MouseEvent} event
   */
  async leave(event) {
    if (!this.autosave.dirty) return
    event.preventDefault()
    const link = /** @type {HTMLAnchorElement} */ (event.currentTarget)
    if (await this.autosave.flush()) location.assign(link.href)
  }

  /**
   * A form that needs the plan saved first.
   * @param {SubmitEvent} event
   */
  async flushFirst(event) {
    if (!this.autosave.dirty) return
    event.preventDefault()
    const form = /** @type {HTMLFormElement} */ (event.currentTarget)
    if (await this.autosave.flush()) form.submit()
  }

  /**
   * @param {string} state
   * @param {{sentence?: string, field?: string}} [problem]
   */
  tell(state, problem) {
    const shown = this.find("state")
    shown.dataset.state = state
    shown.textContent = this.words[state] ?? this.words.unsaved
    this.find("conflict").hidden = state !== "conflict"
    const sentence = this.find("problem")
    sentence.hidden = state !== "refused"
    sentence.textContent = problem?.sentence ?? ""
    this.form.querySelector('[aria-invalid="true"]')?.removeAttribute("aria-invalid")
    if (problem?.field) controlAt(this.form, problem.field)?.setAttribute("aria-invalid", "true")
  }

  /** Numbers, total, proportions and counts as they are now. */
  show() {
    const plan = readPlan(this.form)
    const minutes = plan.segments.reduce((sum, segment) => sum + Math.max(0, segment.minutes), 0)
    const count = plan.segments.length
    this.find("total").textContent = fill(this.words.total, { minutes: round(minutes), count })
    this.find("none").hidden = count > 0
    this.segments.forEach((segment, index) => {
      const { key_points, questions } = plan.segments[index]
      const number = segment.querySelector(".segment__number")
      const summary = segment.querySelector("summary")
      if (number) number.textContent = String(index + 1)
      if (summary) {
        const counts = { points: key_points.length, questions: questions.length }
        summary.textContent = fill(summary.dataset.counted ?? "", counts)
      }
      segment.setAttribute("aria-label", fill(this.words.segment, { place: index + 1 }))
    })
    this.find("proportion").replaceChildren(...plan.segments.map(proportion))
    const full = count >= Number(this.dataset.planEditorMostValue)
    this.element.querySelector(".segments__add")?.toggleAttribute("disabled", full)
  }

  /** @param {string} sentence */
  announce(sentence) {
    this.find("announcer").textContent = sentence
  }

  /** @returns {HTMLElement} */
  blank() {
    const template = /** @type {HTMLTemplateElement} */ (this.find("blank"))
    const made = /** @type {DocumentFragment} */ (template.content.cloneNode(true))
    return /** @type {HTMLElement} */ (made.querySelector(".segment"))
  }

  /** @param {Event} event */
  segmentOf(event) {
    const button = /** @type {HTMLElement} */ (event.currentTarget)
    return /** @type {HTMLElement} */ (button.closest(".segment"))
  }

  /** @param {HTMLElement} segment */
  titleOf(segment) {
    const input = segment.querySelector("input")
    return input?.value.trim() || this.words.untitled
  }

  /** @returns {HTMLElement[]} */
  get segments() {
    return /** @type {HTMLElement[]} */ ([...this.find("segments").children])
  }

  get form() {
    return this.find("form")
  }

  get dataset() {
    return /** @type {HTMLElement} */ (this.element).dataset
  }

  /** @param {string} name */
  find(name) {
    return /** @type {HTMLElement} */ (this.targets.find(name))
  }
}

/**
 * @param {{minutes: number, activity: string}} segment
 * @param {number} index
 */
function proportion({ minutes, activity }, index) {
  const part = document.createElement("li")
  part.style.flexGrow = String(Math.max(0, minutes))
  part.dataset.activity = activity
  part.textContent = String(index + 1)
  return part
}

/** @param {number} minutes */
function round(minutes) {
  return Math.round(minutes * 10) / 10
}
