"""What there is in a room: people, hands, talk, questions, polls, the board. Times are ms.

An id that is a number is the `seq` of the event that made the thing.
"""

from typing import Literal

import msgspec

from media.track import Kind

Role = Literal["teacher", "assistant", "trainee", "supervisor", "guest"]
Way = Literal["", "webrtc", "hls", "light"]
Link = Literal["", "good", "weak"]
PollKind = Literal["single", "multiple", "number", "text"]
Symbol = Literal["agree", "applause", "thanks", "puzzled"]
Colour = Literal["ink", "red", "blue", "green", "marker"]

LEADERS: tuple[Role, ...] = ("teacher", "assistant")
SEATS = 6  # on the stage


class Thing(msgspec.Struct, frozen=True):
    """Part of a room's state."""


class AgendaSegment(Thing, frozen=True):
    """A step of the plan as the presenter's clock needs it."""

    title: str
    minutes: float
    activity: str = "lecture"


class Agenda(Thing, frozen=True):
    """What the plan said when the room was opened. `slides`: address of a PDF, "" for none."""

    segments: tuple[AgendaSegment, ...] = ()
    glossary: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    slides: str = ""
    pages: int = 0


class Attendee(Thing, frozen=True):
    """Somebody who came.

    present  connected now, or for less than 5 s no more
    lobby    waits to be admitted
    seat     0: in the audience; 1 … 6: on the stage
    invited  to the stage, and has not answered
    muted    by a leader: the voice goes nowhere
    tracks   what arrives from them
    by, link how they watch, as their page tells
    """

    id: str
    name: str
    role: Role
    came_at: int
    present: bool = True
    lobby: bool = False
    seat: int = 0
    invited: bool = False
    muted: bool = False
    tracks: tuple[Kind, ...] = ()
    by: Way = ""
    link: Link = ""

    @property
    def leads(self) -> bool:
        """Teachers and assistants run the lesson."""
        return self.role in LEADERS

    @property
    def sees_all(self) -> bool:
        """Leaders do, and who supervises them."""
        return self.leads or self.role == "supervisor"


class Hand(Thing, frozen=True):
    """A raised hand, since `at`."""

    person: str
    at: int


class ChatLine(Thing, frozen=True):
    """Something written; `to` "leaders": for them alone."""

    id: int
    at: int
    person: str
    name: str
    text: str
    to: Literal["", "leaders"] = ""


class Question(Thing, frozen=True):
    """A question to the teacher. A view names of the `voters` only the viewer."""

    id: int
    at: int
    person: str
    name: str
    text: str
    votes: int = 0
    voters: tuple[str, ...] = ()
    answered_at: int | None = None


class Answer(Thing, frozen=True):
    """What somebody answered: `choices` are indexes of options."""

    choices: tuple[int, ...] = ()
    number: float | None = None
    text: str = ""


class Poll(Thing, frozen=True):
    """A poll, or a quiz where something is `correct`.

    answered  how many people have
    counts    answers by option, of "single" and "multiple"
    values    the answers of "number" and "text"
    answers   by person, always kept; a view has those it may name
    shown     everybody sees the result
    """

    id: int
    at: int
    kind: PollKind
    question: str
    options: tuple[str, ...] = ()
    correct: tuple[int, ...] = ()
    anonymous: bool = False
    phase: Literal["open", "closed"] = "open"
    shown: bool = False
    answered: int = 0
    counts: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    answers: dict[str, Answer] = msgspec.field(default_factory=dict)


class Call(Thing, frozen=True):
    """A random roll-call: who is to answer until `until`, and who has."""

    id: int
    at: int
    people: tuple[str, ...]
    until: int
    answered: tuple[str, ...] = ()


class Stroke(Thing, frozen=True):
    """A line on the board: x, y, pressure after one another, each 0 … 10 000 (of the page)."""

    id: str
    person: str
    colour: Colour
    width: int
    points: tuple[int, ...]


class Countdown(Thing, frozen=True):
    """A clock that runs out at `ends_at`."""

    ends_at: int
    label: str


class Handout(Thing, frozen=True):
    """A file for everybody, at `/rooms/{room}/handouts/{id}`."""

    id: str
    name: str
    size: int
    at: int


class Line(Thing, frozen=True):
    """An utterance of the live transcript, and who said it."""

    start: int
    end: int
    text: str
    person: str = ""
    name: str = ""
