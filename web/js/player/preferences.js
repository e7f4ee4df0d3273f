/** How somebody likes to watch: kept in their browser. */

/** What was kept under `name`, where it is one of `choices` (or any). @param {string} name @param {string} other @param {string[]} [choices] */
export function kept(name, other, choices) {
  try {
    const value = localStorage.getItem(`player:${name}`) ?? other
    return !choices || choices.includes(value) ? value : other
  } catch {
    return other // a browser that keeps nothing
  }
}

export function keep(/** @type {string} */ name, /** @type {string} */ value) {
  try {
    localStorage.setItem(`player:${name}`, value)
  } catch {
    // the same
  }
}
