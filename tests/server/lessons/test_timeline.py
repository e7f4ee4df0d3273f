"""A lesson's timeline from its log: seconds of the recording, and nothing a viewer may not know."""

from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.layout import Gap, Manifest, Span
from server.classroom.acts import attending, polling, recording, showing, staging, talking
from server.classroom.event import Event
from server.classroom.things import Agenda, AgendaSegment, Attendee
from server.lessons import timeline as limits
from server.lessons.timeline import LessonTimeline, lesson_timeline, screen_pieces
from tests.server.classroom.opening import fresh_state
from tests.server.classroom.scenarios import CAST, Story, a_class

AGENDA = Agenda(segments=(AgendaSegment("导入", 2, "question"), AgendaSegment("新授", 10)), pages=5)
SECRETS = ("悄悄问一下", "只给助教看", "猜一猜", "乙方的答案")


def told(story: Story, who: str = "an", manifest: Manifest | None = None) -> LessonTimeline:
    name, role = CAST.get(who, (who, "guest"))
    return lesson_timeline(
        story.events, manifest or recorded(story), Attendee(who, name, role, 0), AGENDA
    )


def recorded(story: Story, seconds: float = 1000) -> Manifest:
    """One span from the moment recording began."""
    began = next(e.at for e in story.events if isinstance(e, recording.RecordingStarted))
    return Manifest(
        0.0, origin=began / 1000, ended=True, duration=seconds, spans=[Span(1, 0, 0, seconds)]
    )


def ink(name: str, page: int = 1, points: tuple[int, ...] = (1, 2, 3)) -> showing.Draw:
    return showing.Draw(page=page, stroke=name, colour="red", width=4, points=points)


def test_seconds_count_from_the_recordings_second_0() -> None:
    story = a_class()
    began = recorded(story).origin
    story.by("lin", recording.TurnTo(page=3), 5).by("an", talking.Say(text="听得见"), 2)
    story.after(
        4, partial(recording.hear, start=story.now - 3000, end=story.now - 500, text="这一页看职责")
    )
    found = told(story, manifest=Manifest(0.0, began + 0.25, True, 60, [Span(1, 0, 0, 60)]))
    assert [(turn.at, turn.page) for turn in found.slides] == [(0.0, 1), (4.75, 3)]
    assert [(line.at, line.text) for line in found.chat] == [(6.75, "听得见")]
    assert [(line.start, line.end) for line in found.lines] == [(3.75, 6.25)]


def test_what_was_before_the_recording_stands_at_its_beginning() -> None:
    story = Story(fresh_state(AGENDA, kind="lesson")).arrives().arrives("an").sends("audio")
    story.by("lin", recording.TurnTo(page=2)).by("lin", ink("s1")).by("lin", ink("s2"))
    story.by("an", talking.Say(text="到了")).by("lin", showing.Undo(page=1))
    found = told(story.by("lin", recording.Start()))
    assert [(turn.at, turn.page) for turn in found.slides] == [(0.0, 2)]
    assert [(line.at, line.text) for line in found.chat] == [(0.0, "到了")]
    assert [(s.at, s.until, s.id) for s in found.strokes] == [(0.0, None, "s1")]
    assert [(count.at, count.n) for count in found.people] == [(0.0, 2)]


def test_strokes_are_there_until_they_are_taken_back() -> None:
    story = a_class()
    for number in range(3):
        story.by("lin", ink(f"s{number}"), 10)
    story.by("lin", showing.Undo(page=1), 10).by("lin", ink("s2"), 10)
    story.by("lin", ink("other", page=2), 1).by("lin", showing.ClearBoard(page=1), 9)
    assert [(s.id, s.page, s.at, s.until) for s in told(story).strokes] == [
        ("s0", 1, 10, 60),
        ("s1", 1, 20, 60),
        ("s2", 1, 30, 40),
        ("s2", 1, 50, 60),
        ("other", 2, 51, None),
    ]


