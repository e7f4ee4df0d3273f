"""What a class loses when its server is killed, or stopped, in the middle, and how soon it is back.

The server is `jiangtai serve`; pages connect and publish again by themselves, as browsers do.
"""

import asyncio
import math
import os
import tempfile
from pathlib import Path
from typing import Any

from tests.server.classroom.crashing import Crash, crash

TIMES, TRAINEES = 6, 20
HOWS = ("kill", "kill", "terminate")
TARGETS = {"lost_s": 0.5, "resumed_s": 5.0, "back_95_percent_s": 5.0}


def run(material: Path | None, times: int = TIMES) -> dict[str, Any]:
    """Seconds by way of ending; an event that was lost or doubled raises AssertionError."""
    print(f"load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory(prefix="recovery") as folder:
        crashes = asyncio.run(crash(Path(folder), times, TRAINEES, HOWS))
    figures = {how: figures_of([one for one in crashes if one.how == how]) for how in set(HOWS)}
    for how, found in sorted(figures.items()):
        print(f"  {how:9} × {found['times']}: " + ", ".join(f"{n} {v}" for n, v in found.items()))
    print(f"  targets: {TARGETS}")
    return {"ways": figures, "targets": TARGETS}


def figures_of(crashes: list[Crash]) -> dict[str, Any]:
    """The worst of each."""
    back = sorted(seconds for one in crashes for seconds in one.back)
    return {
        "times": len(crashes),
        "lost_s": round(max(one.lost for one in crashes), 2),
        "resumed_s": round(max(one.resumed for one in crashes), 2),
        "back_95_percent_s": round(back[math.ceil(0.95 * len(back)) - 1], 2),
        "back_last_s": round(back[-1], 2),
        "events_lost_or_doubled": 0,
    }
