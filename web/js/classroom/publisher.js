// One peer connection that publishes; when it fails, another takes its place.

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 4000
const GATHERING_MS = 1000
const CONNECT_MS = 12_000

/** The server refused: `sentence` is for the person, trying again would change nothing. */
export class Refused extends Error {}

export class Publisher {
  /**
   * @param {string} path where offers are posted
   * @param {RTCIceServer[]} iceServers
   * @param {(status: "connecting"|"connected"|"failed"|"refused", sentence?: string) => void} status
   */
  constructor(path, iceServers, status) {
    this.path = path
    this.iceServers = iceServers
    this.status = status
    /** @type {Map<string, MediaStreamTrack>} by kind: audio, camera, screen */
    this.tracks = new Map()
    this.wait = FIRST_WAIT_MS
    this.closed = false
    this.round = 0
  }

  /** Publish these tracks from now on; where only a device changed, without a new connection. */
  async publish(/** @type {Map<string, MediaStreamTrack>} */ tracks) {
    const same = [...tracks.keys()].join() === [...this.tracks.keys()].join()
    this.tracks = tracks
    if (same && this.peer && this.peer.connectionState !== "failed") {
      await Promise.all(this.peer.getSenders().map((sender, index) =>
        sender.replaceTrack([...tracks.values()][index])))
    } else {
      await this.connect()
    }
  }

  /** The device of this kind is gone: send nothing rather than silence, so that everybody knows. */
  async mute(/** @type {string} */ kind) {
    const index = [...this.tracks.keys()].indexOf(kind)
    await this.peer?.getSenders()[index]?.replaceTrack(null)
  }

  close() {
    this.closed = true
    this.round += 1
    clearTimeout(this.retry)
    this.peer?.close()
    this.peer = undefined
  }

  async connect() {
    if (this.closed || !this.tracks.size) return
    clearTimeout(this.retry)
    const round = ++this.round
    this.peer?.close()
    this.status("connecting")
    const peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" })
    this.peer = peer
    peer.onconnectionstatechange = () => { if (round === this.round) this.changed(peer) }
    this.retry = setTimeout(() => this.again(round), CONNECT_MS)
    try {
      const kinds = await this.offer(peer)
      await gathered(peer)
      const sdp = await this.post(peer.localDescription?.sdp ?? "", kinds)
      if (round === this.round) await peer.setRemoteDescription({ type: "answer", sdp })
    } catch (error) {
      if (round !== this.round) return
      if (error instanceof Refused) this.refused(error.message)
      else this.again(round)
    }
  }

  async offer(/** @type {RTCPeerConnection} */ peer) {
    const added = [...this.tracks].map(([kind, track]) => {
      const transceiver = peer.addTransceiver(track, { direction: "sendonly" })
      if (track.kind === "video") preferH264(transceiver)
      return { kind, transceiver }
    })
    await peer.setLocalDescription()
    return Object.fromEntries(added.map(({ kind, transceiver }) => [transceiver.mid ?? "", kind]))
  }

  async post(/** @type {string} */ sdp, /** @type {Record<string, string>} */ kinds) {
    const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? ""
    const answer = await fetch(this.path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": token, accept: "application/json" },
      body: JSON.stringify({ sdp, kinds }),
    })
    const body = await answer.json()
    if (answer.ok) return body.sdp
    if (answer.status < 500 && answer.status !== 429) throw new Refused(body.sentence)
    throw new Error(body.sentence)
  }

  changed(/** @type {RTCPeerConnection} */ peer) {
    if (peer.connectionState === "connected") {
      clearTimeout(this.retry)
      this.wait = FIRST_WAIT_MS
      this.status("connected")
    } else if (peer.connectionState === "failed" || peer.connectionState === "closed") {
      this.again(this.round)
    } else if (peer.connectionState === "disconnected") {
      this.status("connecting")
      clearTimeout(this.retry)
      this.retry = setTimeout(() => this.again(this.round), 2000)
    }
  }

  /** Try once more, a little later each time. */
  again(/** @type {number} */ round) {
    if (this.closed || round !== this.round) return
    this.status("failed")
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.connect(), this.wait)
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2)
  }

  refused(/** @type {string} */ sentence) {
    this.round += 1
    clearTimeout(this.retry)
    this.peer?.close()
    this.status("refused", sentence)
  }
}

/** H.264 first: it is recorded as it comes. VP8 stays as a second choice. */
function preferH264(/** @type {RTCRtpTransceiver} */ transceiver) {
  const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? []
  const isH264 = (/** @type {RTCRtpCodec} */ codec) => codec.mimeType.toLowerCase() === "video/h264"
  transceiver.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((c) => !isH264(c))])
}

/** Candidates are not sent one by one: wait for them, but not for a STUN server that is silent. */
function gathered(/** @type {RTCPeerConnection} */ peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_MS)
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return
      clearTimeout(timer)
      resolve(undefined)
    })
  })
}
