import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import test from "node:test"

import { apply, elapsedAt, light, pictured, segmentAt, sharing } from "../../../web/js/classroom/state.js"

const FOLDER = new URL("../../fixtures/room/", import.meta.url)

for (const name of readdirSync(FOLDER)) {
  const story = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"))
  test(`events tell the browser what the server knows: ${name}`, () => {
    const state = story.events.reduce(apply, story.snapshot)
    assert.deepEqual(state, story.state)
    for (const [at, elapsed] of Object.entries(story.elapsed)) {
      assert.equal(elapsedAt(state, Number(at)), elapsed)
    }
  })
}

const lesson = JSON.parse(readFileSync(new URL("a_whole_rehearsal.json", FOLDER), "utf8"))

test("an event that does not follow is refused", () => {
  assert.throws(() => apply(lesson.snapshot, lesson.events[1]), RangeError)
})

test("an event of a later version changes nothing but its number", () => {
  const state = apply(lesson.snapshot, { type: "flown_away", seq: 1, at: 5 })
  assert.deepEqual(state, { ...lesson.snapshot, seq: 1, at: 5 })
})

test("the light says what is true, worst news first", () => {
  const live = { ...lesson.snapshot, phase: "live", recording: "recording", media: "connected" }
  assert.equal(light(lesson.snapshot, true), "waiting")
  assert.equal(light(live, true), "recording")
  assert.equal(light({ ...live, recording: "paused" }, true), "paused")
  assert.equal(light({ ...live, media: "lost" }, true), "lost")
  assert.equal(light(live, false), "lost")
  assert.equal(light({ ...live, recording: "failed", media: "lost" }, true), "failed")
  assert.equal(light({ ...live, phase: "ended" }, false), "ended")
})

test("what is left of a segment may be less than nothing", () => {
  const live = { ...lesson.snapshot, phase: "live", running_since: 1000, segment_from: 0 }
  const now = segmentAt(live, 1000 + 130_000)
  assert.equal(now?.segment.title, "导入")
  assert.equal(now?.left, -10_000)
  assert.equal(now?.next?.title, "新授")
  assert.equal(segmentAt({ ...live, agenda: { ...live.agenda, segments: [] } }, 0), undefined)
})

test("whose picture is large: the focus, who speaks, a leader, anybody", () => {
  const someone = (/** @type {any} */ given) => ({ role: "trainee", seat: 1, tracks: ["camera"], ...given })
  const state = /** @type {any} */ ({ focus: "", speaker: "", people: {
    an: someone({ id: "an", seat: 2 }), lin: someone({ id: "lin", role: "teacher" }), bo: someone({ id: "bo", seat: 0 }),
  } })
  assert.equal(pictured(state), "lin")
  assert.equal(pictured({ ...state, speaker: "an" }), "an")
  assert.equal(pictured({ ...state, speaker: "an", focus: "lin" }), "lin")
  assert.equal(pictured({ ...state, focus: "bo" }), "lin")
  assert.equal(pictured({ ...state, people: {} }), "")
  assert.equal(sharing(state), "")
})
