import { Behaviour } from "jt/lib/behaviour.js"

/** A trajectory that goes on as one scrolls: the next page's days are put below those that are there. */
export default class extends Behaviour {
  static targets = ["days", "more"]
  static values = { failed: String }

  /** @type {IntersectionObserver | undefined} */
  watcher

  connect() {
    const watcher = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) this.#goOn()
    }, { rootMargin: "600px" })
    this.watcher = watcher
    for (const link of this.moreTargets) watcher.observe(link)
  }

  disconnect() { this.watcher?.disconnect() }

  moreTargetConnected(link) { this.watcher?.observe(link) }

  async #goOn() {
    if (this.busy || !this.hasMoreTarget) return
    this.busy = true
    const link = this.moreTarget
    this.watcher?.unobserve(link)
    try {
      const answer = await fetch(link.href, { headers: { accept: "text/html" } })
      if (!answer.ok) throw new Error(`${answer.status}`)
      const page = new DOMParser().parseFromString(await answer.text(), "text/html")
      for (const day of page.querySelectorAll(".trail__day")) this.#add(day)
      const next = page.querySelector(".trail__more")
      this.busy = false
      if (next) link.replaceWith(document.adoptNode(next))
      else link.remove()
    } catch {
      this.busy = false
      link.textContent = this.failedValue // it is a link: it leads on all the same
    }
  }

  /** A day that is there already goes on. */
  #add(day) {
    const there = this.daysTarget.querySelector(`[data-day="${day.dataset.day}"]`)
    if (there) there.querySelector("ol").append(...day.querySelector("ol").children)
    else this.daysTarget.append(document.adoptNode(day))
  }
}
