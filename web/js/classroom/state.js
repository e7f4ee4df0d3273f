/**
 * What is true of a room, as the server's `server/classroom/state.py` has it: a snapshot, changed
 * by events alone. Times are the room's milliseconds. Pure: the same fixtures test both sides.
 *
 * @typedef {{title: string, minutes: number, activity: string}} AgendaSegment
 * @typedef {{segments: AgendaSegment[], glossary: string[], questions: string[], slides: string, pages: number}} Agenda
 * @typedef {{start: number, end: number, text: string, person: string, name: string}} Line
 * @typedef {"teacher"|"assistant"|"trainee"|"supervisor"|"guest"} Role
 * @typedef {{
 *   id: string, name: string, role: Role, came_at: number, present: boolean, lobby: boolean, seat: number,
 *   invited: boolean, muted: boolean, tracks: string[], by: ""|"webrtc"|"hls"|"light", link: ""|"good"|"weak"
 * }} Attendee
 * @typedef {{person: string, at: number}} Hand
 * @typedef {{id: number, at: number, person: string, name: string, text: string, to: ""|"leaders"}} ChatLine
 * @typedef {{
 *   id: number, at: number, person: string, name: string, text: string, votes: number, voters: string[],
 *   answered_at: number|null
 * }} Question
 * @typedef {{choices: number[], number: number|null, text: string}} Answer
 * @typedef {{
 *   id: number, at: number, kind: "single"|"multiple"|"number"|"text", question: string, options: string[],
 *   correct: number[], anonymous: boolean, phase: "open"|"closed", shown: boolean, answered: number,
 *   counts: number[], values: string[], answers: Record<string, Answer>
 * }} Poll
 * @typedef {{id: number, at: number, people: string[], until: number, answered: string[]}} Call
 * @typedef {{id: string, person: string, colour: string, width: number, points: number[]}} Stroke
 * @typedef {{ends_at: number, label: string}} Countdown
 * @typedef {{id: string, name: string, size: number, at: number}} Handout
 * @typedef {{
 *   room_id: string, kind: string, title: string, owner: string, owner_name: string, language: string,
 *   agenda: Agenda, begins_itself: boolean, phase: "scheduled"|"waiting"|"live"|"ended",
 *   recording: "idle"|"recording"|"paused"|"failed", media: "none"|"connected"|"lost",
 *   started_at: number|null, ended_at: number|null, end_reason: string, elapsed: number,
 *   running_since: number|null, page: number, segment: number, segment_from: number,
 *   people: Record<string, Attendee>, removed: string[], focus: string, speaker: string, hands: Hand[],
 *   locked: boolean, lobby_open: boolean, chat_closed: boolean, board_open: boolean, chat: ChatLine[],
 *   pinned: ChatLine|null, questions: Question[], polls: Poll[], call: Call|null,
 *   board: Record<string, Stroke[]>, countdown: Countdown|null, handouts: Handout[], lines: Line[],
 *   seq: number, at: number
 * }} RoomState
 * @typedef {{type: string, seq: number, at: number, [field: string]: any}} RoomEvent
 */
import { POLLING } from "jt/classroom/changes/polling.js"
import { SHOWING } from "jt/classroom/changes/showing.js"
import { STAGING } from "jt/classroom/changes/staging.js"
import { TALKING } from "jt/classroom/changes/talking.js"

const LINES_KEPT = 20

/** @type {import("jt/classroom/changes/people.js").Changes} */
const COURSE = {
  recording_started: (_, { at }) => ({ phase: "live", recording: "recording", started_at: at }),
  recording_paused: () => ({ recording: "paused" }),
  recording_resumed: () => ({ recording: "recording" }),
  recording_failed: () => ({ recording: "failed" }),
  slide_turned: (_, { page }) => ({ page }),
  segment_entered: (state, { at, segment }) => ({ segment, segment_from: elapsedAt(state, at) }),
  said: (state, { start, end, text, person, name }) => ({
    lines: [...state.lines, { start, end, text, person, name }].slice(-LINES_KEPT),
  }),
  ended: (state, { at, reason }) => ({
    phase: "ended", recording: "idle", ended_at: at, end_reason: reason,
    people: Object.fromEntries(Object.entries(state.people).map(([id, a]) => [id, { ...a, tracks: [] }])),
  }),
}

const CHANGES = { ...COURSE, ...STAGING, ...TALKING, ...POLLING, ...SHOWING }

/**
 * The state after `event`, which must be the next one. Kinds of events this page does not know, or
 * may not see, change nothing.
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

/** Who is on the stage, by seat. @param {RoomState} state @returns {Attendee[]} */
export function stageOf(state) {
  return Object.values(state.people).filter(({ seat }) => seat).sort((a, b) => a.seat - b.seat)
}

/** Whose camera is large: the focus, else who speaks, else a leader, else anybody; "" for nobody. @param {RoomState} state */
export function pictured(state) {
  const filmed = stageOf(state).filter(({ tracks }) => tracks.includes("camera"))
  const chosen = filmed.find(({ id }) => id === state.focus) ?? filmed.find(({ id }) => id === state.speaker)
  return (chosen ?? filmed.find(({ role }) => leads(role)) ?? filmed[0])?.id ?? ""
}

/** Who shares a screen, or "". @param {RoomState} state */
export function sharing(state) {
  return stageOf(state).find(({ tracks }) => tracks.includes("screen"))?.id ?? ""
}

/** Teachers and assistants run the lesson. @param {Role} role */
export function leads(role) {
  return role === "teacher" || role === "assistant"
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
