// The socket of a room: reconnects by itself, keeps the state, tells what changes.
import { apply } from "jt/classroom/state.js"

const VERSION = "jiangtai.room.1"
const SILENT_MS = 10_000 // a server that is silent for so long is gone
const WAITS_MS = [200, 500, 1000, 2000, 3000]
const TAKEN_OVER = 4409
/** Close codes after which trying again would change nothing. */
const FINAL = [4400, 4401, 4403, 4404]

/**
 * @typedef {import("jt/classroom/state.js").RoomState} RoomState
 * @typedef {import("jt/classroom/state.js").RoomEvent} RoomEvent
 * @typedef {{
 *   changed(state: RoomState, event: RoomEvent | null): void,
 *   said(interim: {start: number, end: number, text: string, person?: string}): void,
 *   speaking?(people: string[]): void,
 *   stepped?(video: boolean): void,
 *   trouble(problem: {code: string, sentence: string}): void,
 *   status(status: "open" | "lost" | "taken_over" | "refused"): void,
 *   finished(after: string): void,
 * }} Listener  `changed` gets null for a snapshot
 */

export class RoomConnection {
  /** @param {string} path of the room @param {Listener} listener */
  constructor(path, listener) {
    this.address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}/socket`
    this.listener = listener
    /** @type {RoomState | null} */
    this.state = null
    this.you = "" // our own id in `state.people`
    this.online = false
    this.stopped = false
    this.failures = 0
    this.offset = 0 // the room's clock less ours
  }

  /** The room's clock, ms. */
  now() {
    return Math.round(performance.now() + this.offset)
  }

  open() {
    this.stopped = false
    clearTimeout(this.retry)
    const socket = new WebSocket(this.address, VERSION)
    this.socket = socket
    this.awaitSound()
    socket.onmessage = ({ data }) => this.receive(JSON.parse(data))
    socket.onclose = ({ code }) => { if (socket === this.socket) this.closed(code) }
  }

  /** @param {string} type @param {Record<string, unknown>} fields @returns {boolean} was it sent? */
  send(type, fields = {}) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(JSON.stringify({ type, ...fields }))
    return true
  }

  close() {
    this.stopped = true
    clearTimeout(this.retry)
    clearTimeout(this.silence)
    this.socket?.close()
  }

  receive(/** @type {any} */ message) {
    this.awaitSound()
    if (message.type === "snapshot") this.begin(message)
    else if (message.type === "ping") this.answer(message)
    else if (message.type === "interim") this.listener.said(message)
    else if (message.type === "speaking") this.listener.speaking?.(message.people)
    else if (message.type === "stepped") this.listener.stepped?.(message.video)
    else if (message.type === "problem") this.listener.trouble(message)
    else if (message.type === "finished") this.finish(message.after)
    else if (this.state) this.follow(message)
  }

  begin({ state, now, you = "" }) {
    this.failures = 0
    this.you = you
    this.offset = now - performance.now()
    this.state = state
    this.setOnline(true)
    this.listener.changed(state, null)
  }

  answer({ now }) {
    this.offset = now - performance.now()
    this.send("pong")
  }

  follow(/** @type {RoomEvent} */ event) {
    try {
      this.state = apply(/** @type {RoomState} */ (this.state), event)
    } catch {
      this.socket?.close() // something was missed: the snapshot of a new connection has it
      return
    }
    this.listener.changed(this.state, event)
  }

  finish(/** @type {string} */ after) {
    this.close()
    this.listener.finished(after)
  }

  closed(/** @type {number} */ code) {
    clearTimeout(this.silence)
    if (this.stopped) return
    this.online = false
    if (code === TAKEN_OVER) this.end("taken_over")
    else if (FINAL.includes(code)) this.end("refused")
    else {
      this.listener.status("lost")
      const wait = WAITS_MS[Math.min(this.failures++, WAITS_MS.length - 1)]
      this.retry = setTimeout(() => this.open(), wait)
    }
  }

  end(/** @type {"taken_over" | "refused"} */ status) {
    this.stopped = true
    this.listener.status(status)
  }

  setOnline(/** @type {boolean} */ online) {
    this.online = online
    this.listener.status(online ? "open" : "lost")
  }

  awaitSound() {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => this.giveUp(), SILENT_MS)
  }

  /** A socket that hangs: do not wait for its closing handshake. */
  giveUp() {
    const socket = this.socket
    this.socket = undefined
    socket?.close()
    this.closed(1006)
  }
}
