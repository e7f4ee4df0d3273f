import { Controller } from "@hotwired/stimulus"
import { fill } from "jt/lib/clock.js"

/** Sends slides as soon as they are chosen, says how far it is, and what was wrong if it was. */
export default class extends Controller {
  static targets = ["form", "file", "button", "progress", "said", "share", "problem"]

  connect() {
    const { slidesUploadWordsValue } = /** @type {HTMLElement} */ (this.element).dataset
    this.words = JSON.parse(slidesUploadWordsValue ?? "{}")
    this.find("button").hidden = true // choosing a file sends it
  }

  /** @param {Event} event */
  send(event) {
    event.preventDefault()
    const form = /** @type {HTMLFormElement} */ (this.find("form"))
    const file = /** @type {HTMLInputElement} */ (this.find("file"))
    if (!file.files?.length) return
    const request = new XMLHttpRequest()
    request.open("POST", form.action)
    request.setRequestHeader("accept", "application/json")
    request.upload.addEventListener("progress", ({ loaded, total }) => this.sent(loaded, total))
    request.addEventListener("load", () => this.answered(request))
    request.addEventListener("error", () => this.failed(this.words.failed))
    request.send(new FormData(form))
    file.disabled = true
    this.find("problem").hidden = true
    this.find("progress").hidden = false
    this.sent(0, 1)
  }

  /**
   * @param {number} loaded
   * @param {number} total bytes
   */
  sent(loaded, total) {
    const percent = Math.round((100 * loaded) / Math.max(1, total))
    this.find("share").style.inlineSize = `${percent}%`
    const sentence = percent < 100 ? fill(this.words.sending, { percent }) : this.words.reading
    this.find("said").textContent = sentence
  }

  /** @param {XMLHttpRequest} request */
  answered(request) {
    if (request.status < 400) {
      location.reload()
      return
    }
    try {
      this.failed(JSON.parse(request.responseText).sentence)
    } catch {
      this.failed(this.words.failed)
    }
  }

  /** @param {string} sentence */
  failed(sentence) {
    const file = /** @type {HTMLInputElement} */ (this.find("file"))
    file.disabled = false
    file.value = ""
    this.find("progress").hidden = true
    this.find("problem").textContent = sentence
    this.find("problem").hidden = false
    file.focus()
  }

  /** @param {string} name */
  find(name) {
    return /** @type {HTMLElement} */ (this.targets.find(name))
  }
}
