/**
 * What a chat shows of the room's lines. Pure.
 *
 * @typedef {{id: number, at: number, person: string, name: string, text: string, to: ""|"leaders"}} ChatLine
 */

const TOGETHER_MS = 120_000

/** Does `line` go on where the one `before` it stopped, so that it needs no name of its own? @param {ChatLine | undefined} before @param {ChatLine} line */
export function goesOn(before, line) {
  return Boolean(before) && before?.person === line.person && before.to === line.to
    && line.at - before.at < TOGETHER_MS
}

/** The number of one's own last line; 0 for none. @param {{id: number, person: string}[]} lines @param {string} me */
export function lastOwn(lines, me) {
  return lines.findLast(({ person }) => person === me)?.id ?? 0
}

/** Lines after number `seen`. @param {ChatLine[]} lines @param {number} seen */
export function after(lines, seen) {
  return lines.filter(({ id }) => id > seen)
}
