// Board, countdown, handouts: `acts/showing.py` of the server.

/** @type {import("jt/classroom/changes/people.js").Changes} */
export const SHOWING = {
  drawn: (state, { page, stroke }) => withPage(state, page, [...(state.board[page] ?? []), stroke]),
  undone: (state, { page, stroke }) => withPage(state, page, (state.board[page] ?? []).filter(({ id }) => id !== stroke)),
  board_cleared: (state, { page }) => withPage(state, page, []),
  board_opened: () => ({ board_open: true }),
  board_closed: () => ({ board_open: false }),
  countdown_started: (_, { ends_at, label }) => ({ countdown: { ends_at, label } }),
  countdown_stopped: () => ({ countdown: null }),
  handed_out: (state, { handout, name, size, at }) => ({
    handouts: [...state.handouts, { id: handout, name, size, at }],
  }),
  handout_withdrawn: (state, { handout }) => ({ handouts: state.handouts.filter(({ id }) => id !== handout) }),
}

/**
 * @param {import("jt/classroom/state.js").RoomState} state @param {number} page
 * @param {import("jt/classroom/state.js").Stroke[]} strokes
 */
function withPage(state, page, strokes) {
  const { [page]: _before, ...board } = state.board
  return { board: strokes.length ? { ...board, [page]: strokes } : board }
}
