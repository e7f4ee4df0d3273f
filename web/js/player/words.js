/**
 * @typedef {{start: number, end: number, word: string}} Word
 * @typedef {{start: number, end: number, text: string, corrected?: boolean, words: Word[],
 *   person?: string, name?: string}} Segment  `name`: who spoke, where that is known
 * @typedef {{text: string, word: Word | null}} Piece  a word, or what was set between words
 */

/**
 * The segment's text for reading, cut into its timed words and the marks between them. A word that
 * the text does not hold (it was corrected by hand) is left to the text around it.
 * @param {Segment} segment
 * @returns {Piece[]}
 */
export function pieces(segment) {
  const found = /** @type {Piece[]} */ ([])
  let at = 0
  for (const word of segment.words) {
    const text = word.word.trim()
    const place = text ? segment.text.indexOf(text, at) : -1
    if (place < 0) continue
    if (place > at) found.push({ text: segment.text.slice(at, place), word: null })
    found.push({ text, word })
    at = place + text.length
  }
  if (at < segment.text.length) found.push({ text: segment.text.slice(at), word: null })
  return found
}

/**
 * Which segments hold `query`, ignoring case, spaces and the marks we added.
 * @param {Segment[]} segments
 * @param {string} query
 * @returns {number[]} indices
 */
export function search(segments, query) {
  const wanted = plain(query)
  if (!wanted) return []
  return segments.flatMap((segment, index) => plain(segment.text).includes(wanted) ? [index] : [])
}

/** @param {string} text */
function plain(text) {
  return text.toLowerCase().replace(/[\s\p{P}]+/gu, "")
}
