import assert from "node:assert/strict"
import test from "node:test"

import { Delay } from "../../../web/js/classroom/delay.js"

const first = { at: 1000, page: 1, segment: 0, segment_from: 0, board: {}, polls: [], hands: [], chat: [] }
const stroke = (id, person) => ({ id, person, points: [] })

/** A delay that saw these changes, and the state after them. */
function after(...changes) {
  const delay = new Delay()
  let state = first
  delay.push(state)
  for (const change of changes) {
    state = { ...state, ...change }
    delay.push(state)
  }
  return { delay, state }
}

test("a slide is turned when the playhead gets there", () => {
  const { delay, state } = after({ at: 5000, page: 2 }, { at: 9000, page: 3 })
  assert.deepEqual([4999, 5000, 8999, 9000, 99_000].map((time) => delay.at(state, time, "me").page), [1, 2, 2, 3, 3])
  assert.equal(delay.at(state, Infinity, "me"), state)
})

test("before all that is known the first look stands in", () => {
  const { delay, state } = after({ at: 5000, page: 2 })
  assert.equal(delay.since, 1000)
  assert.equal(delay.at(state, 10, "me").page, 1)
})

test("hands and talk are never late", () => {
  const { delay, state } = after({ at: 5000, page: 2 }, { at: 6000, hands: [{ person: "me" }] })
  assert.equal(delay.looks.length, 2)
  assert.equal(delay.at(state, 2000, "me").hands.length, 1)
})

test("others' strokes come late, one's own at once", () => {
  const both = { 1: [stroke("a", "lin"), stroke("b", "me")] }
  const { delay, state } = after({ at: 5000, board: both })
  assert.deepEqual(delay.at(state, 2000, "me").board, { 1: [stroke("b", "me")] })
  assert.deepEqual(delay.at(state, 5000, "me").board, both)
  const { delay: wiped, state: now } = after({ at: 5000, board: both }, { at: 7000, board: {} })
  assert.deepEqual(wiped.at(now, 6000, "me").board, { 1: [stroke("a", "lin")] })
})

test("a poll opens late, and is then as it is now", () => {
  const { delay, state } = after({ at: 5000, polls: [{ id: 7, answered: 0 }] }, { at: 6000, polls: [{ id: 7, answered: 3 }] })
  assert.deepEqual(delay.at(state, 4000, "me").polls, [])
  assert.deepEqual(delay.at(state, 5500, "me").polls, [{ id: 7, answered: 3 }])
})

test("a snapshot after a reconnect keeps what was known", () => {
  const { delay, state } = after({ at: 5000, page: 2 }, { at: 60_000, page: 6, board: {}, polls: [] })
  assert.equal(delay.at(state, 6000, "me").page, 2)
  assert.equal(new Delay().since, Infinity)
  assert.equal(new Delay().at(state, 10, "me"), state)
})
