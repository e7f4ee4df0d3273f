import assert from "node:assert/strict"
import test from "node:test"

import { options } from "../../../web/js/report/options.js"

const drawn = (/** @type {any} */ chart) => options(chart, String, 600, "sans-serif")

test("every chart is coloured by the page and stands still", () => {
  const charts = [
    { kind: "curve", unit: "x", duration: 60, times: [0, 30], values: [1, null], sections: [], typical: 2 },
    { kind: "bars", unit: "x", names: ["a"], values: [1] },
    { kind: "pairs", unit: "x", names: ["a"], first: [1], second: [2], first_name: "p", second_name: "q" },
    { kind: "moments", unit: "", duration: 60, rows: ["a"], points: [{ at: 3, row: 0, text: "" }] },
  ]
  for (const chart of charts) {
    const { option, height } = drawn(chart)
    assert.equal(option.animation, false)
    assert.ok(height >= 30, chart.kind)
    const colours = JSON.stringify(option).match(/"(?:color|borderColor)":"[^"]+"/g) ?? []
    assert.ok(colours.length > 0)
    for (const colour of colours) assert.match(colour, /var\(--|transparent/)
  }
})

test("a band is drawn only where there is one", () => {
  const curve = { kind: "curve", unit: "x", duration: 60, times: [0, 30], values: [1, 2], sections: [] }
  assert.equal(drawn(curve).option.series[0].markArea.data.length, 0)
  assert.equal(drawn({ ...curve, low: 1, high: 2 }).option.series[0].markArea.data.length, 1)
  assert.equal(drawn({ ...curve, typical: 2 }).option.series[0].markLine.data[0].yAxis, 2)
})

test("more bars need more room", () => {
  const bars = (/** @type {number} */ count) => ({ kind: "bars", unit: "", names: Array(count).fill("a"), values: Array(count).fill(1) })
  assert.ok(drawn(bars(12)).height > drawn(bars(3)).height)
})
