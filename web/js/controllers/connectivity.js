import { Behaviour } from "jt/lib/behaviour.js"
import { codecs, device, hls, media, page, relay, socket } from "jt/classroom/trials.js"

const CLOCK_OFF = 2000 // ms a clock may be wrong before anybody notices

/** The page of connections: tries one thing after the other and says what came of it. */
export default class extends Behaviour {
  static targets = ["line", "summary", "again", "devices"]
  static values = { setup: Object }

  connect() {
    this.start()
  }

  results = /** @type {Record<string, string>} */ ({})

  async start() {
    this.againTarget.disabled = true
    for (const line of this.lineTargets) this.#show(line.dataset.line, { state: "trying" })
    this.summaryTarget.textContent = this.#word("trying")
    this.summaryTarget.className = "notice"
    this.results = {}
    const { ice } = this.setupValue
    await this.#try("page", page)
    const { socket: line, clock } = await socket()
    this.#tell("socket", line)
    this.#tell("clock", this.#clock(clock))
    this.#tell("codecs", codecs())
    this.#tell("hls", hls())
    await this.#try("udp", () => media([], false))
    await this.#try("relay_udp", () => relay(ice, false))
    await this.#try("relay_tcp", () => relay(ice, true))
    await this.#devices(false)
    this.#conclude()
    this.againTarget.disabled = false
  }

  /** Asks for the microphone and the camera. */
  async devices() {
    await this.#devices(true)
    this.#conclude()
  }

  async #devices(ask) {
    await this.#try("microphone", () => device("audio", ask))
    await this.#try("camera", () => device("video", ask))
  }

  async #try(name, trial) {
    this.#tell(name, await Promise.resolve().then(trial).catch(() => ({ state: "fails" })))
  }

  #clock(off) {
    if (off === null) return { state: "untried" }
    const seconds = (Math.abs(off) / 1000).toFixed(1)
    const detail = seconds === "0.0" ? "< 0.1\u00a0s" : `${off < 0 ? "−" : "+"}${seconds}\u00a0s`
    return { state: Math.abs(off) > CLOCK_OFF ? "fails" : "works", detail }
  }

  #tell(name, result) {
    if (!this.element.isConnected) return
    this.results[name] = result.state
    this.#show(name, result)
  }

  #show(name, { state, detail = "" }) {
    const line = this.lineTargets.find((each) => each.dataset.line === name)
    if (!line) return
    line.dataset.state = state
    line.querySelector("[data-part=word]").textContent = this.#word(state)
    line.querySelector("[data-part=detail]").textContent = detail
    line.querySelector("[data-part=todo]").hidden = state !== "fails"
  }

  /** What it comes to: live, only as a stream, or not at all. */
  #conclude() {
    const ok = (...names) => names.some((name) => this.results[name] === "works")
    const joined = ok("page") && ok("socket")
    const live = joined && ok("codecs") && ok("udp", "relay_udp", "relay_tcp")
    const outcome = live ? "live" : joined && ok("hls") ? "stream" : "nothing"
    this.summaryTarget.textContent = this.#word(outcome)
    this.summaryTarget.className = `notice notice--${{ live: "good", stream: "warn", nothing: "bad" }[outcome]}`
  }

  #word(name) {
    return this.setupValue.words[name]
  }
}
