"""Who is there and is not named any more by a roster that is the whole of its source."""

from collections.abc import Container, Iterator

from server.roster.change import Change, Join
from server.roster.directory import Directory
from server.roster.rows import Contents, Row


def absent_people(
    contents: Contents,
    there: Directory,
    cohorts: Container[str],
    stay: Container[tuple[str, str]],
    named: Container[str],
) -> Iterator[Change]:
    """A change for each person who would leave a cohort, or the school, by not being named.

    A spreadsheet is the whole of the trainees of the `cohorts` it names; a package in bulk, of all
    people it ever brought. `stay`: (cohort, person) of its rows; `named`: people of its rows.
    """
    package = contents.kind == "oneroster"
    if package and not contents.whole:
        return
    brought = {person.id for person in there.by_outside.values()} if package else set()
    leaving: dict[str, list[Join]] = {person_id: [] for person_id in sorted(brought)}
    for (cohort_id, person_id), part in there.parts.items():
        theirs = person_id in brought if package else part == "trainee"
        if theirs and cohort_id in cohorts and (cohort_id, person_id) not in stay:
            join = Join(there.cohorts[cohort_id].name, cohort_id, part, ends=True)
            leaving.setdefault(person_id, []).append(join)
    for person_id, joins in leaving.items():
        person = there.people.get(person_id)
        if person is None:
            continue
        deactivates = person_id in brought and person_id not in named and person.active
        if joins or deactivates:
            row = Row(0, person.name, person.login, person.unit)
            yield Change(row, "absent", person_id, joins=tuple(joins), deactivates=deactivates)
