// One peer connection after another: offered by us, answered by the room; when it fails, another
// takes its place. What is sent or received is said by who extends this.

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 4000
const GATHERING_MS = 1000
const LATE_MS = 2000 // a connection that is disconnected for so long is gone

/** The server refused: `sentence` is for the person, trying again would change nothing. */
export class Refused extends Error {}

/** WebRTC has no place left: watch by HLS. */
export class Elsewhere extends Error {}

/**
 * @typedef {"connecting"|"connected"|"failed"|"unreachable"|"refused"|"elsewhere"} Status  "failed": no packets
 *   get through; "unreachable": the server did not even answer
 */

export class Peer {
  /**
   * @param {string} path where offers are posted
   * @param {RTCIceServer[]} iceServers
   * @param {(status: Status, sentence?: string) => void} status
   * @param {number} patience  ms until a connection that does not come about is tried anew
   */
  constructor(path, iceServers, status, patience = 12_000) {
    this.path = path
    this.iceServers = iceServers
    this.status = status
    this.patience = patience
    this.wait = FIRST_WAIT_MS
    this.closed = false
    this.round = 0
    /** @type {RTCPeerConnection | undefined} */
    this.peer = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined
  }

  /** Is there anything to negotiate? */
  get wanted() {
    return true
  }

  /**
   * Add what is sent or received and set the local description.
   * @param {RTCPeerConnection} _peer @returns {Promise<Record<string, unknown>>} what is posted beside the SDP
   */
  async offer(_peer) {
    throw new Error("say what to offer")
  }

  close() {
    this.closed = true
    this.round += 1
    clearTimeout(this.retry)
    this.peer?.close()
    this.peer = undefined
  }

  async connect() {
    if (this.closed || !this.wanted) return
    clearTimeout(this.retry)
    const round = ++this.round
    this.peer?.close()
    this.status("connecting")
    const peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" })
    this.peer = peer
    peer.onconnectionstatechange = () => { if (round === this.round) this.changed(peer) }
    this.retry = setTimeout(() => this.again(round), this.patience)
    try {
      const said = await this.offer(peer)
      await gathered(peer)
      if (round !== this.round) return
      const sdp = await this.post({ sdp: peer.localDescription?.sdp ?? "", ...said })
      if (round === this.round) await peer.setRemoteDescription({ type: "answer", sdp })
    } catch (error) {
      if (round !== this.round) return
      if (error instanceof Refused) this.end("refused", error.message)
      else if (error instanceof Elsewhere) this.end("elsewhere", error.message)
      else this.again(round, "unreachable")
    }
  }

  async post(/** @type {Record<string, unknown>} */ offered) {
    const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? ""
    const answer = await fetch(this.path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": token, accept: "application/json" },
      body: JSON.stringify(offered),
    })
    const body = await answer.json()
    if (answer.ok) return body.sdp
    if (body.error === "error.room.use_hls") throw new Elsewhere(body.sentence)
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
      this.retry = setTimeout(() => this.again(this.round), LATE_MS)
    }
  }

  /** Try once more, a little later each time. */
  again(/** @type {number} */ round, /** @type {Status} */ status = "failed") {
    if (this.closed || round !== this.round) return
    this.status(status)
    if (this.closed) return // who listens had enough
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.connect(), this.wait)
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2)
  }

  end(/** @type {Status} */ status, /** @type {string} */ sentence) {
    this.round += 1
    clearTimeout(this.retry)
    this.peer?.close()
    this.status(status, sentence)
  }
}

/** H.264 first: it is recorded and forwarded as it comes. VP8 stays as a second choice. */
export function preferH264(/** @type {RTCRtpTransceiver} */ transceiver) {
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
