// What the page of connections tries. Each gives {state: "works" | "fails" | "untried", detail?}.

const PATIENCE = 12_000 // ms

/** @typedef {{state: "works" | "fails" | "untried", detail?: string}} Result */

/** @param {string} [detail] @returns {Result} */
const works = (detail = "") => ({ state: "works", detail })
/** @param {string} [detail] @returns {Result} */
const fails = (detail = "") => ({ state: "fails", detail })
/** @returns {Result} */
const untried = () => ({ state: "untried" })

/** @template T @param {Promise<T>} promise @param {number} ms @returns {Promise<T>} */
export function within(promise, ms = PATIENCE) {
  return Promise.race([promise, new Promise((_, refuse) => { setTimeout(() => refuse(new Error("late")), ms) })])
}

/** Round trip of a request. @returns {Promise<Result>} */
export async function page() {
  const began = performance.now()
  const answer = await fetch("/health", { cache: "no-store" })
  return answer.ok ? works(`${Math.round(performance.now() - began)}\u00a0ms`) : fails(String(answer.status))
}

/** Round trip of a socket, and how far this clock is from the server's. @returns {Promise<{socket: Result, clock: number | null}>} */
export async function socket() {
  const line = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/connectivity/socket`)
  const tries = []
  try {
    await within(new Promise((resolve, refuse) => {
      line.onopen = resolve
      line.onerror = line.onclose = refuse
    }))
    for (let i = 0; i < 5; i++) {
      const began = performance.now()
      const sent = Date.now()
      line.send("?")
      const { data } = await within(new Promise((resolve, refuse) => {
        line.onmessage = resolve
        line.onclose = refuse
      }))
      const trip = performance.now() - began
      tries.push({ trip, off: sent + trip / 2 - JSON.parse(data).now })
    }
  } catch {
    return { socket: fails(), clock: null }
  } finally {
    line.onclose = null
    line.close()
  }
  tries.sort((a, b) => a.trip - b.trip)
  return { socket: works(`${Math.max(1, Math.round(tries[0].trip))}\u00a0ms`), clock: tries[0].off }
}

/** Media to the server and nothing else, or through the relays in `ice`. @param {RTCIceServer[]} ice @param {boolean} relayed @returns {Promise<Result>} */
export async function media(ice, relayed) {
  if (!globalThis.RTCPeerConnection) return fails()
  const sound = new AudioContext()
  const tone = sound.createMediaStreamDestination()
  const peer = new RTCPeerConnection({ iceServers: ice, iceTransportPolicy: relayed ? "relay" : "all", bundlePolicy: "max-bundle" })
  try {
    peer.addTransceiver(tone.stream.getAudioTracks()[0], { direction: "sendonly" })
    await peer.setLocalDescription()
    await within(gathered(peer, relayed), 6000).catch(() => null)
    const csrf = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
    const answer = await fetch("/connectivity/media", {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify({ sdp: peer.localDescription?.sdp }),
    })
    if (!answer.ok) return answer.status === 429 ? untried() : fails(String(answer.status))
    await peer.setRemoteDescription({ type: "answer", sdp: (await answer.json()).sdp })
    await within(new Promise((resolve, refuse) => {
      const look = () => {
        if (peer.connectionState === "connected") resolve(null)
        if (peer.connectionState === "failed") refuse(new Error("failed"))
      }
      peer.onconnectionstatechange = look
      look()
    }))
    return works(await trip(peer))
  } catch {
    return fails()
  } finally {
    peer.close()
    sound.close()
  }
}

/** Our own candidates stand in the offer: through a relay nothing else would reach us. @param {RTCPeerConnection} peer @param {boolean} all */
function gathered(peer, all) {
  return new Promise((resolve) => {
    const look = () => { if (!all || peer.iceGatheringState === "complete") resolve(null) }
    peer.onicegatheringstatechange = look
    look()
  })
}

/** @param {RTCPeerConnection} peer */
async function trip(peer) {
  for (const stat of (await peer.getStats()).values()) {
    if (stat.type === "candidate-pair" && stat.nominated && stat.currentRoundTripTime) {
      return `${Math.max(1, Math.round(stat.currentRoundTripTime * 1000))}\u00a0ms`
    }
  }
  return ""
}

/** The relays of `ice` that are reached by UDP, or by TCP and TLS. @param {RTCIceServer[]} ice @param {boolean} tcp */
export function relays(ice, tcp) {
  return ice.filter(({ urls }) => {
    const address = String(urls)
    return address.startsWith("turn") && tcp === (address.startsWith("turns:") || address.includes("transport=tcp"))
  })
}

/** @param {RTCIceServer[]} ice @param {boolean} tcp @returns {Promise<Result>} */
export async function relay(ice, tcp) {
  const chosen = relays(ice, tcp)
  return chosen.length ? media(chosen, true) : untried()
}

/** H.264 and Opus by WebRTC. @returns {Result} */
export function codecs() {
  const names = ["video", "audio"].flatMap((kind) => globalThis.RTCRtpSender?.getCapabilities(kind)?.codecs ?? [])
  const missing = ["video/H264", "audio/opus"].filter((name) => !names.some((codec) => codec.mimeType.toLowerCase() === name.toLowerCase()))
  return missing.length ? fails(missing.map((name) => name.split("/")[1]).join(", ")) : works()
}

/** The lesson as a stream: by media source extensions, or by the browser itself. @returns {Result} */
export function hls() {
  const sort = 'video/mp4; codecs="avc1.42e01e,mp4a.40.2"'
  const source = /** @type {any} */ (globalThis).ManagedMediaSource ?? globalThis.MediaSource
  const alone = document.createElement("video").canPlayType("application/vnd.apple.mpegurl")
  return source?.isTypeSupported(sort) || alone ? works() : fails()
}

/** A microphone or camera; asks for permission only where `ask`. @param {"audio" | "video"} kind @param {boolean} ask @returns {Promise<Result>} */
export async function device(kind, ask) {
  if (!navigator.mediaDevices) return fails()
  const name = kind === "audio" ? "microphone" : "camera"
  const allowed = await navigator.permissions?.query({ name: /** @type {PermissionName} */ (name) }).catch(() => null)
  if (allowed?.state === "denied") return fails()
  if (allowed?.state !== "granted" && !ask) return untried()
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: true })
    const [track] = stream.getTracks()
    for (const each of stream.getTracks()) each.stop()
    return works(track.label)
  } catch {
    return fails()
  }
}
