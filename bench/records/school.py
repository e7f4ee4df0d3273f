"""A school's statements, generated, the same every time.

Twelve hundred people attend lessons, watch, answer and discuss: a person has some eight hundred
statements of a million, a lesson two thousand, a verb up to three hundred thousand. One in fifty
says something about an earlier statement; one in five hundred voids one.
"""

import random
import uuid
from typing import Any

PEOPLE, LESSONS, COURSES, TEACHERS = 1200, 500, 25, 40
HOME = "https://school.example.cn"
AUTHORITY = {"objectType": "Agent", "account": {"homePage": HOME, "name": "jiangtai"}}
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
VERBS = {
    "http://adlnet.gov/expapi/verbs/attended": 30,
    "https://w3id.org/xapi/video/verbs/played": 25,
    "http://adlnet.gov/expapi/verbs/answered": 25,
    "http://adlnet.gov/expapi/verbs/commented": 15,
    "http://adlnet.gov/expapi/verbs/completed": 4,
    "http://adlnet.gov/expapi/verbs/earned": 1,
}


def person(number: int) -> dict[str, Any]:
    """Agent `number`."""
    account = {"homePage": HOME, "name": f"0198-person-{number}"}
    return {"objectType": "Agent", "name": f"学员{number}", "account": account}


def lesson(number: int) -> str:
    """The IRI of a lesson."""
    return f"{HOME}/lessons/{number}"


def course(number: int) -> str:
    """The IRI of a course."""
    return f"{HOME}/courses/{number}"


def registration(number: int) -> str:
    """The UUID of a person's enrolment in a course."""
    return str(uuid.UUID(int=number + 1))


class School:
    """Makes statements one after the other."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._before: list[str] = []

    def statement(self) -> dict[str, Any]:
        """The next one."""
        dice = self._random
        who, where = dice.randrange(PEOPLE), dice.randrange(LESSONS)
        of_course = where % COURSES
        made: dict[str, Any] = {
            "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            "actor": person(who),
            "verb": {"id": dice.choices(list(VERBS), list(VERBS.values()))[0]},
            "object": {
                "objectType": "Activity",
                "id": lesson(where),
                "definition": {"type": "http://adlnet.gov/expapi/activities/lesson"},
            },
            "result": {"duration": f"PT{dice.randrange(90)}M", "score": {"scaled": 0.5}},
            "context": {
                "registration": registration(who * COURSES + of_course),
                "instructor": person(PEOPLE + where % TEACHERS),
                "contextActivities": {
                    "parent": [{"id": course(of_course)}],
                    "grouping": [{"id": f"{HOME}/cohorts/{who % 12}"}],
                    "category": [{"id": "https://w3id.org/xapi/virtual-classroom/v1.0"}],
                },
            },
            "timestamp": "2026-03-02T08:00:00.000Z",
        }
        return self._about_another(made) if self._before and dice.random() < 0.022 else made

    def _about_another(self, made: dict[str, Any]) -> dict[str, Any]:
        target = self._random.choice(self._before)
        made["object"] = {"objectType": "StatementRef", "id": target}
        if self._random.random() < 0.1:
            made["verb"] = {"id": VOIDED}
        return made

    def some(self, count: int) -> list[dict[str, Any]]:
        """The next ones; the last few of each batch may be spoken of later."""
        made = [self.statement() for _ in range(count)]
        self._before = (self._before + [one["id"] for one in made[-5:]])[-2000:]
        return made
