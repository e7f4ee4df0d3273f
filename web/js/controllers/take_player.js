import { fill } from "jt/lib/clock.js"
import { lanes } from "jt/player/lanes.js"
import { Player } from "jt/player/player.js"
import { Slides } from "jt/player/slides.js"
import { Timeline, indexAt } from "jt/player/timeline.js"

/** The player of a take: picture, slides, transcript and ribbon on one playhead. */
export default class extends Player {
  static targets = ["commentCount"]
  static values = { take: String, src: String, slides: String, duration: Number, picture: Boolean }

  /** @type {Slides | undefined} */ slides

  async connect() {
    super.connect()
    const { signal } = this.leaving
    document.addEventListener("click", (event) => this.#jumpButton(event), { signal })
    for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => this.#clipLight(event), { signal })
    document.addEventListener("take:report", () => this.#load(), { signal })
    document.addEventListener("take:comments", (event) => this.#comments(/** @type {CustomEvent} */ (event).detail), { signal })
    await this.#load()
  }

  disconnect() {
    super.disconnect()
    this.slides?.close()
  }

  moved(seconds) {
    super.moved(seconds)
    const turn = this.turns[indexAt(this.turns, seconds, (one) => one.at)] ?? this.turns[0]
    if (this.slides) this.slides.show(turn?.page ?? 1)
    document.dispatchEvent(new CustomEvent("take:time", { detail: seconds }))
  }

  async #load() {
    const names = document.querySelector(".report") ? ["timeline", "transcript", "report"] : ["timeline", "transcript"]
    const [timeline, transcript, report] = await Promise.all(names.map((name) => this.#json(name)))
    if (this.leaving.signal.aborted) return
    const shape = timeline ?? { duration: this.durationValue }
    const first = !this.playback
    this.turns = shape.slides ?? []
    if (first) this.start(new Timeline(shape), this.srcValue)
    this.pictureTarget.hidden = !this.pictureValue
    this.read((Array.isArray(transcript) ? transcript : transcript?.segments ?? transcript?.transcript) ?? report?.transcript ?? [])
    this.ribbon.draw(lanes(shape, report))
    this.ribbon.comments(this.remarks ?? [])
    if (first) await this.#openSlides()
    this.moved(this.playback.now)
  }

  async #openSlides() {
    this.element.classList.toggle("player--voice", !this.pictureValue && !this.slidesValue)
    if (!this.slidesValue) return
    const label = (page, pages) => fill(this.words.page, { page, pages })
    this.slides = new Slides(this.slideTarget.querySelector("canvas"), label)
    try {
      await this.slides.open(this.slidesValue)
    } catch (problem) {
      console.warn("the slides could not be opened", problem)
      return this.say(this.words.no_slides)
    }
    this.slideTarget.hidden = false
    this.viewsTarget.hidden = !this.pictureValue
  }

  #comments(comments) {
    this.remarks = comments
    this.ribbon?.comments(comments)
    this.commentCountTarget.textContent = comments.length ? String(comments.length) : ""
  }

  #jumpButton(event) {
    const button = event.target.closest("[data-jump]")
    if (!button || !this.playback) return
    this.playback.playFrom(Number(button.dataset.jump))
    if (!button.closest(".player")) this.element.scrollIntoView({ block: "start" })
  }

  #clipLight(event) {
    if (!this.ribbon || event.target.closest?.(".player")) return
    const clip = event.target.closest?.("[data-jump]")
    if (!clip && !this.clipLit) return
    this.clipLit = Boolean(clip)
    this.light(clip ? { start: Number(clip.dataset.jump), end: Number(clip.dataset.until ?? clip.dataset.jump) + 0.1 } : null)
  }

  async #json(name) {
    const answer = await fetch(`${this.takeValue}/${name}.json`, { signal: this.leaving.signal }).catch(() => null)
    return answer?.ok ? answer.json() : null
  }
}
