// What the panels of the live lesson share. Text is always text: nothing here knows innerHTML.
import { pieces } from "jt/classroom/panels/links.js"

const SURE_MS = 4000

/**
 * What the page gives a panel. `send` says whether the message went out; `now` is the room's clock.
 * @typedef {{
 *   send(type: string, fields?: Record<string, unknown>): boolean, words: Record<string, string>,
 *   me: string, now(): number, path: string, announce(sentence: string): void,
 * }} PanelRoom
 * @typedef {any} State  the room's state, as `state.js` has it
 */

/** The element called `name` inside `node`. @returns {any} */
export function at(/** @type {ParentNode} */ node, /** @type {string} */ name) {
  return node.querySelector(`[data-part="${name}"]`)
}

/** A copy of the `<template data-part=name>` inside `node`. @returns {HTMLElement} */
export function copy(/** @type {ParentNode} */ node, /** @type {string} */ name) {
  const template = /** @type {any} */ (node.querySelector(`template[data-part="${name}"]`))
  return template.content.firstElementChild.cloneNode(true)
}

/**
 * Make the children of `list` those of `things`, in their order. Who is there already is kept, with
 * the focus inside it.
 * @template T
 * @param {HTMLElement} list @param {T[]} things @param {(thing: T) => string | number} key
 * @param {() => HTMLElement} make @param {(node: HTMLElement, thing: T) => void} fill
 */
export function keyed(list, things, key, make, fill) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)
  const held = list.contains(focused)
  const there = new Map([...list.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]))
  const wanted = things.map((thing) => {
    const name = String(key(thing))
    const node = /** @type {HTMLElement} */ (there.get(name) ?? make())
    there.delete(name)
    node.dataset.key = name
    fill(node, thing)
    return node
  })
  for (const gone of there.values()) gone.remove()
  let next = list.firstElementChild
  for (const node of wanted) {
    if (node === next) next = next.nextElementSibling
    else list.insertBefore(node, next)
  }
  if (held && document.activeElement !== focused) (focused?.isConnected ? focused : list).focus({ preventScroll: true })
}

/**
 * Buttons with `data-do` inside `element` do what `acts` says, given the key of the row they stand
 * in. Those with `data-sure` ask once more by their own words.
 * @param {HTMLElement} element @param {Record<string, (key: string, button: HTMLButtonElement) => void>} acts
 */
export function wire(element, acts) {
  element.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button[data-do]")
    if (!(button instanceof HTMLButtonElement) || !acts[button.dataset.do ?? ""]) return
    if (button.dataset.sure && !confirmed(button)) return
    const row = /** @type {HTMLElement | null} */ (button.closest("[data-key]"))
    acts[button.dataset.do ?? ""](row?.dataset.key ?? "", button)
  })
}

/** The second click within a moment counts. */
function confirmed(/** @type {HTMLButtonElement} */ button) {
  if (button.classList.contains("is-asking")) return true
  const word = at(button, "word") ?? button
  const before = word.textContent
  word.textContent = button.dataset.sure ?? ""
  button.classList.add("is-asking")
  setTimeout(() => {
    word.textContent = before
    button.classList.remove("is-asking")
  }, SURE_MS)
  return false
}

/** Put what somebody wrote into `node`; addresses become links. */
export function write(/** @type {HTMLElement} */ node, /** @type {string} */ text) {
  node.replaceChildren(...pieces(text).map((piece) => {
    if (!piece.href) return piece.text
    return Object.assign(document.createElement("a"), {
      textContent: piece.text, href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow",
    })
  }))
}

/** @param {State} state @param {string} me */
export function leads(state, me) {
  return ["teacher", "assistant"].includes(state.people[me]?.role)
}

/** May write, vote and answer. @param {State} state @param {string} me */
export function takesPart(state, me) {
  const own = state.people[me]
  return Boolean(own) && !own.lobby && own.role !== "supervisor"
}

/** Sees results and private lines. @param {State} state @param {string} me */
export function seesAll(state, me) {
  return leads(state, me) || state.people[me]?.role === "supervisor"
}

/** Show a moment of the room as the hour it was here. @param {HTMLElement} node @param {number} at @param {number} now */
export function showTime(node, at, now) {
  const moment = new Date(Date.now() - (now - at))
  const time = /** @type {HTMLTimeElement} */ (node)
  time.dateTime = moment.toISOString()
  time.textContent = moment.toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hour12: false,
  })
}

/** Give a file made here to the person. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
