// The stage: what is large, who stands beside it, who speaks.
import { SEATS, layout, leads, onStage, pictured, sharing, sitting } from "jt/classroom/seats.js"
import { put } from "jt/classroom/live/words.js"

/** @typedef {import("jt/classroom/seats.js").RoomState} RoomState */

export class StageView {
  /**
   * @param {HTMLElement} stage @param {import("jt/classroom/live/words.js").Find} find
   * @param {import("jt/classroom/live/words.js").Say} say
   */
  constructor(stage, find, say) {
    this.stage = stage
    this.find = find
    this.say = say
    this.whiteboard = false
    this.light = false // sound and slides only
    this.programme = false // one picture of the whole lesson, by HLS
    /** @type {MediaStreamTrack | undefined} one's own camera, straight from the device */
    this.mirror = undefined
    /** @type {Map<number, MediaStreamTrack>} what comes from the room, by seat */
    this.pictures = new Map()
    /** @type {Map<number, HTMLElement>} */
    this.tiles = new Map()
    for (let seat = 1; seat <= SEATS; seat += 1) {
      this.tiles.set(seat, /** @type {HTMLElement} */ (stage.querySelector(`[data-seat="${seat}"]`)))
    }
  }

  /** @param {RoomState} state @param {string} me */
  show(state, me) {
    const large = this.light && layout(state, this.whiteboard) !== "slides" ? "plan" : layout(state, this.whiteboard)
    const first = pictured(state)
    this.stage.dataset.layout = large
    this.find("board").hidden = large !== "slides"
    this.showScreen(state, large === "screen")
    this.find("programmeTile").hidden = !this.programme || state.phase !== "live"
    this.find("programmeTile").classList.toggle("is-large", this.programme && ["camera", "plan"].includes(large))
    for (const [seat, tile] of this.tiles) this.showSeat(tile, sitting(state, seat), state, me)
    for (const [seat, tile] of this.tiles) {
      tile.classList.toggle("is-large", large === "camera" && !this.programme && seat === first?.seat)
      tile.style.order = seat === first?.seat ? "0" : "1"
    }
    this.showQuiet(state, large)
    const beside = [...this.find("pictures").querySelectorAll(".live-tile:not([hidden], .is-large)")].length
    this.stage.dataset.beside = beside ? "some" : "none"
  }

  showScreen(/** @type {RoomState} */ state, /** @type {boolean} */ on) {
    const name = sharing(state)?.name ?? ""
    this.find("screenTile").hidden = !on
    this.find("screenTile").classList.toggle("is-large", on)
    if (on) put(this.find("screenName"), this.say("screen_of", { name }))
  }

  /** @param {HTMLElement} tile @param {import("jt/classroom/seats.js").Attendee | undefined} someone */
  showSeat(tile, someone, /** @type {RoomState} */ state, /** @type {string} */ me) {
    tile.hidden = !someone || (this.programme && someone.id !== me)
    if (!someone) return
    tile.dataset.person = someone.id
    tile.classList.toggle("is-me", someone.id === me)
    const own = someone.id === me
    const filmed = own ? Boolean(this.mirror) : someone.tracks.includes("camera") && !this.light
    tile.classList.toggle("has-picture", filmed)
    const track = own ? this.mirror : this.pictures.get(someone.seat)
    const video = this.videoOf(someone.seat)
    if (track && playing(video) !== track) play(video, track)
    const name = someone.id === me ? this.say("you", { name: someone.name }) : someone.name
    put(/** @type {HTMLElement} */ (tile.querySelector(".live-tile__name")), name)
    put(/** @type {HTMLElement} */ (tile.querySelector(".live-tile__initial")), [...someone.name][0] ?? "")
    const mark = /** @type {HTMLElement} */ (tile.querySelector(".live-tile__muted"))
    mark.hidden = !someone.muted && (state.phase !== "live" || someone.tracks.includes("audio"))
  }

  /** A sentence where there is nothing to see. */
  showQuiet(/** @type {RoomState} */ state, /** @type {string} */ large) {
    const quiet = this.find("quiet")
    const programme = this.programme && state.phase === "live"
    quiet.hidden = programme || !(large === "plan" || (this.programme && large === "camera"))
    if (quiet.hidden) return
    const led = onStage(state).some((someone) => leads(someone) && someone.present)
    const why = !led ? "wait_teacher" : state.phase !== "live" ? "wait_start" : this.light ? "wait_light" : "wait_picture"
    put(this.find("quietWord"), this.say(why))
  }

  /** Rings around those who speak. @param {string[]} people */
  speaking(people) {
    for (const tile of this.tiles.values()) {
      tile.classList.toggle("is-speaking", people.includes(tile.dataset.person ?? ""))
    }
  }

  /** A picture came for a seat. @param {number} seat @param {MediaStreamTrack} track */
  setPicture(seat, track) {
    this.pictures.set(seat, track)
    if (playing(this.videoOf(seat)) !== this.mirror || !this.mirror) play(this.videoOf(seat), track)
  }

  /** The video element of a seat. @param {number} seat */
  videoOf(seat) {
    return /** @type {HTMLVideoElement} */ (this.tiles.get(seat)?.querySelector("video"))
  }
}

/** @param {HTMLVideoElement} video @returns {MediaStreamTrack | undefined} */
function playing(video) {
  return /** @type {MediaStream | null} */ (video.srcObject)?.getTracks()[0]
}

/** Muted pictures may always play. @param {HTMLVideoElement} video @param {MediaStreamTrack} track */
export function play(video, track) {
  video.srcObject = new MediaStream([track])
  video.play().catch(() => undefined) // another picture came before it began
}
