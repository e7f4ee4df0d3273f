import assert from "node:assert/strict"
import test from "node:test"

import { LevelJudge } from "../../../web/js/classroom/level.js"

/** Judge the same sound ten times a second for `seconds`; the last answer. */
function hear(judge, from, seconds, rms, peak) {
  let level
  for (let at = from; at <= from + seconds * 1000; at += 100) level = judge.judge(at, rms, peak)
  return level
}

test("speech is fine", () => {
  assert.equal(hear(new LevelJudge(), 0, 10, 0.05, 0.3).hint, "")
})

test("no sound at all is silent, not at once", () => {
  const judge = new LevelJudge()
  assert.equal(hear(judge, 0, 4, 0, 0).hint, "")
  assert.equal(hear(judge, 4000, 4, 0, 0).hint, "silent")
})

test("noise without a voice is quiet; a pause in speech is not", () => {
  const judge = new LevelJudge()
  assert.equal(hear(judge, 0, 7, 0.001, 0.004).hint, "quiet")
  hear(judge, 7000, 1, 0.05, 0.3)
  assert.equal(hear(judge, 8000, 3, 0.001, 0.004).hint, "")
})

test("clipping is said for a while and then forgotten", () => {
  const judge = new LevelJudge()
  assert.equal(judge.judge(0, 0.4, 1).hint, "clipped")
  assert.equal(hear(judge, 100, 2, 0.05, 0.3).hint, "clipped")
  assert.equal(hear(judge, 2200, 2, 0.05, 0.3).hint, "")
})

test("the bar stays between nothing and full", () => {
  assert.equal(new LevelJudge().judge(0, 0, 0).share, 0)
  assert.equal(new LevelJudge().judge(0, 1, 1).share, 1)
})
