"""Courses: who begins one teaches it, colleagues are appointed, others do not find it."""

from tests.conftest import Site, Visitor


async def new_course(who: Visitor, title: str = "基层治理") -> str:
    await who.get("/courses")
    made = await who.post("/courses", {"title": title})
    assert made.status_code == 303, made.text
    return made.headers["location"]


async def test_lin_begins_a_course_and_mei_joins_her(site: Site) -> None:
    lin, mei, bo = [await site.sign_in(name) for name in ("lin", "mei", "bo")]
    course = await new_course(lin)
    assert "林老师" in (await lin.get(course)).text
    assert (await mei.get(course)).status_code == 404
    assert (await lin.post(f"{course}/staff", {"login": "mei"})).status_code == 303
    assert (await mei.get(course)).status_code == 200
    assert (await mei.post(course, {"title": "改名"})).status_code == 303
    assert "改名" in (await lin.get("/courses")).text
    assert (await bo.get(course)).status_code == 403
    assert (await bo.post(f"{course}/staff", {"login": "bo"})).status_code == 403


async def test_the_staff_of_one_course_do_not_find_another(site: Site) -> None:
    lin, xue = await site.sign_in("lin"), await site.sign_in("xue")
    foreign = await new_course(xue)
    assert (await lin.get(foreign)).status_code == 404
    assert (await lin.post(foreign, {"title": "x"})).status_code == 404
    assert (await lin.post(f"{foreign}/staff", {"login": "lin"})).status_code == 404


async def test_only_teachers_and_assistants_are_appointed(site: Site) -> None:
    lin = await site.sign_in("lin")
    course = await new_course(lin)
    for login in ("an", "nobody", ""):
        answer = await lin.post(f"{course}/staff", {"login": login})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text


async def test_an_assistant_begins_no_course_and_a_title_is_needed(site: Site) -> None:
    mei, lin = await site.sign_in("mei"), await site.sign_in("lin")
    assert (await mei.post("/courses", {"title": "x"})).status_code == 403
    assert (await lin.post("/courses", {"title": " "})).status_code == 400


async def test_a_cohort_that_takes_a_course_brings_it_to_its_trainees(site: Site) -> None:
    lin, xue, an = [await site.sign_in(name) for name in ("lin", "xue", "an")]
    assert "您的课会出现在这里" in (await an.get("/")).text
    course = await new_course(lin)
    await xue.get("/cohorts")
    cohort = (await xue.post("/cohorts", {"name": "秋季班"})).headers["location"]
    await xue.post(f"{cohort}/members", {"login": "an", "part": "trainee"})
    chosen = {"title": "基层治理", "cohorts": [cohort.rsplit("/", 1)[-1], "no-such-cohort"]}
    assert (await lin.post(course, chosen)).status_code == 303
    assert "基层治理" in (await an.get("/")).text
    await lin.post(course, {"title": "基层治理"})
    assert "您的课会出现在这里" in (await an.get("/")).text
