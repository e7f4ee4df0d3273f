"""A OneRoster 1.2 package (1.1 is read, too): its CSV files, joined to people and groups.

orgs → units, courses → courses, classes → cohorts that take their course, users and roles →
people, enrollments → members, advisers and staff. Demographics, results and resources are left.
https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from media.confined import Refused
from server.http.sheet_reading import MOST_ROWS, check_archive, csv_rows
from server.roster.rows import LONGEST_ID, Contents, Group, Place, Row, tidy_name

FILES = ("orgs", "academicSessions", "courses", "classes", "users", "roles", "enrollments")
VERSIONS = ("1.1", "1.2")
MOST_ENROLMENTS = 500_000
ROLES = {
    "student": "trainee",
    "teacher": "teacher",
    "aide": "assistant",
    "proctor": "assistant",
    "counselor": "class_adviser",
}
OUTSIDERS = frozenset({"guardian", "parent", "relative"})
PARTS = {"student": "trainee", "teacher": "staff", "aide": "staff", "administrator": "adviser"}
Line = dict[str, str]


def is_package(content: bytes) -> bool:
    """Is this a zip file with OneRoster's files in it? Raises Refused, zipfile.BadZipFile."""
    names = {posixpath.basename(part.filename) for part in check_archive(content)}
    return "manifest.csv" in names or "users.csv" in names


@dataclass(slots=True)
class _Person:
    number: int
    line: Line
    roles: dict[str, None] = field(default_factory=dict)
    unit_id: str = ""
    places: list[Place] = field(default_factory=list)
    outsider: bool = False


