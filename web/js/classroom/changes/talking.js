// Chat and questions: `acts/talking.py` of the server.

const CHAT_KEPT = 100

/** @type {import("jt/classroom/changes/people.js").Changes} */
export const TALKING = {
  wrote: (state, { seq, at, person, name, text, to }) => ({
    chat: [...state.chat, { id: seq, at, person, name, text, to }].slice(-CHAT_KEPT),
  }),
  message_deleted: (state, { message }) => ({
    chat: state.chat.filter(({ id }) => id !== message),
    pinned: state.pinned?.id === message ? null : state.pinned,
  }),
  pinned: (_, { line }) => ({ pinned: line }),
  unpinned: () => ({ pinned: null }),
  chat_closed: () => ({ chat_closed: true }),
  chat_opened: () => ({ chat_closed: false }),
  asked: (state, { seq, at, person, name, text }) => ({
    questions: [...state.questions, { id: seq, at, person, name, text, votes: 0, voters: [], answered_at: null }],
  }),
  voted: (state, { question, person }) => withQuestion(state, question, (there) => ({
    votes: there.votes + 1, voters: person ? [...there.voters, person] : there.voters,
  })),
  unvoted: (state, { question, person }) => withQuestion(state, question, (there) => ({
    votes: there.votes - 1, voters: there.voters.filter((voter) => voter !== person),
  })),
  question_answered: (state, { question, at }) => withQuestion(state, question, () => ({ answered_at: at })),
  question_deleted: (state, { question }) => ({ questions: state.questions.filter(({ id }) => id !== question) }),
}

/**
 * @param {import("jt/classroom/state.js").RoomState} state @param {number} number
 * @param {(there: import("jt/classroom/state.js").Question) => Partial<import("jt/classroom/state.js").Question>} change
 */
function withQuestion(state, number, change) {
  return { questions: state.questions.map((there) => there.id === number ? { ...there, ...change(there) } : there) }
}
