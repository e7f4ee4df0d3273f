import { clock } from "jt/lib/clock.js"

/** A place in a recording (3:07, 1:03:07), moved by seconds; never before 0:00. What is no place counts as 0:00. */
export function moved(place, by) {
  const parts = /^(?:(\d+):)?(\d+):(\d\d)$/.exec(place.trim().replaceAll("：", ":")) ?? []
  const [hours, minutes, seconds] = [1, 2, 3].map((part) => Number(parts[part] ?? 0))
  return clock(Math.max(0, hours * 3600 + minutes * 60 + seconds + by))
}
