// The chat of a lesson: to everybody, or to the teacher alone.
import { after, goesOn, lastOwn } from "jt/classroom/panels/chat_lines.js"
import { Composer } from "jt/classroom/panels/composer.js"
import { Following } from "jt/classroom/panels/follow.js"
import { at, copy, keyed, leads, showTime, takesPart, wire, write } from "jt/classroom/panels/parts.js"
import { fill } from "jt/lib/clock.js"

/** @typedef {import("jt/classroom/panels/parts.js").PanelRoom} PanelRoom */
/** @typedef {import("jt/classroom/panels/chat_lines.js").ChatLine} ChatLine */

export class ChatPanel {
  /** @param {HTMLElement} element @param {PanelRoom} room */
  constructor(element, room) {
    this.element = element
    this.room = room
    this.list = at(element, "list")
    this.scroller = at(element, "scroller")
    this.to = /** @type {HTMLSelectElement} */ (at(element, "to"))
    this.following = new Following()
    this.seen = 0 // number of the newest line that was shown
    this.own = 0 // number of one's own newest line
    this.unread = 0 // while the panel is hidden
    this.composer = new Composer(at(element, "form"), {
      key: `draft:chat:${room.path}:${room.me}`,
      send: (text) => room.send("say", { text, to: this.to.value }),
      refused: () => this.note(room.words.not_sent),
    })
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true })
    this.to.addEventListener("change", () => this.showTo())
    wire(element, {
      delete: (key) => room.send("delete_message", { message: Number(key) }),
      pin: (key) => room.send("pin", { message: Number(key) }),
      unpin: () => room.send("unpin"),
      close: () => room.send("close_chat"),
      open: () => room.send("open_chat"),
      end: () => this.toEnd(),
    })
    // without a mouse a tap on a line shows what can be done with it
    this.list.addEventListener("click", (/** @type {Event} */ { target }) => {
      const line = /** @type {Element} */ (target).closest("li")
      if (/** @type {Element} */ (target).closest("a, button")) return
      for (const other of this.list.children) other.classList.toggle("is-open", other === line && !other.classList.contains("is-open"))
    })
    // a panel that was hidden has no height to scroll
    this.watcher = new ResizeObserver(() => { if (this.following.atEnd) this.toEnd() })
    this.watcher.observe(this.scroller)
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    const rights = `${leads(state, this.room.me)}${takesPart(state, this.room.me)}${state.chat_closed}`
    const same = this.shown?.chat === state.chat && this.shown?.pinned === state.pinned
      && this.rights === rights && event
    if (same) return
    this.rights = rights
    this.shown = state
    const fresh = after(state.chat, this.seen)
    this.showLines(state)
    this.scroller.setAttribute("aria-busy", "false") // from now on lines are read aloud
    this.showPinned(state)
    this.showRights(state)
    const own = lastOwn(state.chat, this.room.me)
    if (own > this.own) this.composer.arrived()
    this.arrive(fresh, own > this.own)
    this.own = Math.max(own, this.own)
  }

  /** Lines that came while nobody looked. */
  badge() {
    return this.unread
  }

  close() {
    this.watcher.disconnect()
  }

  arrive(/** @type {ChatLine[]} */ fresh, /** @type {boolean} */ own) {
    const first = !this.seen
    this.seen = Math.max(this.seen, fresh.at(-1)?.id ?? 0)
    const hidden = !this.scroller.clientHeight
    const others = fresh.filter(({ person }) => person !== this.room.me).length
    this.unread = hidden && !first ? this.unread + others : 0
    if (fresh.length && this.following.came(first || hidden ? 0 : fresh.length, own)) this.toEnd()
    this.showUnread()
  }

  scrolled() {
    if (!this.scroller.clientHeight) return
    this.following.scrolled(this.scroller)
    this.unread = 0
    this.showUnread()
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight
    this.scrolled()
  }

  showUnread() {
    const button = at(this.element, "unread")
    button.hidden = !this.following.unread
    at(button, "word").textContent = fill(this.room.words.chat_new, { n: this.following.unread })
  }

  showLines(/** @type {any} */ state) {
    /** @type {ChatLine | undefined} */
    let before
    keyed(this.list, state.chat, (line) => line.id, () => copy(this.element, "line"), (node, line) => {
      node.classList.toggle("chat-line--goes-on", goesOn(before, line))
      before = line
      const role = state.people[line.person]?.role
      const leader = leads(state, this.room.me)
      const pinned = state.pinned?.id === line.id
      if (node.dataset.mark === `${role} ${leader} ${pinned}`) return
      node.dataset.mark = `${role} ${leader} ${pinned}`
      if (!node.classList.contains("is-filled")) this.fillLine(node, line)
      this.showRole(node, role)
      at(node, "pin").hidden = !leader || line.to !== "" || pinned
      at(node, "delete").hidden = !leader && line.person !== this.room.me
    })
    at(this.element, "empty").hidden = state.chat.length > 0
  }

  fillLine(/** @type {HTMLElement} */ node, /** @type {ChatLine} */ line) {
    const own = line.person === this.room.me
    node.classList.add("is-filled")
    node.classList.toggle("chat-line--own", own)
    node.classList.toggle("chat-line--private", line.to === "leaders")
    at(node, "name").textContent = line.name
    at(node, "private").hidden = line.to !== "leaders"
    showTime(at(node, "time"), line.at, this.room.now())
    write(at(node, "text"), line.text)
  }

  showRole(/** @type {HTMLElement} */ node, /** @type {string | undefined} */ role) {
    const mark = at(node, "role")
    mark.textContent = this.room.words[`role_${role}`] ?? ""
    mark.hidden = !mark.textContent
  }

  showPinned(/** @type {any} */ { pinned, people }) {
    const place = at(this.element, "pinned")
    place.hidden = !pinned
    if (!pinned) return
    at(place, "name").textContent = pinned.name
    write(at(place, "text"), pinned.text)
    at(place, "unpin").hidden = !leads({ people }, this.room.me)
  }

  showRights(/** @type {any} */ state) {
    const leader = leads(state, this.room.me)
    const shut = state.chat_closed && !leader
    at(this.element, "close").hidden = !leader || state.chat_closed
    at(this.element, "open").hidden = !leader || !state.chat_closed
    at(this.element, "closed").hidden = !state.chat_closed
    at(this.element, "closedWord").textContent = leader ? this.room.words.chat_closed_to_others : this.room.words.chat_closed
    at(this.element, "form").hidden = !takesPart(state, this.room.me) || state.phase === "ended"
    if (shut) this.to.value = "leaders"
    this.to.options[0].disabled = shut
    this.showTo()
  }

  showTo() {
    at(this.element, "form").classList.toggle("composer--private", this.to.value === "leaders")
  }

  note(/** @type {string} */ sentence) {
    at(this.element, "note").textContent = sentence
    setTimeout(() => { at(this.element, "note").textContent = "" }, 6000)
  }
}
