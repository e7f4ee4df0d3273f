"""What an edition leaves of words and pictures; everybody who shows either asks here. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from media.captions_file import read_captions
from media.edits import EditMap, Stretch
from media.layout import replace
from media.operations import Plan
from media.words import Segment

PLAN = "plan.json"
TOUCH_S = 0.06  # what reaches so little into a cut does not lie in it


@dataclass(frozen=True)
class Rules:
    """Of one edition. Seconds that go in are the original's, those that come out the edition's."""

    plan: Plan

    @cached_property
    def edits(self) -> EditMap:
        """Where seconds lie."""
        return EditMap(self.plan.cuts, self.plan.duration)

    def line(self, start: float, end: float, person: str = "", name: str = "") -> Stretch | None:
        """Where what somebody said is said; None where any of it was cut or silenced.

        Nobody knows at which second which word fell: a line goes as a whole.
        """
        if any(_reach(start, end, *cut) for cut in self.plan.cuts):
            return None
        for silence in self.plan.silences:
            unknown = not person and not name
            theirs = silence.person in ("", person) or (not person and name == silence.name)
            if (theirs or unknown) and _reach(start, end, silence.start, silence.end):
                return None
        since, until = self.edits.nearest(start), self.edits.nearest(end)
        return (since, until) if until > since else None

    def words(self, start: float, text: str) -> str:
        """How the utterance that begins at `start` reads."""
        for reword in self.plan.rewords:
            if abs(reword.start - start) < TOUCH_S:
                return reword.text
        return text

    def pictured(self, second: float) -> bool:
        """Whether the camera's picture of that second is shown as it was."""
        hidden = any(found.start <= second < found.end for found in self.plan.hidden)
        return not hidden and self.edits.to_edition(second) is not None

    def said(self, segments: Iterable[Segment]) -> list[Segment]:
        """Those of the original's utterances that are left."""
        found = []
        for segment in segments:
            place = self.line(segment.start, segment.end, name=segment.speaker)
            text = self.words(segment.start, segment.text)
            if place and text.strip():
                found.append(Segment(*place, text, (), segment.speaker))
        return found

    def captions(self, language: str) -> list[Segment] | None:
        """The captions that were brought along in a language, cut as everything else."""
        text = self.plan.captions.get(language)
        return None if text is None else self.said(read_captions(text))


def save_plan(plan: Plan, folder: Path) -> None:
    """Keep it beside an edition's media."""
    replace(folder / PLAN, msgspec.json.encode(plan).decode(), durable=True)


def rules_in(folder: Path) -> Rules:
    """The rules of the edition in a folder. Raises FileNotFoundError, ValueError when damaged."""
    return Rules(msgspec.json.decode((folder / PLAN).read_bytes(), type=Plan))


def _reach(start: float, end: float, since: float, until: float) -> bool:
    return min(end, until) - max(start, since) > TOUCH_S or since <= start < end <= until
