import assert from "node:assert/strict"
import test from "node:test"

import { answerInWords, bars, csv, distribution, expected, frequencies, isRight, mean, median } from "../../../../web/js/classroom/panels/poll_math.js"

const poll = (more = {}) => ({
  id: 1, at: 0, kind: "single", question: "?", options: ["甲", "乙"], correct: [], anonymous: false, phase: "open",
  shown: false, answered: 0, counts: [0, 0], values: [], answers: {}, ...more,
})

test("those who could answer are trainees and guests who are here", () => {
  const someone = (role, more = {}) => ({ role, present: true, lobby: false, ...more })
  assert.equal(expected({
    a: someone("teacher"), b: someone("assistant"), c: someone("supervisor"), d: someone("trainee"), e: someone("guest"),
    f: someone("trainee", { present: false }), g: someone("trainee", { lobby: true }),
  }), 2)
})

test("options become bars with their share of those who answered", () => {
  const found = bars(poll({ kind: "multiple", answered: 4, counts: [4, 1], correct: [1] }))
  assert.deepEqual(found, [
    { label: "甲", count: 4, share: 1, correct: false }, { label: "乙", count: 1, share: 0.25, correct: true },
  ])
  assert.deepEqual(bars(poll()).map(({ share }) => share), [0, 0])
})

test("few numbers get a bar each, many get steps in which each is counted once", () => {
  assert.deepEqual(distribution([3, 1, 3]).map(({ label, count }) => [label, count]), [["1", 1], ["3", 2]])
  const values = Array.from({ length: 100 }, (_, i) => i / 3)
  const steps = distribution(values)
  assert.equal(steps.length, 8)
  assert.equal(steps.reduce((sum, { count }) => sum + count, 0), 100)
  assert.deepEqual(distribution([]), [])
  assert.equal(median([5, 1, 2]), 2)
  assert.equal(median([1, 2]), 1.5)
  assert.equal(median([]), null)
  assert.equal(mean([1, 2]), 1.5)
  assert.equal(mean([]), null)
})

test("texts that differ by case and spaces are one", () => {
  assert.deepEqual(frequencies(["社区", "Grid ", "grid", "网格", "ｇｒｉｄ"]).map(({ label, count }) => [label, count]),
    [["Grid ", 3], ["社区", 1], ["网格", 1]])
})

test("an answer in words, and whether it is right", () => {
  const answer = (more) => ({ choices: [], number: null, text: "", ...more })
  assert.equal(answerInWords(poll(), answer({ choices: [0, 1] })), "甲; 乙")
  assert.equal(answerInWords(poll({ kind: "number" }), answer({ number: 0 })), "0")
  assert.equal(answerInWords(poll({ kind: "text" }), answer({ text: "x" })), "x")
  assert.equal(isRight(poll(), answer({ choices: [0] })), null)
  assert.equal(isRight(poll({ correct: [0, 1] }), answer({ choices: [1, 0] })), true)
  assert.equal(isRight(poll({ correct: [0, 1] }), answer({ choices: [0] })), false)
})

test("a table is a table, whatever stands in its cells", () => {
  assert.equal(csv([["姓名", 'a "b"'], ["安,学员", -5]]), '\uFEFF姓名,"a ""b"""\r\n"安,学员",-5\r\n')
  for (const hostile of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\u200b=1"]) {
    assert.ok(csv([[hostile]]).slice(1).replace(/^"/, "").startsWith("'"), hostile)
  }
  assert.equal(csv([["a\nb"]]), '\uFEFF"a\nb"\r\n')
})
