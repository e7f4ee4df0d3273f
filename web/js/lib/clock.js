/**
 * A place in a recording as people say it: 3:07, 1:03:07.
 * @param {number} seconds
 * @returns {string}
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const tail = String(rest).padStart(2, "0")
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`
}

/**
 * `sentence` with its `{name}`s filled in, as the server's translator does.
 * @param {string} sentence
 * @param {Record<string, string | number>} params
 */
export function fill(sentence, params) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole))
}
