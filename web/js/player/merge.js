/** The timeline of a class that goes on, with what came since. Pure. */

const BY_TIME = ["marks", "slides", "moments", "people"]

/**
 * @param {any} told timeline.json
 * @param {any} since the same with `?after=`: what came, or changed, from second `since.after` on
 * @returns {any}
 */
export function merged(told, since) {
  if (since.after === undefined) return since
  const { after, chat_ids: ids, ...fresh } = since
  const there = new Set(ids)
  const before = (/** @type {any} */ entry) => entry.at < after
  return {
    ...fresh,
    ...Object.fromEntries(BY_TIME.map((name) => [name, [...told[name].filter(before), ...since[name]]])),
    chat: [...told.chat.filter(before), ...since.chat].filter((line) => there.has(line.id)),
    strokes: replaced(told.strokes, since.strokes, (stroke) => `${stroke.page} ${stroke.id} ${stroke.at}`),
    sharing: replaced(told.sharing, since.sharing, (one) => one.start),
    lines: [...told.lines.filter((/** @type {any} */ line) => line.start < after), ...since.lines],
  }
}

/** @template T @param {T[]} old @param {T[]} fresh @param {(thing: T) => string | number} key */
function replaced(old, fresh, key) {
  const all = new Map(old.map((thing) => [key(thing), thing]))
  for (const thing of fresh) all.set(key(thing), thing)
  return [...all.values()]
}
