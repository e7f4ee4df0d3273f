"""What is made of an offer before aiortc reads it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from aiortc import RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from media.connected import spread_candidates
from media.peer import Peer
from tests.media.publishing import LOOPBACK, microphone, offer, until

CANDIDATE = "a=candidate:1 1 udp 2130706431 192.0.2.2 5000 typ host\r\n"


def test_candidates_of_the_bundle_stand_in_every_section() -> None:
    video, audio = "m=video 9 X 96\r\na=mid:0\r\n", "m=audio 0 X 97\r\na=bundle-only\r\na=mid:1\r\n"
    spread = spread_candidates("v=0\r\n" + video + CANDIDATE + audio)
    assert spread == "v=0\r\n" + video + CANDIDATE + audio + CANDIDATE
    assert spread_candidates(spread) == spread
    for other in ("", "v=0\r\n", "v=0\r\n" + video + audio, "m=audio\r\na=candidate:x"):
        assert spread_candidates(other) == other


def rsa_certificate() -> RTCCertificate:
    """As GStreamer's webrtcbin makes its own."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gst")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return RTCCertificate(key, made)  # type: ignore[arg-type]


async def test_a_publisher_with_an_rsa_key_can_be_the_dtls_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ciphers = b"ECDHE-RSA-AES128-GCM-SHA256"
    make = RTCCertificate._create_ssl_context

    def with_rsa(self: RTCCertificate, srtp_profiles: list) -> object:
        context = make(self, srtp_profiles)
        if type(self) is RTCCertificate:  # the publisher's, not ours
            context.set_cipher_list(ciphers)
        return context

    monkeypatch.setattr(RTCCertificate, "_create_ssl_context", with_rsa)
    handed = iter([rsa_certificate(), RTCCertificate.generateCertificate()])
    monkeypatch.setattr(RTCCertificate, "generateCertificate", lambda: next(handed))
    publisher, sdp, kinds = await offer({"audio": microphone()})
    peer = Peer(time.monotonic, network=LOOPBACK)
    answer = await peer.answer(sdp, kinds)
    await publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: peer.connected)
    await publisher.close()
    await peer.close()
