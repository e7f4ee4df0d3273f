// The voices of a lesson: one audio element for each seat.

export class Loudspeakers {
  /** @param {() => void} blocked  the browser wants a click before it plays sound */
  constructor(blocked) {
    this.blocked = blocked
    /** @type {Map<string, HTMLAudioElement>} */
    this.playing = new Map()
  }

  /** @param {string} slot @param {MediaStreamTrack} track */
  play(slot, track) {
    const audio = this.playing.get(slot) ?? new Audio()
    this.playing.set(slot, audio)
    audio.dataset.slot = slot
    audio.srcObject = new MediaStream([track])
    this.start(audio)
  }

  start(/** @type {HTMLAudioElement} */ audio) {
    audio.play().catch((error) => { if (error.name === "NotAllowedError") this.blocked() })
  }

  /** After a click of the person. */
  resume() {
    for (const audio of this.playing.values()) this.start(audio)
  }

  close() {
    for (const audio of this.playing.values()) audio.srcObject = null
    this.playing.clear()
  }
}
