"""Rules as a form: a draft, what it would change, and that just this happens."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.person import Person, RoleGrant
from server.attendance.result import StoredResult
from server.hours.ledger import rules_in_force, totals
from server.hours.line import HoursRules
from server.hours.rules import EXAMPLE, KINDS, STATUSES, RuleSet
from server.hours.trial import RuleTrials, Trial
from tests.conftest import Visitor
from tests.server.hours.making import Office


def as_form(rules: RuleSet = EXAMPLE, revision: int = 0, **changes: str) -> dict[str, Any]:
    """What the form sends for these rules, with changes by name of the field."""
    sent: dict[str, str] = {
        "revision": str(revision),
        "goal": f"{rules.goal / 100:g}",
        "once": "yes" if rules.once else "",
        "step": str(rules.step),
        "up": "yes" if rules.up else "no",
        "recognised": "",
        "coverage-by": rules.coverage.by,
        "coverage-least": f"{rules.coverage.least / 100:g}",
    }
    for kind in KINDS:
        rule = rules.rule(kind)
        sent |= {f"{kind}-on": "yes" if rule else "", f"{kind}-hours": "0.5", f"{kind}-most": ""}
        sent[f"{kind}-least"] = str(rule.least if rule else 3)
        for row, band in enumerate(rule.bands if rule else ()):
            sent[f"{kind}-how-{row}"] = "from" if band.included else "over"
            sent[f"{kind}-over-{row}"] = str(band.over)
            sent[f"{kind}-hours-{row}"] = f"{band.amount / 100:g}"
        for name in STATUSES if kind == "attended" else ():
            sent[f"status-{name}"] = str(rule.statuses.get(name, 0) if rule else 0)
    return {name: value for name, value in (sent | changes).items() if value}


async def save(office: Office, xue: Visitor, **changes: str) -> HoursRules:
    answer = await xue.post("/hours/rules/draft", as_form(**changes))
    assert answer.status_code == 303, answer.text
    return await kept(office, answer.headers["location"])


async def kept(office: Office, path: str) -> HoursRules:
    async with office.school.site.house.database.session() as session:
        return await session.get_one(HoursRules, int(path.rsplit("/", 1)[1]))


async def tried(office: Office, xue: Visitor, draft: HoursRules) -> Trial:
    assert (await xue.post(f"/hours/rules/{draft.version}/trial")).status_code == 303
    trials = office.school.site.house.part(RuleTrials)
    trial = trials.of(draft)
    assert trial is not None
    await trials.finished(trial)
    assert trial.finished
    return trial


async def test_the_form_says_what_it_is_given(office: Office) -> None:
    xue = await office.school.site.sign_in("xue")
    draft = await save(office, xue)
    assert (draft.version, draft.year, draft.in_force_at) == (2, office.year, None)
    async with office.school.site.house.database.session() as session:
        assert await rules_in_force(session, office.year) == (1, EXAMPLE)
    form = (await xue.get("/hours/rules/draft")).text
    assert 'name="attended-over-1" value="15"' in form
    page = (await xue.get("/hours/rules")).text
    assert "超过 15 分钟、不满 30 分钟，计 0.5 学时" in page
    assert "满 30 分钟，计 1 学时" in page
    assert "测验答对了 60% 以上，计 0.5 学时" in page

    for changes in (
        {"goal": "fifty"}, {"goal": "1.234"}, {"goal": "nan"}, {"goal": "-1"}, {"step": "7"},
        {"attended-hours-2": "0.1"}, {"status-late": "101"}, {"quiz-least": "200"},
        {"attended-how-0": "about"}, {"coverage-by": "luck"},
        {f"watched-hours-{row}": "" for row in range(3)},
    ):  # fmt: skip
        answer = await xue.post("/hours/rules/draft", as_form(revision=1, **changes))
        assert answer.status_code == 400, changes


async def test_of_two_who_draft_the_second_is_told(office: Office) -> None:
    xue = await office.school.site.sign_in("xue")
    draft = await save(office, xue)
    assert (await xue.post("/hours/rules/draft", as_form())).status_code == 409
    again = as_form(revision=1, goal="60")
    assert (await xue.post("/hours/rules/draft", again)).status_code == 303
    path = f"/hours/rules/{draft.version}"
    assert (await xue.post(f"{path}/force", {"revision": 1})).status_code == 409
    answers = [xue.post(f"{path}/force", {"revision": 2}) for _ in range(2)]
    assert sorted(one.status_code for one in await asyncio.gather(*answers)) == [303, 409]
    assert (await xue.post(f"{path}/discard")).status_code == 409
    assert (await xue.post(f"{path}/trial")).status_code == 404
    assert "不少于 60 学时" in (await xue.get("/hours/rules")).text
    assert "现行第 2 版" in (await xue.get("/hours/rules")).text
    later = (await xue.get(f"/hours/rules?year={office.year + 1}")).text
    assert "沿用以前年份的第 2 版" in later
    other = (await xue.post("/hours/rules/draft", as_form())).headers["location"]
    assert other == "/hours/rules/3"
    assert (await xue.post(f"{other}/discard")).status_code == 303
    assert (await xue.get(other)).status_code == 404


async def test_putting_in_force_does_just_what_the_trial_said(office: Office) -> None:
    await office.held("an", minutes=40)
    await office.held("an", status="late", minutes=20)
    await office.held("an", status="absent")
    await office.held("bo", minutes=20)
    before = await office.totals()
    assert before == {"an": 150, "bo": 50}
    xue = await office.school.site.sign_in("xue")
    changes = {"status-late": "50", "attended-hours-1": "0.75", "step": "25", "goal": "1"}
    draft = await save(office, xue, **changes)
    trial = await tried(office, xue, draft)
    assert await office.totals() == before, "a trial changes nothing"
    said = {one.person_id: (one.before, one.after) for one in trial.changes}
    assert said == {office.id("bo"): (50, 75), office.id("an"): (150, 125)}
    page = (await xue.get(f"/hours/rules/{draft.version}")).text
    assert "1 人的学时会增加，1 人会减少" in page
    assert page.index("安学员") < page.index("薄学员"), "who loses comes first"
    assert sum(bin.before for bin in trial.bins()) == trial.all
    assert [bin.after for bin in trial.bins()][-1] == 1, "An beyond the goal"

    path = f"/hours/rules/{draft.version}/force"
    assert (await xue.post(path, {"revision": draft.revision})).status_code == 303
    await office.reckoning.settle()
    assert await office.totals() == {"an": 125, "bo": 75}
    by_version = {one.rule_version for one in await office.lines("bo") if one.state == "counted"}
    assert by_version == {2}
    long = next(one for one in await office.lines("an") if one.amount == 100)
    assert (long.state, long.rule_version) == ("counted", 1), "what comes to the same stays"
    assert await office.reckoning.progress(office.year) == (trial.all, trial.all)
    assert "重新计算" not in (await xue.get("/hours/rules")).text


@pytest.mark.long
async def test_many_people_are_reckoned_in_the_background(office: Office) -> None:
    """Two thousand people; meanwhile pages answer."""
    lesson = await office.held()
    async with office.school.site.house.database.session() as session:
        people = [
            Person(login=f"p{n}", name=f"学员{n}", grants=[RoleGrant(role="trainee")])
            for n in range(2000)
        ]
        session.add_all(people)
        await session.flush()
        session.add_all(
            StoredResult(
                lesson_id=lesson.id, person_id=one.id, status="present", reckoned="present",
                minutes=45, share=1, reasons=[],
            )
            for one in people
        )  # fmt: skip
    for one in people:
        office.reckoning.wake(one.id)
    await office.reckoning.settle()
    xue = await office.school.site.sign_in("xue")
    draft = await save(office, xue, **{"attended-hours-2": "2"})
    trial = await tried(office, xue, draft)
    assert len(trial.changes) == 2001
    await xue.post(f"/hours/rules/{draft.version}/force", {"revision": draft.revision})
    working = asyncio.create_task(office.reckoning.settle())
    while not working.done():
        assert (await xue.get("/hours/rules")).status_code == 200
    await working
    async with office.school.site.house.database.session() as session:
        assert await session.scalar(select(HoursRules.version)) == 2
        assert set((await totals(session, None, office.year)).values()) == {200}


async def test_a_version_beyond_all_numbers_is_not_there(office: Office) -> None:
    xue = await office.school.site.sign_in("xue")
    for number in (2**31, 10**30):
        assert (await xue.get(f"/hours/rules/{number}")).status_code == 404
