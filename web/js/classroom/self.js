// The person's camera and microphone: opened, watched, checked and published.
import { devices, mediaAllowed, openCamera, openMicrophone, reasonOf, reported } from "jt/classroom/devices.js"
import { LevelMeter } from "jt/classroom/level.js"
import { Publisher } from "jt/classroom/publisher.js"

/**
 * @typedef {"connecting"|"connected"|"failed"|"refused"} Connection
 * @typedef {{
 *   trouble(kind: "microphone"|"camera", reason: string): void,
 *   level(level: import("jt/classroom/level.js").Level): void,
 *   connection(status: Connection, sentence?: string): void,
 *   opened(kind: "microphone"|"camera", track: MediaStreamTrack): void,
 *   microphone(settings: Record<string, unknown>): void,
 * }} Listener  `reason` is "" when all is well again
 */

const OPEN = { microphone: openMicrophone, camera: openCamera }
const INPUT = /** @type {const} */ ({ microphone: "audioinput", camera: "videoinput" })
const KIND = { microphone: "audio", camera: "camera" }

export class Self {
  /**
   * @param {string} path of the room @param {RTCIceServer[]} ice @param {Listener} listener
   * @param {boolean} publishes  else nothing is sent before `goOn`
   */
  constructor(path, ice, listener, publishes = true) {
    this.listener = listener
    this.publishes = publishes
    this.silent = false // the person does not want to be heard
    this.unseen = false // ... or seen
    this.publisher = new Publisher(`${path}/media`, ice, (status, sentence) => {
      if (status === "unreachable") listener.connection("failed")
      else if (status !== "elsewhere") listener.connection(status, sentence)
    })
    /** @type {Partial<Record<"microphone"|"camera", MediaStreamTrack>>} */
    this.tracks = {}
    this.returned = () => this.reopen()
  }

  /** Ask for both; either may be missing. */
  async open() {
    if (!mediaAllowed()) return this.listener.trouble("microphone", "insecure")
    navigator.mediaDevices.addEventListener("devicechange", this.returned)
    await this.use("microphone", "", false)
    await this.use("camera", "", false)
    await this.publish()
  }

  /**
   * Take (another) device.
   * @param {"microphone"|"camera"} what @param {string} [deviceId]
   */
  async use(what, deviceId = "", publish = true) {
    try {
      const track = await OPEN[what](deviceId)
      this.tracks[what]?.stop()
      this.tracks[what] = track
      if (what === "microphone") track.enabled = !this.silent
      track.onended = () => this.vanished(what)
      this.listener.trouble(what, "")
      this.listener.opened(what, track)
      if (what === "microphone") this.listen(track)
      if (publish) await this.publish()
    } catch (error) {
      this.listener.trouble(what, reasonOf(error))
    }
  }

  /** @param {"microphone"|"camera"} what */
  choices(what) {
    return devices(INPUT[what])
  }

  /** Send from now on. */
  async goOn() {
    this.publishes = true
    await this.publish()
  }

  /** Be heard or not; the microphone stays open. */
  hush(/** @type {boolean} */ silent) {
    this.silent = silent
    if (this.tracks.microphone) this.tracks.microphone.enabled = !silent
  }

  /** Switch the camera off, light and all. */
  async hide() {
    this.unseen = true
    const track = this.tracks.camera
    delete this.tracks.camera
    if (track) track.onended = null
    track?.stop()
    await this.publisher.mute("camera")
  }

  async unhide() {
    this.unseen = false
    await this.use("camera")
  }

  async publish() {
    if (!this.publishes) return
    const present = /** @type {const} */ (["microphone", "camera"]).flatMap((what) => {
      const track = this.tracks[what]
      return track ? [/** @type {[string, MediaStreamTrack]} */ ([KIND[what], track])] : []
    })
    if (this.tracks.microphone) await this.publisher.publish(new Map(present))
  }

  /** The server has no sound of ours though we thought so. */
  republish() {
    if (this.tracks.microphone) this.publisher.connect()
  }

  close() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.returned)
    this.publisher.close()
    this.meter?.close()
    for (const track of Object.values(this.tracks)) track.stop()
  }

  listen(/** @type {MediaStreamTrack} */ track) {
    this.meter?.close()
    this.meter = new LevelMeter(track, this.listener.level)
    this.listener.microphone(reported(track))
  }

  /** @param {"microphone"|"camera"} what */
  vanished(what) {
    delete this.tracks[what]
    this.listener.trouble(what, "vanished")
    this.publisher.mute(KIND[what])
    this.reopen()
  }

  /** A device came or went: take one again where we have none. */
  async reopen() {
    for (const what of /** @type {const} */ (["microphone", "camera"])) {
      if (what === "camera" && this.unseen) continue
      if (!this.tracks[what] && (await this.choices(what)).length) await this.use(what)
    }
  }
}
