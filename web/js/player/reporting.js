import { Evidence } from "jt/player/evidence.js"

const EVERY_MS = 15_000
const OLDEST_MS = 12 * 3600_000 // a page that was left open so long begins another visit
const KEY = "watching:"

/**
 * @typedef {{sitting: string, who: string, now: number, edition: number}} Visit  watching.json
 * @typedef {{moment: number, place: number, rate: number, counts: boolean}} Now
 */

/** Tells the server what was played. What it did not hear is kept in the browser, and told another time. */
export class Reporting {
  /**
   * @param {string} address to report to
   * @param {Visit} visit
   * @param {(told: any) => void} told what the server knows now
   */
  constructor(address, visit, told) {
    this.address = address
    this.told = told
    this.since = visit.now - performance.now()
    const before = /** @type {{visit: Visit, next: number} | null} */ (read(sessionStorage, `${KEY}${address}`))
    const goesOn = before && before.visit.who === visit.who && before.visit.edition === visit.edition &&
      visit.now - before.visit.now < OLDEST_MS // the page was reloaded
    this.visit = goesOn ? before.visit : visit
    this.evidence = new Evidence(goesOn ? before.next : 0)
    /** @type {[number, number] | null} */
    this.place = null
    this.placeKnown = true
    this.timer = setInterval(() => this.send(), EVERY_MS)
    this.#keep()
    this.#tellOlder()
  }

  /** Our clock, ms. */
  get now() {
    return this.since + performance.now()
  }

  /** The playhead is here. @param {number} seconds @param {number} rate @param {boolean} counts */
  at(seconds, rate, counts) {
    const moment = this.now
    this.evidence.at({ moment, place: seconds * 1000, rate, counts })
    if (!counts) return
    this.place = [Math.round(moment), Math.round(seconds * 1000)]
    this.placeKnown = false
  }

  /** Tell the server now; `leaving`: the page goes away. */
  async send(leaving = false) {
    const runs = this.evidence.unsent()
    this.#keep()
    if (!runs.length && this.placeKnown) return
    const { place } = this
    const answer = await post(this.address, this.#body(runs, place), leaving)
    if (!answer) return
    this.evidence.known(runs)
    if (this.place === place) this.placeKnown = true
    this.#keep()
    if (answer.ok && !leaving) this.told(await answer.json())
  }

  close() {
    clearInterval(this.timer)
    this.send(true)
  }

  #body(/** @type {number[][]} */ runs, /** @type {[number, number] | null} */ place) {
    return { sitting: this.visit.sitting, edition: this.visit.edition, runs, place }
  }

  #keep() {
    const { visit, evidence, address } = this
    write(sessionStorage, `${KEY}${address}`, { visit, next: evidence.next })
    const runs = evidence.unsent()
    const key = `${KEY}${visit.who}:${visit.sitting}`
    write(localStorage, key, runs.length ? { address, body: this.#body(runs, this.place) } : null)
  }

  /** Tell what earlier pages of the same person could not. */
  async #tellOlder() {
    const mine = `${KEY}${this.visit.who}:`
    const keys = attempt(() => Object.keys(localStorage)) ?? []
    for (const key of keys.filter((one) => one.startsWith(mine) && !one.endsWith(this.visit.sitting))) {
      const { address, body } = read(localStorage, key) ?? {}
      const answer = address ? await post(address, body) : true
      if (answer) write(localStorage, key, null)
    }
  }
}

/** The server's answer, or null where it gave none and is to be asked again. */
async function post(/** @type {string} */ address, /** @type {any} */ body, keepalive = false) {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
  const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "application/json" }
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), keepalive }).catch(() => null)
  return answer && (answer.ok || [400, 404, 413].includes(answer.status)) ? answer : null
}

function read(/** @type {Storage} */ store, /** @type {string} */ key) {
  return attempt(() => JSON.parse(store.getItem(key) ?? "null"))
}

function write(/** @type {Storage} */ store, /** @type {string} */ key, /** @type {any} */ value) {
  attempt(() => (value === null ? store.removeItem(key) : store.setItem(key, JSON.stringify(value))))
}

/** @template T @param {() => T} act @returns {T | null} */
function attempt(act) {
  try {
    return act()
  } catch {
    return null // a browser that keeps nothing
  }
}
