import { Timeline } from "jt/player/timeline.js"

const APART = 0.15 // seconds the two may drift while they play
const STEP = 0.02 // and stand apart while they do not

/** A second, silent picture that follows the playhead of the first: a shared screen beside the camera. */
export class Companion {
  /**
   * @param {HTMLVideoElement} video
   * @param {import("jt/player/timeline.js").Span[]} spans where it lies on the timeline
   * @param {HTMLVideoElement} leader
   */
  constructor(video, spans, leader) {
    this.video = video
    this.leader = leader
    this.spans = spans
    this.timeline = new Timeline({ duration: 0, spans })
    video.muted = true
  }

  /** It goes on, or comes again. @param {import("jt/player/timeline.js").Span[]} spans */
  extend(spans) {
    this.spans = spans
    this.timeline = new Timeline({ duration: 0, spans })
  }

  /** Is there anything of it at `seconds`? */
  has(/** @type {number} */ seconds) {
    return this.spans.some((span) => span.take_start <= seconds && seconds < span.take_start + span.duration)
  }

  /** Be where the leader is; `shown`: somebody sees it. */
  follow(/** @type {number} */ seconds, /** @type {boolean} */ shown) {
    const { video, leader } = this
    if (!shown || video.readyState < HTMLMediaElement.HAVE_METADATA) return void video.pause()
    const wanted = this.timeline.toMedia(seconds)
    if (video.playbackRate !== leader.playbackRate) video.playbackRate = leader.playbackRate
    const apart = Math.abs(video.currentTime - wanted)
    if (!video.seeking && apart > (leader.paused ? STEP : APART * leader.playbackRate)) video.currentTime = wanted
    if (leader.paused) video.pause()
    else if (video.paused) video.play().catch(() => {}) // until the person has touched the page
  }
}
