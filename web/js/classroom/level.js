// How loud the microphone is, and what that means: silent, too quiet, clipped.

const SILENT_AFTER_MS = 5000
const QUIET_DB = -48
const SILENT_DB = -75
const CLIPPED_FOR_MS = 3000
const FLOOR_DB = -60

/** @typedef {{share: number, db: number, hint: ""|"silent"|"quiet"|"clipped"}} Level */

/** Pure: what a series of measurements amounts to. */
export class LevelJudge {
  constructor() {
    this.soundAt = -Infinity
    this.voiceAt = -Infinity
    this.clippedAt = -Infinity
    /** @type {number | null} */
    this.began = null
  }

  /**
   * @param {number} now ms @param {number} rms 0…1 @param {number} peak 0…1
   * @returns {Level}
   */
  judge(now, rms, peak) {
    this.began ??= now
    const db = 20 * Math.log10(Math.max(rms, 1e-6))
    if (db > SILENT_DB) this.soundAt = now
    if (db > QUIET_DB) this.voiceAt = now
    if (peak >= 0.99) this.clippedAt = now
    const share = Math.min(1, Math.max(0, (db - FLOOR_DB) / -FLOOR_DB))
    return { share, db, hint: this.hint(now) }
  }

  /** @returns {Level["hint"]} */
  hint(/** @type {number} */ now) {
    const began = this.began ?? now
    if (now - this.clippedAt < CLIPPED_FOR_MS) return "clipped"
    if (now - Math.max(began, this.soundAt) > SILENT_AFTER_MS) return "silent"
    return now - Math.max(began, this.voiceAt) > SILENT_AFTER_MS ? "quiet" : ""
  }
}

/** Measures a track ten times a second. */
export class LevelMeter {
  /** @param {MediaStreamTrack} track @param {(level: Level) => void} tell */
  constructor(track, tell) {
    this.context = new AudioContext()
    this.analyser = new AnalyserNode(this.context, { fftSize: 2048 })
    new MediaStreamAudioSourceNode(this.context, { mediaStream: new MediaStream([track]) }).connect(this.analyser)
    this.samples = new Float32Array(this.analyser.fftSize)
    this.judge = new LevelJudge()
    this.timer = setInterval(() => this.measure(tell), 100)
  }

  measure(/** @type {(level: Level) => void} */ tell) {
    if (this.context.state === "suspended") this.context.resume()
    if (this.context.state !== "running") return
    this.analyser.getFloatTimeDomainData(this.samples)
    let sum = 0
    let peak = 0
    for (const sample of this.samples) {
      sum += sample * sample
      peak = Math.max(peak, Math.abs(sample))
    }
    tell(this.judge.judge(performance.now(), Math.sqrt(sum / this.samples.length), peak))
  }

  close() {
    clearInterval(this.timer)
    this.context.close()
  }
}
