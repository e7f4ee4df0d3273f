import assert from "node:assert/strict"
import test from "node:test"

import { plain } from "../../../web/js/player/captions.js"
import { grow } from "../../../web/js/player/following.js"
import { merged } from "../../../web/js/player/merge.js"
import { Timeline } from "../../../web/js/player/timeline.js"

const EMPTY = { marks: [], slides: [], moments: [], people: [], chat: [], strokes: [], sharing: [], lines: [], polls: [] }

test("what came since stands where it belongs, what was deleted is gone", () => {
  const told = {
    ...EMPTY, live: true, slides: [{ at: 0, page: 1 }, { at: 50, page: 2 }],
    chat: [{ at: 5, id: 1 }, { at: 40, id: 2 }, { at: 61, id: 3 }],
    strokes: [{ at: 3, page: 1, id: "a", until: null }],
    lines: [{ start: 10, text: "一" }, { start: 58, text: "半句" }],
  }
  const since = {
    ...EMPTY, live: true, after: 45, slides: [{ at: 50, page: 3 }], chat_ids: [1, 3, 4],
    chat: [{ at: 61, id: 3 }, { at: 70, id: 4 }], polls: [{ id: 9 }],
    strokes: [{ at: 3, page: 1, id: "a", until: 66 }], lines: [{ start: 58, text: "整句" }],
  }
  const found = merged(told, since)
  assert.deepEqual(found.slides, [{ at: 0, page: 1 }, { at: 50, page: 3 }])
  assert.deepEqual(found.chat.map((line) => line.id), [1, 3, 4])
  assert.deepEqual(found.strokes, [{ at: 3, page: 1, id: "a", until: 66 }])
  assert.deepEqual(found.lines.map((line) => line.text), ["一", "整句"])
  assert.deepEqual(found.polls, [{ id: 9 }])
  assert.equal(merged(told, { ...EMPTY, live: false }).live, false)
})

test("a timeline is as long as what can be played", () => {
  const timeline = new Timeline({ duration: 20, spans: [{ media_start: 0, take_start: 0, duration: 8 }, { media_start: 8, take_start: 12, duration: 8 }] })
  grow(timeline, { seekable: { length: 1, end: () => 30 } })
  assert.equal(timeline.duration, 34)
  assert.equal(timeline.toMedia(34), 30)
})

test("a cue is read with who says it, without its marks", () => {
  assert.equal(plain("<v 林老师>群众 &amp; <i>干部</i></v>"), "林老师：群众 & 干部")
})
