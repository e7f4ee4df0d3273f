"""Everything statements are written of."""

from server.records.attendance_told import attendance
from server.records.class_told import classes
from server.records.credentials_told import credentials
from server.records.study_told import brought, comments, courses, quizzes, rehearsals
from server.records.telling import Read
from server.records.watching_told import WatchingTeller
from server.store.folder import DataFolder


def sources(folder: DataFolder) -> dict[str, Read]:
    """The sources by their names, under which it is kept how far they were told."""
    return {
        "classes": classes,
        "attendance": attendance,
        "watching": WatchingTeller(folder).read,
        "quizzes": quizzes,
        "comments": comments,
        "courses": courses,
        "brought": brought,
        "rehearsals": rehearsals,
        "credentials": credentials,
    }
