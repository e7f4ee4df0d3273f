import { Behaviour } from "jt/lib/behaviour.js"

/** A menu behind a <summary>: closed by Escape, by a click beside it, and when the focus goes on. */
export default class extends Behaviour {
  static targets = ["word"]

  close() {
    if (!this.element.hasAttribute("open")) return
    this.element.removeAttribute("open")
    this.wordTarget.focus()
  }

  left({ relatedTarget }) {
    if (relatedTarget) this.outside({ target: relatedTarget })
  }

  outside({ target }) {
    if (!this.element.contains(target)) this.element.removeAttribute("open")
  }
}
