"""Polls and quizzes, and the random roll-call."""

import math
from typing import Annotated

import msgspec
from msgspec.structs import replace

from server.classroom.command import Command, Number, Text, clean
from server.classroom.event import Event
from server.classroom.room import Room
from server.classroom.state import RoomState
from server.classroom.things import Answer, Attendee, Call, Poll, PollKind
from server.errors import Conflict, Invalid

POLLS, OPTIONS = 50, 12
LONGEST_QUESTION, LONGEST_OPTION, LONGEST_ANSWER = 500, 200, 500


class PollOpened(Event, frozen=True):
    """A poll begins; its id is the number of this event."""

    kind: PollKind
    question: str
    options: tuple[str, ...] = ()
    correct: tuple[int, ...] = ()
    anonymous: bool = False

    def change(self, state: RoomState) -> RoomState:
        """Nobody has answered."""
        poll = Poll(
            self.seq,
            self.at,
            self.kind,
            self.question,
            self.options,
            self.correct,
            self.anonymous,
            counts=(0,) * len(self.options),
        )
        return replace(state, polls=(*state.polls, poll))

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> Event:
        """What is right is told with the result."""
        return self if viewer.sees_all else replace(self, correct=())


class Answered(Event, frozen=True):
    """Somebody answered, `instead` of an earlier answer where they changed their mind.

    first    one person more has answered
    counted  the answer counts in `counts` or `values`; a view that may not see results has False
    """

    poll: int
    person: str
    answer: Answer | None
    instead: Answer | None = None
    first: bool = True
    counted: bool = True

    def change(self, state: RoomState) -> RoomState:
        """Counted, and kept for the person."""
        poll = poll_of(state, self.poll)
        if poll is None:
            return state
        changed = replace(poll, answered=poll.answered + self.first)
        if self.answer is not None and self.counted:
            changed = _counted(changed, self.answer, self.instead)
        if self.answer is not None and self.person:
            changed = replace(changed, answers={**poll.answers, self.person: self.answer})
        return _with_poll(state, changed)

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> Event:
        """The answer by who sees results; whose it is by themselves, and by leaders if named."""
        poll = poll_of(before, self.poll)
        assert poll is not None
        own, counted = viewer.id == self.person, poll.shown or viewer.sees_all
        told = own or counted
        return replace(
            self,
            person=self.person if own or may_name(viewer, poll) else "",
            answer=self.answer if told else None,
            instead=self.instead if counted else None,
            counted=counted,
        )


class PollClosed(Event, frozen=True):
    """Nobody answers any more."""

    poll: int

    def change(self, state: RoomState) -> RoomState:
        """The result is still to be shown."""
        poll = poll_of(state, self.poll)
        return state if poll is None else _with_poll(state, replace(poll, phase="closed"))


class ResultsShown(Event, frozen=True):
    """Everybody sees the result, and what is right."""

    poll: int
    counts: tuple[int, ...]
    values: tuple[str, ...]
    correct: tuple[int, ...]

    def change(self, state: RoomState) -> RoomState:
        """From now on, also of answers that follow."""
        poll = poll_of(state, self.poll)
        if poll is None:
            return state
        result = {"counts": self.counts, "values": self.values, "correct": self.correct}
        return _with_poll(state, replace(poll, shown=True, **result))


class RollCalled(Event, frozen=True):
    """Some people, chosen by chance, are to answer until `until`."""

    people: tuple[str, ...]
    until: int

    def change(self, state: RoomState) -> RoomState:
        """In place of a call before it."""
        return replace(state, call=Call(self.seq, self.at, self.people, self.until))


