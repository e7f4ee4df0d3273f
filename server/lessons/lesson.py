"""A lesson 课: one sitting of a course, scheduled, held in a room, perhaps recorded."""

from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection, ForeignKey, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from server.classroom.things import LEADERS
from server.store.database import Table, new_id, now

LEADERS_BEFORE = timedelta(minutes=60)  # and any time of the lesson's day
OTHERS_BEFORE = timedelta(minutes=30)
OPENABLE_AFTER = timedelta(hours=2)  # the planned end, where nobody had come yet
IN_CALENDARS = ("title", "starts_at", "minutes", "place", "course_id", "cancelled_at")
LIVE_AFTER = timedelta(hours=12)  # the planned end, where a room is open


class Lesson(Table):
    """One sitting. `starts_at` is UTC; what people typed was the school's own time.

    series_id     lessons that were repeated together have the same
    room_id       from the first person who entered
    recording_id  of what the room records
    ended_at      the room ended
    sequence      how often what a calendar shows of it was changed, the last time at `changed_at`
    language      spoken: zh or en
    """

    __tablename__ = "lesson"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="zh")
    series_id: Mapped[str | None] = mapped_column(default=None, index=True)
    plan_version_id: Mapped[str | None] = mapped_column(
        ForeignKey("plan_version.id", ondelete="SET NULL")
    )
    deck_id: Mapped[str | None] = mapped_column(
        ForeignKey("slide_deck.id", ondelete="SET NULL"), index=True
    )
    room_id: Mapped[str | None] = mapped_column(
        ForeignKey("room.id", ondelete="SET NULL"), index=True
    )
    recording_id: Mapped[str | None] = mapped_column(
        ForeignKey("recording.id", ondelete="SET NULL"), index=True
    )
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    cancelled_why: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    @property
    def ends_at(self) -> datetime:
        """When it ends as planned, UTC."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def is_over(self, moment: datetime) -> bool:
        """Can nobody come any more?"""
        late = LIVE_AFTER if self.room_id else OPENABLE_AFTER
        return self.ended_at is not None or moment > self.ends_at + late

    def opens_at(self, role: str, zone: tzinfo) -> datetime:
        """From when somebody in this role of the room may enter, UTC."""
        if role not in LEADERS:
            return self.starts_at - OTHERS_BEFORE
        local = self.starts_at.astimezone(zone)
        morning = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return min(self.starts_at - LEADERS_BEFORE, morning.astimezone(self.starts_at.tzinfo))

    def is_open(self, role: str, moment: datetime, zone: tzinfo) -> bool:
        """May somebody in this role enter now?"""
        called_off = self.cancelled_at is not None or self.is_over(moment)
        return not called_off and moment >= self.opens_at(role, zone)


@event.listens_for(Lesson, "before_update")
def _count_changes(_mapper: Mapper[Lesson], _connection: Connection, lesson: Lesson) -> None:
    changed = inspect(lesson).attrs
    if any(changed[name].history.has_changes() for name in IN_CALENDARS):
        lesson.sequence, lesson.changed_at = lesson.sequence + 1, now()


class LessonCohort(Table):
    """A cohort comes to this lesson. Without such rows all cohorts of its course do."""

    __tablename__ = "lesson_cohort"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True
    )
    cohort_id: Mapped[str] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class LessonStaff(Table):
    """Who gives this lesson. A lesson without such rows is given by the staff of its course.

    `part` is "teacher" or "assistant".
    """

    __tablename__ = "lesson_staff"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    part: Mapped[str]


class GuestLink(Table):
    """The link by which guests come to one lesson. The id is the hash of its token."""

    __tablename__ = "lesson_guest_link"

    id: Mapped[str] = mapped_column(primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class LessonGuest(Table):
    """Somebody came by the link, to this lesson alone; `removed_at`: and was shown the door."""

    __tablename__ = "lesson_guest"
    __table_args__ = (UniqueConstraint("lesson_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    came_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class LessonReviewer(Table):
    """Somebody was asked to review the lesson's recording, and sees it as its staff does."""

    __tablename__ = "lesson_reviewer"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
