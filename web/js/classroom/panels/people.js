// Who is there: hands in order, the lobby, who struggles, the stage, the audience.
import { leads, lists, oversees } from "jt/classroom/seats.js"
import { make, put, sayer } from "jt/classroom/live/words.js"

const FIND_FROM = 12 // people, from which on a name is looked for
const SHOWN = 200

/**
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {import("jt/classroom/seats.js").Attendee} Attendee
 * @typedef {{send(type: string, fields?: Record<string, unknown>): boolean, words: Record<string, string>,
 *   me: string, now(): number, path: string, announce(sentence: string): void}} Room
 * @typedef {[name: string, command: string]} Act
 */

export class PeoplePanel {
  /** @param {HTMLElement} element @param {Room} room */
  constructor(element, room) {
    this.element = element
    this.room = room
    this.say = sayer(room.words)
    this.wanted = ""
    element.addEventListener("click", (event) => this.pressed(event))
    const find = /** @type {HTMLInputElement} */ (element.querySelector("input[type=search]"))
    find.addEventListener("input", () => {
      this.wanted = find.value.trim().toLowerCase()
      if (this.state) this.show(this.state, null)
    })
  }

  /** Hands for who leads, people in the lobby: what waits for an answer. @param {RoomState} state */
  badge(state) {
    if (!leads(state.people[this.room.me])) return 0
    const { hands, lobby } = lists(state)
    return hands.length + lobby.length
  }

  /** @param {RoomState} state @param {{type: string, person?: string} | null} event */
  show(state, event) {
    this.state = state
    const all = lists(state)
    const found = all.audience.filter(({ name }) => name.toLowerCase().includes(this.wanted))
    this.list("hands", all.hands, state)
    this.list("lobby", all.lobby, state)
    this.list("weak", all.weak, state)
    this.list("stage", all.stage, state)
    this.list("audience", found.slice(0, SHOWN), state)
    put(this.part("[data-count=audience]"), String(all.audience.length))
    this.part("[data-find]").hidden = all.audience.length < FIND_FROM
    if (event?.type === "hand_raised" && leads(state.people[this.room.me])) {
      const name = state.people[event.person ?? ""]?.name ?? ""
      this.room.announce(this.say("hand_raised", { name }))
    }
    this.tick()
  }

  /** How long hands have been waiting. */
  tick() {
    for (const place of this.element.querySelectorAll("[data-since]")) {
      const row = /** @type {HTMLElement} */ (place)
      const seconds = Math.max(0, Math.round((this.room.now() - Number(row.dataset.since)) / 1000))
      const [name, n] = seconds < 60 ? ["waited_s", seconds] : ["waited_min", Math.floor(seconds / 60)]
      put(row, this.say(name, { n }))
    }
  }

