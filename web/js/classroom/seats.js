/**
 * Who is where in a lesson: seats, pictures, hands, the row of those who wait. Pure.
 *
 * @typedef {import("jt/classroom/state.js").RoomState} RoomState
 * @typedef {import("jt/classroom/state.js").Attendee} Attendee
 */

export const SEATS = 6
const LEADERS = ["teacher", "assistant"]

/** Teachers and assistants run the lesson. @param {Attendee | undefined} someone */
export function leads(someone) {
  return LEADERS.includes(someone?.role ?? "")
}

/** Leaders and supervisors see how everybody is. @param {Attendee | undefined} someone */
export function oversees(someone) {
  return leads(someone) || someone?.role === "supervisor"
}

/** @param {RoomState} state @returns {Attendee[]} */
export function everybody(state) {
  return Object.values(state.people ?? {})
}

/** Who is on the stage, by seat. @param {RoomState} state */
export function onStage(state) {
  return everybody(state).filter(({ seat }) => seat).sort((a, b) => a.seat - b.seat)
}

/** Who sits on `seat`. @param {RoomState} state @param {number} seat */
export function sitting(state, seat) {
  return everybody(state).find((someone) => someone.seat === seat)
}

/**
 * Whose camera is large: the focus, else who speaks, else a leader, else the lowest seat.
 * @param {RoomState} state @returns {Attendee | undefined}
 */
export function pictured(state) {
  const filmed = onStage(state).filter(({ tracks }) => tracks.includes("camera"))
  return filmed.find(({ id }) => id === state.focus) ?? filmed.find(({ id }) => id === state.speaker) ??
    filmed.find(leads) ?? filmed[0]
}

/** Who shares a screen. @param {RoomState} state */
export function sharing(state) {
  return onStage(state).find(({ tracks }) => tracks.includes("screen"))
}

/**
 * What fills the stage: the screen before slides before a camera; "plan" when there is nothing.
 * @param {RoomState} state @param {boolean} whiteboard  wanted though there are no slides
 * @returns {"screen"|"slides"|"camera"|"plan"}
 */
export function layout(state, whiteboard = false) {
  if (sharing(state)) return "screen"
  if (state.agenda.slides || whiteboard || state.board_open || drawn(state)) return "slides"
  return pictured(state) ? "camera" : "plan"
}

function drawn(/** @type {RoomState} */ state) {
  return (state.board?.[state.page] ?? []).length > 0
}

/** What a watching connection asks for. @param {boolean} light sound only */
export function slots(light) {
  const seats = Array.from({ length: SEATS }, (_, index) => index + 1)
  const voices = seats.map((seat) => `voice-${seat}`)
  return light ? voices : [...voices, ...seats.map((seat) => `camera-${seat}`), "screen"]
}

/** Whom a slot shows or lets hear. @param {RoomState} state @param {string} slot */
export function personOf(state, slot) {
  if (slot === "screen") return sharing(state)
  return sitting(state, Number(slot.split("-")[1]))
}

/** The place of a person in the row of hands, from 1; 0 without a raised hand. @param {RoomState} state */
export function placeInRow(state, /** @type {string} */ person) {
  return (state.hands ?? []).findIndex((hand) => hand.person === person) + 1
}

/** Who of the raised hands can be asked next. @param {RoomState} state */
export function nextHand(state) {
  const hand = (state.hands ?? []).find(({ person }) => {
    const someone = state.people[person]
    return someone?.present && !someone.invited && !someone.seat
  })
  return hand ? state.people[hand.person] : undefined
}

/** The lists of the people's panel. @param {RoomState} state */
export function lists(state) {
  const inside = everybody(state).filter(({ lobby }) => !lobby)
  const audience = inside.filter(({ seat, present }) => !seat && present)
  return {
    hands: (state.hands ?? []).flatMap(({ person, at }) =>
      state.people[person] ? [{ ...state.people[person], since: at }] : []),
    lobby: everybody(state).filter(({ lobby }) => lobby),
    weak: inside.filter(({ present, link }) => present && link === "weak"),
    stage: onStage(state),
    audience: audience.sort((a, b) => Number(leads(b)) - Number(leads(a))),
  }
}

/** How many are there. @param {RoomState} state */
export function presentCount(state) {
  return everybody(state).filter(({ present, lobby }) => present && !lobby).length
}
