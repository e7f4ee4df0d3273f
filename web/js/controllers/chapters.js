import { Behaviour } from "jt/lib/behaviour.js"
import { moved } from "jt/lib/moved.js"

/** Chapters as fields: the arrow keys move one by a second, with Shift by ten; what is changed offers to be saved. */
export default class extends Behaviour {
  step(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    event.target.value = moved(event.target.value, event.shiftKey ? 10 * by : by)
    this.offer(event)
  }

  offer({ target }) {
    const button = target.form.querySelector("button")
    button.classList.remove("button--quiet")
  }
}
