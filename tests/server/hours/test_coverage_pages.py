"""Coverage: who of the roster is not trained, on which day, and reminding them once."""

from datetime import timedelta

from server.accounts.person import Person
from server.courses.cohort import CohortMember
from server.hours.coverage import Group, groups, members, state_of
from server.hours.rules import Coverage
from server.store.database import new_id, now
from tests.server.hours.making import Office
from tests.server.hours.test_rules_pages import save


async def on_the_roster(office: Office, **more: object) -> str:
    async with office.school.site.house.database.session() as session:
        person_id = new_id()
        person = Person(
            id=person_id, login=person_id, **{"name": "新学员", "unit": "东湖镇", **more}
        )
        session.add(person)
        await session.flush()
        session.add(CohortMember(cohort_id=office.school.cohort_id, person_id=person_id))
    return person_id


def test_what_counts_as_trained_is_data() -> None:
    hours, course = Coverage("hours", 200), Coverage("course", 0)
    found = [state_of(amount, hours, False) for amount in (0, 25, 199, 200)]
    assert found == ["none", "part", "part", "trained"]
    assert [state_of(900, course, there) for there in (False, True)] == ["none", "trained"]
    assert state_of(0, Coverage("hours", 0), False) == "trained", "nobody has to do anything"


async def test_the_roster_of_a_day(office: Office) -> None:
    """Who came later is not on it, who has left was."""
    await office.held()
    gone = await on_the_roster(office, name="离任", created_at=now() - timedelta(days=9))
    new = await on_the_roster(office)
    async with office.school.site.house.database.session() as session:
        (await session.get_one(Person, gone)).deactivated_at = now() - timedelta(days=2)

    async def there(days: int) -> set[str]:
        async with office.school.site.house.database.session() as session:
            found, _ = await members(session, office.year, now() - timedelta(days=days))
        return {one.id for one in found} & {gone, new}

    assert await there(0) == {new}
    assert await there(3) == {gone}
    assert await there(20) == set()


async def test_gaps_by_unit_the_widest_first(office: Office) -> None:
    async with office.school.site.house.database.session() as session:
        for login in ("an", "bo"):
            (await session.get_one(Person, office.id(login))).unit = "石桥街道"
    await on_the_roster(office)
    await on_the_roster(office)
    await office.held("an", minutes=20)
    async with office.school.site.house.database.session() as session:
        found, coverage = await members(session, office.year, now())
    assert coverage == Coverage("hours", 100)
    assert groups(found, "unit") == [Group("东湖镇", 0, 0, 2), Group("石桥街道", 0, 1, 1)]
    await office.held("an")
    xue = await office.school.site.sign_in("xue")
    page = (await xue.get("/hours/coverage")).text
    assert "应训 4 人，已训 1 人（25%）" in page
    assert page.index("东湖镇") < page.index("石桥街道")
    assert "差 1 / 2 人" in page
    csv = (await xue.get("/hours/coverage.csv?group=石桥街道")).content.decode("utf-8-sig")
    assert csv.splitlines()[1:] == ["薄学员,石桥街道,,,0.0,未训"]
    assert "安学员" in (await xue.get("/hours/coverage?state=trained&by=post")).text
    for path in ("by=luck", "on=soon", "on=0001-01-01", "year=x"):
        assert (await xue.get(f"/hours/coverage?{path}")).status_code in (400, 404), path


async def test_who_is_not_trained_is_reminded_once(office: Office) -> None:
    await office.held("an")
    await on_the_roster(office)
    xue = await office.school.site.sign_in("xue")
    answer = await xue.post("/hours/coverage/remind?group=")
    assert answer.status_code == 303
    assert "told=1" in answer.headers["location"], "Bo alone: without a unit, and not trained"
    again = await xue.post("/hours/coverage/remind")
    assert "told=1" in again.headers["location"]
    assert "spared=1" in again.headers["location"]
    assert await office.school.told("bo") == ["hours.untrained"]
    assert await office.school.told("an") == []
    bo = await office.school.site.sign_in("bo")
    assert "还不算参训" in (await bo.get("/notices")).text
    page = (await xue.get(again.headers["location"])).text
    assert "已提醒 1 人" in page


async def test_being_in_a_course_may_be_enough(office: Office) -> None:
    xue = await office.school.site.sign_in("xue")
    draft = await save(office, xue, **{"coverage-by": "course"})
    await xue.post(f"/hours/rules/{draft.version}/force", {"revision": 1})
    page = (await xue.get("/hours/coverage")).text
    assert "应训 2 人，已训 1 人（50%）" in page
    assert "学时不够" not in page.split("names")[0]
