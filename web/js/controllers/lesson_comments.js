import { copy, at, keyed, wire, write } from "jt/classroom/panels/parts.js"
import { Frame } from "jt/comments/frame.js"
import { about, calls, chosen, drawnAt, threads } from "jt/comments/talk.js"
import { Writer } from "jt/comments/writer.js"
import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"

const LOOK_EVERY_MS = 30_000
const ELSEWHERE = "input, textarea, select, [contenteditable], dialog[open] *"

/** @typedef {import("jt/comments/talk.js").Comment} Comment */

/** Comments beside the player: in the margin, on the ribbon and on the picture, at their second. */
export default class extends Behaviour {
  static targets = ["words", "list", "none", "form", "layer", "filter", "count", "status"]
  static values = { url: String, edition: Number, local: String }

  /** @type {import("jt/comments/talk.js").Thread[]} */ all = []
  now = 0
  leaving = new AbortController()
  /** @type {any} */ player = null
  /** @type {any} */ section
  /** @type {any} */ writer
  /** @type {Frame | undefined} */ frame
  /** @type {any} */ shown = null

  connect() {
    this.words = JSON.parse(this.wordsTarget.textContent)
    this.leaving = new AbortController()
    const { signal } = this.leaving
    this.section = this.element.closest(".player")
    this.writer = new Writer(this.formTarget, this.#room(), this.words, this.localValue)
    wire(this.listTarget, {
      jump: (id) => this.#jump(id),
      reply: (id) => this.writer.reply(this.#find(id)),
      edit: (id) => this.writer.edit(this.#find(id)),
      remove: (id) => this.#act("DELETE", id),
      resolve: (id) => this.#act("POST", `${id}/resolve`, { resolved: !this.#find(id).resolved }),
      hide: (id) => this.#act("POST", `${id}/hide`, { hidden: !this.#find(id).hidden }),
    })
    document.addEventListener("keydown", (event) => this.#press(event), { signal })
    document.addEventListener("visibilitychange", () => this.#look(), { signal })
    addEventListener("hashchange", () => this.#follow(), { signal })
    this.section.addEventListener("player:ready", (event) => this.#ready(event.detail), { signal })
    this.section.addEventListener("player:time", (event) => this.#time(event.detail.seconds), { signal })
    if (this.section.player) this.#ready(this.section.player)
    this.timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  disconnect() {
    this.leaving.abort()
    clearInterval(this.timer)
    this.frame?.close()
  }

  filter() { this.#show() }

  // --- the player ---

  async #ready(player) {
    this.player = player
    const stage = this.section.querySelector(".player__stage")
    this.frame ??= new Frame(stage, this.layerTarget, {
      changed: () => this.writer.drew(),
      done: () => { this.writer.setDrawing(false); this.writer.text.focus() },
      full: () => this.writer.say(this.words.full),
    })
    this.now = player.now
    await this.#load()
    this.#follow()
  }

  #time(seconds) {
    this.now = seconds
    this.writer.moved()
    this.#mark()
  }

  #room() {
    return {
      now: () => Math.round(this.now * 100) / 100,
      pause: () => this.player?.pause(),
      mayDraw: () => Boolean(this.frame?.possible),
      draw: (on, before) => (on ? this.frame?.begin(before) : this.frame?.end()),
      drawn: () => this.frame?.drawn ?? null,
      forget: () => this.frame?.forget(),
      save: (body, id) => this.#save(body, id),
      find: async (query, audience) => {
        const asked = new URLSearchParams({ q: query, audience })
        return (await (await fetch(`${this.urlValue}/people?${asked}`)).json()).people
      },
    }
  }

  /** `n`: write here; Shift+n: from here, and once more: to here. */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest?.(ELSEWHERE)) return
    if (event.key === "Escape" && this.writer.drawing) {
      this.writer.setDrawing(false)
      this.writer.text.focus()
    } else if (event.key === "n") {
      event.preventDefault()
      this.#choose()
      this.writer.open()
      this.writer.text.focus()
    } else if (event.key === "N") {
      event.preventDefault()
      this.#choose()
      if (this.since === undefined) {
        this.since = this.now
        this.#say(fill(this.words.since, { at: clock(this.now) }))
      } else {
        this.writer.span(this.since, Math.max(this.now, this.since + 0.1))
        this.since = undefined
        this.#say("")
      }
    }
  }

  /** Show the tab these comments are in. */
  #choose() {
    const panel = /** @type {HTMLElement | null} */ (this.element.closest("[role=tabpanel]"))
    if (panel?.hidden) document.getElementById(panel.getAttribute("aria-labelledby") ?? "")?.click()
  }

  /** The address names a comment: go there. */
  #follow() {
    const one = this.#find(/^#comment-([\w-]+)$/.exec(location.hash)?.[1] ?? "")
    if (!one) return
    this.#choose()
    this.filterTarget.value = ""
    this.#show()
    this.#jump(one.id)
    this.player.pause()
    const shown = this.element.querySelector(`[data-key="${CSS.escape(one.id)}"]`)
    shown?.scrollIntoView({ block: "nearest" })
    shown?.classList.add("remark--called")
  }

  #jump(id) {
    const one = this.#find(id)
    if (one) this.player?.playFrom(one.at)
  }

  // --- the server ---

  #look() {
    if (document.visibilityState === "visible" && this.player) this.#load()
  }

  async #load() {
    const address = `${this.urlValue}.json?edition=${this.editionValue}`
    const answer = await fetch(address, { signal: this.leaving.signal }).catch(() => null)
    if (!answer?.ok) return
    const told = await answer.json()
    this.writer.setUsual(told.usual)
    this.all = threads(told.comments)
    this.player.ribbon?.comments(this.all.filter(({ head }) => !head.deleted).map(({ head }) => head))
    this.#show()
  }

