// Camera and microphone: asking for them, choosing among them, and saying what is wrong.

/** Leave the level alone: the report measures it. */
const SOUND = { autoGainControl: false, echoCancellation: true, noiseSuppression: true }
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } }

/** The key of the sentence for what getUserMedia threw. */
export function reasonOf(/** @type {any} */ error) {
  return {
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
    NotReadableError: "busy",
    AbortError: "busy",
  }[error?.name] ?? "busy"
}

/** Cameras need https, except on this machine itself. */
export function mediaAllowed() {
  return Boolean(navigator.mediaDevices?.getUserMedia)
}

/** @param {string} [deviceId] @returns {Promise<MediaStreamTrack>} */
export async function openMicrophone(deviceId) {
  const exact = deviceId ? { deviceId: { exact: deviceId } } : {}
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...SOUND, ...exact } })
  return stream.getAudioTracks()[0]
}

/** @param {string} [deviceId] @returns {Promise<MediaStreamTrack>} */
export async function openCamera(deviceId) {
  const exact = deviceId ? { deviceId: { exact: deviceId } } : {}
  const stream = await navigator.mediaDevices.getUserMedia({ video: { ...PICTURE, ...exact } })
  return stream.getVideoTracks()[0]
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openScreen() {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 10 } } })
  const track = stream.getVideoTracks()[0]
  track.contentHint = "detail"
  return track
}

/** @param {"audioinput"|"videoinput"} kind */
export async function devices(kind) {
  const all = await navigator.mediaDevices.enumerateDevices()
  return all.filter((device) => device.kind === kind && device.deviceId)
}

/** What the browser did to the sound, as the room wants to be told. @param {MediaStreamTrack} track */
export function reported(track) {
  const settings = track.getSettings()
  return {
    auto_gain: settings.autoGainControl ?? null,
    echo_cancellation: typeof settings.echoCancellation === "boolean" ? settings.echoCancellation : null,
    noise_suppression: settings.noiseSuppression ?? null,
    label: track.label.slice(0, 200),
  }
}
