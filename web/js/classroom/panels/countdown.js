// A countdown everybody sees.
import { isWorthSaying, secondsLeft } from "jt/classroom/panels/left.js"
import { at, copy, leads, wire } from "jt/classroom/panels/parts.js"
import { Ticking } from "jt/classroom/panels/ticking.js"
import { clock, fill } from "jt/lib/clock.js"

const LINGERS_MS = 30_000 // at 0:00, for everybody but leaders

export class CountdownTool {
  /**
   * @param {HTMLElement} element @param {import("jt/classroom/panels/parts.js").PanelRoom} room
   * @param {import("jt/classroom/panels/prompts.js").Prompts} prompts
   */
  constructor(element, room, prompts) {
    this.element = element
    this.room = room
    this.prompts = prompts
    this.ticking = new Ticking(() => this.tick())
    const form = at(element, "countdownForm")
    form.addEventListener("submit", (/** @type {Event} */ event) => { event.preventDefault(); this.start(form.elements.minutes.valueAsNumber) })
    form.addEventListener("keydown", (/** @type {Event} */ event) => event.stopPropagation())
    wire(element, {
      preset: (_, button) => this.start(Number(button.dataset.minutes)),
      stop: () => room.send("stop_countdown"),
    })
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    const countdown = state.phase === "ended" ? null : state.countdown
    const fresh = this.countdown !== countdown
    this.countdown = countdown
    this.leader = leads(state, this.room.me)
    at(this.element, "countdown").hidden = !this.leader
    at(this.element, "stop").hidden = !countdown
    if (!fresh) return
    this.left = Infinity
    if (event?.type === "countdown_started") {
      this.room.announce(fill(this.room.words.countdown_started, { time: clock(secondsLeft(event.ends_at, this.room.now())) }))
    }
    this.ticking.run(Boolean(countdown))
    if (!countdown) this.prompts.remove("countdown")
  }

  start(/** @type {number} */ minutes) {
    const seconds = Math.round(minutes * 60)
    const label = at(this.element, "countdownLabel")
    if (!(seconds >= 5 && seconds <= 86_400)) return
    if (this.room.send("start_countdown", { seconds, label: label.value.trim() })) label.value = ""
  }

  tick() {
    const { countdown, room } = this
    const now = room.now()
    if (now > countdown.ends_at + LINGERS_MS && !this.leader) {
      this.ticking.run(false)
      return this.prompts.remove("countdown")
    }
    const left = secondsLeft(countdown.ends_at, now)
    if (left === this.left) return
    const node = this.prompts.show("countdown", () => copy(this.element, "clock"))
    at(node, "time").textContent = clock(left)
    at(node, "label").textContent = left ? countdown.label : room.words.countdown_over
    node.classList.toggle("clock--over", left === 0)
    if (Number.isFinite(this.left) && isWorthSaying(this.left, left)) {
      room.announce(left ? fill(room.words.countdown_left, { time: clock(left) }) : room.words.countdown_over)
    }
    this.left = left
  }
}
