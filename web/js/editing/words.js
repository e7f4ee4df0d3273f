import { clock } from "jt/lib/clock.js"
import { at } from "jt/editing/operations.js"

/**
 * @typedef {{start: number, end: number, name: string, text: string}} Line
 * @typedef {{jump: (second: number) => void, chose: () => void, reword: (line: {start: number, text: string}) => void}} On
 */

/** What was said, line by line: lines are chosen, with Shift from one to another, and put in other words. */
export class Words {
  /** @type {Line[]} */ lines = []
  /** @type {Set<number>} */ chosen = new Set()
  /** @type {number | null} */ last = null
  current = -1

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {On} on
   */
  constructor(list, template, on) {
    Object.assign(this, { list, template, on })
    this.list = list
    this.template = template
    this.on = on
  }

  show(/** @type {Line[]} */ lines) {
    this.lines = lines
    this.list.replaceChildren(...lines.map((line, number) => this.#item(line, number)))
  }

  clear() {
    this.chosen.clear()
    this.last = null
    for (const box of this.#boxes()) box.checked = false
    this.on.chose()
  }

  /** Show which lines are cut out, and which read otherwise. */
  mark(/** @type {import("jt/editing/operations.js").Stretch[]} */ cuts, /** @type {import("jt/editing/operations.js").Operation[]} */ operations) {
    const words = new Map(operations.flatMap((one) => (one.op === "reword" ? [[one.start, one.text]] : [])))
    this.lines.forEach((line, number) => {
      const item = /** @type {HTMLElement} */ (this.list.children[number])
      item.classList.toggle("edit-words__line--cut", Boolean(at(cuts, (line.start + line.end) / 2)))
      const text = /** @type {HTMLElement} */ (item.querySelector("[data-part=text]"))
      const now = words.get(line.start) ?? line.text
      if (text.textContent !== now && !text.isContentEditable) text.textContent = now
      const reworded = /** @type {HTMLElement} */ (item.querySelector("[data-part=reworded]"))
      reworded.hidden = !words.has(line.start)
    })
  }

  /** Keep the line that is being said in sight. */
  follow(/** @type {number} */ second) {
    const found = this.lines.findIndex((line) => line.start <= second && second < line.end)
    if (found === this.current || found < 0) return
    this.list.children[this.current]?.removeAttribute("aria-current")
    this.current = found
    const item = /** @type {HTMLElement} */ (this.list.children[found])
    item.setAttribute("aria-current", "true")
    if (this.list.contains(document.activeElement) || this.list.matches(":hover")) return
    this.list.scrollTop += item.getBoundingClientRect().top - this.list.getBoundingClientRect().top - this.list.clientHeight / 3
  }

  #boxes() { return /** @type {HTMLInputElement[]} */ ([...this.list.querySelectorAll("[data-part=box]")]) }

  #item(/** @type {Line} */ line, /** @type {number} */ number) {
    const item = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (this.template.content.firstElementChild).cloneNode(true))
    const part = (/** @type {string} */ name) => /** @type {any} */ (item.querySelector(`[data-part=${name}]`))
    const [box, text] = [part("box"), part("text")]
    box.setAttribute("aria-label", `${clock(line.start)} ${line.text}`.slice(0, 120))
    box.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#choose(number, box.checked, event.shiftKey))
    part("time").textContent = clock(line.start)
    part("time").addEventListener("click", () => this.on.jump(line.start))
    part("name").textContent = line.name
    part("name").hidden = !line.name
    text.textContent = line.text
    part("change").addEventListener("click", () => this.#change(line, text))
    return item
  }

  #choose(/** @type {number} */ number, /** @type {boolean} */ checked, /** @type {boolean} */ range) {
    const from = range && this.last !== null ? this.last : number
    const boxes = this.#boxes()
    for (let at = Math.min(from, number); at <= Math.max(from, number); at += 1) {
      boxes[at].checked = checked
      if (checked) this.chosen.add(at)
      else this.chosen.delete(at)
    }
    this.last = number
    this.on.chose()
  }

  /** Let somebody write the line anew: Enter keeps it, Escape leaves it. */
  #change(/** @type {Line} */ line, /** @type {HTMLElement} */ text) {
    const input = document.createElement("textarea")
    const before = text.textContent ?? ""
    input.className = "edit-words__input"
    input.maxLength = 2000
    input.value = before
    input.setAttribute("aria-label", before.slice(0, 80))
    let over = false
    const end = (/** @type {boolean} */ keep) => {
      if (over) return
      over = true
      text.hidden = false
      input.remove()
      const words = input.value.trim()
      if (keep && words !== before) this.on.reword({ start: line.start, text: words })
    }
    input.addEventListener("blur", () => end(true))
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); end(true) }
      if (event.key === "Escape") end(false)
      event.stopPropagation()
    })
    text.hidden = true
    text.after(input)
    input.focus()
  }
}
