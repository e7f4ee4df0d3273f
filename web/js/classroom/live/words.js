// Sentences of the live page.
import { fill } from "jt/lib/clock.js"

/**
 * @typedef {(name: string, holes?: Record<string, string|number>) => string} Say
 * @typedef {(name: string) => HTMLElement} Find  the element with this `data-room`
 */

/** @param {Record<string, string>} words @returns {Say} by the name after "room.say.live." */
export function sayer(words) {
  return (name, holes = {}) => fill(words[`live.${name}`] ?? name, holes)
}

/** Change a text only where it differs: screen readers hear each change. @param {HTMLElement} element */
export function put(element, /** @type {string} */ text) {
  if (element.textContent !== text) element.textContent = text
}

/** @param {string} tag @param {string} className @param {string} [text] */
export function make(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text })
}
