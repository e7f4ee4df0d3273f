import assert from "node:assert/strict"
import test from "node:test"

import { after, goesOn, lastOwn } from "../../../../web/js/classroom/panels/chat_lines.js"
import { rest, sends } from "../../../../web/js/classroom/panels/composing.js"
import { Following } from "../../../../web/js/classroom/panels/follow.js"
import { pieces } from "../../../../web/js/classroom/panels/links.js"
import { answered, open } from "../../../../web/js/classroom/panels/question_order.js"

const links = (text) => pieces(text).filter(({ href }) => href).map(({ href }) => href)

test("addresses are found, and what stands around them stays text", () => {
  assert.deepEqual(pieces("看 https://example.org/a(b)。好"), [
    { text: "看 ", href: "" }, { text: "https://example.org/a(b)", href: "https://example.org/a(b)" }, { text: "。好", href: "" },
  ])
  assert.deepEqual(links("(see http://example.org/x)."), ["http://example.org/x"])
  assert.deepEqual(links("https://a.example，https://b.example/？"), ["https://a.example/", "https://b.example/"])
})

test("only http and https, and no address that hides where it leads", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://bank.example@evil.example",
    "https://u:p@evil.example", "xhttps://a.example", "https://", "https://localhost"]) {
    assert.deepEqual(links(text), [], text)
  }
  assert.deepEqual(links('https://a.example/"><script>alert(1)</script>'), ["https://a.example/"])
  assert.deepEqual(links("https://a.example/\u202Egpj.exe"), ["https://a.example/"])
})

test("the pieces together are the text", () => {
  const text = "一 https://a.example 二\nhttps://b.example/c. 三"
  assert.equal(pieces(text).map((piece) => piece.text).join(""), text)
  assert.deepEqual(pieces(""), [])
})

const press = (more = {}) => sends({ key: "Enter", shiftKey: false, isComposing: false, keyCode: 13, repeat: false, ...more })

test("Enter sends, but not with Shift, and not the Enter that chooses a candidate", () => {
  assert.ok(press())
  for (const more of [{ shiftKey: true }, { isComposing: true }, { keyCode: 229 }, { key: "a" }, { repeat: true }]) {
    assert.ok(!press(more))
  }
})

test("what was written while a line was on its way is kept", () => {
  assert.equal(rest("你好", "你好"), "")
  assert.equal(rest("你好\n再问", "你好"), "再问")
  assert.equal(rest("改过的", "你好"), "改过的")
})

test("the list follows unless the reader scrolled up; own lines are always shown", () => {
  const list = new Following()
  assert.ok(list.came(1, false))
  list.scrolled({ scrollTop: 0, clientHeight: 100, scrollHeight: 900 })
  assert.ok(!list.came(2, false))
  assert.ok(!list.came(1, false))
  assert.equal(list.unread, 3)
  assert.ok(list.came(1, true))
  assert.equal(list.unread, 0)
  list.scrolled({ scrollTop: 0, clientHeight: 100, scrollHeight: 900 })
  list.came(1, false)
  list.scrolled({ scrollTop: 790, clientHeight: 100, scrollHeight: 900 })
  assert.equal(list.unread, 0)
})

test("lines of one person within two minutes need one name", () => {
  const line = (id, at, person, to = "") => ({ id, at, person, name: person, text: "", to })
  assert.ok(!goesOn(undefined, line(1, 0, "an")))
  assert.ok(goesOn(line(1, 0, "an"), line(2, 60_000, "an")))
  assert.ok(!goesOn(line(1, 0, "an"), line(2, 60_000, "an", "leaders")))
  assert.ok(!goesOn(line(1, 0, "an"), line(2, 60_000, "bo")))
  assert.ok(!goesOn(line(1, 0, "an"), line(2, 130_000, "an")))
  const lines = [line(3, 0, "an"), line(7, 0, "bo"), line(9, 0, "an")]
  assert.equal(lastOwn(lines, "an"), 9)
  assert.equal(lastOwn(lines, "xu"), 0)
  assert.deepEqual(after(lines, 3).map(({ id }) => id), [7, 9])
})

test("questions: most wanted first, then the older; answered ones apart", () => {
  const ask = (id, votes, answered_at = null) => ({ id, votes, answered_at, at: id, person: "", name: "", text: "", voters: [] })
  const all = [ask(1, 0), ask(2, 3), ask(3, 3), ask(4, 9, 100), ask(5, 0, 200)]
  assert.deepEqual(open(all).map(({ id }) => id), [2, 3, 1])
  assert.deepEqual(answered(all).map(({ id }) => id), [5, 4])
})
