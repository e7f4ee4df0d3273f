// A phone's screen stays on during a lesson, where the browser allows it.

export class StayAwake {
  constructor() {
    /** @type {WakeLockSentinel | undefined} */
    this.lock = undefined
    this.wanted = false
    this.returned = () => { if (document.visibilityState === "visible") this.ask() }
  }

  begin() {
    if (this.wanted) return
    this.wanted = true
    document.addEventListener("visibilitychange", this.returned) // the browser lets go in the background
    this.ask()
  }

  async ask() {
    try {
      this.lock = await navigator.wakeLock?.request("screen")
      if (!this.wanted) this.lock?.release()
    } catch {
      this.lock = undefined // the battery is low, or the page is not seen
    }
  }

  end() {
    this.wanted = false
    document.removeEventListener("visibilitychange", this.returned)
    this.lock?.release()
    this.lock = undefined
  }
}
