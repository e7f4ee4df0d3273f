// Light and framing: a small picture of the camera every two seconds, looked at by the server.

const EVERY_MS = 2000
const WIDTH = 480
const QUALITY = 0.7

export class HintLoop {
  /**
   * @param {string} path @param {() => HTMLVideoElement} video
   * @param {(hints: {key: string, sentence: string}[]) => void} tell
   */
  constructor(path, video, tell) {
    this.path = path
    this.video = video
    this.tell = tell
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
  }

  start() {
    this.timer ??= setTimeout(() => this.look(), 500)
  }

  stop() {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  async look() {
    try {
      const picture = await snapshot(this.video())
      const hints = picture && await this.ask(picture)
      if (hints && this.timer) this.tell(hints)
    } catch {
      // the next look is in two seconds
    }
    if (this.timer) this.timer = setTimeout(() => this.look(), EVERY_MS)
  }

  async ask(/** @type {Blob} */ picture) {
    const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? ""
    const headers = { "content-type": "image/jpeg", "x-csrf-token": token, accept: "application/json" }
    const answer = await fetch(this.path, { method: "POST", headers, body: picture })
    return answer.ok ? (await answer.json()).hints : undefined
  }
}

/** @returns {Promise<Blob | null>} */
function snapshot(/** @type {HTMLVideoElement} */ video) {
  if (!video.videoWidth) return Promise.resolve(null)
  const canvas = document.createElement("canvas")
  canvas.width = WIDTH
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth)
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY))
}
