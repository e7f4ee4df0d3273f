// A stroke as the shape that is filled: its outline, in thousandths of the page's width.
import { getStroke } from "perfect-freehand"
import { isPressed } from "./ink.js"

export const ACROSS = 1000

/**
 * @typedef {["M", number, number] | ["Q", number, number, number, number] | ["Z"]} Step  of a path
 * @typedef {import("./ink.js").Stroke} Stroke
 */

/** @param {Stroke} stroke @param {number} aspect width of the page by its height @returns {Step[]} */
export function shape(stroke, aspect) {
  const input = []
  for (let i = 0; i + 2 < stroke.points.length; i += 3) {
    const [x, y, pressure] = stroke.points.slice(i, i + 3)
    input.push([x / 10, y / 10 / aspect, pressure / 10_000])
  }
  return outlined(getStroke(input, {
    size: stroke.width,
    thinning: stroke.colour === "marker" ? 0 : 0.5,
    smoothing: 0.5,
    streamline: 0.3,
    simulatePressure: !isPressed(stroke.points),
    last: true,
  }))
}

/** A closed curve through the middles of an outline's sides. @param {number[][]} points @returns {Step[]} */
export function outlined(points) {
  if (points.length < 3) return []
  const middle = (/** @type {number[]} */ a, /** @type {number[]} */ b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  const start = middle(points[points.length - 1], points[0])
  /** @type {Step[]} */
  const steps = [["M", start[0], start[1]]]
  for (const [index, point] of points.entries()) {
    const to = middle(point, points[(index + 1) % points.length])
    steps.push(["Q", point[0], point[1], to[0], to[1]])
  }
  return [...steps, ["Z"]]
}
