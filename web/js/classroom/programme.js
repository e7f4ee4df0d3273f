// The lesson by HLS: one picture and all voices, seconds late, through every firewall; it can be rewound.
import Hls from "hls.js"
import { recover } from "jt/lib/recover.js"

const RETRY_MS = 2000
const AT_LIVE_S = 4 // closer to the end than this is live
const APART_MS = 700
const IN_A_ROW_MS = 5000

/** @typedef {{waiting(waits: boolean): void, blocked(): void}} Listener */

export class Programme {
  /** @param {HTMLVideoElement} video @param {string} address of the playlist @param {Listener} listener */
  constructor(video, address, listener) {
    this.video = video
    this.address = address
    this.listener = listener
    this.closed = true
    this.mendedAt = -Infinity
    /** @type {Hls | undefined} */
    this.hls = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined
    this.playing = () => this.listener.waiting(false)
    this.stalled = () => this.listener.waiting(true)
    this.failed = () => { if (!this.hls) this.again() }
    this.ended = () => this.again() // the list said so, the room does not
  }

  open() {
    if (!this.closed) return
    this.closed = false
    this.video.addEventListener("playing", this.playing)
    this.video.addEventListener("waiting", this.stalled)
    this.video.addEventListener("error", this.failed)
    this.video.addEventListener("ended", this.ended)
    this.listener.waiting(true)
    this.load()
  }

  load() {
    if (this.closed) return
    if (!Hls.isSupported()) {
      this.video.src = this.address
      this.play()
      return
    }
    this.hls?.destroy()
    const hls = new Hls({ lowLatencyMode: true, liveDurationInfinity: true, backBufferLength: 60, maxLiveSyncPlaybackRate: 1.1 })
    this.hls = hls
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.play())
    hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
      if (fatal) this.mend(type)
    })
    hls.loadSource(this.address)
    hls.attachMedia(this.video)
  }

  /** An error ended it. @param {string} type */
  mend(type) {
    const now = performance.now()
    if (!this.hls || type !== Hls.ErrorTypes.MEDIA_ERROR || now - this.mendedAt < IN_A_ROW_MS) return this.again()
    this.mendedAt = now
    recover(this.hls, this.video, () => this.play())
  }

  /** The playlist is not there (yet), or the network is gone. */
  again() {
    this.listener.waiting(true)
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.load(), RETRY_MS)
  }

  play() {
    this.video.play().catch((error) => { if (error.name === "NotAllowedError") this.listener.blocked() })
  }

  close() {
    this.closed = true
    clearTimeout(this.retry)
    this.hls?.destroy()
    this.hls = undefined
    this.video.removeEventListener("playing", this.playing)
    this.video.removeEventListener("waiting", this.stalled)
    this.video.removeEventListener("error", this.failed)
    this.video.removeEventListener("ended", this.ended)
    this.video.removeAttribute("src")
    this.video.load()
  }

  /** The server's wall clock at the playhead, ms; null where it is not known. */
  get wall() {
    const native = /** @type {any} */ (this.video).getStartDate?.()
    if (this.hls) return this.hls.playingDate?.getTime() ?? null
    return native && !Number.isNaN(native.getTime()) ? native.getTime() + this.video.currentTime * 1000 : null
  }

  /** Seconds that can be played. */
  get range() {
    const { seekable } = this.video
    if (!seekable.length) return { start: 0, end: 0 }
    return { start: seekable.start(0), end: this.end }
  }

  get end() {
    const { seekable } = this.video
    return this.hls?.liveSyncPosition ?? (seekable.length ? seekable.end(seekable.length - 1) : 0)
  }

  /** Seconds behind the end of what can be played. */
  get behind() {
    return Math.max(0, this.end - this.video.currentTime)
  }

  get atLive() {
    return this.behind < AT_LIVE_S
  }

  seek(/** @type {number} */ seconds) {
    const { start, end } = this.range
    this.video.currentTime = Math.max(start, Math.min(end, seconds))
  }

  toLive() {
    this.video.currentTime = this.end
    this.play()
  }

  /** Stay with another playhead. @param {number} wall ms @param {boolean} paused */
  follow(wall, paused) {
    const own = this.wall
    if (own === null) return
    if (Math.abs(wall - own) > APART_MS) this.video.currentTime += (wall - own) / 1000
    if (paused !== this.video.paused) paused ? this.video.pause() : this.play()
  }
}
