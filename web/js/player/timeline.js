/**
 * The two clocks of a take. *Take time* runs from start to stop, pauses and lost connections
 * included; *media time* counts only what was recorded. Spans say where they meet.
 *
 * @typedef {{media_start: number, take_start: number, duration: number}} Span
 * @typedef {{start: number, end: number, reason?: string}} Gap
 */

const SLACK = 1e-3 // seconds: spans are written with milliseconds

export class Timeline {
  /** @param {{duration: number, spans?: Span[], gaps?: Gap[]}} shape seconds throughout */
  constructor({ duration, spans = [], gaps = [] }) {
    this.duration = duration
    this.spans = spans.length ? [...spans].sort((a, b) => a.take_start - b.take_start)
      : [{ media_start: 0, take_start: 0, duration }]
    this.gaps = gaps
  }

  /** Where the recording stands at `seconds` of the take; inside a gap, where it goes on after it. */
  toMedia(/** @type {number} */ seconds) {
    const next = this.spans.find((span) => seconds < span.take_start + span.duration - SLACK)
    const span = next ?? this.spans[this.spans.length - 1]
    return span.media_start + clamp(seconds - span.take_start, 0, span.duration)
  }

  /** The second of the take that is heard at `seconds` of the recording. */
  toTake(/** @type {number} */ seconds) {
    const at = this.spans.findLast((span) => seconds >= span.media_start - SLACK) ?? this.spans[0]
    return at.take_start + clamp(seconds - at.media_start, 0, at.duration)
  }

  /** The gap that `seconds` of the take lies in, if any. */
  gapAt(/** @type {number} */ seconds) {
    return this.gaps.find((gap) => gap.start <= seconds && seconds < gap.end) ?? null
  }

  /** How far along the take `seconds` is, 0 … 1. */
  share(/** @type {number} */ seconds) {
    return this.duration > 0 ? clamp(seconds / this.duration, 0, 1) : 0
  }
}

/**
 * The last of `entries` (sorted by `at`) that has begun at `seconds`, or -1.
 * @template T
 * @param {T[]} entries
 * @param {number} seconds
 * @param {(entry: T) => number} at
 */
export function indexAt(entries, seconds, at) {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (at(entries[middle]) <= seconds) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high)
}
