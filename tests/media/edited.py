"""Films whose every picture and every sound says when it was, and what an edition shows of them."""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from media.edit_list import EditList, Run, read_parts
from media.edited_sound import _configuration
from media.importer import import_file
from media.samples import Track
from media.sound import Samples

FPS = 25
BITS, SIDE, WIDTH = 12, 16, 512  # a picture carries its number in squares of so many pixels
RATE = 48_000


def telling_film(
    path: Path, seconds: float, codec: str = "libx264", gop: int = 50, **options: str
) -> Path:
    """Pictures that carry their number, and noise that is never the same."""
    noise = np.random.default_rng(7).standard_normal(int(seconds * RATE)) * 0.1
    sound = np.convolve(noise, np.ones(24) / 5, "same").astype(np.float32)
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, 64, "yuv420p"
        video.codec_context.gop_size = gop
        video.options = {"preset": "veryfast", "sc_threshold": "0", "crf": "18", **options}
        if codec != "libx264":
            video.options = {"deadline": "realtime", "cpu-used": "8"}
        opus = path.suffix == ".webm"
        audio = container.add_stream("libopus" if opus else "aac", rate=RATE, layout="mono")
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(_numbered(number), "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
            block = sound[number * RATE // FPS : (number + 1) * RATE // FPS]
            heard = av.AudioFrame.from_ndarray(
                (block[None] * 30_000).astype(np.int16), "s16", "mono"
            )
            heard.sample_rate, heard.pts = RATE, number * RATE // FPS
            container.mux(audio.encode(heard))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def telling_recording(folder: Path, seconds: float, **making: object) -> Path:
    """The same as a recording in `folder`."""
    name = str(making.pop("name", "film.mp4"))
    path = folder.with_name(f"{folder.name}-{name}")
    import_file(telling_film(path, seconds, **making), folder)  # type: ignore[arg-type]
    path.unlink()
    return folder


def number_of(picture: "av.VideoFrame") -> int:
    """What a picture carries; -1 where it carries nothing that can be read."""
    grey = picture.to_ndarray(format="gray").astype(float)
    squares = [grey[20:44, SIDE * bit + 4 : SIDE * bit + SIDE - 4].mean() for bit in range(BITS)]
    if any(70 < square < 185 for square in squares):
        return -1
    return sum((square > 128) << bit for bit, square in enumerate(squares))


def shown(
    target: Path, original: Path, made: EditList, rendition: str = "camera"
) -> list[tuple[float, int]]:
    """(second of the edition, number) of every picture that players get."""
    found = []
    for run in made.runs[rendition]:
        with av.open(io.BytesIO(run_bytes(run, target, original))) as container:
            for frame in container.decode(video=0):
                at = (frame.time or 0.0) - run.since + run.begin
                found.append((at, number_of(frame)))
    return found


def heard(target: Path, original: Path, made: EditList) -> Samples:
    """What the edition sounds like from its second 0 on, decoded without a break."""
    decoder = av.codec.context.CodecContext.create("aac", "r")
    chunks, first = [], None
    for run in made.runs["voice"]:
        data = run_bytes(run, target, original)
        decoder.extradata = decoder.extradata or _configuration(data)
        for at, packet in _packets(data, target):
            first = at - run.since + run.begin if first is None else first
            for frame in decoder.decode(av.Packet(packet)):  # type: ignore[attr-defined]
                chunks.append(frame.to_ndarray().reshape(-1))
    sound = np.concatenate(chunks)
    return sound[round(-(first or 0.0) * RATE) :]


def run_bytes(run: Run, target: Path, original: Path) -> bytes:
    """One run as a file that plays."""
    parts = [run.init, *(part for piece in run.pieces for part in piece.parts)]
    return read_parts(parts, target, original)


def original_sound(folder: Path) -> Samples:
    """The voice of a recording of one span from its second 0 on."""
    with av.open(str(folder / "voice-001.mp4")) as container:
        chunks = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(chunks)


def levels(sound: Samples, seconds: Sequence[float], length: float = 0.02) -> list[float]:
    """How loud it is for `length` from each second on."""
    return [
        float(np.sqrt(np.mean(sound[round(s * RATE) : round((s + length) * RATE)] ** 2)))
        for s in seconds
    ]


def _packets(data: bytes, scratch: Path) -> Iterator[tuple[float, bytes]]:
    path = scratch / "run.part"
    path.write_bytes(data)
    track = Track(path)
    for index, packet in enumerate(track.data(0, len(track.samples))):
        yield track.shown(index), packet
    path.unlink()


def _numbered(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = np.full((64, WIDTH, 3), 16, np.uint8)
    for bit in range(BITS):
        if number >> bit & 1:
            picture[:, bit * SIDE : (bit + 1) * SIDE] = 235
    return picture
