import { Controller } from "@hotwired/stimulus"

/** Saves what the page holds as a file, without asking the server again. */
export default class extends Controller {
  static targets = ["content"]

  save() {
    const content = /** @type {HTMLTextAreaElement} */ (this.targets.find("content")).value
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }))
    link.download = /** @type {HTMLElement} */ (this.element).dataset.downloadNameValue ?? ""
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }
}
