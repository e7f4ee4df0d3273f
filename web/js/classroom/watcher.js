// What a person watches, by one peer connection: a slot for each seat's voice and camera, one for the screen.
import { Peer, preferH264 } from "jt/classroom/peer.js"

const PATIENCE_MS = 8000 // then UDP is blocked, as far as a person can tell

/**
 * @typedef {{
 *   status(status: import("jt/classroom/peer.js").Status, sentence?: string): void,
 *   track(slot: string, track: MediaStreamTrack): void,
 * }} Listener
 */

export class Watcher extends Peer {
  /** @param {string} path of the room @param {RTCIceServer[]} ice @param {Listener} listener */
  constructor(path, ice, listener) {
    super(`${path}/watch`, ice, listener.status, PATIENCE_MS)
    this.listener = listener
    /** @type {string[]} */
    this.slots = []
  }

  get wanted() {
    return this.slots.length > 0
  }

  /** Watch these slots from now on. @param {string[]} slots "voice-1" … "camera-6", "screen" */
  async watch(slots) {
    this.slots = slots
    await this.connect()
  }

  async offer(/** @type {RTCPeerConnection} */ peer) {
    const added = this.slots.map((slot) => {
      const kind = slot.startsWith("voice-") ? "audio" : "video"
      const transceiver = peer.addTransceiver(kind, { direction: "recvonly" })
      if (kind === "video") preferH264(transceiver)
      return { slot, transceiver }
    })
    peer.ontrack = ({ transceiver, track }) => {
      const slot = added.find((one) => one.transceiver === transceiver)?.slot
      if (slot) this.listener.track(slot, track)
    }
    await peer.setLocalDescription()
    return { slots: Object.fromEntries(added.map(({ slot, transceiver }) => [transceiver.mid ?? "", slot])) }
  }

  /** Totals since the connection began; undefined without one. */
  async totals() {
    if (this.peer?.connectionState !== "connected") return undefined
    return totalsOf(await this.peer.getStats())
  }
}

/**
 * Packets that came and were lost, and the round trip in seconds.
 * @param {Iterable<[string, any]>} reports of getStats
 */
export function totalsOf(reports) {
  const totals = { came: 0, lost: 0, trip: 0 }
  for (const [, report] of reports) {
    if (report.type === "inbound-rtp") {
      totals.came += report.packetsReceived ?? 0
      totals.lost += Math.max(0, report.packetsLost ?? 0)
    } else if (report.type === "candidate-pair" && report.nominated) {
      totals.trip = report.currentRoundTripTime ?? 0
    }
  }
  return totals
}
