"""Whatever people ask of a room, in any order: the log tells it, and each sees what they may."""

from functools import partial

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.classroom.acts import attending, polling, recording, showing, staging, talking
from server.classroom.event import apply
from server.classroom.room_events import event_of
from server.classroom.state import RoomState
from server.classroom.things import SEATS
from server.classroom.views import view
from server.errors import Problem
from tests.server.classroom.opening import fresh_state
from tests.server.classroom.scenarios import CAST, Story

KINDS = st.sampled_from([(), ("audio",), ("camera",), ("audio", "camera"), ("audio", "screen")])
PEOPLE = st.sampled_from(sorted(CAST))
TEXT = st.text(max_size=12)
SMALL = st.integers(0, 60)
COMMANDS = st.one_of(
    st.sampled_from(
        [
            recording.Start(),
            recording.Start(),
            recording.Pause(),
            recording.Resume(),
            attending.Lock(),
            attending.Unlock(),
            attending.OpenLobby(),
            attending.CloseLobby(),
            attending.AdmitAll(),
            staging.RaiseHand(),
            staging.LowerHand(),
            staging.Accept(),
            staging.Accept(),
            staging.Decline(),
            staging.LeaveStage(),
            staging.TakeStage(),
            staging.MuteAll(),
            talking.CloseChat(),
            talking.OpenChat(),
            talking.Unpin(),
            polling.CallRoll(),
            polling.EndCall(),
            showing.OpenBoard(),
            showing.CloseBoard(),
            showing.Undo(page=1),
            showing.ClearBoard(page=1),
            showing.StopCountdown(),
        ]
    ),
    st.builds(recording.TurnTo, page=st.integers(0, 7)),
    st.builds(recording.EnterSegment, segment=st.integers(0, 4)),
    st.builds(attending.Remove, person=st.sampled_from(["bo", "du", "mei"])),
    st.builds(staging.Invite, person=PEOPLE),
    st.builds(staging.Dismiss, person=PEOPLE),
    st.builds(staging.Mute, person=PEOPLE),
    st.builds(staging.FocusOn, person=PEOPLE),
    st.builds(talking.Say, text=TEXT, to=st.sampled_from(["", "leaders"])),
    st.builds(talking.DeleteMessage, message=SMALL),
    st.builds(talking.Pin, message=SMALL),
    st.builds(talking.Ask, text=TEXT),
    st.builds(talking.Vote, question=SMALL),
    st.builds(talking.Unvote, question=SMALL),
    st.builds(talking.MarkAnswered, question=SMALL),
    st.builds(talking.DeleteQuestion, question=SMALL),
    st.builds(
        polling.OpenPoll,
        kind=st.sampled_from(["single", "multiple", "number", "text"]),
        question=st.just("？"),
        options=st.just(("甲", "乙", "丙")),
        correct=st.sampled_from([(), (1,)]),
        anonymous=st.booleans(),
    ),
    st.builds(
        polling.AnswerPoll,
        poll=SMALL,
        choices=st.lists(st.integers(0, 3), max_size=3).map(tuple),
        number=st.sampled_from([1.0, 2.5]),
        text=st.sampled_from(["好", "不好"]),
    ),
    st.builds(polling.ClosePoll, poll=SMALL),
    st.builds(polling.ShowResults, poll=SMALL),
    st.builds(polling.AnswerCall, call=SMALL),
    st.builds(
        showing.Draw,
        page=st.integers(1, 3),
        stroke=st.text("abcdefgh", min_size=1, max_size=2),
        colour=st.just("ink"),
        width=st.just(3),
        points=st.just((1, 2, 3)),
    ),
    st.builds(showing.StartCountdown, seconds=st.integers(5, 60)),
)


