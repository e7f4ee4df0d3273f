import assert from "node:assert/strict"
import test from "node:test"

import { Pen, isPressed, joined, lineOf, piecesOfLast, quantised } from "../../../../web/js/classroom/panels/ink.js"
import { outlined, shape } from "../../../../web/js/classroom/panels/ink_shape.js"
import { pdf } from "../../../../web/js/classroom/panels/pdf.js"

const pen = () => new Pen({ id: "a-1", person: "lin", colour: "red", width: 4, now: 0 })

test("points are whole numbers inside the page", () => {
  assert.deepEqual(quantised(0.5, 1.2, 0.33333), [5000, 10_000, 3333])
  assert.deepEqual(quantised(-1, Number.NaN, Infinity), [0, 0, 0])
})

test("a point that hardly moved is none", () => {
  const drawn = pen()
  drawn.add(0.5, 0.5, 0.5)
  drawn.add(0.5001, 0.5001, 0.5)
  drawn.add(0.51, 0.5, 0.5)
  assert.deepEqual(drawn.all, [5000, 5000, 5000, 5100, 5000, 5000])
})

test("a long line is sent in pieces that hang together", () => {
  const drawn = pen()
  for (let i = 0; i < 1000; i += 1) drawn.add(i / 1000, 0.5, 0.5)
  assert.ok(drawn.isDue(1))
  const pieces = drawn.take(1)
  assert.ok(pieces.every(({ points }) => points.length <= 1500 && points.length % 3 === 0 && points.length >= 3))
  for (const [index, piece] of pieces.entries()) {
    if (index) assert.deepEqual(piece.points.slice(0, 3), pieces[index - 1].points.slice(-3))
  }
  assert.deepEqual(pieces.map(({ id }) => lineOf(id)), ["a-1", "a-1", "a-1"])
  assert.deepEqual(drawn.take(2), [])
  assert.ok(!drawn.isDue(5000))
  const [whole] = joined(pieces)
  assert.deepEqual([whole.points[0], whole.points.at(-3)], [0, 9990])
})

test("after a second others see the line grow; a dot is a piece, too", () => {
  const drawn = pen()
  drawn.add(0.1, 0.1, 0.5)
  assert.ok(!drawn.isDue(5000))
  drawn.add(0.2, 0.1, 0.5)
  assert.ok(!drawn.isDue(900))
  assert.ok(drawn.isDue(1000))
  const dot = pen()
  dot.add(0.1, 0.1, 0.5)
  assert.equal(dot.take(0)[0].points.length, 3)
})

const stroke = (id, person = "lin") => ({ id, person, colour: "ink", width: 4, points: [0, 0, 5000, 9, 9, 5000] })

test("pieces are one line, also when somebody else drew in between", () => {
  const lines = joined([stroke("a.0"), stroke("b.0", "an"), stroke("a.1"), stroke("a.0", "an")])
  assert.deepEqual(lines.map(({ id, person, points }) => [id, person, points.length]),
    [["a.0", "lin", 12], ["b.0", "an", 6], ["a.0", "an", 6]])
})

test("undo takes back the whole last line, and only one's own", () => {
  const all = [stroke("a.0"), stroke("b.0"), stroke("c.0", "an"), stroke("b.1")]
  assert.equal(piecesOfLast(all, "lin"), 2)
  assert.equal(piecesOfLast(all, "an"), 1)
  assert.equal(piecesOfLast(all, "xu"), 0)
  assert.equal(piecesOfLast([stroke("a.0"), stroke("a.1")], "lin"), 2)
})

test("a stroke is a closed shape as wide as it says, on any page", () => {
  assert.ok(!isPressed(stroke("a").points))
  assert.ok(isPressed([0, 0, 5000, 9, 9, 5100]))
  const line = { ...stroke("a"), colour: "marker", width: 20, points: [1000, 5000, 5000, 5000, 5000, 5000, 9000, 5000, 5000] }
  const steps = shape(line, 16 / 9)
  const heights = steps.flatMap((step) => (step[0] === "Q" ? [step[4]] : []))
  const tall = Math.max(...heights) - Math.min(...heights)
  assert.ok(Math.abs(tall - 20) < 2, String(tall))
  assert.ok(Math.abs((Math.max(...heights) + Math.min(...heights)) / 2 - 281.25) < 1)
  assert.match(steps.map(([name]) => name).join(""), /^MQ+Z$/)
  assert.ok(shape({ ...line, points: [1, 1, 1] }, 1).length > 2, "a dot")
  assert.deepEqual(outlined([]), [])
})

test("a PDF says where its objects are", () => {
  const steps = /** @type {any} */ ([["M", 0, 0], ["Q", 10, 0, 10, 10], ["Z"]])
  const image = { jpeg: new Uint8Array([0xff, 0xd8, 0xff, 0xd9]), width: 1, height: 1 }
  const file = pdf([
    { width: 960, height: 540, across: 1000, image, fills: [{ steps, colour: "#ff0000", alpha: 1 }] },
    { width: 960, height: 540, across: 1000, image: null, fills: [{ steps, colour: "#ffd23f", alpha: 0.45 }] },
  ])
  const text = Buffer.from(file).toString("latin1")
  const start = Number(/startxref\n(\d+)/.exec(text)?.[1])
  assert.ok(text.slice(start).startsWith("xref"))
  const places = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, place]) => Number(place))
  places.forEach((place, index) => assert.ok(text.slice(place).startsWith(`${index + 1} 0 obj`)))
  for (const [, length, body] of text.matchAll(/\/Length (\d+) >>\nstream\n([^]*?)\nendstream/g)) {
    assert.equal(body.length, Number(length))
  }
  assert.match(text, /\/Count 2/)
  assert.match(text, /1 0 0 rg 0 0 m 6\.667 0 10 3\.333 10 10 c h f/)
  assert.match(text, /\/BM \/Multiply/)
})
