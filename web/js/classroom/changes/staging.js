// Coming and going, hands, the stage: `acts/attending.py` and `acts/staging.py` of the server.
import { withPerson, withoutHand, withoutPerson } from "jt/classroom/changes/people.js"

const SEATS = 6

/** @type {import("jt/classroom/changes/people.js").Changes} */
export const STAGING = {
  arrived(state, event) {
    const phase = state.phase === "scheduled" ? "waiting" : state.phase
    const { person, name, role, lobby } = event
    if (state.people[person]) return { phase, ...withPerson(state, person, { present: true, name, role, lobby }) }
    const seat = role === "teacher" ? freeSeat(state) : 0
    return { phase, people: { ...state.people, [person]: newcomer(event, { lobby, seat }) } }
  },
  left(state, { person }) {
    const there = state.people[person]
    if (!there || there.lobby) return withoutPerson(state, person)
    const seat = there.role === "teacher" || there.role === "assistant" ? there.seat : 0
    return { ...withPerson(state, person, { present: false, seat, invited: false }), ...withoutHand(state, person) }
  },
  admitted: (state, event) => ({ people: { ...state.people, [event.person]: newcomer(event) } }),
  removed: (state, { person }) => ({
    ...withoutPerson(state, person), ...withoutHand(state, person),
    removed: [...state.removed, person], focus: state.focus === person ? "" : state.focus,
  }),
  locked: () => ({ locked: true }),
  unlocked: () => ({ locked: false }),
  lobby_opened: () => ({ lobby_open: true }),
  lobby_closed: () => ({ lobby_open: false }),
  link_reported: (state, { person, by, link }) => withPerson(state, person, { by, link }),
  hand_raised: (state, { person, at }) => ({ hands: [...state.hands, { person, at }] }),
  hand_lowered: (state, { person }) => withoutHand(state, person),
  invited: (state, { person }) => withPerson(state, person, { invited: true }),
  declined: (state, { person }) => ({ ...withPerson(state, person, { invited: false }), ...withoutHand(state, person) }),
  stepped_up: (state, { person, seat }) => ({
    ...withPerson(state, person, { seat, invited: false }), ...withoutHand(state, person),
  }),
  stepped_down: (state, { person }) => ({
    ...withPerson(state, person, { seat: 0, invited: false }), focus: state.focus === person ? "" : state.focus,
  }),
  muted: (state, { person }) => withPerson(state, person, { muted: true }),
  unmuted: (state, { person }) => withPerson(state, person, { muted: false }),
  focus_set: (_, { person }) => ({ focus: person }),
  speaker_changed: (_, { person }) => ({ speaker: person }),
  tracks_changed(state, { person, tracks }) {
    const changed = withPerson(state, person, { tracks })
    const people = Object.values(changed.people ?? state.people)
    const silent = state.media === "none" ? "none" : "lost"
    return { ...changed, media: people.some((a) => a.tracks.includes("audio")) ? "connected" : silent }
  },
}

/** @param {import("jt/classroom/state.js").RoomEvent} event @returns {import("jt/classroom/state.js").Attendee} */
function newcomer(event, { lobby = false, seat = 0 } = {}) {
  const { person, name, role, at } = event
  return {
    id: person, name, role, came_at: at, present: true, lobby, seat, invited: false, muted: false, tracks: [],
    by: "", link: "",
  }
}

function freeSeat(/** @type {import("jt/classroom/state.js").RoomState} */ state) {
  const taken = new Set(Object.values(state.people).map(({ seat }) => seat))
  return Array.from({ length: SEATS }, (_, index) => index + 1).find((seat) => !taken.has(seat)) ?? 0
}
