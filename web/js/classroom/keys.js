// Every control of a room has a key.

/** @type {Record<string, string>} */
const REHEARSAL = {
  ArrowRight: "forward", PageDown: "forward", " ": "forward", ArrowLeft: "back", PageUp: "back",
  n: "nextSegment", p: "pause", e: "askEnd", v: "toggleSelf", t: "toggleCaptions", l: "growCaptions",
  s: "shareScreen", f: "fullscreen", "?": "help",
}

/** @type {Record<string, string>} */
export const LESSON = {
  ArrowRight: "forward", PageDown: "forward", " ": "forward", ArrowLeft: "back", PageUp: "back",
  n: "nextSegment", i: "inviteNext", p: "course", e: "askEnd", w: "toggleWhiteboard",
  h: "toggleHand", m: "toggleMicrophone", v: "toggleCamera", s: "shareScreen", r: "openReactions",
  x: "leaveStage", d: "openDevices", g: "toggleLight", t: "toggleCaptions", l: "growCaptions",
  o: "openMore", f: "fullscreen", "?": "help",
  1: "openTab1", 2: "openTab2", 3: "openTab3", 4: "openTab4", 5: "openTab5",
}

/**
 * The action of a key press, or "" where it belongs to something else: a form field, a dialog, a
 * shortcut of the browser; the space bar also to a button.
 * @param {KeyboardEvent} event @param {Record<string, string>} keys
 */
export function actionOf(event, keys = REHEARSAL) {
  if (event.ctrlKey || event.metaKey || event.altKey) return ""
  const target = /** @type {Element} */ (event.target)
  if (target.closest?.("input, select, textarea, dialog[open]")) return ""
  if (event.key === " " && target.closest?.("button, a, summary")) return ""
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const once = event.repeat && !["forward", "back"].includes(keys[key])
  return once ? "" : keys[key] ?? ""
}
