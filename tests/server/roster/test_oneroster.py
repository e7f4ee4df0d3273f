"""OneRoster packages: read, refused, taken in twice, changed by a delta, hostile."""

from datetime import date

import pytest
from sqlalchemy import func, select

from media.confined import Refused
from server.accounts.access import EVERYDAY
from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.errors import Invalid
from server.roster.comparing import Keeper
from server.roster.identifier import RosterIdentifier
from server.roster.oneroster import Package, is_package
from server.roster.reading import read_roster
from server.roster.running import Run, look, write
from tests.conftest import Site
from tests.server.roster.package import FILES, package, zipped


async def taken_in(site: Site, content: bytes, *, absent: bool = False) -> dict[str, int]:
    """What writing the package in changed, by kind."""
    roster = await read_roster(content)
    giver = site.people["xue"]
    keeper = Keeper(giver.id, EVERYDAY, cohorts=True)
    found = await look(site.house, keeper, roster)
    await write(site.house, keeper, giver, roster, found, Run(), absent)
    return {kind: n for kind, n in found.counts().items() if n}


async def everything(site: Site) -> list[int]:
    tables = (Person, Cohort, CohortMember, Course, CourseCohort, CourseStaff, RosterIdentifier)
    async with site.house.database.session() as session:
        asked = [select(func.count()).select_from(table) for table in tables]
        return [await session.scalar(one) or 0 for one in asked]


async def person(site: Site, login: str) -> Person:
    async with site.house.database.session() as session:
        found = await session.scalar(select(Person).where(Person.login == login))
    assert found
    return found


async def test_a_package_becomes_people_cohorts_and_courses(site: Site) -> None:
    assert await taken_in(site, package()) == {"new": 3}
    wang, zhao, ada = [await person(site, who) for who in ("wang.wu", "teacher.zhao", "ada")]
    assert (wang.name, wang.unit, wang.email) == ("王五", "公共管理教研部", "wu@school.example")
    assert (ada.name, zhao.roles) == ("Ada Lovelace", {"teacher"})
    async with site.house.database.session() as session:
        cohort = (await session.scalars(select(Cohort))).one()
        course = (await session.scalars(select(Course))).one()
        staff = list(await session.scalars(select(CourseStaff.person_id)))
        members = set(await session.scalars(select(CohortMember.person_id)))
    assert (cohort.name, cohort.starts_on, cohort.ends_on) == (
        "第 12 期",
        date(2026, 9, 1),
        date(2027, 1, 15),
    )
    assert (course.title, staff, members) == ("网格化管理", [zhao.id], {wang.id, ada.id})


async def test_twice_changes_nothing_and_a_new_login_is_the_same_person(site: Site) -> None:
    await taken_in(site, package())
    before = await everything(site)
    assert await taken_in(site, package("folder/")) == {"same": 3}
    assert await everything(site) == before
    wang = await person(site, "wang.wu")
    users = FILES["users"].replace("wang.wu", "wangwu2026")
    assert await taken_in(site, package(users=users)) == {"changed": 1, "same": 2}
    assert (await person(site, "wangwu2026")).id == wang.id
    assert await everything(site) == before


async def test_a_delta_adds_removes_and_deactivates(site: Site) -> None:
    await taken_in(site, package())
    modes = {f"file.{name}": "absent" for name in FILES} | {
        "file.users": "delta",
        "file.enrollments": "delta",
    }
    head, enrolled = FILES["users"].splitlines()[0], FILES["enrollments"].splitlines()[0]
    files = {name: "" for name in FILES} | {
        "users": f"{head}\nu3,tobedeleted,2026-11-01T00:00:00Z,true,ada,Ada,Lovelace,,,o1\n",
        "enrollments": f"{enrolled}\ne1,tobedeleted,2026-11-01T00:00:00Z,c1,o1,u1,student,\n",
    }
    delta = package(manifest=modes, **files)
    assert await taken_in(site, delta) == {"changed": 1, "leaves": 1}
    assert (await person(site, "ada")).deactivated_at
    wang = await person(site, "wang.wu")
    async with site.house.database.session() as session:
        members = select(CohortMember.person_id).where(CohortMember.person_id == wang.id)
        assert await session.scalar(members) is None
    assert await taken_in(site, delta) == {"same": 2}


async def test_who_is_not_in_a_bulk_package_leaves_only_when_told(site: Site) -> None:
    await taken_in(site, package())
    less = package(
        users=FILES["users"].replace("u3,,,true,ada,Ada,Lovelace,,,o1\n", ""),
        enrollments=FILES["enrollments"].replace("e3,,,c1,o1,u3,student,\n", ""),
    )
    assert await taken_in(site, less) == {"same": 2, "absent": 1}
    assert (await person(site, "ada")).deactivated_at is None
    await taken_in(site, less, absent=True)
    assert (await person(site, "ada")).deactivated_at
    assert await taken_in(site, less) == {"same": 2}


async def test_administrators_of_the_other_system_are_none_here(site: Site) -> None:
    roles = FILES["roles"].replace("u2,primary,teacher", "u2,primary,systemAdministrator")
    await taken_in(site, package(roles=roles))
    assert (await person(site, "teacher.zhao")).roles == {"trainee"}


def test_version_1_1_has_roles_in_its_users() -> None:
    users = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
    users += "u1,true,o1,teacher,wang,五,王\n"
    read = Package(
        package(manifest={"oneroster.version": "1.1", "file.roles": "absent"}, users=users)
    )
    rows = [row for row in read.rows() if row.login]
    assert [(row.name, row.roles, row.unit_id) for row in rows] == [("王五", "teacher", "o1")]
    assert read.contents.version == "1.1"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (zipped({"users.csv": "a"}), "error.roster.no_manifest"),
        (package(manifest={"oneroster.version": "2.0"}), "error.roster.version"),
        (package(users=""), "error.roster.missing"),
        (package(users="sourcedId,givenName\n"), "error.roster.column"),
        (zipped({"manifest.csv": "a", "../users.csv": "a"}), "error.roster.names"),
        (zipped({"manifest.csv": "a", "/etc/users.csv": "a"}), "error.roster.names"),
        (zipped({"manifest.csv": "a", "a/users.csv": "", "b/users.csv": ""}), "error.roster.names"),
        (
            zipped({"manifest.csv": "", **{f"{n}.csv": "" for n in range(1001)}}),
            "error.sheet.too_large",
        ),
    ],
)
def test_a_package_that_is_none_is_refused_with_the_reason(content: bytes, key: str) -> None:
    with pytest.raises(Refused) as refused:
        is_package(content) and Package(content)
    assert refused.value.key == key


async def test_a_bomb_is_refused_in_the_process_of_its_own(site: Site) -> None:
    bomb = zipped({"manifest.csv": "a,b\n", "users.csv": bytes(257 << 20)})
    with pytest.raises(Invalid) as refused:
        await read_roster(bomb)
    assert refused.value.key == "error.sheet.too_large"
