// A poll's result: bars with words and numbers, and for leaders who answered what.
import { at, copy, keyed, save } from "jt/classroom/panels/parts.js"
import { answerInWords, bars, csv, isRight, mean, median, short } from "jt/classroom/panels/poll_math.js"
import { fill } from "jt/lib/clock.js"

/** @typedef {import("jt/classroom/panels/poll_math.js").Poll} Poll */

/**
 * @param {HTMLElement} place @param {HTMLElement} panel with the template of a bar
 * @param {Poll} poll @param {Record<string, string>} words
 */
export function showBars(place, panel, poll, words) {
  const found = bars(poll)
  const longest = Math.max(...found.map(({ share }) => share), Number.EPSILON)
  keyed(at(place, "bars"), found.map((bar, index) => ({ ...bar, index })), ({ index }) => index, () => copy(panel, "bar"), (node, bar) => {
    at(node, "label").textContent = bar.label
    at(node, "number").textContent = fill(words.poll_count, { n: bar.count, percent: Math.round(bar.share * 100) })
    at(node, "line").style.inlineSize = `${(poll.kind === "number" || poll.kind === "text" ? bar.share / longest : bar.share) * 100}%`
    at(node, "right").hidden = !bar.correct
    node.classList.toggle("bar--right", bar.correct)
  })
  at(place, "none").hidden = found.some(({ count }) => count)
  const summary = at(place, "summary")
  const numbers = poll.kind === "number" ? poll.values.map(Number) : []
  summary.hidden = !numbers.length
  if (numbers.length) {
    summary.textContent = fill(words.poll_numbers, { mean: short(Number(mean(numbers))), median: short(Number(median(numbers))) })
  }
}

/**
 * Who answered what, in the order of the list of people.
 * @param {Poll} poll @param {Record<string, any>} people @param {Record<string, string>} words
 * @returns {{id: string, name: string, answer: string, right: boolean | null}[]}
 */
export function answersByName(poll, people, words) {
  return Object.entries(poll.answers).map(([id, answer]) => ({
    id, name: people[id]?.name ?? words.poll_gone, answer: answerInWords(poll, answer), right: isRight(poll, answer),
  })).sort((a, b) => a.name.localeCompare(b.name))
}

/** @param {HTMLElement} place @param {HTMLElement} panel @param {ReturnType<typeof answersByName>} rows @param {Record<string, string>} words */
export function showTable(place, panel, rows, words) {
  keyed(at(place, "rows"), rows, ({ id }) => id, () => copy(panel, "row"), (node, row) => {
    at(node, "name").textContent = row.name
    at(node, "answer").textContent = row.answer
    at(node, "right").textContent = row.right === null ? "" : row.right ? words.poll_is_right : words.poll_is_wrong
  })
}

/** @param {Poll} poll @param {ReturnType<typeof answersByName>} rows @param {Record<string, string>} words */
export function saveTable(poll, rows, words) {
  const right = (/** @type {boolean | null} */ value) => (value === null ? "" : value ? words.poll_is_right : words.poll_is_wrong)
  const table = rows.map(({ id, name, answer, right: was }) =>
    [name, poll.kind === "number" ? Number(poll.answers[id].number) : answer, ...(poll.correct.length ? [right(was)] : [])])
  const head = [words.poll_name, poll.question, ...(poll.correct.length ? [words.poll_right_column] : [])]
  const name = poll.question.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40)
  save(new Blob([csv([head, ...table])], { type: "text/csv" }), `${name || "poll"}.csv`)
}
