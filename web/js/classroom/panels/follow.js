/** A list that follows what is new, unless its reader has scrolled up. */

const NEAR = 48 // pixels from the end that still count as there

export class Following {
  constructor() {
    this.atEnd = true
    this.unread = 0
  }

  /** The reader scrolled. @param {{scrollTop: number, clientHeight: number, scrollHeight: number}} list */
  scrolled({ scrollTop, clientHeight, scrollHeight }) {
    this.atEnd = scrollHeight - scrollTop - clientHeight <= NEAR
    if (this.atEnd) this.unread = 0
  }

  /**
   * Lines came. Returns whether to go to the end: what one wrote oneself is always shown.
   * @param {number} lines @param {boolean} own
   */
  came(lines, own) {
    if (own) this.atEnd = true
    this.unread = this.atEnd ? 0 : this.unread + lines
    return this.atEnd
  }
}
