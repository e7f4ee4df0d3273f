/**
 * What is true of a room, as the server's `server/classroom/state.py` has it: a snapshot, changed
 * by events alone. Times are the room's milliseconds. Pure: the same fixtures test both sides.
 *
 * @typedef {{title: string, minutes: number, activity: string}} AgendaSegment
 * @typedef {{segments: AgendaSegment[], glossary: string[], questions: string[], slides: string, pages: number}} Agenda
 * @typedef {{start: number, end: number, text: string}} Line
 * @typedef {{
 *   room_id: string, kind: string, title: string, owner: string, owner_name: string, language: string,
 *   agenda: Agenda, phase: "scheduled"|"waiting"|"live"|"ended", recording: "idle"|"recording"|"paused"|"failed",
 *   media: "none"|"connected"|"lost", tracks: string[], present: boolean, started_at: number|null,
 *   ended_at: number|null, end_reason: string, elapsed: number, running_since: number|null,
 *   page: number, segment: number, segment_from: number, lines: Line[], seq: number, at: number
 * }} RoomState
 * @typedef {{type: string, seq: number, at: number, [field: string]: any}} RoomEvent
 */

const LINES_KEPT = 20

/** @type {Record<string, (state: RoomState, event: RoomEvent) => Partial<RoomState>>} */
const CHANGES = {
  arrived: (state) => ({ present: true, phase: state.phase === "scheduled" ? "waiting" : state.phase }),
  left: () => ({ present: false }),
  tracks_changed: (state, { tracks }) => ({ tracks, media: mediaAfter(state, tracks) }),
  microphone_reported: () => ({}),
  recording_started: (_, { at }) => ({ phase: "live", recording: "recording", started_at: at }),
  recording_paused: () => ({ recording: "paused" }),
  recording_resumed: () => ({ recording: "recording" }),
  recording_failed: () => ({ recording: "failed" }),
  slide_turned: (_, { page }) => ({ page }),
  segment_entered: (state, { at, segment }) => ({ segment, segment_from: elapsedAt(state, at) }),
  said: (state, { start, end, text }) => ({
    lines: [...state.lines, { start, end, text }].slice(-LINES_KEPT),
  }),
  ended: (_, { at, reason }) => ({
    phase: "ended", recording: "idle", tracks: [], ended_at: at, end_reason: reason,
  }),
}

/** @returns {RoomState["media"]} */
function mediaAfter(/** @type {RoomState} */ state, /** @type {string[]} */ tracks) {
  if (tracks.includes("audio")) return "connected"
  return state.media === "none" ? "none" : "lost"
}

/**
 * The state after `event`, which must be the next one. Kinds of events this page does not know
 * change nothing.
 * @param {RoomState} state
 * @param {RoomEvent} event
 * @returns {RoomState}
 */
export function apply(state, event) {
  if (event.seq !== state.seq + 1) throw new RangeError(`event ${event.seq} does not follow ${state.seq}`)
  const changed = { ...state, ...CHANGES[event.type]?.(state, event) }
  return { ...changed, ...clockAfter(changed, event), seq: event.seq, at: event.at }
}

function clockAfter(/** @type {RoomState} */ state, /** @type {RoomEvent} */ event) {
  const since = state.running_since
  if (isOnAir(state)) return { running_since: since ?? event.at }
  if (since === null) return {}
  const until = Math.min(event.at, event.heard_until ?? event.at)
  return { running_since: null, elapsed: state.elapsed + Math.max(0, until - since) }
}

/** Is what is said now being recorded? @param {RoomState} state */
export function isOnAir(state) {
  return state.phase === "live" && state.recording === "recording" && state.media === "connected"
}

/** Milliseconds on air until `at`. @param {RoomState} state @param {number} at */
export function elapsedAt(state, at) {
  return state.elapsed + (state.running_since === null ? 0 : Math.max(0, at - state.running_since))
}

/**
 * The segment now: itself, how long it has run and what is left, in milliseconds (left may be
 * negative); undefined without a plan.
 * @param {RoomState} state @param {number} at
 */
export function segmentAt(state, at) {
  const segment = state.agenda.segments[state.segment]
  if (!segment) return undefined
  const planned = segment.minutes * 60_000
  const run = elapsedAt(state, at) - state.segment_from
  return { segment, next: state.agenda.segments[state.segment + 1], planned, run, left: planned - run }
}

/**
 * One word for what the red light shows.
 * @param {RoomState} state
 * @param {boolean} online  is the socket open?
 * @returns {"waiting"|"recording"|"paused"|"failed"|"lost"|"ended"}
 */
export function light(state, online) {
  if (state.phase === "ended") return "ended"
  if (state.phase !== "live") return "waiting"
  if (state.recording === "failed" && online) return "failed"
  if (state.media !== "connected" || !online) return "lost"
  return state.recording === "paused" ? "paused" : "recording"
}