  /** Rows are kept for as long as they stay, so that focus stays, too. */
  list(/** @type {string} */ name, /** @type {(Attendee & {since?: number})[]} */ people, /** @type {RoomState} */ state) {
    const place = this.part(`[data-list=${name}]`)
    const section = this.part(`[data-people=${name}]`)
    if (section !== place && ["hands", "lobby", "weak"].includes(name)) section.hidden = !people.length
    const there = new Map([...place.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.person, row]))
    const rows = people.map((someone) => this.row(name, someone, state, there.get(someone.id)))
    for (const row of place.children) if (!rows.includes(/** @type {HTMLElement} */ (row))) row.remove()
    rows.forEach((row, index) => { if (place.children[index] !== row) place.insertBefore(row, place.children[index] ?? null) })
  }

  /** @param {string} list @param {Attendee & {since?: number}} someone @param {RoomState} state @param {Element} [old] */
  row(list, someone, state, old) {
    const acts = this.acts(list, someone, state)
    const notes = this.notes(list, someone, state)
    const mark = JSON.stringify([someone.name, someone.since, notes, acts, state.hands[0]?.person === someone.id])
    const row = /** @type {HTMLElement} */ (old ?? make("li", "live-person"))
    if (row.dataset.mark === mark) return row
    const focused = row.contains(document.activeElement) ? document.activeElement?.getAttribute("data-act") : undefined
    row.dataset.mark = mark
    row.dataset.person = someone.id
    const name = make("span", "live-person__name",
      someone.id === this.room.me ? this.say("you", { name: someone.name }) : someone.name)
    const side = make("span", "live-person__notes", notes.join(" · "))
    if (someone.since !== undefined) side.prepend(this.since(someone.since))
    const buttons = make("span", "live-person__acts")
    const first = list === "hands" && state.hands[0]?.person === someone.id
    buttons.append(...acts.map(([act, command], index) => this.button(act, command, someone, first && !index)))
    row.replaceChildren(name, side, buttons)
    if (focused !== undefined) {
      const again = row.querySelector(`[data-act="${focused}"]`) ?? row.querySelector("button")
      if (again instanceof HTMLElement) again.focus()
    }
    return row
  }

  since(/** @type {number} */ at) {
    const place = make("span", "live-person__since")
    place.dataset.since = String(at)
    return place
  }

  button(/** @type {string} */ act, /** @type {string} */ command, /** @type {Attendee} */ someone, first = false) {
    const look = first ? "button--primary" : act === "remove" ? "button--quiet" : ""
    const button = make("button", `button button--small ${look}`, this.say(`act_${act}`))
    button.dataset.act = act
    button.dataset.command = command
    button.setAttribute("aria-label", this.say("for_person", { act: this.say(`act_${act}`), name: someone.name }))
    return button
  }

  /** @returns {string[]} what is to be known of them */
  notes(/** @type {string} */ list, /** @type {Attendee} */ someone, /** @type {RoomState} */ state) {
    const me = state.people[this.room.me]
    const said = []
    if (this.room.words[`live.role_${someone.role}`]) said.push(this.say(`role_${someone.role}`))
    if (!someone.present) said.push(this.say("is_away"))
    if (someone.invited) said.push(this.say("is_invited"))
    if (someone.muted) said.push(this.say("is_muted"))
    if (oversees(me) && someone.link === "weak" && list !== "weak") said.push(this.say("is_weak"))
    if (oversees(me) && (someone.by === "hls" || someone.by === "light")) said.push(this.say(`is_${someone.by}`))
    return said
  }

  /** @returns {Act[]} what a leader may do with them */
  acts(/** @type {string} */ list, /** @type {Attendee} */ someone, /** @type {RoomState} */ state) {
    const me = state.people[this.room.me]
    if (!leads(me) || list === "weak") return []
    if (list === "lobby") return [["admit", "admit"], ["remove", "remove"]]
    /** @type {Act[]} */
    const acts = []
    const other = someone.id !== me?.id
    if (list === "hands") return [someone.invited ? ["cancel", "dismiss"] : ["invite", "invite"], ["lower", "lower_hand"]]
    if (list === "stage") {
      acts.push(state.focus === someone.id ? ["unfocus", "unfocus"] : ["focus", "focus_on"])
      if (other && someone.role !== "teacher") acts.push(someone.muted ? ["unmute", "unmute"] : ["mute", "mute"])
      if (other) acts.push(["dismiss", "dismiss"])
    } else if (other && someone.role !== "supervisor") {
      acts.push(someone.invited ? ["cancel", "dismiss"] : ["invite", "invite"])
    }
    if (other && !["teacher", "supervisor"].includes(someone.role) && !(leads(someone) && me?.role !== "teacher")) {
      acts.push(["remove", "remove"])
    }
    return acts
  }

  pressed(/** @type {Event} */ event) {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-command], [data-send]"))
    if (!button) return
    const { send, command } = button.dataset
    if (send) { this.room.send(send); return }
    const person = /** @type {HTMLElement} */ (button.closest("[data-person]")).dataset.person ?? ""
    if (command === "remove") this.askRemoval(person)
    else if (command === "unfocus") this.room.send("focus_on", { person: "" })
    else this.room.send(command ?? "", { person })
  }

  /** The page asks whether that is meant. */
  askRemoval(/** @type {string} */ person) {
    const detail = { person, name: this.state?.people[person]?.name ?? "" }
    this.element.dispatchEvent(new CustomEvent("ask-removal", { bubbles: true, detail }))
  }

  part(/** @type {string} */ selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector))
  }
}
