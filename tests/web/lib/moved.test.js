import assert from "node:assert/strict"
import test from "node:test"

import { moved } from "../../../web/js/lib/moved.js"

test("a place moves by seconds and stays inside", () => {
  assert.equal(moved("0:59", 1), "1:00")
  assert.equal(moved("59：55", 10), "1:00:05")
  assert.equal(moved("0:03", -10), "0:00")
  assert.equal(moved("soon", 1), "0:01")
})
