/** What a key press means in a field whose text is sent with Enter. Pure. */

/**
 * Does this key press send? Not with Shift, and not while an input method composes: there Enter
 * chooses a candidate (229 is what browsers send that tell of it no other way).
 * @param {{key: string, shiftKey: boolean, isComposing: boolean, keyCode: number, repeat?: boolean}} press
 */
export function sends({ key, shiftKey, isComposing, keyCode, repeat }) {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229 && !repeat
}

/** What is left to send after `sent` has arrived: what was written since. @param {string} value @param {string} sent */
export function rest(value, sent) {
  return value.startsWith(sent) ? value.slice(sent.length).replace(/^\n/, "") : value
}
