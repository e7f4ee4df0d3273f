import { Behaviour } from "jt/lib/behaviour.js"

/** Tabs as the ARIA practices describe them: arrows move, one panel is seen. */
export default class extends Behaviour {
  static targets = ["tab", "panel"]

  choose(event) { this.#show(event.currentTarget) }

  move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    const tabs = this.tabTargets
    const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length]
    this.#show(next)
    next.focus()
  }

  #show(chosen) {
    for (const tab of this.tabTargets) {
      tab.setAttribute("aria-selected", String(tab === chosen))
      tab.tabIndex = tab === chosen ? 0 : -1
    }
    for (const panel of this.panelTargets) panel.hidden = panel.id !== chosen.getAttribute("aria-controls")
  }
}
