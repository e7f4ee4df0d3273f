"""What people write: chat, what is pinned, and questions with votes."""

from typing import Literal

from msgspec.structs import replace

from server.classroom.command import Command, Number, Text, clean
from server.classroom.event import Event, Unseen
from server.classroom.room import Room
from server.classroom.state import CHAT_KEPT, RoomState
from server.classroom.things import Attendee, ChatLine, Question
from server.errors import Conflict, Forbidden, TooMany

LONGEST = 2000
QUESTIONS = 300
IN_A_ROW, WITHIN_MS = 5, 4000  # lines of one person


class Wrote(Event, frozen=True):
    """A line in the chat; `to` "leaders": for them alone."""

    person: str
    name: str
    text: str
    to: Literal["", "leaders"] = ""

    def change(self, state: RoomState) -> RoomState:
        """The last lines stay in the snapshot."""
        line = ChatLine(self.seq, self.at, self.person, self.name, self.text, self.to)
        return replace(state, chat=(*state.chat, line)[-CHAT_KEPT:])

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> Event:
        """A private line: by its writer and by leaders."""
        if self.to and not viewer.sees_all and viewer.id != self.person:
            return Unseen(seq=self.seq, at=self.at)
        return self


class MessageDeleted(Event, frozen=True):
    """A leader, or who wrote it, took a line back."""

    message: int
    by: str

    def change(self, state: RoomState) -> RoomState:
        """Also where it was pinned."""
        pinned = state.pinned if state.pinned and state.pinned.id != self.message else None
        kept = tuple(line for line in state.chat if line.id != self.message)
        return replace(state, chat=kept, pinned=pinned)


class Pinned(Event, frozen=True):
    """A line stays on top for everybody."""

    line: ChatLine

    def change(self, state: RoomState) -> RoomState:
        """In place of the one before it."""
        return replace(state, pinned=self.line)


class Unpinned(Event, frozen=True):
    """Nothing is on top any more."""

    def change(self, state: RoomState) -> RoomState:
        """It stays in the chat."""
        return replace(state, pinned=None)


class ChatClosed(Event, frozen=True):
    """Only leaders write to everybody."""

    def change(self, state: RoomState) -> RoomState:
        """Others still write to the leaders."""
        return replace(state, chat_closed=True)


class ChatOpened(Event, frozen=True):
    """Everybody writes again."""

    def change(self, state: RoomState) -> RoomState:
        """To everybody."""
        return replace(state, chat_closed=False)


class Asked(Event, frozen=True):
    """A question to the teacher, for others to vote on."""

    person: str
    name: str
    text: str

    def change(self, state: RoomState) -> RoomState:
        """Nobody has voted."""
        question = Question(self.seq, self.at, self.person, self.name, self.text)
        return replace(state, questions=(*state.questions, question))


class Voted(Event, frozen=True):
    """Somebody wants this answered, too; who is told to themselves alone ("" to others)."""

    question: int
    person: str

    def change(self, state: RoomState) -> RoomState:
        """One vote more."""
        return _with_votes(state, self.question, 1, (self.person,) if self.person else ())

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> Event:
        """The vote by all, the voter by themselves."""
        return self if viewer.id == self.person else replace(self, person="")


class Unvoted(Event, frozen=True):
    """A vote was taken back."""

    question: int
    person: str

    def change(self, state: RoomState) -> RoomState:
        """One vote less."""
        return _with_votes(state, self.question, -1, (self.person,) if self.person else ())

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> Event:
        """As with a vote."""
        return self if viewer.id == self.person else replace(self, person="")


class QuestionAnswered(Event, frozen=True):
    """The teacher has answered it."""

    question: int

    def change(self, state: RoomState) -> RoomState:
        """It stays readable."""
        return _with_question(state, self.question, answered_at=self.at)


class QuestionDeleted(Event, frozen=True):
    """A leader, or who asked it, took a question back."""

    question: int
    by: str

    def change(self, state: RoomState) -> RoomState:
        """With its votes."""
        return replace(state, questions=tuple(q for q in state.questions if q.id != self.question))


def _with_question(state: RoomState, question: int, **changes: object) -> RoomState:
    changed = tuple(replace(q, **changes) if q.id == question else q for q in state.questions)
    return replace(state, questions=changed)