def test_what_was_deleted_is_told_to_nobody() -> None:
    story = a_class().by("an", talking.Say(text="删掉这句"))
    line = story.events[-1].seq
    story.by("lin", talking.Pin(message=line)).by("lin", talking.DeleteMessage(message=line))
    story.by("an", talking.Ask(text="删掉这问"))
    story.by("an", talking.DeleteQuestion(question=story.events[-1].seq))
    for who in CAST:
        assert "删掉" not in msgspec.json.encode(told(story, who)).decode()


def secrets() -> Story:
    """A class in which things are said and answered that not everybody may know."""
    story = a_class().by("bo", talking.Say(text=SECRETS[0], to="leaders"))
    story.by("mei", talking.Say(text=SECRETS[1], to="leaders"))
    story.by("lin", polling.OpenPoll(kind="text", question="一句话？"))
    text = story.events[-1].seq
    story.by("bo", polling.AnswerPoll(poll=text, text=SECRETS[2]))
    story.by(
        "lin", polling.OpenPoll(kind="single", question="？", options=("a", "b"), correct=(1,))
    )
    single = story.events[-1].seq
    story.by("bo", polling.AnswerPoll(poll=single, choices=(1,)))
    story.by("lin", polling.OpenPoll(kind="text", question="公开的？"))
    shown = story.events[-1].seq
    story.by("an", polling.AnswerPoll(poll=shown, text="大家看"))
    story.by("lin", polling.ShowResults(poll=shown)).by("lin", polling.ClosePoll(poll=shown), 7)
    return story.by("bo", talking.Ask(text="谁考核？")).by(
        "an", talking.Vote(question=story.events[-1].seq)
    )


@pytest.mark.parametrize("who", ["an", "visitor"])
def test_trainees_and_guests_are_told_no_secret(who: str) -> None:
    found = told(secrets(), who)
    text = msgspec.json.encode(found).decode()
    assert not [secret for secret in SECRETS if secret in text]
    hidden, single, shown = found.polls
    assert (hidden.answered, hidden.result, hidden.values) == (1, False, ())
    assert (single.correct, single.counts) == ((), ())
    assert (shown.result, shown.values) == (True, ("大家看",))
    assert shown.closed_at
    assert shown.shown_at
    assert shown.closed_at - shown.shown_at == 7
    assert found.questions[0].votes == 1


def test_who_wrote_to_the_leaders_reads_it_again() -> None:
    assert [(line.text, line.private) for line in told(secrets(), "bo").chat] == [
        (SECRETS[0], True)
    ]


@pytest.mark.parametrize("who", ["lin", "mei", "du"])
def test_leaders_and_who_supervises_them_see_results_and_private_lines(who: str) -> None:
    found = told(secrets(), who)
    assert [line.text for line in found.chat] == list(SECRETS[:2])
    assert found.polls[0].values == (SECRETS[2],)
    assert (found.polls[1].correct, found.polls[1].counts) == ((1,), (0, 1))


def test_no_answer_is_told_with_a_name() -> None:
    """Not even to leaders: who answered what is no part of a recording."""
    story = a_class().by("lin", polling.OpenPoll(kind="text", question="？"))
    story.by("bo", polling.AnswerPoll(poll=story.events[-1].seq, text="我答"))
    polls = msgspec.json.encode(told(story, "lin").polls).decode()
    assert "我答" in polls
    assert "bo" not in polls
    assert CAST["bo"][0] not in polls


def test_a_supervisor_is_neither_named_nor_counted() -> None:
    story = a_class().leaves("du").arrives("du")
    for who in ("an", "lin"):
        found = told(story, who)
        assert max(count.n for count in found.people) == 4
        assert CAST["du"][0] not in msgspec.json.encode(found).decode()


def test_who_waits_in_the_lobby_is_not_counted() -> None:
    story = Story(fresh_state(AGENDA, "lesson")).arrives().by("lin", attending.OpenLobby())
    story.arrives("an").sends("audio").by("lin", recording.Start())
    story.by("lin", attending.Admit(person="an"), 5)
    for who in ("bo", "lin"):
        assert [(c.at, c.n) for c in told(story, who).people] == [(0, 1), (5, 2)]


