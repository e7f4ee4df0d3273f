"""Units, courses and cohorts of a roster, compared with those there are."""

from collections.abc import Iterable

from server.errors import Invalid
from server.roster.change import Change, GroupChange, Join
from server.roster.directory import Directory, Known
from server.roster.reading import Roster
from server.roster.rows import Group, Place, Row

LONGEST_COHORT = 80


class Groups:
    """Which cohort a place of a row means; and what has to be made before anybody can join."""

    def __init__(self, roster: Roster, there: Directory, *, allowed: bool) -> None:
        self._there, self._allowed = there, allowed
        self._units = dict(there.units)
        self._cohorts: dict[str, tuple[str, str]] = {}  # outside id → (key, name)
        self._gone: set[str] = set()
        self._names = {name: cohort.id for name, cohort in there.cohort_by_name.items()}
        self.changes: list[GroupChange] = []
        for group in roster.contents.groups:
            if group.kind == "unit" and not group.gone:
                self._unit(group)
            elif group.kind == "course" and not group.gone:
                self._course(group)
            elif group.kind == "cohort":
                self._cohort(group)

    @property
    def named(self) -> set[str]:
        """Ids of the cohorts that are there and that the roster is about."""
        return {key for key, _ in self._cohorts.values() if key in self._there.cohorts}

    def with_made(self, changes: Iterable[Change]) -> list[GroupChange]:
        """All changes, with the cohorts that rows name and nobody has made yet."""
        there = {*self._there.cohorts, *(one.outside_id or one.name for one in self.changes)}
        wanted = dict.fromkeys(
            join.cohort
            for change in changes
            if change.kind in ("new", "changed")
            for join in change.joins
            if join.key not in there
        )
        return [*self.changes, *(GroupChange("cohort", name) for name in wanted)]

    def unit(self, outside_id: str) -> str:
        """The unit's name, "" where nobody said it."""
        return self._units.get(outside_id, "")

    def joins(self, row: Row, person: Known | None) -> tuple[Join, ...]:
        """What the row changes of where the person belongs. Invalid where it may not."""
        found = [join for place in row.places if (join := self._join(place, person))]
        if found and not self._allowed:
            raise Invalid("error.intake.cohort")
        return tuple(found)

    def key(self, place: Place) -> str:
        """The key of the place's cohort, "" where nobody knows it."""
        try:
            return self._cohort_of(place)[0]
        except Invalid:
            return ""

    def _cohort_of(self, place: Place) -> tuple[str, str]:
        """(key, name) of the place's cohort. Invalid where nobody knows it."""
        if not place.outside_id:
            if len(place.name) > LONGEST_COHORT:
                raise Invalid("error.form.too_long", limit=LONGEST_COHORT)
            return self._names.get(place.name, place.name), place.name
        known = self._there.cohort_by_outside.get(place.outside_id)
        if found := self._cohorts.get(place.outside_id):
            return found
        if known is None:
            raise Invalid("error.intake.class", id=place.outside_id)
        return known.id, known.name

    def _join(self, place: Place, person: Known | None) -> Join | None:
        if place.outside_id in self._gone:
            return None
        key, name = self._cohort_of(place)
        if place.part == "staff":
            courses = self._there.courses_of.get(key, [])
            teaches = (
                bool(courses)
                and person is not None
                and all((course, person.id) in self._there.staff for course in courses)
            )
            now = teaches and key in self._there.cohorts
        else:
            now = person is not None and (key, person.id) in self._there.parts
        return Join(name, key, place.part, place.ends) if now == place.ends else None

    def _unit(self, group: Group) -> None:
        if self._units.get(group.outside_id) != group.name:
            self._units[group.outside_id] = group.name
            self.changes.append(GroupChange("unit", group.name, group.outside_id))

    def _course(self, group: Group) -> None:
        known = self._there.course_by_outside.get(group.outside_id)
        if known is None:
            same = [one for one in self._there.courses.values() if one.title == group.name]
            known_id = same[0].id if len(same) == 1 else ""
            self.changes.append(GroupChange("course", group.name, group.outside_id, known_id))
        elif known.title != group.name:
            self.changes.append(GroupChange("course", group.name, group.outside_id, known.id))

    def _cohort(self, group: Group) -> None:
        there = self._there
        if group.gone:
            self._gone.add(group.outside_id)
            return
        known = there.cohort_by_outside.get(group.outside_id) if group.outside_id else None
        taken_by = self._names.get(group.name)
        claimed = {key for key, _ in self._cohorts.values()}
        if known is None and taken_by and taken_by not in claimed:
            known = there.cohorts.get(taken_by)
        name = group.name[:LONGEST_COHORT]
        if (known is None and taken_by) or (known and taken_by not in (None, known.id)):
            name = f"{name[:40]} ({group.outside_id[:36]})"
        key = known.id if known else group.outside_id or name
        self._names[name] = key
        if group.outside_id:
            self._cohorts[group.outside_id] = (key, name)
        starts, ends = group.starts_on, group.ends_on
        if known:
            same = (known.starts_on and known.starts_on.isoformat()) or ""
            until = (known.ends_on and known.ends_on.isoformat()) or ""
            tied = not group.outside_id or group.outside_id in there.cohort_by_outside
            dated = (starts or same, ends or until) == (same, until)
            taken = not group.course_id or self._takes(known.id, group.course_id)
            if tied and taken and dated and name == known.name:
                return
        self.changes.append(
            GroupChange(
                "cohort",
                name,
                group.outside_id,
                known.id if known else "",
                group.course_id,
                starts,
                ends,
            )
        )

    def _takes(self, cohort_id: str, outside_id: str) -> bool:
        course = self._there.course_by_outside.get(outside_id)
        return course is not None and course.id in self._there.courses_of.get(cohort_id, [])