class CallAnswered(Event, frozen=True):
    """One of them is there."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """Once."""
        if state.call is None:
            return state
        answered = (*state.call.answered, self.person)
        return replace(state, call=replace(state.call, answered=answered))


class CallEnded(Event, frozen=True):
    """The roll-call is over."""

    def change(self, state: RoomState) -> RoomState:
        """The log keeps who answered."""
        return replace(state, call=None)


def may_name(viewer: Attendee, poll: Poll) -> bool:
    """May this viewer know who answered what?"""
    return viewer.sees_all and not poll.anonymous


def poll_of(state: RoomState, number: int) -> Poll | None:
    """The poll with this id."""
    return next((poll for poll in state.polls if poll.id == number), None)


def value_of(answer: Answer) -> str:
    """A number or a text as it stands in `values`."""
    return answer.text if answer.number is None else f"{answer.number:g}"


def _with_poll(state: RoomState, changed: Poll) -> RoomState:
    polls = tuple(changed if poll.id == changed.id else poll for poll in state.polls)
    return replace(state, polls=polls)


def _counted(poll: Poll, answer: Answer, instead: Answer | None) -> Poll:
    if poll.kind in ("number", "text"):
        values = list(poll.values)
        if instead is not None and value_of(instead) in values:
            values.remove(value_of(instead))
        return replace(poll, values=(*values, value_of(answer)))
    counts = list(poll.counts)
    for choice in instead.choices if instead else ():
        counts[choice] -= 1
    for choice in answer.choices:
        counts[choice] += 1
    return replace(poll, counts=tuple(counts))


class OpenPoll(Command, frozen=True):
    """Ask everybody something. `correct` makes it a quiz."""

    kind: PollKind
    question: Text
    options: tuple[Text, ...] = ()
    correct: tuple[int, ...] = ()
    anonymous: bool = False

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader. Invalid where there is nothing to choose from."""
        room.leader(who)
        if len(room.state.polls) >= POLLS:
            raise Conflict("error.room.many_polls")
        options = self._options()
        correct = tuple(sorted(set(self.correct)))
        if any(not 0 <= choice < len(options) for choice in correct):
            raise Invalid("error.room.poll_options", n=OPTIONS)
        return room.happen(
            PollOpened,
            kind=self.kind,
            question=clean(self.question, LONGEST_QUESTION),
            options=options,
            correct=correct,
            anonymous=self.anonymous,
        )

    def _options(self) -> tuple[str, ...]:
        if self.kind in ("number", "text"):
            return ()
        if not 2 <= len(self.options) <= OPTIONS:
            raise Invalid("error.room.poll_options", n=OPTIONS)
        return tuple(clean(option, LONGEST_OPTION) for option in self.options)


class AnswerPoll(Command, frozen=True, tag="answer"):
    """Answer a poll, or change one's answer while it is open."""

    poll: Number
    choices: tuple[int, ...] = ()
    number: float | None = None
    text: Text = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody. Invalid where the answer does not fit the poll."""
        room.attendee(who)
        poll = _poll(room, self.poll)
        if poll.phase != "open":
            raise Conflict("error.room.poll_closed")
        answer, before = self._answer(poll), poll.answers.get(who)
        if answer == before:
            return []
        return room.happen(
            Answered,
            poll=poll.id,
            person=who,
            answer=answer,
            instead=before,
            first=before is None,
        )

    def _answer(self, poll: Poll) -> Answer:
        if poll.kind == "text":
            return Answer(text=clean(self.text, LONGEST_ANSWER))
        if poll.kind == "number":
            if self.number is None or not math.isfinite(self.number):
                raise Invalid("error.room.poll_number")
            return Answer(number=self.number)
        choices = tuple(sorted(set(self.choices)))
        fits = all(0 <= choice < len(poll.options) for choice in choices)
        if not choices or not fits or (poll.kind == "single" and len(choices) != 1):
            raise Invalid("error.room.poll_choice")
        return Answer(choices=choices)


class ClosePoll(Command, frozen=True):
    """Take no more answers."""

    poll: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        poll = _poll(room, self.poll)
        return room.happen(PollClosed, poll=poll.id) if poll.phase == "open" else []


class ShowResults(Command, frozen=True):
    """Let everybody see the result."""

    poll: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        poll = _poll(room, self.poll)
        if poll.shown:
            return []
        return room.happen(
            ResultsShown,
            poll=poll.id,
            counts=poll.counts,
            values=poll.values,
            correct=poll.correct,
        )


class CallRoll(Command, frozen=True):
    """Ask `count` people, chosen by chance, to answer within `seconds`."""

    count: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    seconds: Annotated[int, msgspec.Meta(ge=10, le=600)] = 60

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader, of the trainees and guests who are there."""
        room.leader(who)
        there = [
            someone.id
            for someone in room.state.people.values()
            if someone.present and not someone.lobby and not someone.sees_all
        ]
        if not there:
            raise Conflict("error.room.nobody_to_call")
        people = tuple(room.choose(there, min(self.count, len(there))))
        return room.happen(RollCalled, people=people, until=room.now() + self.seconds * 1000)


class AnswerCall(Command, frozen=True):
    """Say that one is there."""

    call: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By who was called, in time."""
        room.attendee(who)
        call = room.state.call
        if call is None or call.id != self.call or who not in call.people:
            raise Conflict("error.room.call_over")
        if who in call.answered:
            return []
        if room.now() > call.until:
            raise Conflict("error.room.call_over")
        return room.happen(CallAnswered, person=who)


class EndCall(Command, frozen=True):
    """The roll-call is over."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(CallEnded) if room.state.call else []


def _poll(room: Room, number: int) -> Poll:
    found = poll_of(room.state, number)
    if found is None:
        raise Conflict("error.room.no_such_poll")
    return found
