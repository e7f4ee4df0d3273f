/**
 * What was written and not yet saved, kept in this browser. Where storage is switched off it keeps
 * nothing, silently: saving on the server goes on.
 * @template T
 */
export class LocalCopy {
  /** @param {string} key */
  constructor(key) {
    this.key = key
  }

  /** @returns {T | null} */
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null")
    } catch {
      return null
    }
  }

  /** @param {T} value */
  write(value) {
    try {
      localStorage.setItem(this.key, JSON.stringify(value))
    } catch {
      // full or forbidden
    }
  }

  clear() {
    try {
      localStorage.removeItem(this.key)
    } catch {
      // forbidden
    }
  }
}
