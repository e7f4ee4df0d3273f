// How the lesson comes in: by WebRTC, sound alone, or HLS; changing by itself and saying so.
import { LinkJudge } from "jt/classroom/link_judge.js"
import { Loudspeakers } from "jt/classroom/live/loudspeakers.js"
import { Replay } from "jt/classroom/live/replay.js"
import { play } from "jt/classroom/live/stage_view.js"
import { sharing, slots } from "jt/classroom/seats.js"
import { Watcher } from "jt/classroom/watcher.js"
import { Ways } from "jt/classroom/ways.js"

const MEASURE_MS = 4000

/**
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {import("jt/classroom/live/page.js").Page} Page
 */

export class Watching {
  /** @param {Page} page @param {import("jt/classroom/live/stage_view.js").StageView} stage */
  constructor(page, stage) {
    this.page = page
    this.stage = stage
    this.ways = new Ways()
    this.judge = new LinkJudge()
    /** @type {import("jt/classroom/ways.js").Way | ""} */
    this.way = ""
    /** @type {import("jt/classroom/peer.js").Status} */
    this.status = "connecting"
    this.stepped = false
    this.reported = ""
    this.speakers = new Loudspeakers(() => this.askForSound())
    this.replay = new Replay(page, () => this.askForSound())
  }

  /** @param {RoomState} state @param {any} event */
  follow(state, event) {
    const myself = state.people[this.page.me]
    if (!myself || myself.lobby || state.phase === "ended") return this.stop()
    this.measuring ??= setInterval(() => this.measure(), MEASURE_MS)
    if (!event) this.reported = ""
    const way = this.ways.way(myself.seat > 0)
    if (way !== this.way) this.change(way)
    if (this.way === "hls") this.replay.follow(state.phase === "live", Boolean(sharing(state)))
    this.report()
  }

  stop() {
    clearInterval(this.measuring)
    this.measuring = undefined
    this.watcher?.close()
    this.replay.close()
    this.speakers.close()
    this.way = ""
  }

  /** @param {import("jt/classroom/ways.js").Way} way */
  change(way) {
    this.way = way
    this.watcher?.close()
    this.speakers.close()
    this.stage.light = way === "light"
    this.stage.programme = way === "hls"
    if (way === "hls") this.replay.open()
    else this.watch(way === "light")
    this.step(false)
    this.explain()
    this.page.redraw()
  }

  watch(/** @type {boolean} */ light) {
    this.replay.close()
    this.judge.begin()
    this.watcher = new Watcher(this.page.setup.path, this.page.setup.ice, {
      status: (status, sentence) => this.changed(status, sentence ?? ""),
      track: (slot, track) => this.take(slot, track),
    })
    this.watcher.watch(slots(light))
  }

  take(/** @type {string} */ slot, /** @type {MediaStreamTrack} */ track) {
    const [kind, seat] = slot.split("-")
    if (kind === "voice") this.speakers.play(slot, track)
    else if (kind === "camera") this.stage.setPicture(Number(seat), track)
    else play(/** @type {HTMLVideoElement} */ (this.page.find("screenVideo")), track)
  }

  /** @param {import("jt/classroom/peer.js").Status} status @param {string} sentence */
  changed(status, sentence) {
    this.status = status
    if (status === "connected") this.ways.connected()
    if (status === "failed" && this.page.online) this.ways.failed()
    if (status === "elsewhere") this.ways.full()
    this.page.warn("watch", status === "refused" ? sentence : "")
    const onStage = this.onStage
    this.page.warn("blocked", onStage && this.ways.barred ? this.page.setup.words.unconnected : "")
    const way = this.ways.way(onStage)
    if (way !== this.way && this.way) this.change(way)
    else if (status === "elsewhere" && onStage) setTimeout(() => this.watcher?.connect(), MEASURE_MS)
    this.report()
  }

  get onStage() {
    return (this.page.state?.people[this.page.me]?.seat ?? 0) > 0
  }

  /** Why it is not as usual, and what can be done. */
  explain() {
    const { page, ways, way } = this
    const retry = { word: page.say("try_again"), act: () => this.again() }
    page.warn("hls", way === "hls" ? page.say(`hls_${ways.barred}`) : "", retry)
    const back = { word: page.say("light_off"), act: () => this.toggleLight() }
    page.warn("light", way === "light" ? page.say(ways.byItself ? "light_by_itself" : "light_on") : "", back)
  }

  again() {
    this.ways.again()
    this.change(this.ways.way(this.onStage))
  }

  toggleLight() {
    this.ways.choose(!this.ways.light)
    if (this.ways.light) this.ways.barred = ""
    this.change(this.ways.way(this.onStage))
  }

  /** The server left pictures out, or they are back. */
  step(/** @type {boolean} */ out) {
    this.stepped = out
    this.page.warn("stepped", out && this.way === "webrtc" ? this.page.say("stepped") : "")
  }

  askForSound() {
    const on = { word: this.page.say("sound_on"), act: () => this.soundOn(), strong: true }
    this.page.warn("sound", this.page.say("sound_blocked"), on)
  }

  soundOn() {
    this.page.warn("sound", "")
    this.speakers.resume()
    this.replay.resume()
  }

  async measure() {
    const totals = await this.watcher?.totals()
    if (totals && this.way !== "hls") {
      const link = this.judge.judge(totals, this.stepped)
      if (this.ways.observe(link, performance.now())) this.change("light")
    }
    this.report()
  }

  /** Tell the room how this page watches, whenever that changes. */
  report() {
    const { way, page } = this
    const link = way === "hls" ? (this.replay.stalls ? "weak" : "good") : this.status === "connected" ? this.judge.link : "weak"
    if (!way || (this.status === "connecting" && way !== "hls")) return
    const told = `${way} ${link}`
    if (told !== this.reported && page.send("report_link", { by: way, link })) this.reported = told
  }

  /** The network as a tone and a word. @returns {["good"|"weak"|"lost"|"", string]} */
  get network() {
    const { way, page, status } = this
    const late = Math.round(this.replay.behind)
    if (way === "hls") return ["weak", late ? page.say("net_delayed", { n: late }) : page.say("net_slow")]
    if (status === "connecting" || !way) return ["", page.setup.words.connecting]
    if (status !== "connected") return ["lost", page.say("net_lost")]
    if (this.judge.link === "weak" || this.stepped) return ["weak", page.say("net_weak")]
    return ["good", page.say(way === "light" ? "net_light" : "net_good")]
  }

  /** The room's time at the playhead; Infinity where nothing is late. */
  get time() {
    return this.way === "hls" ? this.replay.time : Infinity
  }
}
