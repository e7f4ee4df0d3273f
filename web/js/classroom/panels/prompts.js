// What wants an answer now stands above everything, whichever panel one is looking at.

const PLACE = "live-prompts"

/** The page's one place for prompts. @param {HTMLElement} element any panel */
export function prompts(element) {
  const root = element.closest("main") ?? document.body
  const there = root.querySelector(`.${PLACE}`)
  const place = /** @type {HTMLElement} */ (there ?? Object.assign(document.createElement("div"), { className: PLACE }))
  if (!there) root.append(place)
  return new Prompts(place)
}

export class Prompts {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place
  }

  /**
   * The prompt called `name`, made and introduced when it is not there.
   * @param {string} name @param {() => HTMLElement} make @param {(node: HTMLElement) => void} [made]
   */
  show(name, make, made) {
    const there = this.find(name)
    if (there) return there
    const node = make()
    node.dataset.prompt = name
    this.place.append(node)
    made?.(node)
    return node
  }

  remove(/** @type {string} */ name) {
    this.find(name)?.remove()
  }

  find(/** @type {string} */ name) {
    return /** @type {HTMLElement | null} */ (this.place.querySelector(`[data-prompt="${name}"]`))
  }
}
