import Hls from "hls.js"
import { recover } from "jt/lib/recover.js"

/**
 * Give `video` the recording at `address`: HLS by hls.js where the browser has Media Source
 * Extensions, natively where it does not (Safari on a phone), any other file directly.
 * @param {HTMLVideoElement} video
 * @param {string} address
 * @param {(fatal: boolean) => void} trouble called when playing fails for good
 * @returns {() => void} detaches again
 */
export function attach(video, address, trouble) {
  const playlist = new URL(address, location.href).pathname.endsWith(".m3u8")
  if (!playlist || !Hls.isSupported()) {
    const failed = () => trouble(true)
    video.src = address
    video.addEventListener("error", failed)
    return () => {
      video.removeEventListener("error", failed)
      video.removeAttribute("src")
      video.load()
    }
  }
  const hls = new Hls({ startPosition: 0, maxBufferLength: 60, backBufferLength: 60 })
  let mended = 0
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mended++ < 3) {
      recover(hls, video, () => video.play().catch(() => undefined))
    } else trouble(true)
  })
  hls.loadSource(address)
  hls.attachMedia(video)
  return () => hls.destroy()
}
