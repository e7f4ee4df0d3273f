"""Who watches an edition learns nothing of what was cut out of it."""

from functools import partial

import msgspec
import pytest

from media.edit_list import manifest_of
from media.edit_rules import Rules
from media.operations import Captions, Cut, Mute, Operation, Reword, plan_of
from server.classroom.acts import polling, recording, showing, staging, talking
from server.lessons.edited import of_edition
from server.lessons.timeline import LessonTimeline
from tests.server.classroom.scenarios import Story, a_class
from tests.server.lessons.test_timeline import ink, recorded, told

SECRET = "机密"
NAMES = {"lin": "林老师", "an": "安"}


def edited(story: Story, *operations: Operation, who: str = "an") -> LessonTimeline:
    manifest = recorded(story)
    rules = Rules(plan_of(operations, manifest, NAMES))
    return of_edition(told(story, who), rules, manifest_of(manifest, rules.edits))


def say(story: Story, text: str, person: str = "lin", seconds: float = 4) -> Story:
    """Somebody speaks for so long; it is heard at once."""
    end = story.now + int(seconds * 1000)
    heard = partial(recording.hear, person=person, start=story.now, end=end, text=text)
    return story.after(seconds, heard)


@pytest.mark.parametrize("who", ["an", "lin", "du"])
def test_nothing_of_a_cut_is_in_it(who: str) -> None:
    story = say(a_class(), "before it")
    story.by("lin", ink("stays"), 6)  # second 10
    say(story, f"said {SECRET}").by("an", talking.Say(text=f"chat {SECRET}"), 1)
    story.by("an", talking.Ask(text=f"asked {SECRET}"), 1)
    story.by("lin", polling.OpenPoll(kind="number", question=f"poll {SECRET}"), 1)
    story.by("lin", ink(f"stroke-{SECRET}"), 1).by("lin", showing.Undo(page=1), 1)
    story.by("lin", ink("drawn-there"), 1).by("an", staging.RaiseHand(), 1)
    story.by("lin", recording.TurnTo(page=3), 10)  # second 31
    say(story, "after it").by("an", talking.Say(text="hello"), 1)
    whole, cut = told(story, who), edited(story, Cut(10, 30), who=who)
    assert SECRET in msgspec.json.encode(whole).decode()
    assert SECRET not in msgspec.json.encode(cut).decode()
    assert [line.text for line in cut.lines] == ["before it", "after it"]
    assert [line.text for line in cut.chat] == ["hello"]
    assert cut.duration == pytest.approx(whole.duration - 20, abs=0.1)
    shift = whole.duration - cut.duration
    assert cut.lines[-1].start == pytest.approx(whole.lines[-1].start - shift, abs=0.002)
    assert not cut.questions
    assert not cut.polls
    assert not cut.moments
    strokes = {stroke.id: stroke.at for stroke in cut.strokes}
    assert strokes.keys() == {"stays", "drawn-there"}
    assert strokes["drawn-there"] == pytest.approx(10, abs=0.05)  # the board shows it after the cut


def test_a_slide_that_came_in_a_cut_is_there_from_the_join_on() -> None:
    story = a_class().by("lin", recording.TurnTo(page=2), 20)
    story.by("lin", recording.TurnTo(page=3), 2).by("lin", recording.TurnTo(page=4), 18)
    cut = edited(story, Cut(10, 30))
    assert [turn.page for turn in cut.slides] == [1, 3, 4]
    assert [turn.at for turn in cut.slides] == pytest.approx([0, 10, 20], abs=0.05)


def test_a_result_that_was_shown_in_a_cut_is_not_shown() -> None:
    story = a_class().by(
        "lin", polling.OpenPoll(kind="single", question="?", options=("a", "b"), correct=(1,)), 2
    )
    poll = story.events[-1].seq
    story.by("an", polling.AnswerPoll(poll=poll, choices=(1,)), 2)
    story.by("lin", polling.ClosePoll(poll=poll), 2)
    story.by("lin", polling.ShowResults(poll=poll), 20)
    (whole,) = told(story).polls
    (cut,) = edited(story, Cut(20, 30)).polls
    assert whole.counts
    assert not cut.counts
    assert not cut.correct
    assert cut.shown_at is None


def test_who_is_silenced_said_nothing_there() -> None:
    story = a_class()
    say(say(say(story, "one"), f"two {SECRET}", "an"), "three", "an")
    cut = edited(story, Mute("an", 4, 8))
    assert [line.text for line in cut.lines] == ["one", "three"]
    assert [line.text for line in edited(story, Mute("", 0, 8)).lines] == ["three"]


def test_words_are_put_right_and_captions_replaced() -> None:
    story = say(say(a_class(), "wrogn"), "fine")
    first = told(story).lines[0].start
    assert [line.text for line in edited(story, Reword(first, "right")).lines] == ["right", "fine"]
    captions = Captions("zh", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v 林老师>各位好\n")
    (line,) = edited(story, captions).lines
    assert (line.start, line.text, line.name) == (1.0, "各位好", "林老师")


def test_what_was_cut_out_is_gone_and_what_stood_stays() -> None:
    story = a_class()  # second 0
    story.by("lin", recording.TurnTo(page=2), 5).by("an", talking.Say(text="先说"), 5)
    story.by("an", talking.Say(text="剪掉的"), 5).by("lin", recording.TurnTo(page=3), 1)
    story.by("lin", ink("gone", page=3), 1).by("lin", showing.Undo(page=3), 1)
    story.by("lin", ink("stays", page=3), 1).by("an", talking.Say(text="后说"), 11)
    found = edited(story, Cut(12.0, 22.0))
    assert [(turn.at, turn.page) for turn in found.slides] == [(0, 1), (5, 2), (11.989, 3)]
    assert [(line.at, line.text) for line in found.chat] == [(10, "先说"), (19.973, "后说")]
    assert [(s.id, s.at, s.until) for s in found.strokes] == [("stays", 11.989, None)]
    assert [piece.duration for piece in found.spans] == pytest.approx([11.989, 977.99], abs=0.01)
