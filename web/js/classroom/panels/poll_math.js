/**
 * What polls add up to, and the table of who answered what. Pure.
 *
 * @typedef {{choices: number[], number: number | null, text: string}} Answer
 * @typedef {{id: number, at: number, kind: "single"|"multiple"|"number"|"text", question: string, options: string[],
 *   correct: number[], anonymous: boolean, phase: "open"|"closed", shown: boolean, answered: number,
 *   counts: number[], values: string[], answers: Record<string, Answer>}} Poll
 * @typedef {{label: string, count: number, share: number, correct: boolean}} Bar  `share` of those who answered, 0 … 1
 */

const BINS = 8 // bars of numbers that differ
const LISTED = 50 // different texts

/** How many could answer: trainees and guests who are here. @param {Record<string, any>} people */
export function expected(people) {
  return Object.values(people).filter(({ role, present, lobby }) =>
    present && !lobby && ["trainee", "guest"].includes(role)).length
}

/** The result as bars. @param {Poll} poll @returns {Bar[]} */
export function bars(poll) {
  if (poll.kind === "number") return distribution(poll.values.map(Number))
  if (poll.kind === "text") return frequencies(poll.values)
  return poll.options.map((label, index) => bar(label, poll.counts[index] ?? 0, poll.answered, poll.correct.includes(index)))
}

function bar(/** @type {string} */ label, /** @type {number} */ count, /** @type {number} */ of, correct = false) {
  return { label, count, share: of ? count / of : 0, correct }
}

/** Numbers: one bar each while they are few, otherwise as many equal steps. @param {number[]} values @returns {Bar[]} */
export function distribution(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const different = [...new Set(sorted)]
  const count = (/** @type {(value: number) => boolean} */ fits) => sorted.filter(fits).length
  if (different.length <= BINS) {
    return different.map((value) => bar(short(value), count((other) => other === value), sorted.length))
  }
  const [low, high] = [sorted[0], sorted[sorted.length - 1]]
  const step = (high - low) / BINS
  return Array.from({ length: BINS }, (_, index) => {
    const [from, to, last] = [low + index * step, low + (index + 1) * step, index === BINS - 1]
    return bar(`${short(from)} – ${short(to)}`, count((v) => v >= from && (last || v < to)), sorted.length)
  })
}

/** Half of the numbers are not above it; null for none. @param {number[]} values */
export function median(values) {
  if (!values.length) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Arithmetic mean; null for none. @param {number[]} values */
export function mean(values) {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}

/** A number with at most four digits that count. @param {number} value */
export function short(value) {
  return String(Number(value.toPrecision(4)))
}

/** Texts, the most frequent first; case and spaces make no difference. @param {string[]} texts @returns {Bar[]} */
export function frequencies(texts) {
  /** @type {Map<string, {label: string, count: number}>} */
  const found = new Map()
  for (const text of texts) {
    const key = text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()
    const there = found.get(key) ?? { label: text, count: 0 }
    found.set(key, { ...there, count: there.count + 1 })
  }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, LISTED)
    .map(({ label, count }) => bar(label, count, texts.length))
}

/** What somebody answered, in words. @param {Poll} poll @param {Answer} answer */
export function answerInWords(poll, answer) {
  if (poll.kind === "number") return answer.number === null ? "" : String(answer.number)
  if (poll.kind === "text") return answer.text
  return answer.choices.map((index) => poll.options[index]).join("; ")
}

/** Was it right? null where nothing is right or wrong. @param {Poll} poll @param {Answer} answer */
export function isRight(poll, answer) {
  if (!poll.correct.length) return null
  return poll.correct.length === answer.choices.length && poll.correct.every((index) => answer.choices.includes(index))
}

/**
 * A table as CSV (RFC 4180, with the mark that tells spreadsheets it is UTF-8). A text that a
 * spreadsheet would take for a formula gets an apostrophe before it.
 * @param {(string | number)[][]} rows
 */
export function csv(rows) {
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`
}

function cell(/** @type {string | number} */ value) {
  if (typeof value === "number") return String(value)
  const text = /^[\s\p{Cf}]*[=+\-@＝＋－＠\t\r]/u.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
