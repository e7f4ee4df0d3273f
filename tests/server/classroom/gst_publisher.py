"""A WHIP publisher of GStreamer's webrtcbin, for the system's Python (python3-gi).

usage: python3 gst_publisher.py URL TOKEN
"""

import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PIPELINE = """
webrtcbin name=out bundle-policy=max-bundle
videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1
! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30
! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1
! application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000 ! out.
audiotestsrc is-live=true ! audioconvert ! opusenc ! rtpopuspay
! application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000 ! out.
"""


def main(url: str, token: str) -> None:
    Gst.init(None)
    pipeline = Gst.parse_launch(PIPELINE)
    peer = pipeline.get_by_name("out")
    loop = GLib.MainLoop()

    def offered(promise: Gst.Promise) -> None:
        promise.wait()
        reply = promise.get_reply()  # owns the offer
        peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def gathered(_peer: object, _state: object) -> None:
        if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        body = peer.get_property("local-description").sdp.as_text().encode()
        headers = {"content-type": "application/sdp", "authorization": f"Bearer {token}"}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as reply:
            _, answer = GstSdp.SDPMessage.new_from_text(reply.read().decode())
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, answer)
        peer.emit("set-remote-description", described, Gst.Promise.new())

    def needed(_peer: object) -> None:
        for number in range(2):
            transceiver = peer.emit("get-transceiver", number)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offered))

    peer.connect("on-negotiation-needed", needed)
    peer.connect("notify::ice-gathering-state", gathered)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()


if __name__ == "__main__":
    main(*sys.argv[1:3])
