import assert from "node:assert/strict"
import test from "node:test"

import {
  layout, lists, nextHand, onStage, personOf, pictured, placeInRow, presentCount, sharing, slots,
} from "../../../web/js/classroom/seats.js"

const someone = (id, more = {}) => ({
  id, name: id, role: "trainee", present: true, lobby: false, seat: 0, invited: false, muted: false,
  tracks: [], by: "", link: "", ...more,
})
const room = (people, more = {}) => ({
  agenda: { slides: "", segments: [], pages: 0 }, page: 1, board: {}, board_open: false, focus: "", speaker: "",
  hands: [], people: Object.fromEntries(people.map((person) => [person.id, person])), ...more,
})
const teacher = someone("lin", { role: "teacher", seat: 1, tracks: ["audio", "camera"] })
const guest = someone("wang", { seat: 3, tracks: ["audio", "camera"] })

test("the large picture is the focus, else the speaker, else a leader", () => {
  const state = room([guest, teacher])
  assert.deepEqual(onStage(state).map(({ id }) => id), ["lin", "wang"])
  assert.equal(pictured(state)?.id, "lin")
  assert.equal(pictured({ ...state, speaker: "wang" })?.id, "wang")
  assert.equal(pictured({ ...state, speaker: "wang", focus: "lin" })?.id, "lin")
  assert.equal(pictured(room([someone("dark", { seat: 2, tracks: ["audio"] })])), undefined)
})

test("the stage shows a screen before slides before a camera", () => {
  const state = room([teacher])
  assert.equal(layout(state), "camera")
  assert.equal(layout(state, true), "slides")
  assert.equal(layout({ ...state, board: { 1: [{}] } }), "slides")
  assert.equal(layout({ ...state, agenda: { slides: "/x.pdf" } }), "slides")
  const sharer = someone("zhou", { seat: 2, tracks: ["screen"] })
  assert.equal(layout(room([teacher, sharer], { agenda: { slides: "/x.pdf" } })), "screen")
  assert.equal(sharing(room([teacher, sharer]))?.id, "zhou")
  assert.equal(layout(room([])), "plan")
})

test("a slot is a seat, whoever sits there", () => {
  const state = room([teacher, guest])
  assert.equal(personOf(state, "voice-3")?.id, "wang")
  assert.equal(personOf(state, "camera-1")?.id, "lin")
  assert.equal(personOf(state, "camera-2"), undefined)
  assert.equal(slots(false).length, 13)
  assert.deepEqual(slots(true), [1, 2, 3, 4, 5, 6].map((seat) => `voice-${seat}`))
})

test("hands keep their order; who is gone or already asked is passed over", () => {
  const state = room(
    [someone("a", { invited: true }), someone("b", { present: false }), someone("c")],
    { hands: [{ person: "a", at: 1 }, { person: "b", at: 2 }, { person: "c", at: 3 }] })
  assert.equal(placeInRow(state, "c"), 3)
  assert.equal(placeInRow(state, "nobody"), 0)
  assert.equal(nextHand(state)?.id, "c")
})

test("the lists say who waits, who struggles and who listens", () => {
  const state = room([
    someone("x"), teacher, someone("helper", { role: "assistant" }), someone("door", { lobby: true }),
    someone("weak", { link: "weak" }), someone("gone", { present: false, link: "weak" }),
  ])
  const all = lists(state)
  assert.deepEqual(all.lobby.map(({ id }) => id), ["door"])
  assert.deepEqual(all.weak.map(({ id }) => id), ["weak"])
  assert.deepEqual(all.audience.map(({ id }) => id), ["helper", "x", "weak"])
  assert.equal(presentCount(state), 4)
})
