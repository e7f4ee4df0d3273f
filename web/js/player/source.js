import Hls from "hls.js"
import { recover } from "jt/lib/recover.js"

/** Addresses of media that are good for an hour: whatever was asked for below `first` is now below `base`. */
export class Addresses {
  /** @param {string} base ends with a slash; "": they do not end */
  constructor(base) {
    this.first = base
    this.base = base
  }

  /** Where `address` is to be had now. */
  now(/** @type {string} */ address) {
    return this.first ? address.replace(this.first, this.base) : address
  }
}

/**
 * @typedef {{addresses?: Addresses, live?: boolean, refused?: () => void}} More
 *   `live`: the recording grows; `refused`: the addresses are not good any more
 */

/**
 * Give `video` the recording at `address`: HLS by hls.js where the browser has Media Source
 * Extensions, natively where it does not (Safari on a phone), any other file directly.
 * @param {HTMLVideoElement} video
 * @param {string} address
 * @param {(fatal: boolean) => void} trouble called when playing fails for good
 * @param {More} [more]
 * @returns {() => void} detaches again
 */
export function attach(video, address, trouble, more = {}) {
  const playlist = new URL(address, location.href).pathname.endsWith(".m3u8")
  if (!playlist || !Hls.isSupported()) return native(video, address, trouble, more)
  const { addresses, live, refused } = more
  const hls = new Hls({
    startPosition: 0, maxBufferLength: 60, backBufferLength: 60, subtitlePreference: undefined,
    ...(live ? { liveDurationInfinity: true, maxLiveSyncPlaybackRate: 1 } : {}),
    xhrSetup: (/** @type {XMLHttpRequest} */ request, /** @type {string} */ url) => { request.open("GET", addresses?.now(url) ?? url, true) },
  })
  let [mended, asked] = [0, 0]
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (data.response?.code === 403 && refused && asked++ < 5) refused()
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mended++ < 3) {
      recover(hls, video, () => video.play().catch(() => undefined))
    } else if (data.type === Hls.ErrorTypes.NETWORK_ERROR && asked && asked++ < 10) {
      setTimeout(() => hls.startLoad(), 2000)
    } else trouble(true)
  })
  hls.on(Hls.Events.FRAG_LOADED, () => { asked = 0 })
  hls.loadSource(address)
  hls.attachMedia(video)
  return () => hls.destroy()
}

/** @param {HTMLVideoElement} video @param {string} address @param {(fatal: boolean) => void} trouble @param {More} more */
function native(video, address, trouble, { addresses, refused }) {
  let [at, asked] = [0, 0]
  const failed = () => {
    if (!refused || !addresses || asked++ > 3) return trouble(true)
    at = video.currentTime
    refused()
    setTimeout(() => {
      video.src = addresses.now(address)
      video.addEventListener("loadedmetadata", () => { video.currentTime = at }, { once: true })
    }, 2000)
  }
  video.src = address
  video.addEventListener("error", failed)
  return () => {
    video.removeEventListener("error", failed)
    video.removeAttribute("src")
    video.load()
  }
}
