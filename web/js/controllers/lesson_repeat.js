import { Behaviour } from "jt/lib/behaviour.js"

/** Shows only the fields that the chosen way of repeating needs. Without scripts all are there. */
export default class extends Behaviour {
  static targets = ["how", "more", "end", "times", "until", "days"]

  connect() { this.show() }

  show() {
    const repeats = this.howTarget.value !== "no"
    const times = this.endTarget.value === "times"
    this.moreTarget.hidden = !repeats
    this.timesTarget.hidden = !(repeats && times)
    this.untilTarget.hidden = !(repeats && !times)
    this.daysTarget.hidden = this.howTarget.value !== "days"
  }
}
