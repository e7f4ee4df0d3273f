import assert from "node:assert/strict"
import test from "node:test"

import { Evidence } from "../../../web/js/player/evidence.js"

/** Play from `place` for `ms` at `rate`, told every `step` ms. */
function play(evidence, { moment, place, ms, rate = 1, step = 250, counts = true }) {
  for (let at = 0; at <= ms; at += step) evidence.at({ moment: moment + at, place: place + at * rate, rate, counts })
  evidence.at({ moment: moment + ms, place: place + ms * rate, rate, counts: false })
}

test("what plays on is one run, at its speed", () => {
  const evidence = new Evidence()
  play(evidence, { moment: 1000, place: 5000, ms: 10_000, rate: 2 })
  assert.deepEqual(evidence.unsent(), [[0, 1000, 11_000, 5000, 25_000]])
})

test("a seek, a pause, another speed and a halt begin another run", () => {
  const evidence = new Evidence(7)
  const tell = (moment, place, rate = 1, counts = true) => evidence.at({ moment, place, rate, counts })
  for (let at = 0; at <= 2000; at += 250) tell(at, at)
  for (let at = 0; at <= 2000; at += 250) tell(2250 + at, 60_000 + at) // a jump
  for (let at = 0; at <= 2000; at += 250) tell(4500 + at, 62_250 + at * 3, 3) // faster
  tell(9000, 68_250, 3) // it stood still
  for (let at = 250; at <= 1000; at += 250) tell(9000 + at, 68_250 + at * 3, 3)
  assert.deepEqual(evidence.unsent(), [
    [7, 0, 2000, 0, 2000],
    [8, 2250, 4500, 60_000, 62_250],
    [9, 4500, 6500, 62_250, 68_250],
    [10, 9000, 10_000, 68_250, 71_250],
  ])
})

test("what nobody sees or hears, and a glance while seeking, is no evidence", () => {
  const evidence = new Evidence()
  play(evidence, { moment: 0, place: 0, ms: 5000, counts: false })
  play(evidence, { moment: 6000, place: 0, ms: 250 })
  assert.deepEqual(evidence.unsent(), [])
})

test("a run that goes on is told again, longer, until the server knows it", () => {
  const evidence = new Evidence()
  for (let at = 0; at <= 2000; at += 250) evidence.at({ moment: at, place: at, rate: 1, counts: true })
  const sent = evidence.unsent()
  for (let at = 2250; at <= 4000; at += 250) evidence.at({ moment: at, place: at, rate: 1, counts: true })
  evidence.known(sent)
  assert.deepEqual(evidence.unsent(), [[0, 0, 4000, 0, 4000]])
  evidence.known(evidence.unsent())
  assert.deepEqual(evidence.unsent(), [])
})
