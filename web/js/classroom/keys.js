// Every control of the rehearsal room has a key.

/** @type {Record<string, string>} */
const KEYS = {
  ArrowRight: "forward", PageDown: "forward", " ": "forward", ArrowLeft: "back", PageUp: "back",
  n: "nextSegment", p: "pause", e: "askEnd", v: "toggleSelf", t: "toggleCaptions", l: "growCaptions",
  s: "shareScreen", f: "fullscreen", "?": "help",
}

/**
 * The action of a key press, or "" where it belongs to something else: a form field, a dialog, a
 * shortcut of the browser; the space bar also to a button.
 * @param {KeyboardEvent} event
 */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return ""
  const target = /** @type {Element} */ (event.target)
  if (target.closest?.("input, select, textarea, dialog[open]")) return ""
  if (event.key === " " && target.closest?.("button, a, summary")) return ""
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const once = event.repeat && !["forward", "back"].includes(KEYS[key])
  return once ? "" : KEYS[key] ?? ""
}
