// What the changes of a room's state share.

/**
 * @typedef {import("jt/classroom/state.js").RoomState} RoomState
 * @typedef {import("jt/classroom/state.js").RoomEvent} RoomEvent
 * @typedef {Record<string, (state: RoomState, event: RoomEvent) => Partial<RoomState>>} Changes
 */

/**
 * A change of somebody who is there; of nobody else nothing changes.
 * @param {RoomState} state @param {string} person
 * @param {Partial<import("jt/classroom/state.js").Attendee>} changes
 */
export function withPerson(state, person, changes) {
  const there = state.people[person]
  return there ? { people: { ...state.people, [person]: { ...there, ...changes } } } : {}
}

/** Nobody of this id any more. @param {RoomState} state @param {string} person */
export function withoutPerson(state, person) {
  const { [person]: _gone, ...people } = state.people
  return { people }
}

/** A hand down. @param {RoomState} state @param {string} who */
export function withoutHand(state, who) {
  return { hands: state.hands.filter(({ person }) => person !== who) }
}
