import assert from "node:assert/strict"
import test from "node:test"

import { freshId, mostOf } from "../../../web/js/lib/rubric_form.js"

const item = (more) => ({ id: "a", title: "", hint: "", scale: "points", weight: 1, low: 0, high: 20, step: 1, grades: [], ...more })
const form = (total, items) => ({ title: "", hint: "", language: "zh", total, items })

test("a form adds up only where it says so, with its weights", () => {
  const levels = item({ scale: "levels", weight: 0.5, grades: [{ low: 2 }, { low: 9 }, { low: null }] })
  assert.equal(mostOf(form("sum", [item({ weight: 2 }), levels, item({ scale: "words" })])), 44.5)
  assert.equal(mostOf(form("none", [item({})])), null)
  assert.equal(mostOf(form("sum", [])), 0)
})

test("a new item has an id of its own", () => {
  assert.equal(freshId([]), "i1")
  assert.equal(freshId([{ id: "i2" }, { id: "i3" }]), "i4")
  assert.equal(freshId([{ id: "i2" }]), "i3")
})
