"""Makes an edition: an edit list over the original's files, and the few bytes that must be new.

`python -m media.editing FOLDER TARGET` reads a Plan from its input and does it in a process of its
own. What lies in the recording's folder is only read. In the edition's folder are:

recording.json   the edition's own timeline
plan.json        what was asked for (`media/edit_rules.py`)
pieces.json      what players fetch: byte ranges of the original and of the files here
camera.mp4 …     what was encoded anew or cut out of fragments, piece after piece
camera.m3u8 …    playlists, as those of a recording; captions-NNN.vtt for each run
thumbs.json …    small pictures of the edition's seconds, in thumbs/
"""

import errno
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import av
import msgspec

from media.edit_list import EditList, Kept, OwnFile, Run, kept_of, manifest_of
from media.edit_rules import Rules, save_plan
from media.edited_pictures import EditedPictures
from media.edited_playlists import write_captions, write_playlists
from media.edited_sound import EditedSound
from media.edited_thumbs import make_thumbs
from media.layout import PICTURES, Manifest, file_of
from media.operations import Plan
from media.recorded_captions import recorded_captions
from media.remixing import Remix
from media.transcoding import waiting

LISTENING = 0.3  # the share of the work that the voice is thought to be
_SPARE = "encoding.mp4"

Progress = Callable[[float], None]


class EditingError(Exception):
    """An edition could not be made. `key` names the sentence for the person."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def make_edition(
    folder: Path, target: Path, plan: Plan, progress: Progress = lambda share: None
) -> EditList:
    """Render `plan` of the recording in `folder` into `target`, which is new or empty.

    Blocks; call it in a process of its own. Raises EditingError, OSError.
    """
    if waiting(folder):
        raise EditingError("edition.not_prepared")
    target.mkdir(parents=True, exist_ok=True)
    manifest, rules = Manifest.load(folder), Rules(plan)
    kept = kept_of(manifest, rules.edits)
    made = EditList()
    starts: list[list[float]] = [[] for _ in kept]
    share = (1 - LISTENING) / len(PICTURES)
    for number, kind in enumerate(PICTURES):
        plans = _plans(folder, kind, kept, plan)
        if not plans:
            continue
        if kind == "camera":
            starts = [found.starts if found else [] for found in plans]
        made.runs[kind] = _pictures(target, kind, plans, _part(progress, number * share, share))
    voiced = [
        (found, since)
        for found, since in zip(kept, starts, strict=True)
        if file_of(folder, "voice", found.span.number).exists()
    ]
    if voiced:
        made.runs["voice"] = _voice(folder, target, manifest, plan, voiced, progress)
    made.save(target)
    save_plan(plan, target)
    shown = manifest_of(manifest, rules.edits)
    _write_words(folder, target, manifest, rules, made)
    make_thumbs(folder, target, rules, made)
    write_playlists(target, folder, made, shown)
    shown.save(target)
    progress(1.0)
    return made


def _plans(
    folder: Path, kind: str, kept: Iterable[Kept], plan: Plan
) -> list[EditedPictures | None]:
    """How each kept stretch is shown; an empty list where no picture of that kind is."""
    hidden = plan.hidden if kind == "camera" else ()
    found = [
        EditedPictures(folder, kind, stretch, hidden)
        if file_of(folder, kind, stretch.span.number).exists()
        else None
        for stretch in kept
    ]
    return found if any(found) else []


def _pictures(
    target: Path, kind: str, plans: Sequence[EditedPictures | None], progress: Progress
) -> list[Run]:
    own, runs = OwnFile(target / f"{kind}.mp4"), list[Run]()
    for done, found in enumerate(plans, 1):
        if found is not None:
            runs += found.render(own, target / _SPARE)
        progress(done / len(plans))
    own.sync()
    return runs


def _voice(
    folder: Path,
    target: Path,
    manifest: Manifest,
    plan: Plan,
    voiced: Sequence[tuple[Kept, list[float]]],
    progress: Progress,
) -> list[Run]:
    own = OwnFile(target / "voice.mp4")
    sound = EditedSound(
        folder, [kept for kept, _ in voiced], Remix(folder, manifest, plan.silences)
    )
    telling = _part(progress, 1 - LISTENING, 0.99 * LISTENING)
    runs = sound.render(own, [since for _, since in voiced], telling)
    own.sync()
    return runs


def _part(progress: Progress, since: float, share: float) -> Progress:
    return lambda done: progress(since + done * share)


def _write_words(
    folder: Path, target: Path, manifest: Manifest, rules: Rules, made: EditList
) -> None:
    runs = made.runs.get("voice") or made.runs.get("camera") or []
    recorded = recorded_captions(folder, manifest)
    for index, language in enumerate(dict.fromkeys([*recorded, *rules.plan.captions])):
        given = rules.captions(language)
        cues = rules.said(recorded[language]) if given is None else given
        write_captions(
            target, "captions" if not index else f"captions-{language}", cues, language, runs
        )


def _work(folder: Path, target: Path) -> None:
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        if math.floor(share * 200) > told:
            told = math.floor(share * 200)
            sys.stdout.write(f"{share:.3f}\n")
            sys.stdout.flush()

    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    try:
        make_edition(folder, target, plan, tell)
    except EditingError as error:
        sys.exit(error.key)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        sys.exit("edition.disk_full" if full else "edition.unreadable")
    except (av.FFmpegError, ValueError, IndexError):
        sys.excepthook(*sys.exc_info())
        sys.exit("edition.unreadable")


if __name__ == "__main__":
    os.nice(10)
    _work(Path(sys.argv[1]), Path(sys.argv[2]))
