"""A class that goes on and on: do memory, threads and descriptors of the server stay put?

People come and go, watch, raise hands, answer polls, write and draw; the teacher's line drops and
is opened anew. A straight line is fitted to the second half of the samples. How long:
JIANGTAI_SOAK_MINUTES.
"""

import asyncio
import os
import random
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.live.lesson import Lesson, Usage

MINUTES, TRAINEES = 3.0, 12
ROUND_S = 2.0
TOLERANCE = {"memory_mb": 20.0, "descriptors": 4.0, "threads": 3.0}  # growth in the time measured


def run(material: Path | None) -> dict[str, Any]:
    """Growth per hour by the fitted line, and what it is over the time that was measured."""
    minutes = float(os.environ.get("JIANGTAI_SOAK_MINUTES", MINUTES))
    figures = asyncio.run(soak(material, minutes))
    for name, found in figures["growth"].items():
        change = f"{found['measured']:+6.1f} in {figures['measured_minutes']:.1f} min"
        print(
            f"  {name:12} {found['first']:7.1f} → {found['last']:7.1f}"
            f"   line: {change} ({found['per_hour']:+.0f}/h)"
        )
    return figures


async def soak(material: Path | None, minutes: float) -> dict[str, Any]:
    """Live through `minutes` of class; samples, and the line through their second half."""
    chance = random.Random(1)
    samples: list[tuple[float, Usage]] = []
    async with Lesson(TRAINEES, material) as lesson:
        await lesson.begin()
        for number in range(TRAINEES):
            await lesson.come(number)
        began = time.monotonic()
        turn = 0
        while (passed := time.monotonic() - began) < 60 * minutes:
            turn += 1
            await _a_moment(lesson, turn, chance)
            samples.append((passed, lesson.usage()))
            await asyncio.sleep(ROUND_S)
        await lesson.teacher(type="end")
        await asyncio.sleep(3)
        log = lesson.server.log()
    return {
        "minutes": minutes,
        "measured_minutes": minutes / 2,
        "rounds": turn,
        "growth": growth(samples),
        "errors_logged": log.count("[error") + log.count("Traceback"),
    }


async def _a_moment(lesson: Lesson, turn: int, chance: random.Random) -> None:
    """What happens in two seconds; in every sixth the teacher's line drops."""
    who = chance.randrange(TRAINEES)
    await lesson.say(who, type="lower_hand" if turn % 2 else "raise_hand")
    await lesson.say((who + 1) % TRAINEES, type="say", text=f"第{turn}句")
    await lesson.say((who + 2) % TRAINEES, type="ask", text=f"第{turn}问")
    await lesson.teacher(type="turn_to", page=turn % 900 + 1)
    points = [chance.randrange(10_000) for _ in range(60)]
    stroke = {"page": turn % 900 + 1, "stroke": f"s{turn}", "colour": "red", "width": 4}
    await lesson.teacher(type="draw", points=points, **stroke)
    await lesson.teacher(type="clear_board", page=turn % 900 + 1)
    if turn % 6 == 0:
        await lesson.publish()
    if turn % 3 == 0:
        viewers = (await lesson.crowd.ask("count"))["viewers"]
        await lesson.crowd.ask("leave", n=viewers)
        for number in chance.sample(range(TRAINEES), 3):
            await lesson.watch(number)
    if turn % 4 == 0:
        await lesson.sockets.ask("leave", start=TRAINEES - 2)
        for number in range(TRAINEES - 3, TRAINEES):
            await lesson.come(number)
    if turn % 5 == 0:
        poll = {"kind": "single", "question": f"第{turn}题", "options": ["甲", "乙"]}
        await lesson.teacher(type="open_poll", **poll)


def growth(samples: list[tuple[float, Usage]]) -> dict[str, dict[str, float]]:
    """The straight line through the second half, by what was measured."""
    late = samples[len(samples) // 2 :]
    seconds = np.array([at for at, _ in late])
    found = {}
    for name in TOLERANCE:
        values = np.array([_value(usage, name) for _, usage in late])
        slope = float(np.polyfit(seconds, values, 1)[0]) if len(late) > 2 else 0.0
        found[name] = {
            "first": float(values[0]),
            "last": float(values[-1]),
            "per_hour": round(3600 * slope, 1),
            "measured": round(slope * float(seconds[-1] - seconds[0]), 2),
        }
    return found


def _value(usage: Usage, name: str) -> float:
    if name == "memory_mb":
        return usage.memory_mb.get("server", 0.0)
    return float(getattr(usage, name))