class AnyClass(RuleBasedStateMachine):
    """Whatever is asked of a room by whomever: the log tells it, from every snapshot on the way,
    and each who is let in can follow with what they are told."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(fresh_state(kind="lesson"))
        self.kept = [(0, msgspec.json.encode(self.story.room.state))]
        self.views: dict[str, RoomState] = {}

    def _try(self, seconds, act) -> None:
        before, number = self.story.room.state, len(self.story.events)
        try:
            self.story.after(seconds, act)
        except Problem:
            assert self.story.room.state == before, "what was refused changed something"
        for event in self.story.events[number:]:
            after = apply(before, event)
            self._tell(event, before, after)
            before = after

    def _tell(self, event, before, after) -> None:
        """As `Presence.tell_event` does: a view is begun anew where what one may see changes."""
        for viewer in after.people.values():
            came = isinstance(event, attending.Arrived | attending.Admitted)
            known = self.views.get(viewer.id)
            if known is None or (came and event.person == viewer.id) or viewer.lobby:
                self.views[viewer.id] = view(after, viewer)
            else:
                self.views[viewer.id] = apply(known, event.seen_by(viewer, before, after))

    @rule(seconds=st.floats(0, 90), who=PEOPLE, command=COMMANDS)
    def ask(self, seconds, who, command) -> None:
        self._try(seconds, partial(command.obey, who=who))

    @rule(who=PEOPLE, command=COMMANDS)
    def ask_as_teacher(self, who, command) -> None:
        self._try(1, partial(command.obey, who="lin"))

    @rule(who=PEOPLE)
    def come(self, who) -> None:
        name, role = CAST[who]
        self._try(1, partial(attending.arrive, person=who, name=name, role=role))

    @rule(who=PEOPLE)
    def go(self, who) -> None:
        self._try(1, partial(attending.leave, person=who))

    @rule(act=st.sampled_from([recording.fail, recording.mend]))
    def trouble_the_disk(self, act) -> None:
        self._try(1, act)

    @rule(seconds=st.floats(0, 5), who=PEOPLE, tracks=KINDS, late=st.integers(0, 3000))
    def send(self, seconds, who, tracks, late) -> None:
        until = self.story.now - late
        change = partial(
            staging.change_tracks, person=who, tracks=tracks, reason="lost", heard_until=until
        )
        self._try(seconds, change)

    @rule(text=st.text(max_size=20), who=PEOPLE)
    def hear(self, text, who) -> None:
        self._try(1, partial(recording.hear, start=0, end=1000, text=text, person=who))

    @rule(who=PEOPLE)
    def speak(self, who) -> None:
        self._try(1, partial(staging.speak, person=who))

    @rule()
    def keep_a_snapshot(self) -> None:
        kept = (len(self.story.events), msgspec.json.encode(self.story.room.state))
        self.kept.append(kept)

    @rule(sure=st.integers(0, 19))
    def end(self, sure) -> None:
        if sure == 0:
            self._try(1, recording.end)

    @invariant()
    def events_on_any_snapshot_give_the_same_state(self) -> None:
        for number, snapshot in self.kept[-2:]:
            state = msgspec.json.decode(snapshot, type=RoomState)
            for event in self.story.events[number:]:
                state = apply(state, event_of(msgspec.json.encode(event)))
            assert state == self.story.room.state

    @invariant()
    def everybody_knows_what_they_may_know(self) -> None:
        state = self.story.room.state
        for viewer in state.people.values():
            assert self.views[viewer.id] == view(state, viewer), viewer.id

    @invariant()
    def times_and_places_make_sense(self) -> None:
        state = self.story.room.state
        assert [event.seq for event in self.story.events] == list(range(1, state.seq + 1))
        assert (state.running_since is not None) == state.on_air
        assert 0 <= state.segment_from <= state.elapsed_at(state.at) <= state.at + 3000
        seats = [someone.seat for someone in state.stage]
        assert len(set(seats)) == len(seats) <= SEATS
        assert all(hand.person in state.people for hand in state.hands)
        assert all(poll.answered == len(poll.answers) for poll in state.polls)
        assert all(q.votes == len(q.voters) for q in state.questions)


TestAnyClass = AnyClass.TestCase
TestAnyClass.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


class TestManyClasses(AnyClass.TestCase):
    """The same, for longer."""

    settings = settings(max_examples=1500, stateful_step_count=80, deadline=None)
    pytestmark = pytest.mark.long
