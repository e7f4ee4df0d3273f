// Files a leader hands out and everybody takes.
import { size } from "jt/classroom/panels/left.js"
import { at, copy, keyed, leads, showTime, wire } from "jt/classroom/panels/parts.js"
import { fill } from "jt/lib/clock.js"

const LARGEST = 50 << 20

export class HandoutsTool {
  /** @param {HTMLElement} element @param {import("jt/classroom/panels/parts.js").PanelRoom} room */
  constructor(element, room) {
    this.element = element
    this.room = room
    this.file = /** @type {HTMLInputElement} */ (at(element, "file"))
    this.file.addEventListener("change", () => { if (this.file.files?.[0]) this.upload(this.file.files[0]) })
    wire(element, { withdraw: (key) => room.send("withdraw_handout", { handout: key }) })
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    const leader = leads(state, this.room.me)
    const mark = [state.handouts, leader, state.phase]
    if (event && this.mark?.every((part, index) => part === mark[index])) return
    this.mark = mark
    at(this.element, "upload").hidden = !leader || state.phase === "ended"
    if (event?.type === "handed_out" && !leader) this.room.announce(fill(this.room.words.handout_new, { name: event.name }))
    at(this.element, "noHandouts").hidden = state.handouts.length > 0
    keyed(at(this.element, "handouts"), state.handouts, (handout) => handout.id, () => copy(this.element, "handout"), (node, handout) => {
      at(node, "withdraw").hidden = !leader
      if (at(node, "link").href) return
      at(node, "link").href = `${this.room.path}/handouts/${encodeURIComponent(handout.id)}`
      at(node, "name").textContent = handout.name
      at(node, "size").textContent = size(handout.size)
      showTime(at(node, "time"), handout.at, this.room.now())
    })
  }

  upload(/** @type {File} */ file) {
    const { words } = this.room
    this.file.value = ""
    if (file.size > LARGEST) return this.say(words.handout_too_large)
    if (!file.size) return this.say(words.handout_empty)
    const request = new XMLHttpRequest() // fetch tells nothing of how far an upload is
    request.open("POST", `${this.room.path}/handouts`)
    request.setRequestHeader("x-csrf-token", document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "")
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name))
    request.setRequestHeader("content-type", "application/octet-stream")
    request.setRequestHeader("accept", "application/json")
    request.upload.onprogress = ({ loaded, total }) => this.say(fill(words.handout_sending, { name: file.name, percent: Math.floor(loaded / total * 100) }))
    request.onloadend = () => this.finished(request)
    this.file.disabled = true
    request.send(file)
  }

  finished(/** @type {XMLHttpRequest} */ request) {
    this.file.disabled = false
    this.say(request.status === 201 ? "" : sentenceOf(request) || this.room.words.handout_failed)
  }

  say(/** @type {string} */ sentence) {
    at(this.element, "uploadStatus").textContent = sentence
  }
}

function sentenceOf(/** @type {XMLHttpRequest} */ { responseText }) {
  try {
    return JSON.parse(responseText).sentence ?? ""
  } catch {
    return ""
  }
}
