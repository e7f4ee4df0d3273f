// What is done to a recording: operations in order, undone and redone, and what they leave. Pure.

/**
 * @typedef {[number, number]} Stretch seconds [start, end)
 * @typedef {{op: "cut", start: number, end: number}
 *   | {op: "trim", start: number, end: number | null}
 *   | {op: "mute", person: string, start: number, end: number | null}
 *   | {op: "hide", person: string, how: "blur" | "slate", start: number, end: number | null}
 *   | {op: "captions", language: string, text: string}
 *   | {op: "reword", start: number, text: string}} Operation
 */

const MOST = 200 // steps that can be undone

/** Operations, and those before and after them. */
export class History {
  /** @type {Operation[][]} */ #past = []
  /** @type {Operation[][]} */ #future = []

  constructor(/** @type {Operation[]} */ operations = []) { this.operations = operations }

  get undoable() { return this.#past.length > 0 }
  get redoable() { return this.#future.length > 0 }

  /** Add operations as one step. */
  add(/** @type {Operation[]} */ ...more) {
    this.#step([...this.operations.filter((old) => !more.some((one) => replaces(one, old))), ...more])
  }

  remove(/** @type {number} */ index) { this.#step(this.operations.filter((_, at) => at !== index)) }

  undo() { this.#move(this.#past, this.#future) }
  redo() { this.#move(this.#future, this.#past) }

  #step(/** @type {Operation[]} */ operations) {
    this.#past = [...this.#past, this.operations].slice(-MOST)
    this.#future = []
    this.operations = operations
  }

  #move(/** @type {Operation[][]} */ from, /** @type {Operation[][]} */ to) {
    const found = from.pop()
    if (!found) return
    to.push(this.operations)
    this.operations = found
  }
}

/** Whether an operation is instead of an older one: there is one file of captions for a language, one wording of a line. */
function replaces(/** @type {Operation} */ one, /** @type {Operation} */ old) {
  if (one.op === "captions" && old.op === "captions") return one.language === old.language
  if (one.op === "reword" && old.op === "reword") return one.start === old.start
  return one.op === "trim" && old.op === "trim"
}

/** Stretches in order inside [0, duration]; those that touch are one. */
export function merged(/** @type {Stretch[]} */ stretches, /** @type {number} */ duration, closer = 0) {
  /** @type {Stretch[]} */ const found = []
  const inside = stretches.map(([start, end]) => /** @type {Stretch} */ ([Math.max(0, start), Math.min(duration, end)]))
  for (const [start, end] of inside.filter(([a, b]) => b > a).sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1)
    if (last && start - last[1] <= closer) last[1] = Math.max(last[1], end)
    else found.push([start, end])
  }
  return found
}

/** What is cut out, as it will be but for the last hundredths of a second. */
export function cutsOf(/** @type {Operation[]} */ operations, /** @type {number} */ duration) {
  /** @type {Stretch[]} */ const found = []
  for (const one of operations) {
    if (one.op === "cut") found.push([one.start, one.end])
    else if (one.op === "trim") found.push([0, one.start], [one.end ?? duration, duration])
  }
  return merged(found, duration, 0.5)
}

/** Where nobody is to be heard at all, or (by `hidden`) seen. */
export function silencesOf(/** @type {Operation[]} */ operations, /** @type {number} */ duration) {
  return merged(operations.flatMap((one) => (one.op === "mute" && !one.person ? [/** @type {Stretch} */ ([one.start, one.end ?? duration])] : [])), duration)
}

/** Where the camera's picture is hidden whoever is in it. */
export function hiddenOf(/** @type {Operation[]} */ operations, /** @type {number} */ duration) {
  return merged(operations.flatMap((one) => (one.op === "hide" && !one.person ? [/** @type {Stretch} */ ([one.start, one.end ?? duration])] : [])), duration)
}

/** The stretch that holds a second, if any. */
export function at(/** @type {Stretch[]} */ stretches, /** @type {number} */ second) {
  return stretches.find(([start, end]) => start <= second && second < end)
}

/** Seconds that are left. */
export function left(/** @type {Operation[]} */ operations, /** @type {number} */ duration) {
  return duration - cutsOf(operations, duration).reduce((sum, [start, end]) => sum + end - start, 0)
}

/**
 * Chosen lines as stretches: those that follow each other are one, with the pause between them.
 * @param {{start: number, end: number}[]} lines
 * @param {Set<number>} chosen numbers of lines
 */
export function stretchesOf(lines, chosen) {
  /** @type {Stretch[]} */ const found = []
  let before = -2
  for (const number of [...chosen].sort((a, b) => a - b)) {
    const { start, end } = lines[number]
    const last = found.at(-1)
    if (last && number === before + 1) last[1] = Math.max(last[1], end)
    else found.push([start, end])
    before = number
  }
  return found
}

/** Seconds as one types them, with tenths: 1:03:07.5. */
export function precise(/** @type {number} */ seconds) {
  const tenths = Math.round(seconds * 10)
  const [hours, minutes] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60]
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0")
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`
}

/** What somebody typed as seconds; NaN where it is no time. */
export function typed(/** @type {string} */ text) {
  const found = /^(?:(\d{1,2})[:：])?(\d{1,3})[:：](\d{1,2}(?:[.．]\d{1,3})?)$/.exec(text.trim())
  if (!found) return /^\d{1,6}(\.\d{1,3})?$/.test(text.trim()) ? Number(text) : NaN
  const [, hours = "0", minutes, seconds] = found
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace("．", "."))
}
