import assert from "node:assert/strict"
import test from "node:test"

import { pieces, search } from "../../../web/js/player/words.js"

const word = (/** @type {string} */ text, start = 0) => ({ start, end: start + 0.2, word: text })
const segment = {
  start: 0, end: 2, text: "好，很多人，会说 WebRTC。",
  words: [word("好"), word("很多"), word("人"), word("会说"), word(" WebRTC ")],
}

test("words and the marks between them give the text back", () => {
  const cut = pieces(segment)
  assert.equal(cut.map((piece) => piece.text).join(""), segment.text)
  assert.deepEqual(cut.filter((piece) => piece.word).map((piece) => piece.text),
    ["好", "很多", "人", "会说", "WebRTC"])
  assert.deepEqual(cut.filter((piece) => !piece.word).map((piece) => piece.text), ["，", "，", " ", "。"])
})

test("a word the text does not hold loses no text", () => {
  const cut = pieces({ ...segment, words: [word("好"), word("别的"), word("人")] })
  assert.equal(cut.map((piece) => piece.text).join(""), segment.text)
})

test("search looks through marks, spaces and case", () => {
  const segments = [segment, { ...segment, text: "没有。" }]
  assert.deepEqual(search(segments, "很多人会说web rtc"), [0])
  assert.deepEqual(search(segments, " ，"), [])
  assert.deepEqual(search(segments, "没有"), [1])
})
