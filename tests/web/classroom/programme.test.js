import assert from "node:assert/strict"
import test from "node:test"

import { Programme } from "../../../web/js/classroom/programme.js"

/** A programme that plays, and what is done to it. */
function playing() {
  const done = []
  const video = { paused: false, play: async () => { done.push("play"); video.paused = false } }
  const programme = new Programme(video, "/index.m3u8", { waiting: () => undefined, blocked: () => undefined })
  programme.hls = { recoverMediaError: () => { done.push("recover"); video.paused = true } }
  programme.again = () => done.push("again")
  return { programme, video, done }
}

test("it goes on after an error of the media", () => {
  const { programme, video, done } = playing()
  programme.mend("mediaError")
  assert.deepEqual([done, video.paused], [["recover", "play"], false])
})

test("errors in a row, and those of the network, let it begin anew", () => {
  const { programme, done } = playing()
  programme.mend("mediaError")
  programme.mend("mediaError")
  assert.deepEqual(done, ["recover", "play", "again"])
  const { programme: other, done: lost } = playing()
  other.mend("networkError")
  assert.deepEqual(lost, ["again"])
})