class Package:
    """One package; all of it is checked before anything is told of it. Raises Refused."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._parts = _known_parts(self._archive)
        self._manifest = self._read_manifest()
        self._people: dict[str, _Person] = {}
        self._notes: dict[str, int] = {}
        self._read_people()
        self._read_enrolments()
        self.contents = Contents(
            kind="oneroster",
            source=self._source(),
            version=self._manifest.get("oneroster.version", ""),
            whole=self._mode("users") == "bulk" and self._mode("enrollments") == "bulk",
            groups=tuple(self._groups()),
            notes=tuple((key, {"n": n}) for key, n in self._notes.items()),
        )

    def rows(self) -> Iterator[Row]:
        """One row a person: as in users.csv, then those only enrollments.csv names."""
        for outside_id, person in self._people.items():
            if not person.outsider:
                yield _row(outside_id, person)

    def _read_manifest(self) -> Line:
        if "manifest" not in self._parts:
            raise Refused("error.roster.no_manifest")
        lines = self._rows("manifest")
        said = {name: value for name, value, *_ in ([*row, "", ""] for row in lines)}
        if said.get("oneroster.version") not in VERSIONS:
            raise Refused("error.roster.version", version=said.get("oneroster.version", "")[:20])
        return said

    def _mode(self, name: str) -> str:
        """bulk, delta or absent. A file nobody promised is read when it is there."""
        promised = self._manifest.get(f"file.{name}", "").lower()
        if promised in ("bulk", "delta") and name not in self._parts:
            raise Refused("error.roster.missing", name=f"{name}.csv")
        return promised or ("delta" if name in self._parts else "absent")

    def _source(self) -> str:
        named = (self._manifest.get(f"source.system{what}", "") for what in ("Code", "Name"))
        return next(filter(None, named), "oneroster")[:60]

    def _rows(self, name: str) -> Iterator[list[str]]:
        try:
            content = self._archive.read(self._parts[name])
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, ValueError):
            raise Refused("error.sheet.damaged") from None
        yield from csv_rows(content)

    def _lines(self, name: str, *needed: str, most: int = MOST_ROWS) -> Iterator[tuple[int, Line]]:
        if self._mode(name) == "absent":
            return
        rows = self._rows(name)
        heading = [title.strip() for title in next(rows, [])]
        if missing := [title for title in ("sourcedId", *needed) if title not in heading]:
            raise Refused("error.roster.column", name=f"{name}.csv", column=missing[0])
        count = 0
        for number, cells in enumerate(rows, 2):
            if not any(cells):
                continue
            count += 1
            if count > most:
                raise Refused("error.sheet.too_many_rows", most=most)
            cells += [""] * (len(heading) - len(cells))
            line = dict(zip(heading, cells, strict=False))
            line["sourcedId"] = line["sourcedId"][:LONGEST_ID]
            yield number, line

    def _read_people(self) -> None:
        for number, line in self._lines("users", "givenName", "familyName"):
            person = _Person(number, line)
            person.unit_id = line.get("primaryOrgSourcedId") or _first(
                line.get("orgSourcedIds", "")
            )
            if role := line.get("role"):  # 1.1
                person.roles[role] = None
            if self._people.setdefault(line["sourcedId"], person) is not person:
                self._note("roster.note.twice")
        for _, line in self._lines("roles", "userSourcedId", "role"):
            found = self._people.get(line["userSourcedId"])
            if found is None or _gone(line):
                continue
            if line.get("roleType") == "primary":
                found.roles = {line["role"]: None, **found.roles}
            found.roles[line["role"]] = None
            found.unit_id = found.unit_id or line.get("orgSourcedId", "")
        for person in self._people.values():
            person.outsider = bool(person.roles) and OUTSIDERS.issuperset(person.roles)
            if person.outsider:
                self._note("roster.note.outsiders")
            elif any(role not in ROLES and role not in OUTSIDERS for role in person.roles):
                self._note("roster.note.administrators")

    def _read_enrolments(self) -> None:
        needed = ("classSourcedId", "userSourcedId", "role")
        for number, line in self._lines("enrollments", *needed, most=MOST_ENROLMENTS):
            part = PARTS.get(line["role"])
            if part is None:
                self._note("roster.note.enrolments")
                continue
            person = self._people.get(line["userSourcedId"])
            if person is None:
                person = _Person(number, {"sourcedId": line["userSourcedId"][:LONGEST_ID]})
                self._people[line["userSourcedId"]] = person
            place = Place("", line["classSourcedId"][:LONGEST_ID], part, _gone(line))
            if place not in person.places:
                person.places.append(place)
            if line["role"] == "aide" and person.line.get("givenName"):
                person.roles.setdefault("aide", None)

    def _groups(self) -> Iterator[Group]:
        days = {
            line["sourcedId"]: (_day(line.get("startDate", "")), _day(line.get("endDate", "")))
            for _, line in self._lines("academicSessions")
        }
        for _, line in self._lines("orgs", "name"):
            yield Group("unit", line["sourcedId"], line["name"][:120], gone=_gone(line))
        for _, line in self._lines("courses", "title"):
            yield Group("course", line["sourcedId"], line["title"][:200], gone=_gone(line))
        for _, line in self._lines("classes", "title", "courseSourcedId"):
            terms = [
                days[term]
                for term in map(str.strip, line.get("termSourcedIds", "").split(","))
                if term in days
            ]
            yield Group(
                "cohort",
                line["sourcedId"],
                line["title"][:200],
                course_id=line["courseSourcedId"],
                starts_on=min((start for start, _ in terms if start), default=""),
                ends_on=max((end for _, end in terms if end), default=""),
                gone=_gone(line),
            )

    def _note(self, key: str) -> None:
        self._notes[key] = self._notes.get(key, 0) + 1


def _known_parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Our files by their names, all in one folder. Refused where a name leads anywhere else."""
    found: dict[str, zipfile.ZipInfo] = {}
    folders = set()
    for part in archive.infolist():
        name = part.filename
        if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/"):
            raise Refused("error.roster.names", name=name[:80])
        folder, base = posixpath.split(name)
        stem = base.removesuffix(".csv")
        if base == stem or stem not in (*FILES, "manifest"):
            continue
        if stem in found or part.flag_bits & 1:
            raise Refused("error.roster.names", name=name[:80])
        found[stem] = part
        folders.add(folder)
    if len(folders) > 1:
        raise Refused("error.roster.names", name=sorted(folders)[-1][:80])
    return found


def _row(outside_id: str, person: _Person) -> Row:
    line = person.line
    roles = dict.fromkeys(ROLES[role] for role in person.roles if role in ROLES)
    return Row(
        number=person.number,
        name=_name(line),
        login=line.get("username", ""),
        email=line.get("email", ""),
        roles=",".join(roles),
        outside_id=outside_id,
        unit_id=person.unit_id,
        identifier=line.get("identifier", ""),
        places=tuple(person.places),
        gone=_gone(line) or line.get("enabledUser", "").lower() == "false",
        problem=None if outside_id else ("error.roster.no_id", {}),
    )


def _name(line: Line) -> str:
    """姓名 in Chinese without a space, "Given Family" otherwise."""
    family = line.get("preferredFamilyName") or line.get("familyName", "")
    given = line.get("preferredGivenName") or line.get("givenName", "")
    if any("㐀" <= char <= "鿿" for char in family + given):
        return tidy_name(f"{family}{given}" if "·" not in given else f"{given}{family}")
    return f"{given} {family}".strip()


def _day(text: str) -> str:
    """ISO; "" for what is no day."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _gone(line: Line) -> bool:
    return line.get("status", "").lower() in ("tobedeleted", "inactive")


def _first(text: str) -> str:
    return text.split(",", 1)[0].strip()
