import * as echarts from "echarts"
import { clock } from "jt/lib/clock.js"
import { options } from "jt/report/options.js"

/**
 * @typedef {{kind: "curve" | "bars" | "pairs" | "moments", unit: string, duration?: number,
 *   times?: number[], values?: (number | null)[], names?: string[], starts?: (number | null)[],
 *   sections?: {start: number, end: number, title: string}[],
 *   low?: number | null, high?: number | null, typical?: number | null,
 *   first?: number[], second?: number[], first_name?: string, second_name?: string,
 *   rows?: string[], points?: {at: number, row: number, text: string}[]}} Chart
 */

const PAPER = 440 // pixels a chart has on A4, see report.css

/**
 * Draw every `[data-chart]` below `root`, again whenever its width changes, and for paper.
 * @param {ParentNode} root
 * @returns {() => void} stops following
 */
export function drawAll(root) {
  const figures = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-chart]")])
  const leaving = new AbortController()
  const follow = new ResizeObserver((seen) => {
    for (const { target } of seen) draw(/** @type {HTMLElement} */ (target))
  })
  for (const figure of figures) follow.observe(figure)
  addEventListener("beforeprint", () => figures.forEach((figure) => draw(figure, PAPER)), { signal: leaving.signal })
  addEventListener("afterprint", () => figures.forEach((figure) => draw(figure)), { signal: leaving.signal })
  return () => {
    follow.disconnect()
    leaving.abort()
  }
}

/** @param {HTMLElement} figure @param {number} [width] pixels */
function draw(figure, width = Math.round(figure.clientWidth)) {
  if (!width || figure.dataset.width === String(width)) return
  figure.dataset.width = String(width)
  const shape = /** @type {Chart} */ (JSON.parse(figure.dataset.chart ?? "{}"))
  const font = getComputedStyle(figure).fontFamily.replaceAll('"', "'") // it lands in an attribute
  const { option, height } = options(shape, clock, width, font)
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height })
  chart.setOption(option)
  const drawn = chart.renderToSVGString().replace(/<style[^]*?<\/style>/g, "") // hover rules: we have none, and CSP refuses them
  chart.dispose()
  const svg = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement
  svg.setAttribute("aria-hidden", "true")
  figure.replaceChildren(document.adoptNode(svg))
}
