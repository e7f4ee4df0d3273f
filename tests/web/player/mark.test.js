import assert from "node:assert/strict"
import { test } from "node:test"
import { place } from "jt/player/mark.js"

test("in one round the name meets every ninth of the picture, and comes back", () => {
  const met = new Set()
  for (let step = 0; step <= 240; step += 1) {
    const { across, down } = place(step / 240)
    assert.ok(across >= 0 && across <= 1 && down >= 0 && down <= 1)
    met.add(`${Math.min(2, Math.floor(across * 3))},${Math.min(2, Math.floor(down * 3))}`)
  }
  assert.equal(met.size, 9)
  const [from, to] = [place(0), place(1)]
  assert.ok(Math.hypot(from.across - to.across, from.down - to.down) < 1e-9)
})