def test_hands_the_stage_and_a_shared_screen() -> None:
    story = a_class().by("an", staging.RaiseHand(), 10).by("lin", staging.Invite(person="an"))
    story.by("an", staging.Accept(), 4).sends("audio", "screen", who="an", after=5)
    story.sends("audio", who="an", after=20).by("lin", staging.Dismiss(person="an"), 5)
    story.sends("audio", "screen", after=5)
    found = told(story)
    name = CAST["an"][0]
    assert [(m.at, m.kind, m.name) for m in found.moments] == [
        (10, "hand", name), (15, "up", name), (45, "down", name),
    ]  # fmt: skip
    assert [(s.start, s.end) for s in found.sharing] == [(20, 40), (50, 1000)]


def test_segments_begin_with_the_recording_where_a_leader_went_on() -> None:
    story = a_class().by("lin", recording.EnterSegment(segment=1), 90)
    found = told(story)
    assert [(mark.at, mark.segment) for mark in found.marks] == [(0, 0), (90, 1)]
    assert [segment.title for segment in found.segments] == ["导入", "新授"]
    assert told(a_class()).marks == ()


def test_pauses_and_a_restart_are_gaps_in_which_things_still_happen() -> None:
    story = a_class().by("lin", recording.Pause(), 10).by("an", talking.Say(text="在吗"), 15)
    story.by("lin", recording.Resume(), 5).sends(after=30, reason="restart").sends("audio", after=9)
    story.by("lin", recording.TurnTo(page=2), 1)
    manifest = recorded(story, 80)
    manifest.spans = [Span(1, 0, 0, 10), Span(2, 10, 30, 28.5), Span(3, 38.5, 69, 11)]
    manifest.gaps = [Gap(10, 30, "paused"), Gap(58.5, 69, "lost")]
    found = told(story, manifest=manifest)
    assert [(line.at) for line in found.chat] == [25]
    assert found.slides[-1].at == 70
    assert [(gap.start, gap.end, gap.reason) for gap in found.gaps] == [
        (10, 30, "paused"), (58.5, 69, "lost"),
    ]  # fmt: skip
    assert [(p.media_start, p.take_start, p.duration) for p in found.spans] == [
        (0, 0, 10), (10, 30, 28.5), (38.5, 69, 11),
    ]  # fmt: skip


def test_a_screens_player_has_only_the_spans_it_was_shared_in() -> None:
    spans = [Span(2, 10, 30, 28.5), Span(4, 90, 120, 7)]
    assert [(p.media_start, p.take_start) for p in screen_pieces(spans)] == [(0, 30), (28.5, 120)]


def test_too_much_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in {"CHAT": 2, "NUMBERS": 60, "COUNTS": 3}.items():
        monkeypatch.setattr(limits, name, most)
    story = a_class()
    for number in range(3):
        story.by("an", talking.Say(text=f"第{number}句"), 9)
        story.by("lin", ink(f"s{number}", points=tuple(range(30 * 3))))
    found = told(story)
    assert [line.text for line in found.chat] == ["第0句", "第1句"]
    assert set(found.cut) == {"chat", "strokes"}
    assert len(found.people) <= 4
    for stroke in found.strokes:
        assert len(stroke.points) % 3 == 0
        assert len(stroke.points) < 60
        assert (stroke.points[0], stroke.points[-1]) == (0, 89), "it begins and ends as drawn"


@given(st.integers(0, 2000), st.floats(0, 500), st.sampled_from(list(CAST)))
def test_every_second_lies_inside_the_recording_and_in_order(
    before: int, length: float, who: str
) -> None:
    story = a_class()
    story.by("an", talking.Say(text="一"), before).by("lin", recording.TurnTo(page=2), 3)
    found = told(story, who, recorded(story, length))
    plain = msgspec.to_builtins(found)
    for name in ("slides", "chat", "people", "moments", "strokes"):
        moments = [entry["at"] for entry in plain[name]]
        assert moments == sorted(moments)
        assert all(0 <= at <= found.duration for at in moments)


def test_an_empty_log_says_nothing() -> None:
    nobody = Attendee("x", "x", "guest", 0)
    none: list[Event] = []
    found = lesson_timeline(none, Manifest(0.0), nobody)
    assert (found.duration, found.chat, found.lines) == (0, (), ())
