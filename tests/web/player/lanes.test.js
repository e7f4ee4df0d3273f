import assert from "node:assert/strict"
import test from "node:test"

import { lanes, lessonLanes, pacePath } from "../../../web/js/player/lanes.js"

const timeline = {
  duration: 100,
  gaps: [{ start: 40, end: 50, reason: "lost" }],
  slides: [{ at: 0, page: 1 }, { at: 30, page: 3 }],
  marks: [{ at: 0, segment: 0 }, { at: 60, segment: 1 }],
  segments: [{ title: "导入" }, { title: "概念" }],
}

test("without a report the ribbon shows what the room knew", () => {
  const shown = lanes(timeline, null)
  assert.deepEqual(shown.segments, [{ start: 0, end: 60, text: "导入" }, { start: 60, end: 100, text: "概念" }])
  assert.deepEqual(shown.slides.map((slide) => [slide.start, slide.end, slide.text]), [[0, 30, "1"], [30, 100, "3"]])
  assert.deepEqual(shown.gaps.map((gap) => [gap.start, gap.end, gap.kind]), [[40, 50, "lost"]])
  assert.deepEqual([shown.questions, shown.pauses, shown.pace], [[], [], null])
})

test("a report adds questions and the pauses one can hear", () => {
  const measures = {
    questions: { clips: [{ start: 5, end: 7, label: "对不对", kind: "tag" }] },
    pauses: { clips: [{ start: 8, end: 8.4, kind: "medium" }, { start: 10, end: 14, kind: "very_long" }] },
  }
  const shown = lanes(timeline, { measures })
  assert.deepEqual(shown.questions.map((mark) => mark.text), ["对不对"])
  assert.deepEqual(shown.pauses.map((mark) => mark.start), [10])
})

test("a take too short for a curve shows its pace by segment", () => {
  const parts = { segments: [{ title: "a", start: 0, end: 60, value: 200 }, { title: "b", start: 60, end: 100, value: 300 }] }
  const shown = lanes(timeline, { measures: { pace: { parts, series: { times: [30], values: [220] } } } })
  assert.deepEqual(shown.pace, { times: [0, 60, 60, 100], values: [200, 200, 300, 300] })
})

test("of very many marks the longest are kept", () => {
  const clips = Array.from({ length: 1000 }, (_, index) => ({ start: index * 10, end: index * 10 + 1 + index / 1000, kind: "long" }))
  const shown = lanes({ ...timeline, duration: 10_000 }, { measures: { pauses: { clips } } })
  assert.equal(shown.pauses.length, 400)
  assert.equal(shown.pauses[0].start, 6000)
})

test("the curve is broken where nothing is known", () => {
  const path = pacePath({ times: [0, 25, 50, 75, 100], values: [100, 200, null, 200, 100] }, 100)
  assert.equal(path.match(/M/g)?.length, 2)
  assert.match(path, /^M0\.0 /)
  assert.equal(pacePath({ times: [1], values: [null] }, 100), "")
})

test("a lesson's ribbon shows questions, polls and hands", () => {
  const shown = lessonLanes({
    ...timeline,
    questions: [{ at: 12, text: "多大？" }],
    polls: [{ at: 20, closed_at: 30, question: "选谁" }, { at: 80, closed_at: null, question: "几个" }],
    moments: [{ at: 5, kind: "hand", name: "安学员" }],
  })
  assert.deepEqual(shown.segments.map((mark) => mark.text), ["导入", "概念"])
  assert.deepEqual(shown.questions.map((mark) => [mark.start, mark.text]), [[12, "多大？"]])
  assert.deepEqual(shown.polls.map((mark) => [mark.start, mark.end]), [[20, 30], [80, 100]])
  assert.deepEqual(shown.hands.map((mark) => [mark.start, mark.kind, mark.text]), [[5, "hand", "安学员"]])
})
