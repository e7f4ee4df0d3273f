/**
 * Questions in the order a teacher wants them. Pure.
 *
 * @typedef {{id: number, at: number, person: string, name: string, text: string, votes: number,
 *   voters: string[], answered_at: number | null}} Question
 */

/** Still to answer, most wanted first, then the older one. @param {Question[]} questions */
export function open(questions) {
  return questions.filter((q) => q.answered_at === null).sort((a, b) => b.votes - a.votes || a.id - b.id)
}

/** Answered, the last one first. @param {Question[]} questions */
export function answered(questions) {
  return questions.filter((q) => q.answered_at !== null)
    .sort((a, b) => Number(b.answered_at) - Number(a.answered_at) || b.id - a.id)
}
