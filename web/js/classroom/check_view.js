// The check before a rehearsal: each line a word, what it is, and what to do about it.
import { fill } from "jt/lib/clock.js"

export class CheckView {
  /** @param {import("jt/classroom/room_view.js").Find} find @param {Record<string, string>} words */
  constructor(find, words) {
    this.find = find
    this.words = words
  }

  get mirror() {
    return /** @type {HTMLVideoElement} */ (this.find("mirror"))
  }

  /** May the rehearsal begin? @param {import("jt/classroom/state.js").RoomState} state */
  showReady(state) {
    const ready = state.media === "connected"
    const button = /** @type {HTMLButtonElement} */ (this.find("start"))
    button.disabled = !ready
    this.find("notReady").hidden = ready
    if (ready) this.line("connection", "good", this.words.connected)
    else if (state.media === "lost") this.line("connection", "bad", this.words.unconnected)
  }

  /** @param {"connecting"|"connected"|"failed"|"refused"} status @param {string} [sentence] */
  showConnection(status, sentence) {
    if (status === "failed") this.line("connection", "bad", this.words.unconnected)
    else if (status === "refused") this.line("connection", "bad", sentence ?? this.words.unconnected)
    else if (status === "connecting") this.line("connection", "", this.words.connecting)
  }

  showSlides(/** @type {boolean} */ good) {
    if (!good) this.line("slides", "bad", this.words.slides_failed)
  }

  /** @param {"microphone"|"camera"} kind @param {string} sentence */
  showTrouble(kind, sentence) {
    const place = this.find(`${kind}Trouble`)
    place.textContent = sentence
    place.hidden = !sentence
    if (kind === "camera") {
      this.find("noPicture").hidden = !sentence
      if (sentence) this.find("hint").textContent = ""
    }
  }

  showProblem(/** @type {string} */ sentence) {
    this.find("problem").textContent = sentence
  }

  /** @param {import("jt/classroom/level.js").Level} level */
  showLevel(level) {
    const meter = this.find("meter")
    const bar = /** @type {HTMLElement} */ (meter.firstElementChild)
    bar.style.inlineSize = `${Math.round(level.share * 100)}%`
    meter.setAttribute("aria-valuenow", String(Math.round(level.share * 100)))
    meter.classList.toggle("is-clipped", level.hint === "clipped")
    const said = level.hint ? this.words[`level_${level.hint}`] : this.words.level_good
    if (this.find("levelHint").textContent !== said) this.find("levelHint").textContent = said
  }

  /** @param {{key: string, sentence: string}[]} hints */
  showHints(hints) {
    const place = this.find("hint")
    const said = hints.map(({ sentence }) => sentence).join(" ")
    if (place.textContent !== said) place.textContent = said
    place.dataset.good = String(hints.every(({ key }) => key === "hint.good"))
  }

  /** @param {"microphone"|"camera"} kind @param {MediaDeviceInfo[]} devices @param {MediaStreamTrack} track */
  showChoices(kind, devices, track) {
    const chosen = track.getSettings().deviceId
    const list = /** @type {HTMLSelectElement} */ (this.find(kind))
    list.replaceChildren(...devices.map(({ deviceId, label }, index) => {
      const name = label || fill(this.words.device, { n: index + 1 })
      return new Option(name, deviceId, deviceId === chosen, deviceId === chosen)
    }))
    list.disabled = devices.length < 2
  }

  line(/** @type {string} */ name, /** @type {string} */ tone, /** @type {string} */ sentence) {
    const place = this.find(name)
    place.textContent = sentence
    place.dataset.tone = tone
  }
}
