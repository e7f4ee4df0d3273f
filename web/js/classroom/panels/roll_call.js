// The random roll-call: some are asked to press a button in time; leaders see who did.
import { isWorthSaying, secondsLeft } from "jt/classroom/panels/left.js"
import { at, copy, keyed, leads, seesAll, wire } from "jt/classroom/panels/parts.js"
import { Ticking } from "jt/classroom/panels/ticking.js"
import { clock, fill } from "jt/lib/clock.js"

export class RollCallTool {
  /**
   * @param {HTMLElement} element @param {import("jt/classroom/panels/parts.js").PanelRoom} room
   * @param {import("jt/classroom/panels/prompts.js").Prompts} prompts
   */
  constructor(element, room, prompts) {
    this.element = element
    this.room = room
    this.prompts = prompts
    /** @type {any} the last one, which stays readable after its end */
    this.call = null
    this.left = Infinity
    this.ticking = new Ticking(() => this.tick())
    const form = at(element, "callForm")
    form.addEventListener("submit", (/** @type {Event} */ event) => { event.preventDefault(); this.start(form) })
    form.addEventListener("keydown", (/** @type {Event} */ event) => event.stopPropagation())
    wire(element, { endCall: () => room.send("end_call") })
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    const same = event && this.state?.call === state.call && this.state?.phase === state.phase
      && this.state?.people[this.room.me]?.role === state.people[this.room.me]?.role
    this.state = state
    if (same) return
    this.over = !state.call || state.phase === "ended"
    if (state.call?.id !== this.call?.id) this.left = Infinity
    this.call = state.call ?? this.call
    const sees = seesAll(state, this.room.me)
    at(this.element, "call").hidden = !sees
    at(this.element, "callForm").hidden = !leads(state, this.room.me) || Boolean(state.call)
    at(this.element, "endCall").hidden = !leads(state, this.room.me) || !state.call
    if (sees) this.showCalled()
    this.prompt(event)
    this.ticking.run(!this.over)
  }

  start(/** @type {HTMLFormElement} */ form) {
    const count = /** @type {any} */ (form.elements.namedItem("count")).valueAsNumber
    const seconds = Number(/** @type {any} */ (form.elements.namedItem("seconds")).value)
    if (count >= 1 && count <= 100) this.room.send("call_roll", { count, seconds })
  }

  showCalled() {
    const { call, state, room: { words } } = this
    at(this.element, "called").hidden = !call
    if (!call) return
    keyed(at(this.element, "calledList"), call.people, (id) => String(id), () => copy(this.element, "calledPerson"), (node, id) => {
      const there = call.answered.includes(id)
      at(node, "name").textContent = state.people[id]?.name ?? words.poll_gone
      at(node, "answered").textContent = there ? words.call_there : this.isOpen ? words.call_waiting : words.call_missed
      node.classList.toggle("called--there", there)
      node.classList.toggle("called--missed", !there && !this.isOpen)
    })
    this.showFacts()
  }

  showFacts() {
    const { call, left, room: { words } } = this
    const said = { n: call.answered.length, m: call.people.length, time: clock(Number.isFinite(left) ? left : 0) }
    at(this.element, "callFacts").textContent = fill(this.isOpen ? words.call_progress : words.call_result, said)
  }

  get isOpen() {
    return !this.over && this.room.now() < this.call.until
  }

  get mine() {
    const { call, room: { me } } = this
    return call && call.people.includes(me) && !call.answered.includes(me) && this.isOpen
  }

  prompt(/** @type {any} */ event) {
    const { room } = this
    if (event?.type === "call_answered" && event.person === room.me) room.announce(room.words.call_thanks)
    if (!this.mine) return this.prompts.remove("call")
    const node = this.prompts.show("call", () => copy(this.element, "callPrompt"), (made) => wire(made, {
      here: (key) => { if (!room.send("answer_call", { call: Number(key) })) room.announce(room.words.not_sent) },
    }))
    node.dataset.key = String(this.call.id)
    if (event?.type === "roll_called") room.announce(room.words.call_you)
  }

  tick() {
    const left = secondsLeft(this.call.until, this.room.now())
    if (left === this.left) return
    const said = Number.isFinite(this.left) && isWorthSaying(this.left, left) && left > 0
    this.left = left
    if (!this.mine) this.prompts.remove("call")
    const node = this.prompts.find("call")
    if (node) at(node, "time").textContent = fill(this.room.words.call_left, { time: clock(left) })
    if (node && said) this.room.announce(fill(this.room.words.call_left, { time: clock(left) }))
    if (seesAll(this.state, this.room.me)) left ? this.showFacts() : this.showCalled()
    if (!left) this.ticking.run(false)
  }
}
