import assert from "node:assert/strict"
import test from "node:test"

import { LinkJudge } from "../../../web/js/classroom/link_judge.js"
import { screenFor } from "../../../web/js/classroom/live/screens.js"
import { Ways } from "../../../web/js/classroom/ways.js"

test("a connection that never came about leads to HLS at once, one that broke is tried again", () => {
  const ways = new Ways()
  assert.equal(ways.way(false), "webrtc")
  ways.failed()
  assert.equal(ways.way(false), "hls")
  const worked = new Ways()
  worked.connected()
  worked.failed()
  worked.failed()
  assert.equal(worked.way(false), "webrtc")
  worked.failed()
  assert.equal(worked.way(false), "hls")
  assert.equal(worked.barred, "blocked")
})

test("who is called to the stage gets real time, and goes back afterwards", () => {
  const ways = new Ways()
  ways.full()
  assert.equal(ways.way(false), "hls")
  assert.equal(ways.way(true), "webrtc")
  assert.equal(ways.way(false), "hls")
  ways.again()
  assert.equal(ways.way(false), "webrtc")
})

test("sound and slides only: by choice, or after a long weak connection", () => {
  const ways = new Ways()
  ways.choose(true)
  assert.equal(ways.way(true), "light")
  assert.equal(ways.byItself, false)
  const weak = new Ways()
  assert.equal(weak.observe("weak", 0), false)
  assert.equal(weak.observe("weak", 29_000), false)
  assert.equal(weak.observe("good", 29_500), false)
  assert.equal(weak.observe("weak", 30_000), false)
  assert.equal(weak.observe("weak", 60_000), true)
  assert.equal(weak.way(false), "light")
  assert.equal(weak.byItself, true)
})

test("a connection is weak after two bad spells and good after three good ones", () => {
  const judge = new LinkJudge()
  let came = 0
  let lost = 0
  const measure = (more, missing, trip = 0.05) => {
    came += more
    lost += missing
    return judge.judge({ came, lost, trip })
  }
  assert.equal(measure(0, 0), "")
  assert.equal(measure(100, 0), "good")
  assert.equal(measure(90, 10), "good")
  assert.equal(measure(90, 10), "weak")
  assert.deepEqual([measure(100, 0), measure(100, 0), measure(100, 0)], ["weak", "weak", "good"])
  assert.deepEqual([measure(100, 0, 1.2), measure(100, 0, 1.2)], ["good", "weak"])
})

test("a closed door is explained by the problem before it", () => {
  assert.equal(screenFor("taken_over", "error.room.full"), "full")
  assert.equal(screenFor("taken_over", ""), "taken")
  assert.equal(screenFor("refused", "error.room.removed"), "removed")
  assert.equal(screenFor("refused", "error.room.locked"), "locked")
  assert.equal(screenFor("refused", "error.room.not_found"), "refused")
})
