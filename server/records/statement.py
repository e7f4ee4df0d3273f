"""Statements as we write them: who did what, with ids that follow from what happened. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from server.lrs.agents import account_agent
from server.records.vocabulary import (
    CLASSROOM,
    COURSE,
    LESSON,
    PLANNED,
    PROFILE,
    SESSION,
    VOIDED,
    Verb,
)

_OURS = UUID("0b7c6c3e-5a53-5f0b-9d0c-6c1f0f5e7a11")  # names of what happened in a school


def id_of(*names: str) -> str:
    """The id of what these names tell of: the same every time, so that nothing is written twice."""
    return str(uuid5(_OURS, "\0".join(names)))


def duration(seconds: float) -> str:
    """ISO 8601, to a hundredth of a second (xAPI 1.0.3, Data 4.6)."""
    return f"PT{max(0.0, seconds):.2f}S"


@dataclass(frozen=True, slots=True)
class Someone:
    """Who it is about: an account of this school; no address and no sign-in name leave it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened. `names` make the id of the statement."""

    names: tuple[str, ...]
    who: Someone
    verb: Verb
    object: dict[str, Any]
    at: datetime
    result: dict[str, Any] | None = None
    parent: dict[str, Any] | None = None
    grouping: tuple[dict[str, Any], ...] = ()
    profile: str = ""
    registration: str = ""
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The statement's."""
        return id_of(*self.names)


class Writer:
    """Makes statements of one school, at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    @property
    def authority(self) -> dict[str, Any]:
        """Who vouches for them: this installation."""
        return account_agent(self.address, "jiangtai", "讲台 Jiangtai")

    def agent(self, who: Someone) -> dict[str, Any]:
        """A person as an actor."""
        return account_agent(self.address, who.id, who.name)

    def activity(self, path: str, kind: str, name: str = "", **more: Any) -> dict[str, Any]:
        """Something at this school, named in the language it was named in."""
        definition = {"type": kind, **more}
        if name:
            definition["name"] = {"und": name}
        return {"objectType": "Activity", "id": f"{self.address}{path}", "definition": definition}

    def lesson(self, lesson_id: str, title: str) -> dict[str, Any]:
        """A lesson, as what is held."""
        return self.activity(f"/lessons/{lesson_id}", LESSON, title)

    def course(self, course_id: str, title: str) -> dict[str, Any]:
        """A course."""
        return self.activity(f"/courses/{course_id}", COURSE, title)

    def statement(self, what: Happening) -> dict[str, Any]:
        """The whole of it."""
        around: dict[str, Any] = {}
        if what.profile:
            around["category"] = [{"id": what.profile, "definition": {"type": PROFILE}}]
        if what.parent:
            around["parent"] = [what.parent]
        if what.grouping:
            around["grouping"] = list(what.grouping)
        context = {
            "platform": "Jiangtai",
            "registration": what.registration,
            "contextActivities": around,
            "extensions": what.extensions,
        }
        made = {
            "id": what.id,
            "actor": self.agent(what.who),
            "verb": what.verb.as_json(),
            "object": what.object,
            "timestamp": what.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "context": {name: value for name, value in context.items() if value},
        }
        return made | ({"result": what.result} if what.result else {})

    def void(self, statement_id: str) -> dict[str, Any]:
        """The statement that takes another back (Data 2.3.2)."""
        return {
            "id": id_of("void", statement_id),
            "actor": self.authority,
            "verb": VOIDED.as_json(),
            "object": {"objectType": "StatementRef", "id": statement_id},
        }


def session_of(room_id: str, lesson_id: str, minutes: int) -> dict[str, Any]:
    """What the profile of virtual classrooms wants of every statement: its category, session and
    planned length. Arguments of a `Happening`."""
    return {
        "profile": CLASSROOM,
        "registration": id_of("registration", lesson_id),
        "extensions": {SESSION: room_id, PLANNED: duration(minutes * 60)},
    }
