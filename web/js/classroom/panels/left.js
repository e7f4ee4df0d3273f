/** How much time is left. Pure. */

/** Whole seconds until `until`, rounded up, never less than 0. @param {number} until ms @param {number} now ms */
export function secondsLeft(until, now) {
  return Math.max(0, Math.ceil((until - now) / 1000))
}

/** Is this a moment to say it aloud: one minute, ten seconds, the end? @param {number} before seconds left a tick ago @param {number} left */
export function isWorthSaying(before, left) {
  return [60, 10, 0].some((mark) => before > mark && left <= mark)
}

/** 1536 → "1.5 KB". @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`
  const [value, unit] = bytes < 1 << 20 ? [bytes / 1024, "KB"] : [bytes / (1 << 20), "MB"]
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`
}
