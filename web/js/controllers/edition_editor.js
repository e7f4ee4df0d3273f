import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"
import { sendJson } from "jt/lib/send_json.js"
import { History, at, cutsOf, hiddenOf, left, precise, silencesOf, stretchesOf, typed } from "jt/editing/operations.js"
import { Words } from "jt/editing/words.js"

/** @typedef {import("jt/editing/operations.js").Operation} Operation */

const LEAST = 0.1 // seconds of a stretch
const LEAD = 2 // seconds one hears of what surrounds a join
const NEAR = 0.05 // seconds by which a seek may miss
const CAPTIONS = 300_000 // characters

/** Edits a recording without touching it: marks, operations, and what they sound like at once. */
export default class extends Behaviour {
  static targets = ["words", "given", "in", "out", "who", "whole", "language", "file", "operations", "operation", "none", "left", "name", "make",
    "problem", "undo", "redo", "preview", "needs", "band", "speech", "marks", "stretch", "head", "lines", "line", "noWords", "cutWords", "clearWords", "chosen"]
  static values = { url: String, recording: String, begun: Number }

  /** @type {any} */ player
  history = new History()
  /** @type {any} */ said
  /** @type {[number, number | null]} the marked stretch */ marked = [0, null]

  connect() {
    this.words = JSON.parse(this.wordsTarget.textContent)
    const { operations, people } = JSON.parse(this.givenTarget.textContent)
    this.people = people
    this.history = new History(operations.length ? operations : this.#kept())
    this.said = new Words(this.linesTarget, this.lineTarget, {
      jump: (/** @type {number} */ second) => this.player?.playFrom(second),
      chose: () => this.#chose(),
      reword: (/** @type {{start: number, text: string}} */ line) => this.#reword(line),
    })
  }

  async ready({ detail: player }) {
    if (this.player) return
    this.player = player
    this.video = /** @type {HTMLVideoElement | null} */ (this.element.querySelector("video[data-lesson-player-target=video]"))
    const answer = await fetch(`${this.urlValue}/timeline.json?edition=0`).catch(() => null)
    const timeline = answer?.ok ? await answer.json() : { lines: [] }
    this.said.show(timeline.lines)
    this.noWordsTarget.hidden = timeline.lines.length > 0
    this.#drawSpeech(timeline.lines)
    this.draw()
  }

  /** The playhead moved: what is cut out is passed over, who is silenced is silent. */
  moved({ detail: { seconds } }) {
    if (!this.player?.duration) return
    this.headTarget.style.insetInlineStart = `${this.#share(seconds)}%`
    this.said.follow(seconds)
    if (!this.video) return
    const preview = this.previewTarget.checked
    const { operations } = this.history
    const cut = preview && !this.video.paused && at(cutsOf(operations, this.player.duration), seconds)
    this.video.muted = Boolean(preview && at(silencesOf(operations, this.player.duration), seconds))
    const hidden = Boolean(preview && at(hiddenOf(operations, this.player.duration), seconds))
    this.element.classList.toggle("edit--hidden", hidden)
    if (!cut || seconds > cut[1] - NEAR || this.video.seeking) return
    if (cut[1] < this.player.duration - LEAST) this.player.playFrom(cut[1] + NEAR / 5)
    else this.player.pause()
  }

  pressed(event) {
    const typing = event.target.closest("input:not([type=range], [type=checkbox]), textarea, select")
    if (typing || event.altKey) return
    const key = event.key.toLowerCase()
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault()
      return key === "y" || event.shiftKey ? this.redo() : this.undo()
    }
    if (event.ctrlKey || event.metaKey) return
    if (key === "i") this.markIn()
    else if (key === "o") this.markOut()
    else if (key === "delete" && this.said.chosen.size) this.cutWords()
    else if (key === "delete") this.cut()
    else return
    event.preventDefault()
  }

  // --- the stretch ---

  markIn() {
    const [, end] = this.marked
    const now = this.#now()
    this.#mark(now, end !== null && end > now ? end : null)
  }

  markOut() {
    const [start] = this.marked
    const now = this.#now()
    this.#mark(start < now ? start : 0, now)
  }

