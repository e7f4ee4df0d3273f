"""Face check-in: off by default, by one's own consent, gone when that is taken back."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from media.face_match import SAME, alike
from server.attendance.check_in import school_rules, set_rules
from server.attendance.face import (
    Sealer,
    agree,
    consent_of,
    forget_finished,
    keep_template,
    template_of,
)
from server.courses.cohort import Cohort
from server.errors import Forbidden
from tests.conftest import Visitor
from tests.server.lessons.making import School


async def _switch_on(school: School) -> None:
    async with school.site.house.database.session() as session:
        set_rules(session, None, {"face": True}, school.site.people["xue"].id)


async def _picture(who: Visitor, path: str) -> int:
    headers = {"x-csrf-token": who.csrf, "accept": "application/json"}
    return (await who.http.post(path, content=b"jpeg", headers=headers)).status_code


async def test_it_is_off_and_cannot_be_switched_on_without_the_models(school: School) -> None:
    xue, an = await school.site.sign_in("xue"), await school.site.sign_in("an")
    await xue.get("/check-in/rules")
    rules = {"opens_before": "15", "remind_before": "30", "remind_after": "5"}
    answer = await xue.post("/check-in/rules", {**rules, "face": "yes"})
    assert answer.status_code == 503
    assert "这套系统没有人脸模型" in answer.text
    async with school.site.house.database.session() as session:
        assert not (await school_rules(session)).face
    assert "学校没有开启人脸签到" in (await an.get("/check-in/face")).text
    assert (await an.post("/check-in/face/consent", {"version": "1"})).status_code == 503
    assert (await xue.post("/check-in/rules", {**rules, "opens_before": "20"})).status_code == 303
    async with school.site.house.database.session() as session:
        assert (await school_rules(session)).opens_before == 20


async def test_without_consent_nothing_is_taken_and_another_way_is_offered(school: School) -> None:
    lesson = await school.lesson()
    await _switch_on(school)
    an = await school.site.sign_in("an")
    for path in ("/check-in/face/template", f"/check-in/face/{lesson.id}"):
        assert await _picture(an, path) == 403
    page = (await an.get("/check-in/face")).text
    assert "扫码、输入数字或请老师手工登记，效力完全相同" in page
    assert "/check-in/face/consent" in page
    assert (await an.post("/check-in/face/consent", {"version": "2"})).status_code == 409
    assert (await an.post("/check-in/face/consent", {"version": "1"})).status_code == 303
    assert await _picture(an, "/check-in/face/template") == 503  # agreed, but there is no model
    async with school.site.house.database.session() as session:
        with pytest.raises(Forbidden):
            await keep_template(session, school.site.people["bo"].id, b"x")


async def test_what_is_kept_is_encrypted_and_goes_with_the_consent_out_of_the_file_too(
    school: School,
) -> None:
    await _switch_on(school)
    an, house = await school.site.sign_in("an"), school.site.house
    template = np.random.default_rng(1).normal(size=128).astype(np.float32)
    sealed = Sealer(house.folder.secret("face")).seal(template)
    async with house.database.session() as session:
        await agree(session, an.person.id)
        await keep_template(session, an.person.id, sealed)
    files = [house.folder.database_file, Path(f"{house.folder.database_file}-wal")]
    kept = b"".join(file.read_bytes() for file in files)
    assert sealed in kept
    assert template.tobytes()[:64] not in kept
    assert (await an.post("/check-in/face/withdraw")).status_code == 303
    assert sealed[20:60] not in b"".join(file.read_bytes() for file in files if file.exists())
    async with house.database.session() as session:
        assert await template_of(session, an.person.id) is None
        assert await consent_of(session, an.person.id) is None


async def test_it_goes_with_the_end_of_the_cohort(school: School) -> None:
    an, database = school.site.people["an"], school.site.house.database
    async with database.session() as session:
        await agree(session, an.id)
        await keep_template(session, an.id, b"sealed")
        assert await forget_finished(session, date(2026, 11, 24)) == []
        (await session.get_one(Cohort, school.cohort_id)).ends_on = date(2026, 11, 23)
        await session.flush()
        assert await forget_finished(session, date(2026, 11, 24)) == [an.id]
        assert await template_of(session, an.id) is None


def test_a_template_opens_with_its_own_key_alone_and_is_compared_one_to_one() -> None:
    template = np.arange(128, dtype=np.float32)
    sealed = Sealer(b"k" * 32).seal(template)
    opened = Sealer(b"k" * 32).open(sealed)
    assert opened is not None
    assert np.array_equal(opened, template)
    assert Sealer(b"o" * 32).open(sealed) is None
    assert Sealer(b"k" * 32).open(sealed[:-4] + b"AAAA") is None
    assert alike(template, template) == pytest.approx(1)
    assert alike(template, -template) < SAME
    assert alike(template, np.zeros(3, np.float32)) == -1
