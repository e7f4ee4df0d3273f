/**
 * A rubric's form, read from the editor's fields and written into them.
 *
 * @typedef {{label: string, low: number | null, high: number | null, hint: string}} GradeBody
 * @typedef {{id: string, title: string, hint: string, scale: string, weight: number, low: number, high: number, step: number, grades: GradeBody[]}} ItemBody
 * @typedef {{title: string, hint: string, language: string, total: string, items: ItemBody[]}} FormBody
 */

/** The most points a form can give, or null where it adds nothing up. @param {FormBody} form */
export function mostOf(form) {
  if (form.total !== "sum") return null
  const most = (/** @type {ItemBody} */ item) => {
    if (item.scale === "points") return item.high
    return item.scale === "levels" ? Math.max(0, ...item.grades.map(({ low }) => low ?? 0)) : 0
  }
  return Math.round(form.items.reduce((sum, item) => sum + most(item) * item.weight, 0) * 100) / 100
}

/** An id no item has yet. @param {{id: string}[]} items */
export function freshId(items) {
  const taken = new Set(items.map(({ id }) => id))
  let n = items.length + 1
  while (taken.has(`i${n}`)) n += 1
  return `i${n}`
}

/** What the fields of `scope` itself say, without those of parts within it. @param {Element} scope */
export function readFields(scope) {
  return Object.fromEntries(fieldsOf(scope).map((field) => [field.dataset.field, valueOf(field)]))
}

/** @param {Element} scope @param {Record<string, any>} values */
export function writeFields(scope, values) {
  for (const field of fieldsOf(scope)) field.value = String(values[field.dataset.field ?? ""] ?? "")
}

/** @returns {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]} */
function fieldsOf(/** @type {Element} */ scope) {
  const inner = scope.matches(".rubric-grade") ? null : scope.matches(".rubric-item") ? ".rubric-grade" : ".rubric-item"
  return /** @type {any[]} */ ([...scope.querySelectorAll("[data-field]")].filter((field) => !inner || !field.closest(inner)))
}

function valueOf(/** @type {any} */ field) {
  if (field.type !== "number") return field.value.trim()
  return field.value === "" ? null : Number(field.value)
}