  typed() {
    const start = typed(this.inTarget.value || "0")
    const end = this.outTarget.value ? typed(this.outTarget.value) : null
    if (Number.isNaN(start) || Number.isNaN(end ?? 0)) return this.#tell(this.words.bad)
    this.#mark(start, end)
  }

  /** Hear how it would be from just before the stretch on. */
  listen() { this.player?.playFrom(Math.max(0, this.marked[0] - LEAD)) }

  seekBand(event) {
    const { left: edge, width } = this.bandTarget.getBoundingClientRect()
    this.player?.playFrom(((event.clientX - edge) / width) * this.player.duration)
  }

  // --- operations ---

  cut() { this.#withStretch((start, end) => this.#do({ op: "cut", start, end })) }
  trim() { this.#withStretch((start, end) => this.#do({ op: "trim", start, end })) }
  mute() { this.#somewhere((start, end) => this.#do({ op: "mute", person: this.whoTarget.value, start, end })) }
  blur() { this.#hide("blur") }
  slate() { this.#hide("slate") }

  cutWords() {
    const stretches = stretchesOf(this.said.lines, this.said.chosen)
    if (!stretches.length) return
    this.said.clear()
    this.#do(...stretches.map(([start, end]) => /** @type {Operation} */ ({ op: "cut", start, end })))
  }

  clearWords() { this.said.clear() }

  async captions() {
    const [file] = this.fileTarget.files
    if (!file) return
    const text = file.size < CAPTIONS * 4 ? await file.text() : "x".repeat(CAPTIONS + 1)
    this.fileTarget.value = ""
    if (text.length > CAPTIONS) return this.#tell(this.words.too_long)
    this.#do({ op: "captions", language: this.languageTarget.value, text })
  }

  undo() { this.history.undo(); this.draw() }
  redo() { this.history.redo(); this.draw() }

  async make(event) {
    event.preventDefault()
    const { operations } = this.history
    if (!operations.length) return this.#tell(this.words.nothing)
    this.makeTarget.disabled = true
    const body = { operations, name: this.nameTarget.value }
    const { told, problem } = await sendJson(`${this.urlValue}/recording/editions`, body)
    this.makeTarget.disabled = false
    if (!told) return this.#tell(problem || this.words.failed)
    this.#tell("")
    this.nameTarget.value = ""
    this.#forget()
    this.dispatch("made", { detail: told })
    document.getElementById("editions")?.scrollIntoView({ block: "nearest" })
  }

  // --- how it looks ---

  draw() {
    const { operations, undoable, redoable } = this.history
    const { duration = 0 } = this.player ?? {}
    this.undoTarget.disabled = !undoable
    this.redoTarget.disabled = !redoable
    this.makeTarget.disabled = !operations.length
    this.noneTarget.hidden = operations.length > 0
    this.operationsTarget.replaceChildren(...operations.map((one, index) => this.#row(one, index)))
    const rest = left(operations, duration)
    this.leftTarget.textContent = duration ? fill(this.words.left, { left: clock(rest), whole: clock(duration) }) : ""
    this.#drawMarks(duration)
    this.said.mark(cutsOf(operations, duration), operations)
    this.#keep()
  }

  #row(/** @type {Operation} */ one, /** @type {number} */ index) {
    const row = this.operationTarget.content.firstElementChild.cloneNode(true)
    const [what, remove] = [row.querySelector("[data-part=what]"), row.querySelector("[data-part=remove]")]
    what.textContent = this.#sentence(one)
    row.dataset.op = one.op
    what.addEventListener("click", () => { if ("start" in one) this.player?.playFrom(Math.max(0, one.start - LEAD)) })
    remove.setAttribute("aria-label", `${this.words.remove}: ${what.textContent}`)
    remove.addEventListener("click", () => { this.history.remove(index); this.draw(); this.undoTarget.focus() })
    return row
  }

  #sentence(/** @type {any} */ one) {
    const everywhere = one.end === null && !one.start
    const end = one.end ?? this.player?.duration ?? 0
    const stretch = everywhere ? this.words.everywhere : fill(this.words.stretch, { from: precise(one.start ?? 0), to: precise(end) })
    if (one.op === "captions") return fill(this.words.captions, { language: this.words[one.language] })
    if (one.op === "reword") return fill(one.text ? this.words.reword : this.words.reword_gone, { at: clock(one.start), text: one.text })
    const name = one.op === "hide" ? one.how : one.op
    if (one.op === "cut" || one.op === "trim") return fill(this.words[name], { stretch })
    return fill(this.words[one.person ? name : `${name}_all`], { stretch, who: this.people[one.person] ?? "" })
  }

  #drawSpeech(/** @type {{start: number, end: number}[]} */ lines) {
    const { duration } = this.player
    const step = Math.ceil(lines.length / 2000)
    this.speechTarget.replaceChildren(...lines.filter((_, n) => n % step === 0).map((line) => {
      const mark = document.createElement("span")
      Object.assign(mark.style, { insetInlineStart: `${(line.start / duration) * 100}%`, inlineSize: `${((line.end - line.start) / duration) * 100}%` })
      return mark
    }))
  }

  #drawMarks(/** @type {number} */ duration) {
    if (!duration) return
    const shown = []
    for (const [start, end] of cutsOf(this.history.operations, duration)) shown.push(["cut", start, end])
    for (const one of this.history.operations) {
      if (one.op === "mute" || one.op === "hide") shown.push([one.op, one.start, one.end ?? duration])
    }
    this.marksTarget.replaceChildren(...shown.map(([kind, start, end]) => {
      const mark = document.createElement("span")
      mark.className = `edit-band__${kind}`
      Object.assign(mark.style, { insetInlineStart: `${this.#share(start)}%`, inlineSize: `${this.#share(end) - this.#share(start)}%` })
      return mark
    }))
  }

  // --- how it comes about ---

  #do(/** @type {Operation[]} */ ...operations) {
    this.#tell("")
    this.history.add(...operations)
    this.draw()
  }

  #hide(/** @type {"blur" | "slate"} */ how) {
    this.#somewhere((start, end) => this.#do({ op: "hide", person: this.whoTarget.value, how, start, end }))
  }

  #reword(/** @type {{start: number, text: string}} */ { start, text }) { this.#do({ op: "reword", start, text: text.slice(0, 2000) }) }

  #somewhere(/** @type {(start: number, end: number | null) => void} */ act) {
    if (this.wholeTarget.checked) act(0, null)
    else this.#withStretch(act)
  }

