// The smaller tools of a lesson: countdown, roll-call, handouts.
import { CountdownTool } from "jt/classroom/panels/countdown.js"
import { HandoutsTool } from "jt/classroom/panels/handouts.js"
import { prompts } from "jt/classroom/panels/prompts.js"
import { RollCallTool } from "jt/classroom/panels/roll_call.js"

export class ToolsPanel {
  /** @param {HTMLElement} element @param {import("jt/classroom/panels/parts.js").PanelRoom} room */
  constructor(element, room) {
    const place = prompts(element)
    this.seen = new Set()
    this.element = element
    this.countdown = new CountdownTool(element, room, place)
    this.call = new RollCallTool(element, room, place)
    this.tools = [this.countdown, this.call, new HandoutsTool(element, room)]
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    for (const tool of this.tools) tool.show(state, event)
    if (!event) this.see(state)
  }

  /** Files that were handed out while nobody looked. @param {import("jt/classroom/panels/parts.js").State} state */
  badge(state) {
    if (this.element.clientHeight) this.see(state)
    return state.handouts.filter((/** @type {{id: string}} */ { id }) => !this.seen.has(id)).length
  }

  see(/** @type {any} */ state) {
    for (const { id } of state.handouts) this.seen.add(id)
  }

  close() {
    this.countdown.ticking.run(false)
    this.call.ticking.run(false)
  }
}
