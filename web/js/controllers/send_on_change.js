import { Behaviour } from "jt/lib/behaviour.js"

/** A form that is sent as soon as something else is chosen; its button is for those without scripts. */
export default class extends Behaviour {
  static targets = ["button"]

  connect() { for (const button of this.buttonTargets) button.hidden = true }

  send() { /** @type {HTMLFormElement} */ (this.element).requestSubmit() }
}
