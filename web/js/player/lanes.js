/**
 * What the ribbon shows, from the timeline of a take and its report, or from that of a lesson.
 *
 * @typedef {{start: number, end: number, text: string, kind?: string}} Mark
 * @typedef {{segments: Mark[], questions: Mark[], pauses: Mark[], slides: Mark[], gaps: Mark[],
 *   polls?: Mark[], hands?: Mark[], pace: {times: number[], values: (number | null)[]} | null}} Lanes
 */

const MOST = 400 // marks in a lane; of more, the longest are shown

/**
 * @param {any} timeline /takes/{id}/timeline.json
 * @param {any} report /takes/{id}/report.json, or null until it is there
 * @returns {Lanes}
 */
export function lanes(timeline, report) {
  const measures = report?.measures ?? {}
  const clips = (/** @type {string} */ name) => /** @type {any[]} */ (measures[name]?.clips ?? [])
  return {
    segments: segments(timeline, measures),
    questions: longest(clips("questions").map((clip) => mark(clip, clip.label))),
    pauses: longest(clips("pauses").filter((clip) => clip.end - clip.start >= 1).map((clip) => mark(clip, ""))),
    slides: slides(timeline),
    gaps: (timeline.gaps ?? []).map((/** @type {any} */ gap) => ({ start: gap.start, end: gap.end, text: "", kind: gap.reason })),
    pace: pace(measures.pace),
  }
}

/**
 * @param {any} timeline /lessons/{id}/timeline.json
 * @returns {Lanes}
 */
export function lessonLanes(timeline) {
  const at = (/** @type {any[]} */ things, /** @type {string} */ text) =>
    things.slice(0, MOST).map((thing) => ({ start: thing.at, end: thing.at + 1, text: thing[text], kind: thing.kind }))
  return {
    ...lanes(timeline, null),
    questions: at(timeline.questions, "text"),
    polls: timeline.polls.map((/** @type {any} */ poll) => ({
      start: poll.at, end: poll.closed_at ?? timeline.duration, text: poll.question,
    })),
    hands: at(timeline.moments, "name"),
  }
}

/** The curve, or steps a segment where the take is too short for one. */
function pace(/** @type {any} */ measure) {
  const curve = measure?.series ?? null
  const known = (curve?.values ?? []).filter((/** @type {number | null} */ value) => value != null)
  const parts = /** @type {any[]} */ (measure?.parts?.segments ?? []).filter((part) => part.value != null)
  if (known.length >= 5 || !parts.length) return curve
  return { times: parts.flatMap((part) => [part.start, part.end]), values: parts.flatMap((part) => [part.value, part.value]) }
}

/** The plan's steps where they were taught: as measured, else as the "next" taps say. */
function segments(/** @type {any} */ timeline, /** @type {any} */ measures) {
  const measured = /** @type {any[]} */ (measures.pace?.parts?.segments ?? [])
  if (measured.length) {
    return measured.filter((part) => part.start != null).map((part) => ({ start: part.start, end: part.end, text: part.title }))
  }
  const planned = /** @type {any[]} */ (timeline.segments ?? [])
  const marks = /** @type {any[]} */ (timeline.marks ?? [])
  return marks.map((tap, index) => ({
    start: tap.at,
    end: marks[index + 1]?.at ?? timeline.duration,
    text: planned[tap.segment]?.title ?? String(tap.segment + 1),
  }))
}

function slides(/** @type {any} */ timeline) {
  const turns = /** @type {{at: number, page: number}[]} */ (timeline.slides ?? [])
  return turns.slice(0, MOST).map((turn, index) => ({
    start: turn.at, end: turns[index + 1]?.at ?? timeline.duration, text: String(turn.page),
  }))
}

function mark(/** @type {any} */ clip, /** @type {string} */ text) {
  return { start: clip.start, end: clip.end, text, kind: clip.kind }
}

function longest(/** @type {Mark[]} */ marks) {
  if (marks.length <= MOST) return marks
  const shortest = marks.map((one) => one.end - one.start).sort((a, b) => b - a)[MOST - 1]
  return marks.filter((one) => one.end - one.start >= shortest).slice(0, MOST)
}

/**
 * The pace curve as an SVG path in a box of 1000 × 100, broken where nothing is known.
 * @param {{times: number[], values: (number | null)[]}} series
 * @param {number} duration
 */
export function pacePath(series, duration) {
  const known = /** @type {number[]} */ (series.values.filter((value) => value != null))
  if (!known.length || duration <= 0) return ""
  const [low, high] = [Math.min(...known) * 0.9, Math.max(...known) * 1.05]
  const at = (/** @type {number} */ index) => {
    const x = (series.times[index] / duration) * 1000
    const y = 100 - ((/** @type {number} */ (series.values[index]) - low) / (high - low || 1)) * 100
    return `${x.toFixed(1)} ${y.toFixed(1)}`
  }
  let path = ""
  series.values.forEach((value, index) => {
    if (value == null) return
    path += `${index && series.values[index - 1] != null ? "L" : "M"}${at(index)}`
  })
  return path
}
