import { Controller } from "@hotwired/stimulus"

/** Copies what a read-only field holds, and says so. */
export default class extends Controller {
  static targets = ["source", "word"]

  async copy() {
    const source = /** @type {HTMLInputElement} */ (this.targets.find("source"))
    source.select()
    try {
      await navigator.clipboard.writeText(source.value)
    } catch {
      return // without the right to it the text stays selected, ready for Ctrl+C
    }
    const word = /** @type {HTMLElement} */ (this.targets.find("word"))
    word.textContent = /** @type {HTMLElement} */ (this.element).dataset.copyDoneValue ?? ""
  }
}
