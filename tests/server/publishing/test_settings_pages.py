"""The school words its checklist and sets its rules; what was submitted keeps the list it had."""

import html

from server.publishing.checklist import first_items
from tests.server.publishing.making import REVIEW, Bureau


def fields(version: int, *rows: tuple[str, str, str, str, bool]) -> dict[str, object]:
    """What the form sends: id, Chinese, group, stage, required."""
    sent: dict[str, object] = {"version": version}
    for number, (name, zh, group, at, required) in enumerate(rows):
        sent |= {f"id-{number}": name, f"zh-{number}": zh, f"en-{number}": "", f"at-{number}": at}
        sent |= {f"group-{number}": group, f"required-{number}": "yes" if required else ""}
    return sent


async def test_the_school_words_its_list(bureau: Bureau) -> None:
    before = await bureau.lesson()
    await bureau.submit(before)
    xue = await bureau.visitor("xue")
    page = html.unescape((await xue.get("/reviews/checklist")).text)
    for item in first_items():
        assert item.zh in page
        assert item.en in page
    rows = ("", "自查完毕", "质量把关", "submit", True), ("", "符合<校训>", "本校", "review", True)
    answer = await xue.post("/reviews/checklist", fields(1, *rows))
    assert answer.status_code == 303, answer.text
    assert (await xue.post("/reviews/checklist", fields(1, *rows))).status_code == 409
    assert (await bureau.decide("du", before, "approve")).status_code == 303, "the list it had"

    after = await bureau.lesson()
    lin = await bureau.show("lin", after)
    assert "自查完毕" in lin.text
    assert (await bureau.submit(after)).status_code == 400
    tick = lin.text.split('name="ticks" value="')[1].split('"')[0]
    assert (await bureau.submit(after, ticks=[tick])).status_code == 303
    assert "符合&lt;校训&gt;" in (await bureau.show("du", after)).text
    assert (await bureau.decide("du", after, "approve", ticks=REVIEW)).status_code == 400


async def test_rules_hold_at_once(bureau: Bureau) -> None:
    xue = await bureau.visitor("xue")
    await xue.get("/reviews/rules")
    body = {"review_days": 2, "expert_days": 3, "remind_days": 1, "experts": 2}
    body |= {"expert_percent": 100, "publisher": "learning_admin", "rubric_at": "never"}
    wrong = await xue.post("/reviews/rules", body | {"expert_percent": 101})
    assert wrong.status_code == 400
    assert (await xue.post("/reviews/rules", body)).status_code == 303
    course = {"course": bureau.school.course_id, "expert_percent": "0"}
    assert (await xue.post("/reviews/rules/courses", course)).status_code == 303
    lesson = await bureau.lesson()
    await bureau.submit(lesson)
    await bureau.decide("du", lesson, "approve")
    assert (await bureau.act("du", lesson, "publish")).status_code == 403
    assert (await bureau.act("xue", lesson, "publish")).status_code == 303

    await xue.post("/reviews/rules/courses", course | {"expert_percent": ""})
    other = await bureau.lesson()
    await bureau.submit(other)
    await bureau.decide("du", other, "approve")
    assert (await bureau.release(other)).state == "expert"
    assert await bureau.school.told("yan") == await bureau.school.told("ye") == ["review.asked"]
