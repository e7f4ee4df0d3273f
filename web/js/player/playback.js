import { clamp } from "jt/player/timeline.js"

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3]

/** A video that is spoken to in seconds of the take. Fires `time` as the playhead moves. */
export class Playback extends EventTarget {
  /**
   * @param {HTMLVideoElement} video
   * @param {import("jt/player/timeline.js").Timeline} timeline
   */
  constructor(video, timeline) {
    super()
    this.video = video
    this.timeline = timeline
    this.leaving = new AbortController()
    video.preservesPitch = true
    const { signal } = this.leaving
    for (const name of ["play", "seeking", "seeked", "timeupdate", "pause", "loadedmetadata"]) {
      video.addEventListener(name, () => this.#tell(), { signal })
    }
    video.addEventListener("play", () => this.#follow(), { signal })
    video.addEventListener("loadedmetadata", () => this.#arrive(), { signal })
  }

  /** Seconds of the take under the playhead. */
  get now() {
    return this.wanted ?? this.timeline.toTake(this.video.currentTime)
  }

  /** Go to `seconds` of the take; remembered where the recording is not there yet. */
  seek(/** @type {number} */ seconds) {
    this.wanted = clamp(seconds, 0, this.timeline.duration)
    if (this.video.readyState >= HTMLMediaElement.HAVE_METADATA) this.#arrive()
    else this.#tell()
  }

  /** Go to `seconds` and play. */
  playFrom(/** @type {number} */ seconds) {
    this.seek(seconds)
    return this.play()
  }

  play() {
    return this.video.play().catch(() => {}) // refused until the person has touched the page
  }

  toggle() {
    if (this.video.paused) this.play()
    else this.video.pause()
  }

  /** The speed nearest to `rate` that we offer. */
  set rate(/** @type {number} */ rate) {
    this.video.playbackRate = clamp(rate, RATES[0], RATES[RATES.length - 1])
  }

  get rate() {
    return this.video.playbackRate
  }

  close() {
    this.leaving.abort()
  }

  #arrive() {
    if (this.wanted === undefined) return
    this.video.currentTime = this.timeline.toMedia(this.wanted)
    this.wanted = undefined
    this.#tell()
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("time", { detail: this.now }))
  }

  #follow() {
    this.#tell()
    if (!this.video.paused && !this.leaving.signal.aborted) requestAnimationFrame(() => this.#follow())
  }
}

/** 0 … 9: to so many tenths of the whole. @returns {Record<string, (playback: Playback) => void>} */
function tenths() {
  return Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String(n), (playback) => playback.seek((playback.timeline.duration * n) / 10)]))
}

/**
 * What a key asks of the player, or null where it is not ours.
 * @param {KeyboardEvent} event
 * @returns {((playback: Playback) => void) | null}
 */
export function command(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return null
  const step = (/** @type {number} */ seconds) => (/** @type {Playback} */ playback) =>
    playback.seek(playback.now + seconds)
  const faster = (/** @type {number} */ by) => (/** @type {Playback} */ playback) => {
    const at = RATES.findIndex((rate) => rate >= playback.rate)
    playback.rate = RATES[clamp(at + by, 0, RATES.length - 1)]
  }
  return {
    " ": (/** @type {Playback} */ playback) => playback.toggle(),
    k: (/** @type {Playback} */ playback) => playback.toggle(),
    j: step(-10),
    l: step(10),
    ArrowLeft: step(-5),
    ArrowRight: step(5),
    "<": faster(-1),
    ">": faster(1),
    "[": faster(-1),
    "]": faster(1),
    m: (/** @type {Playback} */ playback) => { playback.video.muted = !playback.video.muted },
    Home: (/** @type {Playback} */ playback) => playback.seek(0),
    ...tenths(),
  }[event.key] ?? null
}
