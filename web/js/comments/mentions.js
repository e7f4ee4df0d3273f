// Calling somebody in a text: after an @ the people who may read it are offered.
import { callingAt } from "jt/comments/talk.js"

const PAUSE_MS = 150

export class Mentions {
  /**
   * @param {HTMLTextAreaElement} field
   * @param {HTMLElement} list a listbox
   * @param {(query: string) => Promise<{id: string, name: string}[]>} find
   */
  constructor(field, list, find) {
    this.field = field
    this.list = list
    this.find = find
    /** @type {Map<string, string>} id by name */
    this.known = new Map()
    this.place = -1
    field.addEventListener("input", () => this.#soon())
    field.addEventListener("blur", () => this.hide())
    list.addEventListener("pointerdown", (event) => {
      const option = /** @type {Element} */ (event.target).closest("[role=option]")
      event.preventDefault() // the field keeps the focus
      if (option) this.#choose([...list.children].indexOf(option))
    })
  }

  /** Ids of those who are called in `text`. */
  in(/** @type {string} */ text) {
    return [...this.known].filter(([name]) => text.includes(`@${name}`)).map(([, id]) => id)
  }

  /** These may be called already. */
  know(/** @type {{id: string, name: string}[]} */ people) {
    this.known = new Map(people.map(({ id, name }) => [name, id]))
  }

  /** Was the key for the list? */
  press(/** @type {KeyboardEvent} */ event) {
    if (this.list.hidden) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const count = this.list.children.length
    if (step) this.#mark((this.place + step + count) % count)
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.place)
    else if (event.key === "Escape") this.hide()
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  hide() {
    this.list.hidden = true
    this.field.removeAttribute("aria-activedescendant")
  }

  #soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.#offer(), PAUSE_MS)
  }

  async #offer() {
    const asked = callingAt(this.field.value, this.field.selectionStart)
    if (asked === null) return this.hide()
    const people = await this.find(asked).catch(() => [])
    if (callingAt(this.field.value, this.field.selectionStart) !== asked) return
    this.people = people
    this.list.replaceChildren(...people.map(({ name }, index) => {
      const option = document.createElement("li")
      option.id = `${this.list.id}-${index}`
      option.role = "option"
      option.dir = "auto"
      option.textContent = name
      return option
    }))
    this.list.hidden = !people.length
    if (people.length) this.#mark(0)
  }

  #mark(/** @type {number} */ place) {
    this.place = place
    for (const [index, option] of [...this.list.children].entries()) option.setAttribute("aria-selected", String(index === place))
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${place}`)
  }

  #choose(/** @type {number} */ place) {
    const person = this.people?.[place]
    const { field } = this
    const asked = callingAt(field.value, field.selectionStart)
    this.hide()
    if (!person || asked === null) return
    this.known.set(person.name, person.id)
    const from = field.selectionStart - asked.length
    field.setRangeText(`${person.name} `, from, field.selectionStart, "end")
    field.dispatchEvent(new Event("input", { bubbles: true }))
    clearTimeout(this.timer)
  }
}
