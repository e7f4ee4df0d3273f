import { Behaviour } from "jt/lib/behaviour.js"

/** A still of this page's camera, sent for a look at it; nothing of it stays here or there. */
export default class extends Behaviour {
  static targets = ["video", "begin", "count", "said"]
  static values = { address: String, refused: String }

  disconnect() { this.#stop() }

  async begin() {
    const wish = { width: { ideal: 1920 }, height: { ideal: 1080 } }
    this.stream = await navigator.mediaDevices?.getUserMedia({ video: wish }).catch(() => null)
    if (!this.stream) return this.#say(this.refusedValue)
    this.videoTarget.srcObject = this.stream
    this.videoTarget.hidden = false
    this.beginTarget.hidden = true
    for (const button of this.countTargets) button.hidden = false
  }

  async count({ params }) {
    const picture = await this.#still()
    const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "image/jpeg" }
    const address = params.address ?? this.addressValue
    const answer = await fetch(address, { method: "POST", headers, body: picture }).catch(() => null)
    const told = await answer?.json().catch(() => null)
    if (told?.to) return location.assign(told.to)
    this.#say(told?.said ?? told?.sentence ?? this.refusedValue)
  }

  #still() {
    const { videoWidth: width, videoHeight: height } = this.videoTarget
    const canvas = Object.assign(document.createElement("canvas"), { width, height })
    canvas.getContext("2d")?.drawImage(this.videoTarget, 0, 0)
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8))
  }

  #say(text) { this.saidTarget.textContent = text }

  #stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop()
  }
}
