"""Records at the pace of life into the folder it is told, until it is killed.

Prints the second of the take whose frames the recorder has taken, however slow the machine is.
"""

import asyncio
import sys
import time
from pathlib import Path

from media.hub import Hub
from media.recorder import Recorder
from media.track import Codec, EncodedFrame
from tests.media.publishing import FPS, encoded_pictures, encoded_sound


async def record(folder: Path, mixed: bool) -> None:
    audio, camera = Hub("audio"), Hub("camera")
    pictures = [bytes(packet) for packet in encoded_pictures(gop=FPS * 2)]
    sounds = [bytes(packet) for packet in encoded_sound()]
    recorder = Recorder(folder, time.monotonic, mixed=mixed)
    recorder.add(audio)
    recorder.add(camera)
    recorder.start()
    while not recorder._writing.manifest.origin:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    began = recorder._writing.manifest.origin
    for tick in range(100_000):
        await asyncio.sleep(began + tick / 100 - time.monotonic())
        now = began + tick / 100
        if tick % 2 == 0:
            data = sounds[tick // 2 % len(sounds)]
            audio.write(EncodedFrame("audio", Codec("opus", 48_000, 2), data, tick * 480, now))
        if tick % 4 == 0:
            number = tick // 4 % len(pictures)
            key = number % (FPS * 2) == 0
            frame = EncodedFrame("camera", Codec("H264", 90_000), pictures[number], tick, now, key)
            camera.write(frame)
        while not recorder._orders.empty():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        print(f"{tick / 100:.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]), "mixed" in sys.argv))