def _with_votes(state: RoomState, question: int, more: int, who: tuple[str, ...]) -> RoomState:
    there = next((q for q in state.questions if q.id == question), None)
    if there is None:
        return state
    voters = (*there.voters, *who) if more > 0 else tuple(v for v in there.voters if v not in who)
    return _with_question(state, question, votes=there.votes + more, voters=voters)


class Say(Command, frozen=True):
    """Write into the chat."""

    text: Text
    to: Literal["", "leaders"] = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody; while the chat is closed, to the leaders alone. TooMany for a flood."""
        someone = room.attendee(who)
        if room.state.chat_closed and not self.to and not someone.leads:
            raise Conflict("error.room.chat_closed")
        recent = [line for line in room.state.chat if line.person == who][-IN_A_ROW:]
        if len(recent) == IN_A_ROW and room.now() - recent[0].at < WITHIN_MS:
            raise TooMany("error.room.too_fast", seconds=WITHIN_MS // 1000)
        text = clean(self.text, LONGEST)
        return room.happen(Wrote, person=who, name=someone.name, text=text, to=self.to)


class DeleteMessage(Command, frozen=True):
    """Take a line back."""

    message: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader, or by who wrote it."""
        someone = room.attendee(who)
        lines = (*room.state.chat, *((room.state.pinned,) if room.state.pinned else ()))
        line = next((line for line in lines if line.id == self.message), None)
        if line is None:
            return []
        if line.person != who and not someone.leads:
            raise Forbidden("error.room.only_leaders")
        return room.happen(MessageDeleted, message=line.id, by=who)


class Pin(Command, frozen=True):
    """Keep a line on top."""

    message: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader; what was written to the leaders alone stays with them."""
        room.leader(who)
        line = next((line for line in room.state.chat if line.id == self.message), None)
        if line is None or line.to:
            raise Conflict("error.room.no_such_message")
        return room.happen(Pinned, line=line)


class Unpin(Command, frozen=True):
    """Keep nothing on top."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(Unpinned) if room.state.pinned else []


class CloseChat(Command, frozen=True):
    """Let only leaders write to everybody."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return [] if room.state.chat_closed else room.happen(ChatClosed)


class OpenChat(Command, frozen=True):
    """Let everybody write again."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(ChatOpened) if room.state.chat_closed else []


class Ask(Command, frozen=True):
    """Ask the teacher something."""

    text: Text

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody, as long as there are not too many."""
        someone = room.attendee(who)
        if len(room.state.questions) >= QUESTIONS:
            raise Conflict("error.room.many_questions")
        recent = [q for q in room.state.questions if q.person == who][-IN_A_ROW:]
        if len(recent) == IN_A_ROW and room.now() - recent[0].at < WITHIN_MS:
            raise TooMany("error.room.too_fast", seconds=WITHIN_MS // 1000)
        text = clean(self.text, LONGEST)
        return room.happen(Asked, person=who, name=someone.name, text=text)


class Vote(Command, frozen=True):
    """Want a question answered."""

    question: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody, once a question."""
        room.attendee(who)
        voted = who in _question(room, self.question).voters
        return [] if voted else room.happen(Voted, question=self.question, person=who)


class Unvote(Command, frozen=True):
    """Take one's vote back."""

    question: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """Where there is one."""
        room.attendee(who)
        voted = who in _question(room, self.question).voters
        return room.happen(Unvoted, question=self.question, person=who) if voted else []


class MarkAnswered(Command, frozen=True):
    """A question has been answered."""

    question: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        answered = _question(room, self.question).answered_at is not None
        return [] if answered else room.happen(QuestionAnswered, question=self.question)


class DeleteQuestion(Command, frozen=True):
    """Take a question back."""

    question: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader, or by who asked it."""
        someone = room.attendee(who)
        question = _question(room, self.question)
        if question.person != who and not someone.leads:
            raise Forbidden("error.room.only_leaders")
        return room.happen(QuestionDeleted, question=question.id, by=who)


def _question(room: Room, number: int) -> Question:
    found = next((q for q in room.state.questions if q.id == number), None)
    if found is None:
        raise Conflict("error.room.no_such_question")
    return found
