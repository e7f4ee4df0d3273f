"""Packets laid out for the kernel are, once cut, the packets that were published."""

import random

from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from media.batch import PAD_LIMIT, Batch, Layout, Packet, lay_out, runs_of


def packets(*lengths: int) -> list[Packet]:
    made = random.Random(1)
    last = len(lengths) - 1
    return [
        Packet(70_000 + n, 9_000, n == last, made.randbytes(length), n == 0)
        for n, length in enumerate(lengths)
    ]


def test_runs_are_of_about_equal_length_but_for_the_last() -> None:
    assert runs_of([1000, 1000, 1000, 300]) == [(0, 4)]
    assert runs_of([40, 1000, 1001, 1001]) == [(0, 1), (1, 4)]
    assert runs_of([1000, 300, 1000, 300]) == [(0, 2), (2, 4)]
    assert runs_of([500]) == [(0, 1)]


@given(
    st.lists(st.integers(1, 1400), min_size=1, max_size=40),
    st.sampled_from([0, 3]),
    st.sampled_from([10, 16]),
)
def test_what_the_kernel_cuts_is_what_was_laid_out(
    lengths: list[int], send_time: int, tag: int
) -> None:
    published = packets(*lengths)
    shape = lay_out(published, Layout(109, send_time, tag))
    cut: list[bytes] = []
    for start, end, control in shape.runs:
        size = int.from_bytes(control[0][2], "little") if control else end - start
        cut += [shape.image[at : min(at + size, end)] for at in range(start, end, size)]
    assert len(cut) == len(published) == len(shape.packets)
    for data, packet, (_, length, number, stamp) in zip(cut, published, shape.packets, strict=True):
        assert len(data) == length + tag
        parsed = RtpPacket.parse(data[:length])
        assert parsed.payload == packet.payload
        assert parsed.payload_type == 109
        assert bool(parsed.marker) == packet.marker
        assert parsed.padding_size <= PAD_LIMIT
        assert (number, stamp) == (packet.number, packet.timestamp)


def test_a_shape_is_made_once_for_all_who_share_it() -> None:
    batch = Batch(packets(100, 100))
    assert batch.shape(Layout(96, 0, 16)) is batch.shape(Layout(96, 0, 16))
    assert batch.shape(Layout(96, 0, 16)) is not batch.shape(Layout(97, 0, 16))
    assert (batch.lowest, batch.highest, batch.octets, batch.begins) == (70_000, 70_001, 200, 0)
