import assert from "node:assert/strict"
import test from "node:test"

import { Place } from "../../../web/js/player/place.js"

function store() {
  const kept = new Map()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept }
}

test("one goes on where one left, unless that was the beginning or the end", () => {
  const place = new Place("r", 600, store())
  assert.equal(place.left(), 0)
  for (const [seconds, left] of [[90.4, 90], [9, 0], [595, 0]]) {
    place.keep(seconds, true)
    assert.equal(place.left(), left)
  }
})

test("the place is kept now and then, and for each recording", () => {
  const both = store()
  const place = new Place("r", 600, both, () => 5)
  for (const seconds of [1, 3, 6, 8, 30, 32]) place.keep(seconds)
  assert.deepEqual([...both.kept], [["place:r", "30 5"]])
  assert.equal(new Place("other", 600, both).left(), 0)
})

test("a browser that keeps nothing plays all the same", () => {
  const refusing = { getItem() { throw new Error("no") }, setItem() { throw new Error("no") } }
  const place = new Place("r", 600, refusing)
  place.keep(50, true)
  assert.equal(place.left(), 0)
})

test("one goes on where one was last, on whichever device that was", () => {
  const here = store()
  new Place("r", 600, here, () => 1000).keep(90, true)
  const place = new Place("r", 600, here)
  assert.equal(place.left({ place: 300, moment: 999 }), 90)
  assert.equal(place.left({ place: 300, moment: 1001 }), 300)
  assert.equal(new Place("other", 600, here).left({ place: 300, moment: 1 }), 300)
})
