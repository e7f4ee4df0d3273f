/**
 * Comments as the page shows them. Pure. Seconds are those of what is shown.
 *
 * @typedef {{id: string, parent: string, kind: string, at: number, until: number | null, text: string, author: string,
 *   part: string, audience: string, draft: boolean, drawing: Drawing | null, mentions: {id: string, name: string}[],
 *   created: string, edited: boolean, deleted: boolean, resolved: boolean, resolved_by: string, hidden: boolean,
 *   mine: boolean, may_resolve: boolean, may_hide: boolean}} Comment
 * @typedef {{over: "content" | "camera", aspect: number, lines: {colour: any, width: number, points: number[]}[]}} Drawing
 * @typedef {{head: Comment, replies: Comment[]}} Thread
 */

export const LINGERS = 4 // seconds a remark about a moment counts as being talked about

/** Threads in order of time, each with its replies as they came. @param {Comment[]} comments @returns {Thread[]} */
export function threads(comments) {
  const heads = comments.filter((one) => !one.parent)
  const found = new Map(heads.map((head) => [head.id, { head, replies: /** @type {Comment[]} */ ([]) }]))
  for (const one of comments) found.get(one.parent)?.replies.push(one)
  for (const { replies } of found.values()) replies.sort((a, b) => a.created.localeCompare(b.created))
  return [...found.values()].sort((a, b) => a.head.at - b.head.at)
}

/** Those a filter lets through. @param {Thread[]} all @param {string} filter "" | "open" | "mine" | "question" … */
export function chosen(all, filter) {
  if (filter === "open") return all.filter(({ head }) => !head.resolved && !head.draft && !head.deleted)
  if (filter === "mine") return all.filter(({ head, replies }) => head.mine || replies.some(({ mine }) => mine))
  return filter ? all.filter(({ head }) => head.kind === filter) : all
}

/** Until when a remark is about what is seen. @param {Comment} one */
export function endOf(one) {
  return Math.max(one.until ?? 0, one.at + LINGERS)
}

/** The threads about what is seen at `seconds`. @param {Thread[]} all @param {number} seconds */
export function about(all, seconds) {
  return all.filter(({ head }) => head.at <= seconds + 0.05 && seconds < endOf(head))
}

/** What is drawn at `seconds`, of what is neither hidden nor gone. @param {Thread[]} all @param {number} seconds @returns {Drawing[]} */
export function drawnAt(all, seconds) {
  return about(all, seconds).flatMap(({ head, replies }) =>
    [head, ...replies].flatMap((one) => (one.drawing && !one.hidden ? [one.drawing] : [])))
}

/**
 * Text cut where it calls somebody it may call. @param {string} text @param {{name: string}[]} mentions
 * @returns {{text: string, called: boolean}[]}
 */
export function calls(text, mentions) {
  const names = mentions.map(({ name }) => `@${name}`).sort((a, b) => b.length - a.length)
  const found = []
  let plain = ""
  for (let at = 0; at < text.length;) {
    const name = names.find((one) => text.startsWith(one, at))
    if (name) {
      if (plain) found.push({ text: plain, called: false })
      found.push({ text: name, called: true })
      plain = ""
    }
    else plain += text[at]
    at += name?.length ?? 1
  }
  return plain ? [...found, { text: plain, called: false }] : found
}

/**
 * The name being called at the caret, from behind its @; null: none is.
 * @param {string} text @param {number} caret
 */
export function callingAt(text, caret) {
  const found = /(?:^|[\s\p{P}\p{Script=Han}])@([^\s@]{0,20})$/u.exec(text.slice(0, caret))
  return found ? found[1] : null
}
