// The panels at the side and over the slide: mounted where the page has them, told what changes.
const NAMES = ["chat", "questions", "polls", "people", "tools", "board"]

/**
 * @typedef {import("jt/classroom/seats.js").RoomState} RoomState
 * @typedef {import("jt/classroom/panels/people.js").Room} Room
 * @typedef {{show(state: RoomState, event: any): void, badge?(state: RoomState): number, tick?(): void}} Panel
 */

export class Panels {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    /** @type {Map<string, Panel>} */
    this.there = new Map()
    /** @type {((name: string) => RoomState) | undefined} */
    this.stateFor = undefined
  }

  /** Load and mount what the page has a place for. @param {Room} room */
  async mount(room) {
    await Promise.all(NAMES.map(async (name) => {
      const place = /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-panel="${name}"]`))
      if (!place?.childElementCount) return
      const module = await import(`jt/classroom/panels/${name}.js`)
      const Panel = module[`${name[0].toUpperCase()}${name.slice(1)}Panel`]
      this.there.set(name, new Panel(place, room))
    }))
  }

  /**
   * @param {(name: string) => RoomState} stateFor @param {any} event
   * @param {string[]} [names]  only these
   */
  show(stateFor, event, names) {
    for (const [name, panel] of this.there) {
      if (names && !names.includes(name)) continue
      panel.show(stateFor(name), event)
    }
    this.stateFor = stateFor
    this.showBadges()
  }

  tick() {
    for (const panel of this.there.values()) panel.tick?.()
    this.showBadges()
  }

  /** What was looked at counts no more. */
  showBadges() {
    for (const [name, panel] of this.there) if (this.stateFor && panel.badge) this.badge(name, panel.badge(this.stateFor(name)))
  }

  badge(/** @type {string} */ name, /** @type {number} */ count) {
    const place = /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-badge="${name}"]`))
    if (!place) return
    place.hidden = !count
    if (place.textContent !== String(count)) place.textContent = String(count)
  }

  /** Open a tab by its number, from 1. */
  open(/** @type {number} */ number) {
    const tabs = /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-tab]"))
    tabs[number - 1]?.click()
    tabs[number - 1]?.focus()
  }
}
