"""Stories of a room as data: a snapshot, events, and what is true after them.

The same files drive the browser's `web/js/classroom/state.js`. After a change of the events:
`python -m tests.server.classroom.scenarios` writes them anew.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from media.track import Kind
from server.classroom.acts import attending, polling, recording, showing, staging, talking
from server.classroom.command import Command
from server.classroom.event import Event, apply
from server.classroom.room import Room
from server.classroom.state import RoomState
from server.classroom.things import Agenda, Role
from server.classroom.views import view
from tests.server.classroom.opening import fresh_state

FOLDER = Path(__file__).parent.parent.parent / "fixtures" / "room"
CAST: dict[str, tuple[str, Role]] = {
    "lin": ("林老师", "teacher"),
    "mei": ("梅助教", "assistant"),
    "an": ("安学员", "trainee"),
    "bo": ("薄学员", "trainee"),
    "du": ("杜督导", "supervisor"),
}


class Story:
    """A room whose clock is moved by hand, and what each viewer was told of it."""

    def __init__(self, state: RoomState) -> None:
        self.now = state.at
        self.before = state
        self.room = Room(state, lambda: self.now, lambda people, n: sorted(people)[:n])
        self.events: list[Event] = []

    def after(self, seconds: float, act: Callable[[Room], list[Event]]) -> "Story":
        self.now += round(seconds * 1000)
        self.events += act(self.room)
        return self

    def by(self, who: str, command: Command, after: float = 1) -> "Story":
        return self.after(after, partial(command.obey, who=who))

    def arrives(self, who: str = "lin", after: float = 1) -> "Story":
        name, role = CAST[who]
        return self.after(after, partial(attending.arrive, person=who, name=name, role=role))

    def leaves(self, who: str = "lin", after: float = 1) -> "Story":
        return self.after(after, partial(attending.leave, person=who))

    def sends(self, *tracks: Kind, who: str = "lin", after: float = 1, **why: Any) -> "Story":
        return self.after(after, partial(staging.change_tracks, person=who, tracks=tracks, **why))

    def data(self, viewer: str = "") -> dict[str, Any]:
        plain = msgspec.to_builtins
        states = self.before, self.room.state
        events = self.events
        if viewer:
            states, events = self.seen_by(viewer)
        return {
            "snapshot": plain(states[0]),
            "events": plain(events),
            "state": plain(states[1]),
            "elapsed": {
                str(at): self.room.state.elapsed_at(at) for at in (self.now, self.now + 5000)
            },
        }

    def seen_by(self, viewer: str) -> tuple[tuple[RoomState, RoomState], list[Event]]:
        """The first and last state and the events between, as somebody who is there sees them."""
        someone = self.room.state.people[viewer]
        states = view(self.before, someone), view(self.room.state, someone)
        told = []
        before = self.before
        for event in self.events:
            after = apply(before, event)
            told.append(event.seen_by(someone, before, after))
            before = after
        return states, told


def begun(state: RoomState | None = None) -> Story:
    story = Story(state or fresh_state())
    return story.arrives().sends("audio", "camera").by("lin", recording.Start(), 3)


def a_whole_rehearsal() -> Story:
    story = begun()
    story.by("lin", recording.TurnTo(page=2), 10)
    story.by("lin", recording.EnterSegment(segment=1), 50)
    story.by("lin", recording.Pause(), 5)
    story.by("lin", recording.TurnTo(page=3), 60)
    story.by("lin", recording.Resume(), 1)
    story.by("lin", recording.EnterSegment(segment=2), 30)
    return story.by("lin", recording.End(), 20)


def sound_is_lost() -> Story:
    story = begun()
    story.sends(after=22, reason="lost", heard_until=story.now + 20_000)
    return story.sends("audio", after=8).by("lin", recording.TurnTo(page=2), 5)


def lost_while_paused() -> Story:
    story = begun().by("lin", recording.Pause(), 4).sends(after=2, reason="lost")
    return story.by("lin", recording.Resume()).sends("audio", after=3)


def the_disk_is_full() -> Story:
    story = begun().after(12, recording.fail).by("lin", recording.TurnTo(page=3), 9)
    story.after(40, recording.mend).by("lin", recording.Pause(), 6).after(1, recording.fail)
    story.after(20, recording.mend).by("lin", recording.Resume())
    return story.after(2, recording.fail)


def nobody_comes_back() -> Story:
    story = begun().sends("camera", after=9, reason="lost").leaves(after=5)
    return story.after(900, lambda room: recording.end(room, "nobody_came"))


def many_words() -> Story:
    story = begun()
    for number in range(25):
        at = story.now + 500
        story.after(1, partial(recording.hear, start=at, end=at + 400, text=f"第{number}句"))
    return story.after(1, partial(recording.hear, start=0, end=9, text="最后", person="lin"))


def before_it_begins() -> Story:
    story = Story(fresh_state(Agenda())).arrives(after=0)
    return story.by("lin", staging.ReportMicrophone(auto_gain=False, label="话筒"))


def from_a_later_snapshot() -> Story:
    story = Story(sound_is_lost().room.state).by("lin", recording.Pause(), 7)
    return story.by("lin", recording.Resume(), 2)


def a_class() -> Story:
    """A lesson that has begun, with everybody in it."""
    story = Story(fresh_state(kind="lesson"))
    for who in ("lin", "mei", "an", "bo", "du"):
        story.arrives(who)
    return story.sends("audio", "camera").by("lin", recording.Start(), 3)


def from_hand_to_stage() -> Story:
    story = Story(a_class().room.state)
    story.by("an", staging.RaiseHand()).by("bo", staging.RaiseHand())
    story.by("lin", staging.Invite(person="an")).by("an", staging.Accept(), 4)
    story.sends("audio", "camera", who="an").after(1, partial(staging.speak, person="an"))
    story.by("lin", staging.FocusOn(person="an")).by("mei", staging.Mute(person="an"))
    story.by("mei", staging.Unmute(person="an")).by("bo", staging.React(symbol="applause"))
    story.by("lin", staging.Invite(person="bo")).by("bo", staging.Decline())
    story.by("lin", staging.MuteAll()).by("an", staging.LeaveStage())
    story.sends(who="an", reason="lost").leaves("an", 9)
    return story.by("du", attending.ReportLink(by="hls", link="weak"))


def the_door() -> Story:
    story = Story(a_class().room.state).leaves("an").leaves("bo")
    story.by("lin", attending.OpenLobby()).by("lin", attending.Lock()).arrives("an")
    story.by("lin", attending.Remove(person="bo")).by("lin", attending.Unlock())
    story.by("lin", attending.CloseLobby()).leaves("du").arrives("du")
    return story.by("an", attending.ReportLink(by="webrtc", link="good"))


def the_lobby() -> Story:
    story = Story(fresh_state(kind="lesson")).arrives().by("lin", attending.OpenLobby())
    story.arrives("an").arrives("bo").leaves("bo").arrives("bo").arrives("du")
    return story.by("lin", attending.Admit(person="an")).by("lin", attending.AdmitAll())


def talk() -> Story:
    story = Story(a_class().room.state)
    story.by("an", talking.Say(text="老师好 <b>"))
    said = story.events[-1].seq
    story.by("bo", talking.Say(text="悄悄问一下", to="leaders"))
    story.by("lin", talking.Pin(message=said)).by("bo", talking.Ask(text="网格多大合适？"))
    asked = story.events[-1].seq
    story.by("an", talking.Ask(text="谁来考核？")).by("an", talking.Vote(question=asked))
    story.by("mei", talking.Vote(question=asked)).by("mei", talking.Unvote(question=asked))
    story.by("lin", talking.MarkAnswered(question=asked)).by("lin", talking.CloseChat())
    story.by("an", talking.DeleteQuestion(question=story.room.state.questions[1].id))
    return story.by("lin", talking.DeleteMessage(message=said)).by("lin", talking.OpenChat())


def polls() -> Story:
    story = Story(a_class().room.state)
    story.by(
        "lin",
        polling.OpenPoll(kind="single", question="选哪个？", options=("甲", "乙"), correct=(1,)),
    )
    single = story.events[-1].seq
    story.by("an", polling.AnswerPoll(poll=single, choices=(0,)))
    story.by("bo", polling.AnswerPoll(poll=single, choices=(1,)))
    story.by("an", polling.AnswerPoll(poll=single, choices=(1,)))
    story.by("lin", polling.ShowResults(poll=single))
    story.by("mei", polling.AnswerPoll(poll=single, choices=(0,)))
    story.by("lin", polling.ClosePoll(poll=single))
    story.by("lin", polling.OpenPoll(kind="number", question="几个？", anonymous=True))
    number = story.events[-1].seq
    story.by("an", polling.AnswerPoll(poll=number, number=3))
    story.by("an", polling.AnswerPoll(poll=number, number=4.5))
    story.by("lin", polling.CallRoll(count=2, seconds=30))
    story.by("an", polling.AnswerCall(call=story.events[-1].seq))
    return story.by("lin", polling.EndCall(), 40)


def the_board() -> Story:
    story = Story(a_class().room.state)

    def line(number: int) -> showing.Draw:
        points = (0, 0, 5000, 100 * number, 200, 5000)
        return showing.Draw(page=1, stroke=f"s{number}", colour="red", width=4, points=points)

    for number in range(3):
        story.by("lin", line(number))
    story.by("lin", showing.Undo(page=1)).by("lin", showing.OpenBoard())
    story.by("lin", showing.StartCountdown(seconds=60, label="讨论"))
    story.after(
        1,
        partial(showing.hand_out, who="lin", handout="h1", name="讲义.pdf", size=1234),
    )
    story.after(1, partial(showing.hand_out, who="mei", handout="h2", name="b.txt", size=1))
    story.by("mei", showing.WithdrawHandout(handout="h2")).by("mei", showing.StopCountdown())
    story.by("lin", recording.TurnTo(page=2))
    story.by(
        "mei",
        showing.Draw(page=2, stroke="x", colour="ink", width=9, points=(1, 2, 3)),
    )
    return story.by("lin", showing.ClearBoard(page=1)).by("lin", showing.CloseBoard())


SCENARIOS = (
    a_whole_rehearsal,
    sound_is_lost,
    lost_while_paused,
    the_disk_is_full,
    nobody_comes_back,
    many_words,
    before_it_begins,
    from_a_later_snapshot,
    a_class,
    from_hand_to_stage,
    the_door,
    the_lobby,
    talk,
    polls,
    the_board,
)
VIEWED = (from_hand_to_stage, the_door, talk, polls, the_board)
VIEWERS = ("mei", "an", "du")


def files() -> dict[Path, str]:
    """What the fixtures are to be: whole, and as some viewers see them."""
    texts = {s.__name__: s().data() for s in SCENARIOS}
    for scenario in VIEWED:
        story = scenario()
        for viewer in VIEWERS:
            if viewer in story.room.state.people and viewer in story.before.people:
                texts[f"{scenario.__name__}.seen_by_{viewer}"] = story.data(viewer)
    return {
        FOLDER / f"{name}.json": json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        for name, data in texts.items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for path, text in files().items():
        path.write_text(text, "utf-8")
