import { Behaviour } from "jt/lib/behaviour.js"
import { clock, fill } from "jt/lib/clock.js"
import { Reporting } from "jt/player/reporting.js"

const SHORT = 3 // seconds that nobody needs to be led to

/** What the person watched of a recording: reported as it happens, and shown. */
export default class extends Behaviour {
  static targets = ["words", "share", "ribbon", "visits", "times", "sittings"]
  static values = { url: String }

  leaving = new AbortController()
  /** @type {Reporting | undefined} */ reporting

  connect() {
    this.words = JSON.parse(this.wordsTarget.textContent)
    this.leaving = new AbortController()
    const { signal } = this.leaving
    const player = /** @type {any} */ (document.querySelector(".lesson-player"))?.player
    if (player) this.#begin(player)
    else document.addEventListener("player:ready", (event) => this.#begin(/** @type {CustomEvent} */ (event).detail), { signal, once: true })
    this.element.addEventListener("click", (event) => this.#play(/** @type {Element} */ (event.target)), { signal })
  }

  disconnect() {
    this.leaving.abort()
    this.reporting?.close()
  }

  #begin(player) {
    const { signal } = this.leaving
    this.player = player
    if (!player.watched) return // not known: it will not be counted either
    this.show(player.watched)
    const reporting = this.reporting = new Reporting(this.urlValue, player.watched, (told) => this.show(told))
    const video = /** @type {HTMLVideoElement} */ (player.videoTarget)
    const look = () => reporting.at(player.now, video.playbackRate, this.#counts(video))
    document.addEventListener("player:time", look, { signal })
    for (const name of ["pause", "waiting", "seeking", "ratechange", "ended"]) video.addEventListener(name, look, { signal })
    for (const name of ["pause", "ended"]) video.addEventListener(name, () => reporting.send(), { signal })
    document.addEventListener("visibilitychange", () => {
      look()
      if (document.visibilityState === "hidden") reporting.send(true)
    }, { signal })
    addEventListener("pagehide", () => { look(); reporting.send(true) }, { signal })
  }

  /** Does it play so that somebody can see or hear it? */
  #counts(/** @type {HTMLVideoElement} */ video) {
    const there = document.visibilityState === "visible" || (!video.muted && video.volume > 0)
    return there && !video.paused && !video.seeking && !video.ended && video.readyState > HTMLMediaElement.HAVE_CURRENT_DATA
  }

  /** Draw what the server knows. @param {{share: number, parts: [number, number][], sittings: any[]}} told */
  show({ share, parts, sittings }) {
    const { words } = this
    this.ribbonTarget.hidden = !parts.length
    if (!parts.length) return
    this.shareTarget.textContent = share >= 1 ? words.whole : fill(words.share, { n: Math.floor(share * 100) })
    const all = this.player.duration
    const gaps = this.player.timeline.gaps.map((/** @type {any} */ gap) => [gap.start, gap.end])
    const edges = [...parts, ...gaps].sort((a, b) => a[0] - b[0])
    const rest = between(edges, all).filter(([from, to]) => to - from >= SHORT)
    this.ribbonTarget.replaceChildren(
      ...parts.map(([from, to]) => stretch("span", words.part, from, to, all)),
      ...rest.map(([from, to]) => stretch("button", words.rest, from, to, all)),
    )
    this.visitsTarget.hidden = sittings.length < 1
    this.timesTarget.textContent = fill(words.sittings, { n: sittings.length })
    this.sittingsTarget.replaceChildren(...sittings.map((sitting) => this.#sitting(sitting)).reverse())
  }

  #sitting({ began, ended, played }) {
    const language = document.documentElement.lang
    const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", weekday: "short" })
    const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    const item = document.createElement("li")
    item.textContent = fill(this.words.sitting, {
      day: day.format(began), from: time.format(began), to: time.format(ended), n: clock(played / 1000),
    })
    return item
  }

  #play(/** @type {Element} */ target) {
    const rest = /** @type {HTMLElement | null} */ (target.closest("[data-from]"))
    if (rest) this.player?.playFrom(Number(rest.dataset.from))
  }
}

/** What lies between `stretches`, which are in order of their beginnings. @param {number[][]} stretches @param {number} all */
function between(stretches, all) {
  const found = []
  let reached = 0
  for (const [start, end] of [...stretches, [all, all]]) {
    if (start > reached) found.push([reached, start])
    reached = Math.max(reached, end)
  }
  return found
}

/** @param {"span" | "button"} tag */
function stretch(tag, /** @type {string} */ words, /** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ all) {
  const made = document.createElement(tag)
  const label = fill(words, { from: clock(from), to: clock(to) })
  made.title = label
  if (made instanceof HTMLButtonElement) {
    made.type = "button"
    made.dataset.from = String(from)
    made.setAttribute("aria-label", label)
  }
  made.style.insetInlineStart = `${(from / all) * 100}%`
  made.style.inlineSize = `${((to - from) / all) * 100}%`
  return made
}