  #withStretch(/** @type {(start: number, end: number) => void} */ act) {
    const [start, end] = this.marked
    const duration = this.player?.duration ?? 0
    const until = Math.min(end ?? NaN, duration)
    if (!(until - start >= LEAST)) return this.#tell(this.words.bad)
    act(round(start), round(until))
  }

  #mark(/** @type {number} */ start, /** @type {number | null} */ end) {
    this.marked = [round(start), end === null ? null : round(end)]
    this.inTarget.value = precise(start)
    this.outTarget.value = end === null ? "" : precise(end)
    this.#tell("")
    this.stretchTarget.hidden = end === null || end <= start
    if (end !== null) Object.assign(this.stretchTarget.style, { insetInlineStart: `${this.#share(start)}%`, inlineSize: `${this.#share(end) - this.#share(start)}%` })
  }

  #chose() {
    const { size } = this.said.chosen
    this.cutWordsTarget.disabled = this.clearWordsTarget.disabled = !size
    this.chosenTarget.textContent = size ? fill(this.words.chosen, { n: size }) : ""
    const stretches = stretchesOf(this.said.lines, this.said.chosen)
    if (stretches.length === 1) this.#mark(...stretches[0])
  }

  #now() { return Math.min(Math.max(0, this.player?.now ?? 0), this.player?.duration ?? 0) }
  #share(/** @type {number} */ seconds) { return this.player?.duration ? (seconds / this.player.duration) * 100 : 0 }
  #tell(/** @type {string} */ sentence) { this.problemTarget.textContent = sentence }

  // What is not made yet is still there when the page is opened again.

  #key() { return `jt.edit.${this.recordingValue}` }

  #kept() {
    try {
      return this.begunValue ? [] : JSON.parse(localStorage.getItem(this.#key()) ?? "[]")
    } catch { return [] }
  }

  #keep() {
    try {
      localStorage.setItem(this.#key(), JSON.stringify(this.history.operations))
    } catch { /* it is full: nothing is kept */ }
  }

  #forget() { localStorage.removeItem(this.#key()) }
}

const round = (/** @type {number} */ seconds) => Math.round(seconds * 1000) / 1000
