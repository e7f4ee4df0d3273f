import assert from "node:assert/strict"
import test from "node:test"

import { recover } from "../../../web/js/lib/recover.js"

/** A player that does as browsers do: an element whose source is taken away is paused. */
function recovered(paused) {
  const video = { paused }
  recover({ recoverMediaError: () => { video.paused = true } }, video, () => { video.paused = false })
  return video
}

test("what played plays on after an error", () => assert.equal(recovered(false).paused, false))
test("what was paused stays so", () => assert.equal(recovered(true).paused, true))
