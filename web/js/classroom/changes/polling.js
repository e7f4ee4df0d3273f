// Polls and the roll-call: `acts/polling.py` of the server.

/**
 * @typedef {import("jt/classroom/state.js").Poll} Poll
 * @typedef {import("jt/classroom/state.js").Answer} Answer
 */

/** @type {import("jt/classroom/changes/people.js").Changes} */
export const POLLING = {
  poll_opened: (state, { seq, at, kind, question, options, correct, anonymous }) => ({
    polls: [...state.polls, {
      id: seq, at, kind, question, options, correct, anonymous, phase: "open", shown: false, answered: 0,
      counts: options.map(() => 0), values: [], answers: {},
    }],
  }),
  answered: (state, { poll, person, answer, instead, first, counted }) => withPoll(state, poll, (there) => ({
    answered: there.answered + (first ? 1 : 0),
    ...(answer && counted ? count(there, answer, instead) : {}),
    ...(answer && person ? { answers: { ...there.answers, [person]: answer } } : {}),
  })),
  poll_closed: (state, { poll }) => withPoll(state, poll, () => ({ phase: "closed" })),
  results_shown: (state, { poll, counts, values, correct }) =>
    withPoll(state, poll, () => ({ shown: true, counts, values, correct })),
  roll_called: (_, { seq, at, people, until }) => ({ call: { id: seq, at, people, until, answered: [] } }),
  call_answered: (state, { person }) => ({
    call: state.call && { ...state.call, answered: [...state.call.answered, person] },
  }),
  call_ended: () => ({ call: null }),
}

/**
 * @param {import("jt/classroom/state.js").RoomState} state @param {number} number
 * @param {(there: Poll) => Partial<Poll>} change
 */
function withPoll(state, number, change) {
  return { polls: state.polls.map((there) => there.id === number ? { ...there, ...change(there) } : there) }
}

/** @param {Poll} poll @param {Answer} answer @param {Answer|null} instead @returns {Partial<Poll>} */
function count(poll, answer, instead) {
  if (poll.kind === "number" || poll.kind === "text") {
    const values = [...poll.values]
    const before = instead ? values.indexOf(valueOf(instead)) : -1
    if (before >= 0) values.splice(before, 1)
    return { values: [...values, valueOf(answer)] }
  }
  const counts = [...poll.counts]
  for (const choice of instead?.choices ?? []) counts[choice] -= 1
  for (const choice of answer.choices) counts[choice] += 1
  return { counts }
}

/** A number or a text as it stands in `values`. @param {Answer} answer */
export function valueOf(answer) {
  return answer.number === null ? answer.text : String(answer.number)
}
