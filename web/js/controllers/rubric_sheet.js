import { Autosave } from "jt/lib/autosave.js"
import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"

/** A form that is filled in beside the player: it saves itself, and is handed in by its button. */
export default class extends Behaviour {
  static targets = ["item", "overall", "sum", "problem", "state"]
  static values = { address: String, revision: Number, local: String, words: Object }

  leaving = new AbortController()
  /** @type {any} */ player = null
  /** @type {any} */ section = null
  /** @type {any} */ autosave

  connect() {
    this.leaving = new AbortController()
    const { signal } = this.leaving
    this.now = 0
    this.section = this.element.closest(".player")
    this.player = this.section?.player ?? null
    this.section?.addEventListener("player:ready", (event) => { this.player = event.detail }, { signal })
    this.section?.addEventListener("player:time", (event) => this.#time(event.detail.seconds), { signal })
    this.autosave = new Autosave({
      address: this.addressValue, revision: this.revisionValue, key: this.localValue,
      read: () => this.read(), tell: (state, problem) => this.tell(state, problem),
    })
    this.element.addEventListener("keydown", (event) => event.stopPropagation(), { signal }) // the player's keys
    addEventListener("pagehide", () => this.autosave.farewell(), { signal })
    addEventListener("online", () => this.autosave.flush(), { signal })
    this.show()
  }

  disconnect() { this.leaving.abort() }

  changed() {
    this.show()
    this.autosave.changed()
  }

  async submit(event) {
    event.preventDefault()
    if (await this.autosave.flush()) /** @type {any} */ (this.element).submit()
  }

  here(event) { this.#place(event, Math.round(this.now * 10) / 10) }

  nowhere(event) { this.#place(event, "") }

  jump(event) { this.player?.playFrom(Number(event.currentTarget.dataset.at)) }

  read() {
    const items = Object.fromEntries(this.itemTargets.map((item) => {
      const at = part(item, "at").dataset.at
      return [item.dataset.id, { value: valueOf(item), remark: part(item, "remark").value.trim(), at: at === "" ? null : Number(at) }]
    }))
    return { items, overall: this.overallTarget.value.trim() }
  }

  tell(state, problem) {
    this.stateTarget.dataset.state = state
    this.stateTarget.textContent = this.wordsValue[state] ?? ""
    this.problemTarget.hidden = state !== "refused"
    this.problemTarget.textContent = problem?.sentence ?? ""
  }

  show() {
    let sum = 0
    for (const item of this.itemTargets) {
      const value = valueOf(item)
      for (const band of item.querySelectorAll(".bands__band")) {
        const within = value !== null && value >= Number(band.dataset.low) && value <= Number(band.dataset.high)
        band.toggleAttribute("data-chosen", within)
      }
      sum += pointsOf(item) * Number(item.dataset.weight)
      const at = part(item, "at")
      const placed = at.dataset.at !== ""
      at.hidden = part(item, "nowhere").hidden = !placed
      at.textContent = placed ? clock(Number(at.dataset.at)) : ""
      part(item, "here").hidden = placed
    }
    this.#time(this.now)
    const open = this.itemTargets.filter((item) => item.dataset.scale !== "words" && valueOf(item) === null).length
    if (this.hasSumTarget) {
      const told = fill(this.wordsValue.sum, { sum: Math.round(sum * 100) / 100, most: this.sumTarget.dataset.most })
      this.sumTarget.textContent = open ? `${told} · ${fill(this.wordsValue.left, { n: open })}` : told
    }
  }

  #time(seconds) {
    this.now = seconds
    const word = fill(this.wordsValue.here, { at: clock(seconds) })
    for (const item of this.itemTargets) {
      const here = part(item, "here")
      if (here.textContent !== word) here.textContent = word
    }
  }

  #place(event, at) {
    part(event.currentTarget.closest(".rating"), "at").dataset.at = String(at)
    this.changed()
  }
}

/** @returns {any} */
function part(item, name) {
  return item.querySelector(`[data-part="${name}"]`)
}

function valueOf(item) {
  const chosen = item.dataset.scale === "levels" ? item.querySelector(":checked") : part(item, "value")
  return chosen && chosen.value !== "" ? Number(chosen.value) : null
}

function pointsOf(item) {
  if (item.dataset.scale === "levels") return Number(item.querySelector(":checked")?.dataset.points || 0)
  return item.dataset.scale === "points" ? valueOf(item) ?? 0 : 0
}
