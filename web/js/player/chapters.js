import { clock } from "jt/lib/clock.js"
import { indexAt } from "jt/player/timeline.js"

/** @typedef {{at: number, title: string, thumb: string}} Chapter */

/** The chapters as a strip of small pictures; the one that plays is marked and in view. */
export class Chapters {
  /**
   * @param {HTMLElement} list
   * @param {Chapter[]} chapters
   * @param {(seconds: number) => void} jump
   */
  constructor(list, chapters, jump) {
    this.list = list
    this.chapters = chapters
    this.current = -1
    this.items = chapters.map((chapter, at) => this.#item(chapter, at, jump))
    list.hidden = !chapters.length
    list.replaceChildren(...this.items)
  }

  follow(/** @type {number} */ seconds) {
    const at = indexAt(this.chapters, seconds, (chapter) => chapter.at)
    if (at === this.current) return
    this.items[this.current]?.firstElementChild?.removeAttribute("aria-current")
    this.current = at
    const item = this.items[at]
    if (!item) return
    item.firstElementChild?.setAttribute("aria-current", "true")
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
    this.list.scrollTo({ left: item.offsetLeft - this.list.clientWidth / 3, behavior: calm ? "auto" : "smooth" })
  }

  /** Where the chapter before (-1) or after (1) `seconds` begins; the one that plays begins again first. */
  beside(/** @type {number} */ seconds, /** @type {number} */ step) {
    if (!this.chapters.length) return null
    const at = indexAt(this.chapters, seconds, (chapter) => chapter.at)
    const again = step < 0 && at >= 0 && seconds - this.chapters[at].at > 3
    return this.chapters[again ? at : at + step]?.at ?? null
  }

  #item(/** @type {Chapter} */ { at, title, thumb }, /** @type {number} */ number, /** @type {(seconds: number) => void} */ jump) {
    const item = document.createElement("li")
    const button = document.createElement("button")
    button.type = "button"
    button.className = "chapter-strip__one"
    button.addEventListener("click", () => jump(at))
    const picture = document.createElement("span")
    picture.className = "chapter-strip__picture"
    if (thumb) {
      const image = new Image(160, 90)
      image.loading = "lazy"
      image.alt = ""
      image.src = thumb
      picture.append(image)
    } else picture.textContent = String(number + 1)
    const time = document.createElement("span")
    time.className = "chapter-strip__time"
    time.textContent = clock(at)
    picture.append(time)
    const name = document.createElement("span")
    name.className = "chapter-strip__title"
    name.textContent = title
    name.dir = "auto"
    button.append(picture, name)
    item.append(button)
    return item
  }
}
