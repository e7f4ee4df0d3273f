import assert from "node:assert/strict"
import test from "node:test"

import { Timeline, indexAt } from "../../../web/js/player/timeline.js"

// Recorded 0–10, lost 10–30, recorded 30–50, paused 50–55, recorded 55–60.
const broken = new Timeline({
  duration: 60,
  spans: [
    { media_start: 30, take_start: 55, duration: 5 },
    { media_start: 0, take_start: 0, duration: 10 },
    { media_start: 10, take_start: 30, duration: 20 },
  ],
  gaps: [{ start: 10, end: 30, reason: "lost" }, { start: 50, end: 55, reason: "paused" }],
})

test("a take without gaps has one clock", () => {
  const whole = new Timeline({ duration: 100 })
  for (const second of [0, 12.5, 100]) {
    assert.equal(whole.toMedia(second), second)
    assert.equal(whole.toTake(second), second)
  }
})

test("media time skips what was not recorded", () => {
  assert.equal(broken.toMedia(4), 4)
  assert.equal(broken.toMedia(35), 15)
  assert.equal(broken.toMedia(57), 32)
})

test("inside a gap the recording stands where it goes on", () => {
  assert.equal(broken.toMedia(10), 10)
  assert.equal(broken.toMedia(20), 10)
  assert.equal(broken.toMedia(52), 30)
})

test("take time jumps over a gap", () => {
  assert.equal(broken.toTake(4), 4)
  assert.equal(broken.toTake(10), 30)
  assert.equal(broken.toTake(29.5), 49.5)
  assert.equal(broken.toTake(30), 55)
})

test("there and back again for every recorded second", () => {
  for (const span of broken.spans) {
    for (let part = 0; part < span.duration; part += 0.25) {
      const second = span.take_start + part
      assert.ok(Math.abs(broken.toTake(broken.toMedia(second)) - second) < 1e-9, String(second))
    }
  }
})

test("nothing leaves the take", () => {
  assert.equal(broken.toMedia(-5), 0)
  assert.equal(broken.toMedia(1000), 35)
  assert.equal(broken.toTake(1000), 60)
  assert.equal(broken.share(90), 1)
  assert.equal(new Timeline({ duration: 0 }).share(3), 0)
})

test("gaps are known by their seconds", () => {
  assert.equal(broken.gapAt(10)?.reason, "lost")
  assert.equal(broken.gapAt(54.9)?.reason, "paused")
  assert.equal(broken.gapAt(55), null)
})

test("the entry that has begun is found", () => {
  const turns = [{ at: 0 }, { at: 5 }, { at: 9 }]
  const at = (/** @type {{at: number}} */ turn) => turn.at
  assert.deepEqual([-1, 0, 4.9, 5, 100].map((second) => indexAt(turns, second, at)), [-1, 0, 0, 1, 2])
  assert.equal(indexAt([], 3, at), -1)
})
