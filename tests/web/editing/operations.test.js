import assert from "node:assert/strict"
import { test } from "node:test"
import { History, at, cutsOf, left, precise, stretchesOf, typed } from "jt/editing/operations.js"

const cut = (start, end) => ({ op: "cut", start, end })

test("steps are undone and redone, and a new step forgets what was undone", () => {
  const history = new History([cut(1, 2)])
  assert.equal(history.undoable, false)
  history.add(cut(3, 4), cut(5, 6))
  history.remove(0)
  assert.deepEqual(history.operations, [cut(3, 4), cut(5, 6)])
  history.undo()
  assert.equal(history.operations.length, 3)
  history.undo()
  assert.deepEqual(history.operations, [cut(1, 2)])
  history.undo()
  assert.deepEqual([history.undoable, history.redoable], [false, true])
  history.redo()
  history.add(cut(7, 8))
  assert.equal(history.redoable, false)
  assert.equal(history.operations.length, 4)
})

test("a second wording, trim or caption file is instead of the first", () => {
  const history = new History()
  history.add({ op: "reword", start: 3, text: "a" })
  history.add({ op: "reword", start: 3, text: "b" }, { op: "reword", start: 4, text: "c" })
  history.add({ op: "trim", start: 1, end: 9 })
  history.add({ op: "trim", start: 2, end: null })
  history.add({ op: "captions", language: "zh", text: "x" })
  history.add({ op: "captions", language: "en", text: "y" })
  assert.deepEqual(history.operations.map((one) => one.text ?? one.start), ["b", "c", 2, "x", "y"])
})

test("cuts that overlap are one, and what is outside a trim is cut", () => {
  const operations = [cut(10, 20), cut(15, 30), cut(30.2, 31), { op: "trim", start: 1, end: 50 }]
  assert.deepEqual(cutsOf(operations, 60), [[0, 1], [10, 31], [50, 60]])
  assert.equal(left(operations, 60), 28)
  assert.deepEqual(at(cutsOf(operations, 60), 20), [10, 31])
  assert.equal(at(cutsOf(operations, 60), 31), undefined)
})

test("chosen lines that follow each other are one stretch", () => {
  const lines = [0, 1, 2, 3, 4].map((n) => ({ start: n * 10, end: n * 10 + 8 }))
  assert.deepEqual(stretchesOf(lines, new Set([3, 0, 1])), [[0, 18], [30, 38]])
  assert.deepEqual(stretchesOf(lines, new Set()), [])
})

test("times are read as they are written", () => {
  for (const seconds of [0, 7.5, 59.9, 60, 3599.9, 3787.5]) assert.equal(typed(precise(seconds)), seconds)
  assert.equal(precise(59.97), "1:00.0")
  assert.equal(typed("1：03"), 63)
  assert.equal(typed("90"), 90)
  for (const wrong of ["", "a", "1:2:3:4", "-3", "1:75x"]) assert.ok(Number.isNaN(typed(wrong)), wrong)
})
