import assert from "node:assert/strict"
import test from "node:test"

import { isWorthSaying, secondsLeft, size } from "../../../../web/js/classroom/panels/left.js"

test("what is left is never less than nothing", () => {
  assert.equal(secondsLeft(10_000, 4_001), 6)
  assert.equal(secondsLeft(10_000, 10_000), 0)
  assert.equal(secondsLeft(10_000, 99_000), 0)
})

test("a minute, ten seconds and the end are said aloud once", () => {
  const said = []
  for (let left = 120; left > 0; left -= 1) if (isWorthSaying(left, left - 1)) said.push(left - 1)
  assert.deepEqual(said, [60, 10, 0])
  assert.ok(isWorthSaying(15, 8), "also when a tick was missed")
})

test("sizes as people say them", () => {
  assert.deepEqual([0, 1023, 1536, 20 << 10, 1.5 * (1 << 20), 50 << 20].map(size), ["0 B", "1023 B", "1.5 KB", "20 KB", "1.5 MB", "50 MB"])
})
