/**
 * ECharts options for the charts of a report. Colours are the page's own CSS variables, so that one
 * drawing serves light, dark and paper.
 */

const INK = "var(--text-soft)"
const FAINT = "var(--text-faint)"
const LINE = "var(--line)"
const MARK = "var(--link)"
const SIZE = 12

/** @typedef {import("./charts.js").Chart} Chart */

/**
 * The options of a chart, and its height in pixels.
 * @param {Chart} chart
 * @param {(seconds: number) => string} clock
 * @param {number} width pixels
 * @param {string} fontFamily of the page, by which text is measured
 * @returns {{option: Record<string, any>, height: number}}
 */
export function options(chart, clock, width, fontFamily) {
  const drawn = { curve, bars, pairs, moments }[chart.kind](chart, clock, width)
  return { ...drawn, option: { animation: false, textStyle: { fontFamily, fontSize: SIZE }, ...drawn.option } }
}

function timeAxis(/** @type {Chart} */ chart, /** @type {(seconds: number) => string} */ clock) {
  return {
    type: "value", min: 0, max: chart.duration, splitNumber: 6,
    axisLabel: { color: FAINT, fontSize: SIZE, formatter: clock, hideOverlap: true, showMaxLabel: false },
    axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false }, splitLine: { show: false },
  }
}

function valueAxis() {
  return {
    type: "value", splitNumber: 3, axisLabel: { color: FAINT, fontSize: SIZE }, axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: LINE, type: [2, 3] } },
  }
}

function nameAxis(/** @type {string[]} */ names, /** @type {number} */ most) {
  return {
    type: "category", data: names, inverse: true, axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } },
    axisLabel: { color: INK, fontSize: SIZE, width: most, overflow: "truncate", interval: 0 },
  }
}

function curve(/** @type {Chart} */ chart, /** @type {(seconds: number) => string} */ clock) {
  const values = chart.values ?? []
  const known = /** @type {number[]} */ (values.filter((value) => value != null))
  const marks = chart.typical == null ? [] : [{ yAxis: chart.typical }]
  const band = chart.low != null && chart.high != null
    ? [[{ yAxis: chart.low, itemStyle: { color: "var(--selected)", opacity: 0.6 } }, { yAxis: chart.high }]] : []
  const lines = (chart.sections ?? []).filter((part) => part.start > 0).map((part) => ({ xAxis: part.start, lineStyle: { type: "solid" }, label: { show: false } }))
  const titles = (chart.sections ?? []).map((part) => [
    { xAxis: part.start, name: part.title, itemStyle: { color: "transparent" },
      label: { position: "insideTopLeft", color: FAINT, fontSize: SIZE, distance: 6 } },
    { xAxis: part.end },
  ])
  const low = Math.min(...known, chart.typical ?? Infinity)
  return {
    height: 200,
    option: {
      grid: { left: 44, right: 12, top: 26, bottom: 26 },
      xAxis: timeAxis(chart, clock),
      yAxis: { ...valueAxis(), scale: true, min: low < 0 ? Math.floor(low) : Math.floor((low * 0.9) / 10) * 10, name: chart.unit, nameTextStyle: { color: FAINT, align: "left", fontSize: SIZE }, nameGap: 10 },
      series: [{
        type: "line", data: values.map((value, index) => [chart.times?.[index], value]), showSymbol: values.length < 40, symbolSize: 5, connectNulls: false,
        silent: true, lineStyle: { color: MARK, width: 2 }, itemStyle: { color: MARK },
        markLine: { silent: true, symbol: "none", data: [...marks, ...lines], lineStyle: { color: "var(--mark-faint)", type: [4, 3], width: 1 }, label: { color: FAINT, position: "insideEndTop", fontSize: SIZE } },
        markArea: { silent: true, data: [...titles, ...band] },
      }],
    },
  }
}

function bars(/** @type {Chart} */ chart, /** @type {(seconds: number) => string} */ _clock, /** @type {number} */ width) {
  const names = chart.names ?? []
  const room = labelRoom(names, width)
  return {
    height: names.length * 26 + 8,
    option: {
      grid: { left: room + 12, right: 56, top: 4, bottom: 4 },
      xAxis: { type: "value", show: false, min: 0 },
      yAxis: nameAxis(names, room),
      series: [{
        type: "bar", silent: true, data: chart.values, barWidth: 12, itemStyle: { color: MARK, borderRadius: [0, 2, 2, 0] },
        label: { show: true, position: "right", color: INK, fontSize: SIZE, formatter: ({ value }) => round(value) },
      }],
    },
  }
}

function pairs(/** @type {Chart} */ chart, /** @type {(seconds: number) => string} */ _clock, /** @type {number} */ width) {
  const names = chart.names ?? []
  const room = labelRoom(names, width)
  const bar = (/** @type {string | undefined} */ name, /** @type {any} */ data, /** @type {any} */ style) => ({
    type: "bar", name, silent: true, data, barWidth: 10, barGap: "20%", itemStyle: style,
    label: { show: true, position: "right", color: INK, fontSize: SIZE, formatter: ({ value }) => round(value) },
  })
  return {
    height: names.length * 42 + 40,
    option: {
      legend: { left: room + 8, top: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: INK, fontSize: SIZE }, selectedMode: false,
        formatter: (/** @type {string} */ name) => (name === chart.first_name ? name : `${name} (${chart.unit})`) },
      grid: { left: room + 12, right: 56, top: 30, bottom: 4 },
      xAxis: { type: "value", show: false, min: 0 },
      yAxis: nameAxis(names, room),
      series: [
        bar(chart.first_name, chart.first, { color: "var(--inset)", borderColor: "var(--mark-faint)", borderWidth: 1 }),
        bar(chart.second_name, chart.second, { color: MARK }),
      ],
    },
  }
}

function moments(/** @type {Chart} */ chart, /** @type {(seconds: number) => string} */ clock, /** @type {number} */ width) {
  const rows = chart.rows ?? []
  const room = labelRoom(rows, width)
  return {
    height: rows.length * 30 + 34,
    option: {
      grid: { left: room + 12, right: 14, top: 4, bottom: 26 },
      xAxis: timeAxis(chart, clock),
      yAxis: { ...nameAxis(rows, room), splitLine: { show: true, lineStyle: { color: LINE, type: [2, 3] } }, axisLine: { show: false } },
      series: [{ type: "scatter", silent: true, symbolSize: 11, itemStyle: { color: MARK, opacity: 1 }, data: (chart.points ?? []).map((point) => [point.at, point.row]) }],
    },
  }
}

/** Pixels for the longest of `names`: a Han character is as wide as it is high. */
function labelRoom(/** @type {string[]} */ names, /** @type {number} */ width) {
  const wide = (/** @type {string} */ name) => [...name].reduce((sum, char) => sum + (char > "\u2e7f" ? SIZE : SIZE * 0.56), 0)
  return Math.ceil(Math.min(Math.max(24, ...names.map(wide)) + 2, width * 0.38))
}

function round(/** @type {number} */ value) {
  return String(Math.round(value * 10) / 10)
}
