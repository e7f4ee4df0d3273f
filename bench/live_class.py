"""What a live class costs: one teacher's 720p and speech, recording, captions, and N viewers.

`jiangtai serve` runs as its users run it. Each viewer has a WebRTC connection and a room socket;
they are counted by processes of their own on the same machine, whose CPU is told beside ours.
"""

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.forwarding import cpu_seconds
from bench.live.lesson import Lesson

CROWDS = (1, 10, 50, 100, 200)
CHOSEN = 100
TURNS, EVERY_S = 40, 0.25
SETTLE_S = 2.0
TARGETS = {"cores": 1.2, "loss": 0.001, "event_p95_ms": 150}
WIDTH = 30


def run(material: Path | None, crowds: tuple[int, ...] = CROWDS) -> dict[str, Any]:
    """Figures by number of viewers; `targets` are for 100."""
    if material is None:
        print("Skipped: JIANGTAI_MATERIAL names no folder with speech and models.")
        return {}
    return asyncio.run(_run(material, crowds))


async def _run(material: Path, crowds: tuple[int, ...]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; captions by whisper-tiny")
    async with Lesson(max(crowds), material) as lesson:
        await lesson.begin()
        there = 0
        for crowd in crowds:
            began = time.monotonic()
            while there < crowd:
                await lesson.come(there)
                await lesson.watch(there)
                there += 1
            rows.append({**await _measure(lesson, 2 + TURNS * len(rows)), "viewers": crowd})
            rows[-1]["seconds_to_let_in"] = round(time.monotonic() - began, 1)
    print(table(rows))
    chosen = next((row for row in rows if row["viewers"] == CHOSEN), None)
    if chosen:
        for name, target in TARGETS.items():
            print(f"  {CHOSEN} viewers: {name} {chosen[name]} (target {target})")
    return {"rows": rows, "targets": TARGETS}


async def _measure(lesson: Lesson, page: int) -> dict[str, Any]:
    await asyncio.sleep(SETTLE_S)
    helpers = {
        name: child.pid
        for name, child in (
            ("publisher", lesson.publisher),
            ("viewers", lesson.crowd),
            ("sockets", lesson.sockets),
        )
    }
    await lesson.crowd.ask("reset")
    before, ours_before = lesson.usage(), {n: cpu_seconds(pid) for n, pid in helpers.items()}
    began = time.monotonic()
    news = await lesson.sockets.ask("measure", times=TURNS, every=EVERY_S, first=page)
    took = time.monotonic() - began
    after = lesson.usage()
    counts = await lesson.crowd.ask("count")
    cores = {name: (cpu - before.cpu.get(name, 0)) / took for name, cpu in after.cpu.items()}
    each = sorted(news["each"]) or [0.0]
    last = sorted(news["last"]) or [0.0]
    return {
        "cores": round(sum(cores.values()), 2),
        "cores_of": {name: round(part, 2) for name, part in cores.items()},
        "memory_mb": {name: round(part) for name, part in after.memory_mb.items()},
        "packets_per_s": round(counts["packets"] / took),
        "loss": round(counts["lost"] / max(counts["expected"], 1), 5),
        "least_packets_of_a_viewer": counts["least"],
        "unread_by_load_generator": counts["unread"],
        "worst_lost": counts["worst"],
        "event_p50_ms": round(statistics.median(each), 1),
        "event_p95_ms": round(_at(each, 0.95), 1),
        "event_to_the_last_p50_ms": round(statistics.median(last), 1),
        "event_to_the_last_p95_ms": round(_at(last, 0.95), 1),
        "events_missing": news["missing"],
        "load_generator_cores": {
            name: round((cpu_seconds(pid) - ours_before[name]) / took, 2)
            for name, pid in helpers.items()
        },
        "load_average": round(os.getloadavg()[0], 1),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as text, with a bar for the cores of the server's processes."""
    most = max(row["cores"] for row in rows) or 1
    lines = [
        "  viewers  packets/s   lost %  event p50 p95  last p95 ms  MB   "
        "cores: server + speech" + " " * (WIDTH - 8) + "load generator"
    ]
    for row in rows:
        parts = row["cores_of"]
        bar = "█" * max(1, round(WIDTH * parts.get("server", 0) / most))
        bar += "░" * round(WIDTH * (row["cores"] - parts.get("server", 0)) / most)
        lines.append(
            f"  {row['viewers']:7}  {row['packets_per_s']:9}  {100 * row['loss']:7.3f}"
            f"  {row['event_p50_ms']:6.0f} {row['event_p95_ms']:6.0f}"
            f"  {row['event_to_the_last_p95_ms']:11.0f} {sum(row['memory_mb'].values()):4.0f}"
            f"   {row['cores']:4.2f} {bar:{WIDTH}}"
            f"  {sum(row['load_generator_cores'].values()):.2f}"
        )
    return "\n".join(lines)


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]
