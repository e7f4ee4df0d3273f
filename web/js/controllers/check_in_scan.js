import { Behaviour } from "jt/lib/behaviour.js"
import { qrReader } from "jt/lib/qr_reader.js"

const EVERY = 120 // ms between looks
const OURS = /\/check-in\/([A-Za-z0-9_-]{20,80})$/

/** Checks in: by the camera, by digits, or at once where the phone's own camera led here. */
export default class extends Behaviour {
  static targets = ["words", "frame", "video", "status", "form", "token", "start"]
  static values = { wasm: String, token: String }

  there = true
  tried = new Set()

  connect() {
    this.say = JSON.parse(this.wordsTarget.textContent)
    this.there = true
    this.tried = new Set()
    if (this.tokenValue) this.#once(this.tokenValue)
    else if (this.hasVideoTarget) this.start()
  }

  disconnect() {
    this.there = false
    this.#stop()
  }

  /** The camera, and looking through it until somebody is checked in. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) return this.#tell("none", "warn")
    this.startTarget.hidden = true
    if (!this.statusTarget.textContent) this.#tell("starting")
    try {
      const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } }
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false })
    } catch {
      this.startTarget.hidden = false
      return this.#tell("refused", "warn")
    }
    if (!this.there) return this.#stop()
    this.videoTarget.srcObject = this.stream
    this.frameTarget.hidden = false
    const read = await qrReader(this.wasmValue).catch(() => null)
    if (!read) return this.#tell("none", "warn")
    if (this.statusTarget.dataset.tone !== "bad") this.#tell("looking")
    this.#look(read)
  }

  /** Digits, without leaving the camera. */
  async type(event) {
    event.preventDefault()
    await this.#send(new FormData(event.target))
  }

  #once(token) {
    this.formTarget.hidden = true // it is for those without scripts
    // a second visit of the same address, by "back", checks in no second time
    const key = `check-in:${token}`
    if (sessionStorage.getItem(key)) return this.#tell("other")
    sessionStorage.setItem(key, "sent")
    this.tokenTarget.value = token
    this.#send(new FormData(this.formTarget))
  }

  async #look(read) {
    const { videoTarget: video } = this
    while (this.there && this.stream) {
      if (video.readyState >= 2) {
        for (const text of await read(video)) if (await this.#found(text)) return
      }
      await new Promise((done) => setTimeout(done, EVERY))
    }
  }

  async #found(text) {
    const token = OURS.exec(text)?.[1]
    if (!token) return this.#tell("other", "warn")
    if (this.tried.has(token)) return false
    this.tried.add(token)
    this.tokenTarget.value = token
    return this.#send(new FormData(this.formTarget))
  }

  /** @returns {Promise<boolean>} whether the page is being left */
  async #send(form) {
    this.#tell("sending")
    const answer = await fetch("/check-in", {
      method: "POST", body: form, headers: { accept: "application/json" },
    }).catch(() => null)
    const told = await answer?.json().catch(() => null)
    if (answer?.ok && told?.to) {
      this.#stop()
      navigator.vibrate?.(80)
      location.replace(told.to)
      return true
    }
    this.statusTarget.textContent = told?.sentence ?? this.say.offline
    this.statusTarget.dataset.tone = "bad"
    return false
  }

  #tell(what, tone = "") {
    this.statusTarget.textContent = this.say[what]
    this.statusTarget.dataset.tone = tone
    return false
  }

  #stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop()
    this.stream = null
  }
}