  async #save(body, id) {
    const sent = { ...body, edition: this.editionValue, until: body.until ?? null }
    return this.#act(id ? "PUT" : "POST", id, sent, (problem) => this.writer.say(problem))
  }

  /** Do it; true where the server did. */
  async #act(method, path, body, say = (problem) => this.#say(problem)) {
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "application/json" }
    const address = path ? `${this.urlValue}/${path}` : this.urlValue
    const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) }).catch(() => null)
    say(answer?.ok ? "" : (await answer?.json().catch(() => null))?.sentence ?? this.words.failed)
    if (answer?.ok) await this.#load()
    return Boolean(answer?.ok)
  }

  #say(sentence) {
    this.statusTarget.textContent = sentence
    this.statusTarget.hidden = !sentence
  }

  // --- what is shown ---

  /** @returns {any} */
  #find(/** @type {string} */ id) {
    for (const { head, replies } of this.all) {
      const found = [head, ...replies].find((one) => one.id === id)
      if (found) return found
    }
    return null
  }

  #show() {
    const shown = chosen(this.all, this.filterTarget.value)
    this.noneTarget.hidden = shown.length > 0
    this.noneTarget.textContent = this.all.length ? this.words.none_like : this.words.none
    keyed(this.listTarget, shown, ({ head }) => head.id, () => copy(this.element, "thread"), (node, thread) => {
      this.#fill(node, thread.head)
      const replies = at(node, "replies")
      replies.hidden = !thread.replies.length
      keyed(replies, thread.replies, ({ id }) => id, () => copy(this.element, "reply"), (reply, one) => this.#fill(reply, one))
    })
    this.#mark()
  }

  #fill(node, one) {
    const { words } = this
    const head = node.querySelector(".remark__head")
    const place = at(head, "time")
    if (place) place.textContent = one.until === null ? clock(one.at) : `${clock(one.at)}–${clock(one.until)}`
    node.dataset.kind = one.kind
    node.dataset.state = one.deleted ? "deleted" : one.hidden ? "hidden" : one.draft ? "draft" : one.resolved ? "resolved" : ""
    const kind = at(head, "kind")
    if (kind) kind.textContent = words[`kind.${one.kind}`]
    at(head, "author").textContent = one.author
    at(head, "part").textContent = words[`part.${one.part}`] ?? ""
    this.#fillText(at(node, "text"), one)
    at(node, "facts").textContent = this.#facts(one).join(" · ")
    at(node, "drawn").hidden = !one.drawing
    this.#buttons(node, one)
  }

  #fillText(node, one) {
    if (one.deleted) return void (node.textContent = this.words.deleted)
    const parts = calls(one.text, one.mentions).map(({ text, called }) => {
      const part = document.createElement(called ? "b" : "span")
      if (called) part.textContent = text
      else write(part, text)
      return part
    })
    if (node.textContent !== one.text || node.childElementCount !== parts.length) node.replaceChildren(...parts)
  }

  #facts(one) {
    const { words } = this
    return [
      one.draft && words.draft,
      one.hidden && words.hidden,
      !one.parent && one.audience === "insiders" && words.insiders,
      one.resolved && (one.resolved_by ? fill(words.resolved_by, { name: one.resolved_by }) : words.resolved),
      one.edited && words.edited,
    ].filter(Boolean)
  }

  #buttons(node, one) {
    const { words } = this
    const set = (name, shown, word = "") => {
      const button = at(node, name)
      if (!button) return
      button.hidden = !shown
      if (word) button.textContent = word
    }
    set("doReply", !one.parent && !one.draft && !one.deleted)
    set("doResolve", one.may_resolve && !one.deleted, one.resolved ? words.reopen : words.resolve)
    set("doEdit", one.mine)
    set("doRemove", one.mine)
    set("doHide", one.may_hide, one.hidden ? words.unhide : words.hide)
  }

  /** What is talked about at the playhead: in the list, and on the picture. */
  #mark() {
    const current = new Set(about(this.all, this.now).map(({ head }) => head.id))
    /** @type {any} */ let first = null
    for (const node of this.listTarget.children) {
      const is = current.has(node.dataset.key)
      if (is) first ??= node
      if (is === node.hasAttribute("aria-current")) continue
      node.toggleAttribute("aria-current", is)
      if (is) node.setAttribute("aria-current", "true")
    }
    this.frame?.show(drawnAt(this.all, this.now))
    if (first && first !== this.shown && !this.writer.busy && !this.listTarget.matches(":hover, :focus-within")) {
      const list = this.listTarget
      list.scrollTo({ top: first.offsetTop - list.offsetTop - 8, behavior: "smooth" })
    }
    this.shown = first
  }
}
