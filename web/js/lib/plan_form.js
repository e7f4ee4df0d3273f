/**
 * @typedef {{title: string, minutes: number, activity: string, key_points: string[],
 *   questions: string[], first_slide: number | null}} SegmentBody
 * @typedef {{title: string, language: string, aims: string[], key_points: string[],
 *   difficult_points: string[], glossary: string[], segments: SegmentBody[]}} PlanBody
 * @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control
 */

/**
 * The plan as the form shows it.
 * @param {HTMLElement} form
 * @returns {PlanBody}
 */
export function readPlan(form) {
  const segments = [...form.querySelectorAll(".segment")].map(readFields)
  return /** @type {PlanBody} */ ({ ...readFields(form), segments })
}

/**
 * Show `body` in the form; `blank` makes an empty segment.
 * @param {HTMLElement} form
 * @param {PlanBody} body
 * @param {() => HTMLElement} blank
 */
export function writePlan(form, body, blank) {
  writeFields(form, body)
  const list = form.querySelector(".segments")
  list?.replaceChildren(...body.segments.map((segment) => {
    const made = blank()
    writeFields(made, segment)
    return made
  }))
}

/**
 * The control at a place the server names: "title", "segments.2.minutes".
 * @param {HTMLElement} form
 * @param {string} place
 * @returns {Control | undefined}
 */
export function controlAt(form, place) {
  const [, index, field] = /^segments\.(\d+)\.(\w+)$/.exec(place) ?? [null, null, place]
  const scope = index === null ? form : form.querySelectorAll(".segment")[Number(index)]
  return scope && controls(scope).find((control) => control.dataset.field === field)
}

/**
 * The controls of a form or of one segment, without those of segments inside a form.
 * @param {Element} scope
 * @returns {Control[]}
 */
function controls(scope) {
  /** @type {NodeListOf<Control>} */
  const all = scope.querySelectorAll("[data-field]")
  return [...all].filter((control) => scope.matches(".segment") || !control.closest(".segment"))
}

/** @param {Element} scope */
function readFields(scope) {
  return Object.fromEntries(controls(scope).map((control) => [control.dataset.field, value(control)]))
}

/**
 * @param {Element} scope
 * @param {Record<string, any>} fields
 */
function writeFields(scope, fields) {
  for (const control of controls(scope)) {
    const given = fields[control.dataset.field ?? ""]
    control.value = Array.isArray(given) ? given.join("\n") : String(given ?? "")
  }
}

/** @param {Control} control */
function value(control) {
  if ("lines" in control.dataset) return control.value.split("\n").map((line) => line.trim()).filter(Boolean)
  if (control.dataset.field === "minutes") return Number(control.value) || 0
  if (control.dataset.field === "first_slide") return Math.trunc(Number(control.value)) || null
  return control.value.trim()
}
