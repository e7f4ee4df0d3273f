// What a person sends to the room, by one peer connection.
import { Peer, preferH264 } from "jt/classroom/peer.js"

export class Publisher extends Peer {
  /** @type {Map<string, MediaStreamTrack>} by kind: audio, camera, screen */
  tracks = new Map()

  get wanted() {
    return this.tracks.size > 0
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

  async offer(/** @type {RTCPeerConnection} */ peer) {
    const added = [...this.tracks].map(([kind, track]) => {
      const transceiver = peer.addTransceiver(track, { direction: "sendonly" })
      if (track.kind === "video") preferH264(transceiver)
      return { kind, transceiver }
    })
    await peer.setLocalDescription()
    return { kinds: Object.fromEntries(added.map(({ kind, transceiver }) => [transceiver.mid ?? "", kind])) }
  }
}
