"""Small pictures of an edition: the original's where all around them is shown as it was, else of
the edition's own pictures."""

import io
import json
import shutil
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

import av
from PIL import Image

from media.edit_list import EditList, Run, read_parts
from media.edit_rules import Rules
from media.layout import replace
from media.thumbnails import FOLDER, LATE_S, QUALITY, WIDTH, name_of

LIST = "thumbs.json"


def make_thumbs(folder: Path, target: Path, rules: Rules, made: EditList) -> None:
    """Write thumbs/ and thumbs.json of an edition, of the seconds that the original has some of."""
    try:
        seconds = [float(second) for second in json.loads((folder / LIST).read_text())["seconds"]]
    except (OSError, ValueError, KeyError, TypeError):
        return
    (target / FOLDER).mkdir(exist_ok=True)
    found: dict[str, float] = {}
    for second in seconds:
        at = rules.edits.to_edition(second)
        if at is None or name_of(at) in found:
            continue
        name, original = name_of(at), folder / FOLDER / name_of(second)
        if _is_untouched(rules, second) and original.exists():
            shutil.copyfile(original, target / FOLDER / name)
            found[name] = float(int(at))
        elif _draw(folder, target, made.runs.get("camera", []), at, target / FOLDER / name):
            found[name] = float(int(at))
    replace(target / LIST, json.dumps({"seconds": sorted(found.values())}))


def _is_untouched(rules: Rules, second: float) -> bool:
    """Whether what a picture may show, some seconds late, is all shown."""
    until = second + LATE_S
    cuts = any(start < until and end > second for start, end in rules.edits.cuts)
    hidden = any(h.start < until and h.end > second for h in rules.plan.hidden)
    return not cuts and not hidden


def _draw(folder: Path, target: Path, runs: list[Run], at: float, out: Path) -> bool:
    """What is shown at second `at`."""
    run = next((run for run in reversed(runs) if run.begin <= at + 1e-3), None)
    if run is None or not run.pieces:
        return False
    begins = list(accumulate((piece.duration for piece in run.pieces[:-1]), initial=run.begin))
    piece = run.pieces[max(0, bisect_right(begins, at) - 1)]
    data = read_parts((run.init, *piece.parts), target, folder)
    try:
        with av.open(io.BytesIO(data), "r") as container:
            clock = at - run.begin + run.since + 1e-3
            frame = None
            for following in container.decode(video=0):
                if frame is not None and (following.time or 0.0) > clock:
                    break
                frame = following
    except (av.FFmpegError, IndexError):
        return False
    if frame is None:
        return False
    height = max(2, round(frame.height * WIDTH / max(1, frame.width)))
    picture = frame.reformat(WIDTH, height, "rgb24").to_ndarray()
    Image.fromarray(picture).save(out, "JPEG", quality=QUALITY)
    return True
