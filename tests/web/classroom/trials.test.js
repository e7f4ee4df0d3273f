import assert from "node:assert/strict"
import { test } from "node:test"

import { relay, relays } from "jt/classroom/trials.js"

const ICE = [
  { urls: "stun:a.example" },
  { urls: "turn:a.example:3478", username: "u", credential: "c" },
  { urls: "turn:a.example:3478?transport=tcp", username: "u", credential: "c" },
  { urls: "turns:a.example:5349", username: "u", credential: "c" },
]

test("relays are told apart by the way to them", () => {
  assert.deepEqual(relays(ICE, false), [ICE[1]])
  assert.deepEqual(relays(ICE, true), [ICE[2], ICE[3]])
})

test("where there is no relay, none is tried", async () => {
  assert.deepEqual(await relay([ICE[0]], false), { state: "untried" })
})
