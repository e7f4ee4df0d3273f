import assert from "node:assert/strict"
import test from "node:test"

import { clock, fill } from "../../../web/js/lib/clock.js"

test("a place in a recording reads as people say it", () => {
  assert.equal(clock(0), "0:00")
  assert.equal(clock(187.9), "3:07")
  assert.equal(clock(3787), "1:03:07")
  assert.equal(clock(-3), "0:00")
  assert.equal(clock(NaN), "0:00")
})

test("sentences are filled and what is missing stays visible", () => {
  assert.equal(fill("{n} of {all}", { n: 1, all: 3 }), "1 of 3")
  assert.equal(fill("{n} {what}", { n: 1 }), "1 {what}")
})
