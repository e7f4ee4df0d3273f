"""A person's lessons as an iCalendar (RFC 5545): pure, the same bytes for the same lessons."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from icalendar import Alarm, Calendar, Event, vText, vUri

from server.i18n import Translator
from server.lessons.lesson import Lesson

REMIND_BEFORE = timedelta(minutes=15)
ASK_AGAIN = timedelta(hours=1)  # what we suggest to programs


def calendar_of(lessons: Iterable[tuple[Lesson, str]], address: str, words: Translator) -> bytes:
    """The calendar of (lesson, title of its course). `address`: of the site. Times are UTC.

    The UID is the lesson's id, for ever; what a calendar program must not miss raises SEQUENCE.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Jiangtai//Timetable//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", _plain(words.t("calendar.name")))
    calendar.add("refresh-interval", ASK_AGAIN)
    calendar.add("x-published-ttl", "PT1H")
    for lesson, course in lessons:
        calendar.add_component(_event(lesson, course, address, words))
    body: bytes = calendar.to_ical(sorted=False)
    return body


def _event(lesson: Lesson, course: str, address: str, words: Translator) -> Event:
    changed = (lesson.changed_at or lesson.created_at).replace(microsecond=0)
    link = f"{address}/lessons/{lesson.id}"
    event = Event()
    event.add("uid", f"{lesson.id}@jiangtai")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("created", lesson.created_at.replace(microsecond=0))
    event.add("sequence", lesson.sequence)
    event.add("dtstart", lesson.starts_at)
    event.add("dtend", lesson.ends_at)
    event.add("summary", vText(_plain(lesson.title)))
    if lesson.place:
        event.add("location", vText(_plain(lesson.place)))
    told: Sequence[str] = [course if course != lesson.title else "", link]
    if lesson.cancelled_at:
        event.add("status", "CANCELLED")
        event.add("transp", "TRANSPARENT")
        told = [words.t("lesson.cancelled"), lesson.cancelled_why, *told]
    else:
        event.add("status", "CONFIRMED")
        event.add_component(_alarm(lesson))
    event.add("description", vText("\n".join(_plain(line) for line in told if line)))
    event.add("url", vUri(link))
    return event


def _alarm(lesson: Lesson) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMIND_BEFORE)
    alarm.add("description", vText(_plain(lesson.title)))
    return alarm


def _plain(text: str) -> str:
    """One line without control characters: no title can begin a line of the calendar."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
