/**
 * What the lesson looked like at the playhead: who watches by HLS sees slides, board, polls and words
 * when the picture is there, not seconds before. Their own actions, hands and talk are never late. Pure.
 *
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {{id: string, person: string}} Stroke
 * @typedef {{at: number, page: number, segment: number, segment_from: number, board: Record<number, Stroke[]>,
 *   polls: {id: number}[]}} Look
 */

export class Delay {
  constructor() {
    /** @type {Look[]} in order of time */
    this.looks = []
  }

  /** From when on it is known what was shown; Infinity before anything is. */
  get since() {
    return this.looks[0]?.at ?? Infinity
  }

  /** The state after a snapshot or an event. @param {RoomState} state */
  push(state) {
    const last = this.looks.at(-1)
    const look = lookOf(state)
    const same = last && last.page === look.page && last.segment === look.segment &&
      last.segment_from === look.segment_from && last.board === look.board && last.polls === look.polls
    if (!same) this.looks.push(look)
  }

  /** The last look not after `time`; before all of them, the first. @param {number} time  room ms */
  lookAt(time) {
    let [low, high] = [0, this.looks.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.looks[middle].at <= time) low = middle
      else high = middle - 1
    }
    return this.looks[low]
  }

  /**
   * The state as it is to be shown while the playhead is at `time`.
   * @param {RoomState} state  now @param {number} time  room ms; Infinity: now @param {string} me
   * @returns {RoomState}
   */
  at(state, time, me) {
    if (time === Infinity || !this.looks.length) return state
    const look = this.lookAt(time)
    const opened = new Set(look.polls.map(({ id }) => id))
    return {
      ...state, page: look.page, segment: look.segment, segment_from: look.segment_from,
      board: boardAt(look.board, state.board, me),
      polls: state.polls.filter(({ id }) => opened.has(id)),
    }
  }
}

/** @param {any} state @returns {Look} */
function lookOf({ at, page, segment, segment_from, board = {}, polls = [] }) {
  return { at, page, segment, segment_from, board, polls }
}

/** Others' strokes of then, one's own of now. @param {any} then @param {any} now @param {string} me */
function boardAt(then, now, me) {
  if (then === now) return now
  const pages = new Set([...Object.keys(then), ...Object.keys(now ?? {})])
  /** @type {Record<string, Stroke[]>} */
  const board = {}
  for (const page of pages) {
    const others = (then[page] ?? []).filter((/** @type {Stroke} */ { person }) => person !== me)
    const own = ((now ?? {})[page] ?? []).filter((/** @type {Stroke} */ { person }) => person === me)
    if (others.length + own.length) board[page] = [...others, ...own]
  }
  return board
}
