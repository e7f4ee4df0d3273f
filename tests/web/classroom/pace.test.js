import assert from "node:assert/strict"
import test from "node:test"

import { Pace } from "../../../web/js/classroom/pace.js"

/** The moments at which it is called stuck, looked at every 250 ms. */
function stuck(positionAt, until, wantedAt = () => true, pace = new Pace(), from = 0) {
  const found = []
  for (let now = from; now < until; now += 250) if (pace.stuck(positionAt(now), wantedAt(now), now)) found.push(now)
  return found
}

test("what moves is not stuck, nor what stands still for a moment", () => {
  assert.deepEqual(stuck((now) => now, 60_000), [])
  assert.deepEqual(stuck((now) => Math.floor(now / 9000), 60_000), [])
})

test("what stands still is loaded anew, ever more rarely", () => {
  assert.deepEqual(stuck(() => 7, 400_000), [10_000, 30_000, 70_000, 150_000, 230_000, 310_000, 390_000])
})

test("what was paused is not stuck", () => {
  assert.deepEqual(stuck(() => 7, 45_000, (now) => now > 30_000), [40_000])
})

test("once it has gone on for seconds it is looked after as before", () => {
  const pace = new Pace()
  const stop = (now) => Math.min(now, 40_000)
  assert.deepEqual(stuck(() => 0, 35_000, undefined, pace), [10_000, 30_000])
  assert.deepEqual(stuck(stop, 52_000, undefined, pace, 34_000), [50_000])
})

test("a jump alone is no motion", () => {
  const pace = new Pace()
  assert.deepEqual(stuck((now) => (now < 10_500 ? 3 : 5), 31_000, undefined, pace), [10_000, 30_500])
})

test("what is shown is as late as the stream, but not later than can be borne", () => {
  const pace = new Pace()
  assert.equal(pace.shown(96_000, 100_000, true), 96_000)
  assert.equal(pace.shown(96_500, 120_000, true), 100_000)
  assert.equal(pace.shown(119_000, 122_000, true), 119_000)
})

test("nothing is taken back, but for those who go back", () => {
  const pace = new Pace()
  assert.equal(pace.shown(100_000, 100_000, true), 100_000)
  assert.equal(pace.shown(97_000, 101_000, true), 100_000)
  assert.equal(pace.shown(30_000, 102_000, false), 30_000)
  assert.equal(pace.shown(101_000, 103_000, true), 101_000)
})
