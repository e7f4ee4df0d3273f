import { merged } from "jt/player/merge.js"

const EVERY_MS = 10_000
const GROWS_MS = 1000
const AT_LIVE_S = 12 // nearer to the end than this is live

/** Keeps the player of a class that goes on up to date. */
export class Following {
  /**
   * @param {any} told timeline.json
   * @param {{load: (query: string) => Promise<any>, told: (told: any) => void, over: () => void, grown: () => void}} on
   */
  constructor(told, on) {
    this.known = told
    this.on = on
    this.timers = [setInterval(() => this.#ask(), EVERY_MS), setInterval(() => on.grown(), GROWS_MS)]
  }

  close() {
    for (const timer of this.timers) clearInterval(timer)
  }

  async #ask() {
    const since = await this.on.load(`after=${Math.floor(this.known.until)}`)
    if (!since) return
    if (!since.live) {
      this.close()
      return this.on.over()
    }
    this.known = merged(this.known, since)
    this.on.told(this.known)
  }
}

/**
 * What can be played grows: make the timeline as long as it is.
 * @param {import("jt/player/timeline.js").Timeline} timeline @param {HTMLVideoElement} video
 */
export function grow(timeline, { seekable }) {
  const last = timeline.spans[timeline.spans.length - 1]
  const end = seekable.length ? seekable.end(seekable.length - 1) : 0
  if (!last || !Number.isFinite(end)) return
  last.duration = Math.max(last.duration, end - last.media_start)
  timeline.duration = Math.max(timeline.duration, last.take_start + last.duration)
}

/** Is `seconds` as near to what happens now as it gets? @param {number} seconds @param {number} duration */
export function atLive(seconds, duration) {
  return duration - seconds < AT_LIVE_S
}
