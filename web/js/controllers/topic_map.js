import { Behaviour } from "jt/lib/behaviour.js"

const NARROW = matchMedia("(max-width: 60rem)")

/** A node of the map leads to its topic in the list; on a phone the topic comes up in a sheet. */
export default class extends Behaviour {
  static targets = ["topic", "sheet"]
  static values = { close: String }

  show(event) {
    const chosen = event.currentTarget
    const topic = this.topicTargets.find((one) => one.id === `topic-${chosen.dataset.topic}`)
    if (!topic) return
    event.preventDefault()
    for (const one of this.topicTargets) one.classList.toggle("is-chosen", one === topic)
    for (const node of this.element.querySelectorAll(".map__node")) node.classList.toggle("is-chosen", node === chosen)
    if (NARROW.matches) this.#lift(topic)
    else {
      const folded = topic.closest("details")
      if (folded) folded.open = true
      topic.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" })
      topic.focus({ preventScroll: true })
    }
  }

  #lift(topic) {
    const close = document.createElement("button")
    close.className = "button map__close"
    close.type = "button"
    close.textContent = this.closeValue
    close.addEventListener("click", () => this.sheetTarget.close())
    const shown = document.createElement("div")
    shown.className = topic.className
    shown.append(...[...topic.children].map((one) => one.cloneNode(true)))
    this.sheetTarget.replaceChildren(shown, close)
    this.sheetTarget.showModal()
  }
}
