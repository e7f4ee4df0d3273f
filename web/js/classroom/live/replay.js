// The lesson by HLS on the page: its picture, the shared screen, and the bar that goes back in time.
import { put } from "jt/classroom/live/words.js"
import { Pace } from "jt/classroom/pace.js"
import { Programme } from "jt/classroom/programme.js"
import { clock } from "jt/lib/clock.js"

const FAR_S = 12 // behind the end
const CALM_MS = 15_000

/** @typedef {import("jt/classroom/live/page.js").Page} Page */

export class Replay {
  /** @param {Page} page @param {() => void} blocked */
  constructor(page, blocked) {
    this.page = page
    this.stalls = false
    this.wanted = false
    this.following = true // the end, for as long as the person does not go back
    this.caughtUpAt = 0
    this.pace = new Pace()
    const { find, setup } = page
    this.video = /** @type {HTMLVideoElement} */ (find("programme"))
    this.bar = /** @type {HTMLInputElement} */ (find("seekBar"))
    const waiting = (/** @type {boolean} */ waits) => { this.stalls = waits && this.wanted }
    this.main = new Programme(this.video, `${setup.path}/hls/index.m3u8`, { waiting, blocked })
    const screen = /** @type {HTMLVideoElement} */ (find("screenVideo"))
    this.screen = new Programme(screen, `${setup.path}/hls/screen-index.m3u8`,
      { waiting: () => undefined, blocked: () => undefined })
  }

  open() {
    this.wanted = true
    this.following = true
    this.pace = new Pace()
  }

  /** @param {boolean} live  is anything recorded? @param {boolean} sharing */
  follow(live, sharing) {
    if (this.wanted && live) this.main.open()
    if (this.wanted && live && sharing) this.screen.open()
    else if (!this.screen.closed) this.screen.close()
    this.page.find("seek").hidden = !this.wanted || !live
  }

  close() {
    this.wanted = false
    if (!this.main.closed) this.main.close()
    if (!this.screen.closed) this.screen.close()
    this.page.find("seek").hidden = true
    this.page.warn("before", "")
  }

  resume() {
    if (!this.main.closed) this.main.play()
  }

  get behind() {
    return this.main.closed ? 0 : Math.max(0, (this.page.now() - this.playhead) / 1000)
  }

  /** The room's time at the playhead; now where it is not known. */
  get playhead() {
    const wall = this.main.closed ? null : this.main.wall
    return wall === null ? this.page.now() : wall - this.page.setup.opened
  }

  /** The room's time that is shown beside the picture. */
  get time() {
    return this.pace.shown(this.playhead, this.page.now(), this.following)
  }

  /** Four times a second. @param {number} since  room ms from when on slides are known */
  tick(since) {
    if (!this.wanted || this.main.closed) return
    const { start, end } = this.main.range
    const { video, bar, page } = this
    const rewound = !this.following
    bar.min = String(start)
    bar.max = String(Math.max(end, start + 1))
    bar.value = String(video.currentTime)
    this.catchUp()
    bar.setAttribute("aria-valuetext", page.say("seek_at", { time: clock(video.currentTime - start) }))
    put(page.find("behind"), rewound ? page.say("behind", { time: clock(this.main.behind) }) : page.say("at_live"))
    page.find("toLive").hidden = !rewound
    put(page.find("playWord"), page.say(video.paused ? "play" : "pause"))
    if (!this.screen.closed && this.main.wall !== null) this.screen.follow(this.main.wall, video.paused)
    const unknown = rewound && this.time < since
    page.warn("before", unknown ? page.say("before_you_came") : rewound ? page.say("as_of_then") : "")
  }

  /** After a stall, go to where the lesson is; a weak line does so every now and then. What stands still begins anew. */
  catchUp() {
    const now = performance.now()
    if (this.pace.stuck(this.video.currentTime, this.following && !this.video.paused, now)) return this.main.load()
    if (!this.following || this.video.paused || this.main.behind < FAR_S || now - this.caughtUpAt < CALM_MS) return
    this.caughtUpAt = now
    this.main.toLive()
  }

  seek() {
    this.main.seek(Number(this.bar.value))
    this.following = this.main.atLive
  }

  toLive() {
    this.following = true
    this.main.toLive()
  }

  playOrPause() {
    if (this.video.paused) return this.main.play()
    this.following = false
    this.video.pause()
  }
}
