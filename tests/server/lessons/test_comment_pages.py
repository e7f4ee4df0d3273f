"""Comments on a recording through a running site: who reads, answers, settles and moderates."""

import csv
import io
from typing import Any

import pytest

from server.comments.comment import LONGEST
from server.events import CommentMade
from server.lessons.lesson import Lesson
from server.recordings.edition import Edition
from server.recordings.release import release_of
from tests.conftest import Visitor
from tests.server.lessons.making import School
from tests.server.lessons.test_recording_pages import held

LINE = {"colour": "red", "width": 6, "points": [100, 100, 5000, 4000, 4000, 5000]}
DRAWING = {"over": "content", "aspect": 1.78, "lines": [LINE]}


class Talk:
    """A recorded lesson and the people in front of it."""

    def __init__(self, school: School, lesson: Lesson) -> None:
        self.school, self.lesson = school, lesson
        self.visitors: dict[str, Visitor] = {}

    @property
    def path(self) -> str:
        return f"/lessons/{self.lesson.id}/comments"

    async def visitor(self, login: str) -> Visitor:
        if login not in self.visitors:
            self.visitors[login] = await self.school.site.sign_in(login)
        return self.visitors[login]

    async def write(self, login: str, text: str = "这里很好", **more: Any) -> dict[str, Any]:
        who = await self.visitor(login)
        answer = await who.post_json(self.path, {"at": 5.0, "text": text, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(self, login: str, **sent: Any) -> int:
        who = await self.visitor(login)
        return (await who.post_json(self.path, {"at": 5.0, "text": "好", **sent})).status_code

    async def change(self, login: str, comment: str, method: str = "PUT", **sent: Any) -> int:
        who = await self.visitor(login)
        path, _, act = f"{self.path}/{comment}".partition("!")
        return (await who.post_json(path + act, sent, method)).status_code

    async def read(self, login: str, query: str = "") -> list[dict[str, Any]]:
        answer = await (await self.visitor(login)).get(f"{self.path}.json{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["comments"]

    async def texts(self, login: str) -> list[str]:
        return [one["text"] for one in await self.read(login)]


@pytest.fixture
async def talk(school: School) -> Talk:
    return Talk(school, await held(school))


async def test_by_default_the_staff_talk_among_themselves_and_trainees_to_all(talk: Talk) -> None:
    await talk.write("du", "内部意见")
    await talk.write("lin", "大家看这里", audience="everybody")
    asked = await talk.write("an", "这里没听懂", kind="question")
    private = await talk.write("an", "只问老师", audience="insiders")
    assert asked["audience"] == "everybody"
    everything = {"内部意见", "大家看这里", "这里没听懂", "只问老师"}
    for login in ("lin", "mei", "du", "xue"):
        assert set(await talk.texts(login)) == everything
    assert set(await talk.texts("zhou")) == {"大家看这里", "这里没听懂"}
    await talk.write("mei", "私下回你", parent=private["id"])
    assert "私下回你" in await talk.texts("an"), "an answer in one's own thread"
    assert "私下回你" not in await talk.texts("zhou")
    for login in ("hai", "bo"):
        stranger = await talk.visitor(login)
        assert (await stranger.get(f"{talk.path}.json")).status_code == 404
        assert await talk.refused(login) == 404


async def test_drafts_are_seen_by_their_author_alone_until_published(talk: Talk) -> None:
    heard: list[CommentMade] = []
    talk.school.site.house.bus.subscribe(CommentMade, heard.append)  # type: ignore[arg-type]
    lin = talk.school.site.people["lin"].id
    draft = await talk.write("du", "还没想好", draft=True, mentions=[lin])
    assert await talk.texts("lin") == []
    assert await talk.texts("du") == ["还没想好"]
    assert await talk.school.told("lin") == []
    assert heard == []
    sent = {"at": 6.0, "text": "想好了", "mentions": [lin]}
    assert await talk.change("lin", draft["id"], **sent) == 404
    assert await talk.change("du", draft["id"], **sent) == 200
    (read,) = await talk.read("lin")
    assert (read["text"], read["at"], read["edited"]) == ("想好了", 6.0, False)
    assert await talk.school.told("lin") == ["comment.mention"]
    assert [event.subject_id for event in heard] == [talk.lesson.id]
    assert await talk.change("du", draft["id"], **sent, draft=True) == 409
    assert await talk.change("du", draft["id"], at=6.0, text="再改") == 200
    assert (await talk.read("lin"))[0]["edited"], "what others had read leaves a trace"


async def test_who_is_concerned_gets_a_notice_that_leads_to_the_second(talk: Talk) -> None:
    people = talk.school.site.people
    asked = await talk.write("an", "为什么？", kind="question")
    assert await talk.school.told("lin") == ["comment.question"]
    reply = await talk.write(
        "lin", "@安学员 看第三页", parent=asked["id"], mentions=[people["an"].id]
    )
    assert await talk.school.told("an") == ["comment.mention"], "once, though it is a reply too"
    page = (await (await talk.visitor("an")).get("/notices")).text
    assert f"/lessons/{talk.lesson.id}/recording#comment-{reply['id']}" in page
    for login, audience, called in (("du", "insiders", "an"), ("an", "everybody", "bo")):
        who = people[called].id
        assert await talk.refused(login, audience=audience, mentions=[who]) == 400
    an = await talk.visitor("an")
    names = (await an.get(f"{talk.path}/people?q=林")).json()["people"]
    assert names == [{"id": people["lin"].id, "name": "林老师"}]
    everybody = (await an.get(f"{talk.path}/people")).json()["people"]
    assert people["bo"].id not in {one["id"] for one in everybody}


async def test_a_thread_is_settled_opened_again_and_keeps_its_replies(talk: Talk) -> None:
    asked = await talk.write("an", "为什么？", kind="question", drawing=DRAWING)
    await talk.write("lin", "因为…", parent=asked["id"])
    reply = (await talk.read("an"))[1]
    assert (reply["parent"], reply["at"], reply["audience"]) == (asked["id"], 5.0, "everybody")
    assert await talk.refused("an", parent=reply["id"]) == 400, "a thread is one deep"
    assert await talk.change("zhou", f"{asked['id']}!/resolve", "POST", resolved=True) == 403
    assert await talk.change("an", f"{asked['id']}!/resolve", "POST", resolved=True) == 204
    assert [one["resolved"] for one in await talk.read("lin")] == [True, False]
    assert await talk.change("lin", f"{asked['id']}!/resolve", "POST", resolved=False) == 204
    assert await talk.change("lin", asked["id"], "DELETE") == 404
    assert await talk.change("an", asked["id"], "DELETE") == 204
    gone, kept = await talk.read("lin")
    assert (gone["text"], gone["drawing"], gone["deleted"], gone["author"]) == ("", None, True, "")
    assert kept["text"] == "因为…"
    assert await talk.change("an", asked["id"], at=5.0, text="又来") == 404
    assert await talk.change("lin", kept["id"], "DELETE") == 204


async def test_who_moderates_hides_and_shows_again(talk: Talk) -> None:
    rude = await talk.write("an", "不好听的话")
    judged = await talk.write("du", "督导意见", audience="everybody")
    hide = {"method": "POST", "hidden": True}
    for login, comment, status in (
        ("an", rude, 403), ("zhou", rude, 403), ("lin", judged, 403), ("lin", rude, 204),
    ):  # fmt: skip
        assert await talk.change(login, f"{comment['id']}!/hide", **hide) == status, login
    assert await talk.texts("zhou") == ["督导意见"]
    assert set(await talk.texts("an")) == {"督导意见", "不好听的话"}
    assert next(one for one in await talk.read("an") if one["mine"])["hidden"]
    assert await talk.change("du", f"{rude['id']}!/hide", "POST", hidden=False) == 204
    assert len(await talk.texts("zhou")) == 2


async def test_what_makes_no_sense_is_refused(talk: Talk) -> None:
    wild = {**LINE, "points": [0, 0, 20_000]}
    much = {**LINE, "points": [0] * 9003}
    for sent in (
        {"text": "x" * (LONGEST + 1)}, {"text": "字" * 10_000}, {"text": " \n "}, {"at": 99.0},
        {"at": 9.0, "until": 3.0}, {"kind": "insult"}, {"audience": "world"}, {"more": 1},
        {"drawing": {**DRAWING, "lines": [wild]}}, {"drawing": {**DRAWING, "lines": [much]}},
        {"drawing": {**DRAWING, "aspect": 0}}, {"mentions": ["x"] * 21}, {"mentions": ["nobody"]},
    ):  # fmt: skip
        assert await talk.refused("an", **sent) == 400, sent
    assert await talk.refused("an", parent="absent") == 404
    assert await talk.texts("an") == []
    markup = '<img src=x onerror="alert(1)">\u202e\u2066 شكرا & "'
    made = await talk.write("an", markup, drawing=DRAWING)
    assert made["text"] == markup.strip(), "kept as it is; the page writes it as text"
    assert made["drawing"] == DRAWING


async def test_an_edition_shows_comments_at_its_own_seconds(talk: Talk) -> None:
    recording_id = str(talk.lesson.recording_id)
    async with talk.school.site.house.database.session() as session:
        cuts = [[4.0, 10.0], [30.0, 40.0]]
        edition = {"cuts": cuts, "original": 60.0, "state": "ready"}
        session.add(Edition(recording_id=recording_id, number=1, **edition))
    await talk.write("du", "剪掉了", at=5.0)
    await talk.write("du", "还在", at=20.0)
    await talk.write("du", "半段", at=28.0, until=35.0)
    async with talk.school.site.house.database.session() as session:
        (await release_of(session, recording_id)).edition = 1
    for query, seconds in (("", [14.0, 22.0]), ("?edition=0", [5.0, 20.0, 28.0])):
        assert [one["at"] for one in await talk.read("du", query)] == seconds
    assert (await talk.read("du"))[1]["until"] == 24.0
    await talk.write("an", "十四秒", at=14.0)
    assert [one["at"] for one in await talk.read("du", "?edition=0")][1] == 20.0
    an = await talk.visitor("an")
    assert (await an.get(f"{talk.path}.json?edition=0")).status_code == 404
    for wild in (10**30, -1):
        assert await talk.refused("an", edition=wild) in (400, 404)


async def test_the_last_second_of_an_edition_and_a_span_of_no_length_are_places(talk: Talk) -> None:
    recording_id = str(talk.lesson.recording_id)
    async with talk.school.site.house.database.session() as session:
        edition = {"cuts": [[40.0, 60.0]], "original": 60.0, "state": "ready"}
        session.add(Edition(recording_id=recording_id, number=1, **edition))
        (await release_of(session, recording_id)).edition = 1
    for sent in ({"at": 40.0}, {"at": 40.5}, {"at": 40.0, "until": 40.0}):
        assert (await talk.write("an", **sent))["at"] == 40.0
    assert (await talk.write("an", at=5.0, until=5.0))["at"] == 5.0
    assert [one["at"] for one in await talk.read("an")] == [5.0, 40.0, 40.0, 40.0]


async def test_a_reply_that_the_edition_leaves_out_is_not_changed_in_it(talk: Talk) -> None:
    recording_id = str(talk.lesson.recording_id)
    thread = await talk.write("du", "剪掉了", at=50.0)
    reply = await talk.write("lin", "好", parent=thread["id"])
    async with talk.school.site.house.database.session() as session:
        edition = {"cuts": [[40.0, 60.0]], "original": 60.0, "state": "ready"}
        session.add(Edition(recording_id=recording_id, number=1, **edition))
        (await release_of(session, recording_id)).edition = 1
    assert await talk.change("lin", reply["id"], text="改了") == 404
    assert await talk.change("lin", reply["id"], text="改了", edition=0) == 200


async def test_one_takes_along_what_one_wrote(talk: Talk) -> None:
    await talk.write("an", "=1+1", kind="question", drawing=DRAWING)
    await talk.write("an", "草稿", draft=True)
    await talk.write("lin", "别人的")
    an = await talk.visitor("an")
    taken = (await an.get("/comments/mine.json")).json()["comments"]
    assert [one["text"] for one in taken] == ["=1+1", "草稿"]
    assert taken[0]["title"] == talk.lesson.title
    assert taken[0]["drawing"] == DRAWING
    answer = await an.get(f"/comments/mine.csv?lesson={talk.lesson.id}")
    assert "attachment" in answer.headers["content-disposition"]
    heading, first, second = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert first[heading.index("内容")] == "'=1+1", "no spreadsheet runs it"
    assert second[heading.index("草稿")] == "✓"
    assert first[heading.index("类型")] == "提问"
