import assert from "node:assert/strict"
import test from "node:test"

import { LESSON, actionOf } from "../../../web/js/classroom/keys.js"

const press = (key, inside = [], more = {}, keys = undefined) => actionOf({
  key, ctrlKey: false, metaKey: false, altKey: false, repeat: false,
  target: { closest: (names) => names.split(", ").some((name) => inside.includes(name)) || null },
  ...more,
}, keys)

test("keys do what the help says", () => {
  assert.deepEqual(["ArrowRight", " ", "PageDown", "ArrowLeft", "n", "N", "p", "e", "?"].map((key) => press(key)),
    ["forward", "forward", "forward", "back", "nextSegment", "nextSegment", "pause", "askEnd", "help"])
})

test("keys belong to fields, dialogs, buttons and the browser first", () => {
  assert.equal(press("n", ["input"]), "")
  assert.equal(press("p", ["dialog[open]"]), "")
  assert.equal(press(" ", ["button"]), "")
  assert.equal(press("ArrowRight", ["button"]), "forward")
  assert.equal(press("p", [], { ctrlKey: true }), "")
})

test("a key held down turns pages but does not toggle", () => {
  assert.equal(press("ArrowRight", [], { repeat: true }), "forward")
  assert.equal(press("p", [], { repeat: true }), "")
})

test("a lesson has keys of its own", () => {
  const actions = ["h", "m", "v", "i", "5", "?"].map((key) => press(key, [], {}, LESSON))
  assert.deepEqual(actions, ["toggleHand", "toggleMicrophone", "toggleCamera", "inviteNext", "openTab5", "help"])
  assert.equal(press("h"), "")
})
