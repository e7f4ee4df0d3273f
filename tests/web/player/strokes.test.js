import assert from "node:assert/strict"
import test from "node:test"

import { Strokes } from "../../../web/js/player/strokes.js"

const stroke = (id, page, at, until = null) => ({ id, page, at, until, person: "lin", colour: "red", width: 4, points: [1, 2, 3] })
const strokes = new Strokes([stroke("a", 1, 0), stroke("b", 1, 5, 20), stroke("c", 2, 8), stroke("d", 1, 20)])
const names = (page, seconds) => strokes.at(page, seconds).map(({ id }) => id)

test("a stroke is there from the moment it was drawn until it was taken back", () => {
  assert.deepEqual([names(1, 4.9), names(1, 5), names(1, 19.9), names(1, 20)], [["a"], ["a", "b"], ["a", "b"], ["a", "d"]])
  assert.deepEqual([names(2, 7), names(2, 8), names(3, 50)], [[], ["c"], []])
})

test("the board is drawn anew only where it differs", () => {
  assert.equal(strokes.version(1, 6), strokes.version(1, 19))
  assert.notEqual(strokes.version(1, 4), strokes.version(1, 6))
  assert.notEqual(strokes.version(1, 19), strokes.version(1, 20))
  assert.notEqual(strokes.version(1, 6), strokes.version(2, 6))
  assert.equal(strokes.version(3, 6), "")
})
