"""The room by itself: what it does, what it refuses, and that events tell the whole story."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.classroom.room import Room
from server.classroom.room_events import AnyEvent, apply
from server.classroom.state import RoomState
from server.errors import Conflict, Forbidden, Invalid
from tests.server.classroom.opening import AGENDA, fresh_state
from tests.server.classroom.scenarios import SCENARIOS, Story, begun, file_of, text_of

KINDS = st.sampled_from([(), ("audio",), ("camera",), ("audio", "camera"), ("audio", "screen")])


def test_a_room_wakes_waits_lives_and_ends() -> None:
    story = Story(fresh_state())
    assert story.room.state.phase == "scheduled"
    assert story.after(1, Room.arrive).room.state.phase == "waiting"
    story.after(1, lambda room: room.change_tracks(("audio",)))
    assert story.room.state.stage == ("lin",)
    assert story.after(1, Room.start).room.state.phase == "live"
    ended = story.after(1, Room.end).room.state
    assert (ended.phase, ended.recording, ended.ended_at) == ("ended", "idle", 4000)


def test_the_clock_counts_only_what_is_recorded() -> None:
    story = begun().after(10, Room.pause).after(60, Room.resume)
    story.after(5, lambda room: room.change_tracks((), "lost", story.now - 2000))
    assert story.room.state.elapsed == 13_000
    assert story.room.state.running_since is None
    story.after(30, lambda room: room.change_tracks(("audio",)))
    assert story.room.state.elapsed_at(story.now + 1000) == 14_000


def test_a_full_disk_stops_the_clock_until_it_takes_more() -> None:
    story = begun().after(10, Room.fail)
    assert (story.room.state.recording, story.room.state.elapsed) == ("failed", 10_000)
    for nothing in (Room.fail, Room.resume):
        assert nothing(story.room) == []
    with pytest.raises(Conflict, match="disk"):
        story.room.pause()
    story.after(50, Room.mend)
    assert story.room.state.recording == "recording"
    assert story.room.state.elapsed_at(story.now + 1000) == 11_000


def test_a_disk_that_fills_in_a_pause_does_not_end_the_pause() -> None:
    story = begun().after(10, Room.pause)
    for nothing in (Room.fail, Room.mend):
        assert nothing(story.room) == []
    assert story.room.state.recording == "paused"


def test_a_segment_begins_with_what_was_on_air_before_it() -> None:
    story = begun().after(10, Room.pause).after(60, Room.resume)
    story.after(5, lambda room: room.enter_segment(1))
    assert story.room.state.segment_from == 15_000


def test_asking_twice_happens_once() -> None:
    story = begun()
    before = len(story.events)
    for act in (Room.arrive, Room.start, Room.resume, lambda room: room.turn_to(1)):
        story.after(0, act)
    assert len(story.events) == before


def test_nothing_starts_without_sound() -> None:
    story = Story(fresh_state()).after(0, Room.arrive)
    with pytest.raises(Conflict, match="no_sound"):
        story.room.start()
    story.after(1, lambda room: room.change_tracks(("camera",)))
    with pytest.raises(Conflict, match="no_sound"):
        story.room.start()


def test_pages_and_segments_that_are_not_there_are_refused() -> None:
    room = begun().room
    for page in (0, -1, AGENDA.pages + 1):
        with pytest.raises(Invalid, match="no_such_page"):
            room.turn_to(page)
    with pytest.raises(Invalid, match="no_such_segment"):
        room.enter_segment(len(AGENDA.segments))


def test_after_the_end_nothing_happens() -> None:
    story = begun().after(5, Room.end)
    for act in (Room.start, Room.pause, Room.resume, lambda room: room.turn_to(2)):
        with pytest.raises(Conflict, match="over"):
            act(story.room)
    for quiet in (Room.arrive, Room.leave, Room.end, lambda room: room.hear(0, 1, "晚了")):
        assert quiet(story.room) == []


def test_only_who_is_on_stage_is_admitted() -> None:
    room = begun().room
    room.admit("lin")
    with pytest.raises(Forbidden):
        room.admit("bo")


def test_time_never_goes_back() -> None:
    story = begun()
    at = story.now
    story.after(-100, lambda room: room.turn_to(2))
    assert story.events[-1].at == at


def test_an_event_out_of_order_is_no_event() -> None:
    story = begun()
    with pytest.raises(ValueError, match="does not follow"):
        apply(story.room.state, story.events[0])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_the_fixtures_for_the_browser_are_what_the_room_does(scenario) -> None:
    assert file_of(scenario).read_text("utf-8") == text_of(scenario), (
        "run: python -m tests.server.classroom.scenarios"
    )


class AnyRehearsal(RuleBasedStateMachine):
    """Whatever is asked of a room: the log tells it, from every snapshot on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(fresh_state())
        self.kept = [(0, msgspec.json.encode(self.story.room.state))]

    def _try(self, seconds, act) -> None:
        before = self.story.room.state
        try:
            self.story.after(seconds, act)
        except (Conflict, Invalid):
            assert self.story.room.state == before, "what was refused changed something"

    @rule(
        seconds=st.floats(0, 90),
        act=st.sampled_from(
            [
                Room.arrive,
                Room.leave,
                Room.start,
                Room.start,
                Room.pause,
                Room.resume,
                Room.fail,
                Room.mend,
            ]
        ),
    )
    def ask(self, seconds, act) -> None:
        self._try(seconds, act)

    @rule(seconds=st.floats(0, 90), page=st.integers(-1, 7))
    def turn(self, seconds, page) -> None:
        self._try(seconds, lambda room: room.turn_to(page))

    @rule(seconds=st.floats(0, 90), segment=st.integers(-1, 4))
    def enter(self, seconds, segment) -> None:
        self._try(seconds, lambda room: room.enter_segment(segment))

    @rule(seconds=st.floats(0, 5), tracks=KINDS, late=st.integers(0, 3000))
    def change_tracks(self, seconds, tracks, late) -> None:
        until = self.story.now - late
        self._try(seconds, lambda room: room.change_tracks(tracks, "lost", until))

    @rule(text=st.text(max_size=20))
    def hear(self, text) -> None:
        self._try(1, lambda room: room.hear(0, 1000, text))

    @rule()
    def keep_a_snapshot(self) -> None:
        kept = (len(self.story.events), msgspec.json.encode(self.story.room.state))
        self.kept.append(kept)

    @rule(sure=st.integers(0, 9))
    def end(self, sure) -> None:
        if sure == 0:
            self._try(1, Room.end)

    @invariant()
    def events_on_any_snapshot_give_the_same_state(self) -> None:
        for number, snapshot in self.kept[-3:]:
            state = msgspec.json.decode(snapshot, type=RoomState)
            for event in self.story.events[number:]:
                state = apply(state, msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent))
            assert state == self.story.room.state

    @invariant()
    def times_make_sense(self) -> None:
        state = self.story.room.state
        assert [event.seq for event in self.story.events] == list(range(1, state.seq + 1))
        assert (state.running_since is not None) == state.on_air
        assert 0 <= state.segment_from <= state.elapsed_at(state.at) <= state.at + 3000
        if state.started_at is not None:
            assert state.elapsed_at(state.at) <= state.at - state.started_at


TestAnyRehearsal = AnyRehearsal.TestCase
TestAnyRehearsal.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
