import assert from "node:assert/strict"
import test from "node:test"

import { about, callingAt, calls, chosen, drawnAt, threads } from "../../../web/js/comments/talk.js"

const one = (id, at, more = {}) => ({ id, parent: "", kind: "note", at, until: null, created: "1", drawing: null, mine: false,
  draft: false, resolved: false, deleted: false, hidden: false, mentions: [], ...more })

test("threads stand in order of time, with their replies as they came", () => {
  const all = threads([one("r2", 0, { parent: "b", created: "3" }), one("b", 9), one("a", 3), one("r1", 0, { parent: "b", created: "2" })])
  assert.deepEqual(all.map(({ head, replies }) => [head.id, replies.map(({ id }) => id)]), [["a", []], ["b", ["r1", "r2"]]])
})

test("a filter lets through what it names", () => {
  const all = threads([one("a", 1, { resolved: true }), one("b", 2, { kind: "question" }), one("c", 3, { draft: true }), one("r", 3, { parent: "b", mine: true })])
  const ids = (filter) => chosen(all, filter).map(({ head }) => head.id)
  assert.deepEqual([ids(""), ids("open"), ids("mine"), ids("question")], [["a", "b", "c"], ["b"], ["b"], ["b"]])
})

test("a remark is about its span, or some seconds after its moment, and so is what is drawn", () => {
  const drawing = { over: "content", aspect: 1, lines: [] }
  const all = threads([one("a", 10, { drawing }), one("b", 10, { until: 30 }), one("c", 12, { drawing, hidden: true })])
  const ids = (at) => about(all, at).map(({ head }) => head.id)
  assert.deepEqual([ids(9), ids(10), ids(13), ids(20), ids(30)], [[], ["a", "b"], ["a", "b", "c"], ["b"], []])
  assert.deepEqual([drawnAt(all, 13).length, drawnAt(all, 20).length], [1, 0])
})

test("only those who were called are marked, the longest name first", () => {
  const found = calls("问@林老师和@林，还有@别人", [{ name: "林" }, { name: "林老师" }])
  assert.deepEqual(found.filter(({ called }) => called).map(({ text }) => text), ["@林老师", "@林"])
  assert.equal(found.map(({ text }) => text).join(""), "问@林老师和@林，还有@别人")
})

test("an @ calls where a word begins, and not in an address", () => {
  assert.deepEqual([callingAt("@林", 2), callingAt("请看@", 3), callingAt("（@li", 4), callingAt("a@b", 3), callingAt("@林 好", 4)], ["林", "", "li", null, null])
})
