"""Who may go where: every address of the site against every kind of person.

Lin owns one of each thing. Hai is another teacher, Mei an assistant, An and Bo are trainees, Xue
keeps the learning, Guan the system. A new address without a line in RULES fails the first test.
"""

import io
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select
from starlette.routing import Route, WebSocketRoute

from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.app import routes
from server.attendance.branch import Branch, BranchKeeper, BranchMember
from server.courses.slide_deck import SlideDeck
from server.lessons.lesson import Lesson, LessonGuest
from server.questions.question import BroughtQuestion
from server.recordings.chapter import Chapter
from server.recordings.recording import Recording
from server.recordings.step import RecordingStep
from server.rubrics.rubric import Rubric
from server.store.database import new_id, now
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take, take_folder
from server.uploads.pages import TYPE
from tests.conftest import PASSWORD, Site, Visitor
from tests.media.decks import deck
from tests.server.classroom.opening import open_room, page_of
from tests.server.courses.making import body, new_plan
from tests.server.credentials.giving import achievement, brought_along, give
from tests.server.takes.making import begin, take_of, until_it_plays
from tests.server.takes.reports import report

EVERYBODY = frozenset({"lin", "hai", "mei", "an", "bo", "xue", "guan"})
PLANNERS = frozenset({"lin", "hai", "mei"})
REFUSED = (401, 403, 404)


@dataclass(frozen=True)
class Rule:
    """`may` go there; those in `lacking` have not the role (403); the rest find nothing (404)."""

    may: frozenset[str]
    lacking: frozenset[str] = frozenset()
    sent: Any = None  # as JSON
    open: bool = False  # also to people who are not signed in
    token: bool = False  # cookies count for nothing there: everybody is asked for a token (401)


def only(*names: str) -> Rule:
    """These have the role for it, the others have not."""
    return Rule(frozenset(names), EVERYBODY - set(names))


OPEN, SIGNED_IN = Rule(EVERYBODY, open=True), Rule(EVERYBODY)
MINE = Rule(frozenset({"lin"}))
PLANS, PEOPLE, COHORTS = only(*PLANNERS), only("xue", "guan"), only("xue")
COURSES = only("lin", "hai", "mei", "xue")
COURSE = Rule(frozenset({"lin", "xue"}), frozenset({"an", "bo", "guan"}))
LESSON = Rule(frozenset({"lin", "xue"}))
RECORD = Rule(frozenset({"an", "xue"}))  # An's
BOARD = Rule(frozenset({"xue"}))
RUBRICS, RATING = only("xue"), Rule(frozenset({"xue"}), frozenset({"lin"}))
GIVING, HOLDER = only("xue"), Rule(frozenset({"an"}))
BANK = Rule(frozenset({"xue"}))
NOT_TRAINED = Rule(frozenset(), frozenset({"xue"}))  # for trainees of the cohort alone
ENTER = Rule(frozenset({"lin"}), frozenset({"xue"}))
ANY_STRETCH = {"kind": "pauses", "start": 0, "end": 1, "intentional": True, "revision": 99}


def mine_with(**sent: Any) -> Rule:
    """Lin's, and what to send there."""
    return Rule(MINE.may, sent=sent)


TOKEN = Rule(frozenset(), token=True)
NOBODY = Rule(frozenset())  # there is no such thing

# Xue's, of which there is none
HOURS_VERSION = Rule(frozenset(), EVERYBODY - {"xue"})

# In this order they are tried: what takes something away comes after what needs it.
RULES = {
    "GET /": SIGNED_IN,
    "GET /health": OPEN,
    "GET /assets/{mark}/{path:path}": OPEN,
    "GET /vendor/{mark}/{path:path}": OPEN,
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "POST /sign-out": OPEN,
    "GET /welcome/{token}": OPEN,
    "POST /welcome/{token}": OPEN,
    "POST /language": OPEN,
    "GET /hearing": SIGNED_IN,
    "GET /plans": PLANS,
    "POST /plans": PLANS,
    "GET /plans/import": PLANS,
    "POST /plans/import": PLANS,
    "GET /plans/{plan_id}": MINE,
    "GET /plans/{plan_id}.yaml": MINE,
    "GET /plans/{plan_id}/draft": MINE,
    "PUT /plans/{plan_id}/draft": mine_with(revision=99, body=body()),
    "POST /plans/{plan_id}/course": MINE,
    "GET /plans/{plan_id}/versions": MINE,
    "POST /plans/{plan_id}/versions": MINE,
    "GET /plans/{plan_id}/versions/{version_id}": MINE,
    "POST /plans/{plan_id}/versions/{version_id}/restore": MINE,
    "GET /plans/{plan_id}/slides": OPEN,  # only leads on to the plan
    "POST /plans/{plan_id}/slides": MINE,
    "GET /slides/{deck_id}/slides.pdf": MINE,
    "GET /slides/{deck_id}/page/{page:int}.webp": MINE,
    "POST /plans/{plan_id}/slides/remove": MINE,
    "POST /plans/{plan_id}/archive": MINE,
    "GET /courses": COURSES,
    "POST /courses": only("lin", "hai", "xue"),
    "GET /courses/{course_id}": COURSE,
    "POST /courses/{course_id}": COURSE,
    "POST /courses/{course_id}/staff": COURSE,
    "POST /courses/{course_id}/staff/{person_id}/remove": COURSE,
    "GET /courses/{course_id}/lessons": COURSE,
    "POST /courses/{course_id}/lessons": COURSE,
    "GET /courses/{course_id}/offer": COURSE,
    "POST /courses/{course_id}/offer": COURSE,
    "POST /courses/{course_id}/offer/people/{person_id}": COURSE,
    "GET /catalogue": SIGNED_IN,
    "GET /catalogue/{offer_id}": SIGNED_IN,
    "POST /catalogue/{offer_id}/join": SIGNED_IN,
    "POST /catalogue/{offer_id}/leave": SIGNED_IN,
    "GET /hours": only("xue"),
    "GET /hours.{kind}": only("xue"),
    "GET /hours/mine": SIGNED_IN,
    "GET /hours/coverage": only("xue"),
    "GET /hours/coverage.{kind}": only("xue"),
    "GET /hours/coverage/remind": OPEN,  # only leads on
    "POST /hours/coverage/remind": only("xue"),
    "GET /hours/rules": only("xue"),
    "GET /hours/rules/draft": only("xue"),
    "POST /hours/rules/draft": only("xue"),
    "GET /hours/rules/{version:int}": HOURS_VERSION,
    "POST /hours/rules/{version:int}/trial": HOURS_VERSION,
    "GET /hours/rules/{version:int}/trial": OPEN,  # only leads on
    "POST /hours/rules/{version:int}/force": HOURS_VERSION,
    "GET /hours/rules/{version:int}/force": OPEN,
    "POST /hours/rules/{version:int}/discard": HOURS_VERSION,
    "GET /hours/people/{person_id}": Rule(frozenset({"an", "xue"})),
    "GET /hours/people/{person_id}/adjust": OPEN,  # only leads on
    "POST /hours/people/{person_id}/adjust": only("xue"),
    "GET /hours/people/{person_id}/withdraw": OPEN,  # only leads on
    "POST /hours/people/{person_id}/withdraw": only("xue"),
    "GET /verify": OPEN,
    "POST /verify": OPEN,
    "GET /verify/{credential_id}": OPEN,
    "GET /.well-known/did.json": OPEN,
    "GET /credentials/status/{number:int}": OPEN,
    "GET /credentials/log": OPEN,
    "GET /credentials/log/proof": OPEN,
    "GET /credentials/log/consistency": OPEN,
    "GET /credentials/log/entries": OPEN,
    "GET /credentials/mine": SIGNED_IN,
    "POST /credentials/mine/brought": SIGNED_IN,
    "POST /credentials/mine/{credential_id}/name": HOLDER,
    "GET /credentials/mine/{credential_id}/credential.json": HOLDER,
    "GET /credentials/mine/{credential_id}/bundle.json": HOLDER,
    "GET /credentials/mine/{credential_id}/certificate.pdf": HOLDER,
    "GET /credentials": GIVING,
    "POST /credentials/school": GIVING,
    "GET /credentials/keys": GIVING,
    "POST /credentials/keys": GIVING,
    "POST /credentials/achievements": GIVING,
    "GET /credentials/achievements/{achievement_id}": GIVING,
    "GET /credentials/achievements/{achievement_id}/sample.pdf": GIVING,
    "POST /credentials/achievements/{achievement_id}/issue": GIVING,
    "POST /credentials/achievements/{achievement_id}/retire": GIVING,
    "POST /credentials/issued/{credential_id}/revoke": GIVING,
    "GET /credentials/schools": GIVING,
    "POST /credentials/schools": GIVING,
    "POST /credentials/schools/{school_id}/rules": GIVING,
    "POST /credentials/schools/{school_id}/remove": GIVING,
    "GET /credentials/brought": GIVING,
    "GET /credentials/brought/{brought_id}": GIVING,
    "POST /credentials/brought/{brought_id}": GIVING,
    "POST /credentials/brought/{brought_id}/withdraw": GIVING,
    "GET /timetable": SIGNED_IN,
    "GET /notices": SIGNED_IN,
    "GET /search": SIGNED_IN,
    "GET /lessons/{lesson_id}": LESSON,
    "GET /lessons/{lesson_id}/recording": LESSON,
    "GET /lessons/{lesson_id}/timeline.json": LESSON,
    "GET /lessons/{lesson_id}/comments.json": LESSON,
    "POST /lessons/{lesson_id}/comments": Rule(LESSON.may, sent={"text": "好"}),
    "GET /lessons/{lesson_id}/comments/people": LESSON,
    "PUT /lessons/{lesson_id}/comments/{remark}": mine_with(text="很好"),
    "POST /lessons/{lesson_id}/comments/{remark}/resolve": Rule(
        LESSON.may, sent={"resolved": True}
    ),
    "POST /lessons/{lesson_id}/comments/{remark}/hide": Rule(
        frozenset({"xue"}), frozenset({"lin"}), {"hidden": True}
    ),
    "DELETE /lessons/{lesson_id}/comments/{remark}": MINE,
    "GET /comments/mine.json": SIGNED_IN,
    "GET /rubrics": RUBRICS,
    "POST /rubrics": RUBRICS,
    "GET /rubrics/{rubric_id}": RUBRICS,
    "PUT /rubrics/{rubric_id}/draft": Rule(
        RUBRICS.may, RUBRICS.lacking, {"revision": 1, "body": {"title": "表"}, "keep_other": True}
    ),
    "GET /rubrics/{rubric_id}/versions/{number:int}": RUBRICS,
    "POST /rubrics/{rubric_id}/publish": RUBRICS,
    "POST /rubrics/{rubric_id}/retire": RUBRICS,
    "GET /lessons/{lesson_id}/recording/rubrics": LESSON,
    "POST /lessons/{lesson_id}/recording/rubrics": RATING,
    "PUT /lessons/{lesson_id}/recording/rubrics/{sheet}": Rule(
        RATING.may, RATING.lacking, {"revision": 1, "body": {}, "keep_other": True}
    ),
    "POST /lessons/{lesson_id}/recording/rubrics/{sheet}/file": RATING,
    "POST /lessons/{lesson_id}/recording/rubrics/{sheet}/discard": RATING,
    "POST /lessons/{lesson_id}/recording/rubrics/close": RATING,
    "POST /lessons/{lesson_id}/recording/rubrics/release": RATING,
    "GET /comments/mine.csv": SIGNED_IN,
    "GET /lessons/{lesson_id}/media.json": LESSON,
    "GET /lessons/{lesson_id}/recording/settings": LESSON,
    "POST /lessons/{lesson_id}/recording/settings": LESSON,
    "POST /lessons/{lesson_id}/recording/hold": only("xue"),
    "POST /lessons/{lesson_id}/recording/hold/lift": only("xue"),
    "POST /lessons/{lesson_id}/recording/check": LESSON,
    "GET /lessons/{lesson_id}/recording/delete": LESSON,
    "POST /lessons/{lesson_id}/recording/delete": LESSON,
    "POST /lessons/{lesson_id}/recording/unmarked": LESSON,
    "GET /lessons/{lesson_id}/recording/viewings": LESSON,
    "GET /retention": only("xue", "guan"),
    "POST /retention": only("xue", "guan"),
    "GET /lessons/{lesson_id}/watching.json": LESSON,
    "POST /lessons/{lesson_id}/watching": Rule(LESSON.may, sent={"sitting": "x"}),
    "GET /lessons/{lesson_id}/watchers": LESSON,
    "GET /leave": only("an", "bo"),
    "POST /leave": only("an", "bo"),
    "POST /leave/{leave_id}/cancel": NOBODY,
    "POST /leave/{leave_id}/decide": NOBODY,
    "POST /attendance/disputes/{dispute_id}": NOBODY,
    "GET /attendance": only("lin", "hai", "mei", "xue"),
    "GET /attendance/export.{kind}": only("lin", "hai", "mei", "xue"),
    "GET /attendance/policy": only("lin", "hai", "mei", "xue"),
    "POST /attendance/policy": only("xue"),
    "GET /attendance/policy/example": only("lin", "hai", "mei", "xue"),
    "GET /attendance/lessons/{lesson_id}": LESSON,
    "GET /attendance/lessons/{lesson_id}/rows": LESSON,
    "GET /attendance/lessons/{lesson_id}.{kind}": LESSON,
    "GET /attendance/lessons/{lesson_id}/sheet": LESSON,
    "POST /attendance/lessons/{lesson_id}/remind": LESSON,
    "GET /attendance/lessons/{lesson_id}/people/{person_id}": LESSON,
    "POST /attendance/lessons/{lesson_id}/people/{person_id}/mark": LESSON,
    "POST /attendance/lessons/{lesson_id}/people/{person_id}/remind": LESSON,
    "GET /lessons/{lesson_id}/recording/steps": LESSON,
    "POST /lessons/{lesson_id}/recording/steps/{step}/again": LESSON,
    "GET /courses/{course_id}/recorded": COURSE,
    "POST /courses/{course_id}/recorded": COURSE,
    "GET /lessons/{lesson_id}/recording/upload": LESSON,
    "GET /lessons/{lesson_id}/recording/chapters": LESSON,
    "POST /lessons/{lesson_id}/recording/chapters": LESSON,
    "POST /lessons/{lesson_id}/recording/chapters/anew": LESSON,
    "POST /lessons/{lesson_id}/recording/chapters/{chapter_id}": LESSON,
    "POST /lessons/{lesson_id}/recording/chapters/{chapter_id}/remove": LESSON,
    "GET /lessons/{lesson_id}/recording/edit": LESSON,
    "GET /lessons/{lesson_id}/recording/editions": LESSON,
    "POST /lessons/{lesson_id}/recording/editions": Rule(
        LESSON.may, sent={"operations": [{"op": "cut", "start": 1, "end": 2}]}
    ),
    "POST /lessons/{lesson_id}/recording/editions/{number}/cancel": NOBODY,
    "POST /lessons/{lesson_id}/recording/editions/{number}/revoke": LESSON,
    "GET /lessons/{lesson_id}/quiz.json": LESSON,
    "POST /lessons/{lesson_id}/quiz/{question_id}": Rule(frozenset(), sent={"answer": [0]}),
    "GET /lessons/{lesson_id}/recording/quiz": MINE,
    "POST /lessons/{lesson_id}/recording/quiz": MINE,
    "POST /lessons/{lesson_id}/recording/quiz/{question_id}/remove": NOBODY,
    "GET /lessons/{lesson_id}/recording/quiz.csv": MINE,
    "GET /lessons/{lesson_id}/evaluation": LESSON,
    "POST /lessons/{lesson_id}/evaluation": NOBODY,  # nobody of them learns there
    "GET /lessons/{lesson_id}/evaluation.csv": LESSON,
    "GET /courses/{course_id}/evaluation": Rule(frozenset({"lin", "xue"})),
    "POST /courses/{course_id}/evaluation": NOBODY,
    "GET /courses/{course_id}/evaluation.csv": Rule(frozenset({"lin", "xue"})),
    "GET /evaluation/{about}": only("xue"),
    "POST /evaluation/{about}": only("xue"),
    "GET /lessons/{lesson_id}/recording/review": LESSON,
    "GET /lessons/{lesson_id}/recording/review/{act}": OPEN,  # only leads on to the review
    "POST /lessons/{lesson_id}/recording/review/{act}": LESSON,
    "GET /lessons/{lesson_id}/recording/share": LESSON,
    "POST /lessons/{lesson_id}/recording/share/package": LESSON,
    "GET /lessons/{lesson_id}/recording/share/package.zip": NOBODY,  # it is not made yet
    "POST /lessons/{lesson_id}/recording/share/links": Rule(  # nor is the lesson published
        frozenset(), frozenset({"lin", "xue"})
    ),
    "POST /lessons/{lesson_id}/recording/share/links/{link_id}/revoke": NOBODY,
    "GET /embed/{token}": OPEN,
    "GET /courses/{course_id}/packages": COURSE,
    "GET /embed/{token}/slides/{page}.webp": OPEN,
    "GET /oembed": OPEN,
    "GET /courses/{course_id}/feed": Rule(frozenset({"lin", "xue"})),
    "POST /courses/{course_id}/feed": Rule(frozenset({"lin", "xue"})),
    "POST /courses/{course_id}/feed/end": Rule(frozenset({"lin", "xue"})),
    "GET /feeds/{token}/feed.xml": OPEN,
    "GET /feeds/{token}/{lesson_id}.m4a": OPEN,
    "GET /reviews": COURSES,
    "GET /reviews/checklist": only("xue"),
    "POST /reviews/checklist": only("xue"),
    "GET /reviews/rules": only("xue"),
    "POST /reviews/rules": only("xue"),
    "GET /reviews/rules/courses": OPEN,  # only leads on to the rules
    "POST /reviews/rules/courses": only("xue"),
    "GET /workload": COURSES,
    "GET /workload.{kind}": COURSES,
    "GET /workload/rule": OPEN,  # only leads on to the ledger
    "POST /workload/rule": only("xue"),
    "GET /lessons/{lesson_id}/edit": LESSON,
    "POST /lessons/{lesson_id}": LESSON,
    "POST /lessons/{lesson_id}/move": LESSON,
    "POST /lessons/{lesson_id}/cancel": LESSON,
    "POST /lessons/{lesson_id}/restore": LESSON,
    "POST /lessons/{lesson_id}/enter": ENTER,
    "POST /lessons/{lesson_id}/guest-link": MINE,
    "POST /lessons/{lesson_id}/guest-link/revoke": MINE,
    "POST /lessons/{lesson_id}/guests/{guest_id}/remove": MINE,
    "GET /join/{token}": OPEN,
    "POST /join/{token}": OPEN,
    "GET /cohorts": COHORTS,
    "POST /cohorts": COHORTS,
    "GET /cohorts/{cohort_id}": COHORTS,
    "POST /cohorts/{cohort_id}": COHORTS,
    "POST /cohorts/{cohort_id}/members": COHORTS,
    "POST /cohorts/{cohort_id}/members/{person_id}/remove": COHORTS,
    "GET /cohorts/{cohort_id}/record": BOARD,
    "GET /cohorts/{cohort_id}/record.{kind}": BOARD,
    "POST /cohorts/{cohort_id}/record/remind": BOARD,
    "POST /cohorts/{cohort_id}/record/reminders/{reminder_id}/stop": NOBODY,
    "GET /questions": only("lin", "hai", "mei", "an", "bo", "xue"),
    "GET /questions/{cohort_id}": BANK,
    "POST /questions/{cohort_id}": NOT_TRAINED,
    "POST /questions/{cohort_id}/call": BANK,
    "GET /questions/{cohort_id}/topics": BANK,
    "POST /questions/{cohort_id}/topics": BANK,
    "POST /questions/{cohort_id}/{asked_id}/vote": NOT_TRAINED,
    "POST /questions/{cohort_id}/{asked_id}/withdraw": NOT_TRAINED,
    "POST /questions/{cohort_id}/{asked_id}/merge": BANK,
    "POST /questions/{cohort_id}/{asked_id}/taken-up": BANK,
    "POST /questions/{cohort_id}/{asked_id}/pick": BANK,
    "GET /people": PEOPLE,
    "POST /people": PEOPLE,
    "GET /people/new": PEOPLE,
    "GET /people/import": PEOPLE,
    "POST /people/import": PEOPLE,
    "POST /people/import/confirm": PEOPLE,
    "GET /people/import/template.xlsx": PEOPLE,
    "GET /people/import/preview": PEOPLE,
    "GET /calendar/{token}.ics": OPEN,
    "GET /timetable/calendar": SIGNED_IN,
    "POST /timetable/calendar": SIGNED_IN,
    "POST /timetable/calendar/withdraw": SIGNED_IN,
    "GET /people/import/run": PEOPLE,
    "GET /people/import/run.json": PEOPLE,
    "POST /people/import/run/cancel": PEOPLE,
    "GET /people/{person_id}": PEOPLE,
    "POST /people/{person_id}": PEOPLE,
    "POST /people/{person_id}/link": PEOPLE,
    "POST /people/{person_id}/deactivate": PEOPLE,
    "GET /check-in": SIGNED_IN,
    "POST /check-in": NOBODY,  # nobody of them learns anywhere
    "GET /check-in/lessons/{lesson_id}": NOBODY,
    "GET /check-in/{token}": SIGNED_IN,
    "GET /check-in/rules": only("xue"),
    "POST /check-in/rules": only("xue"),
    "GET /check-in/rules/courses": OPEN,  # only leads on to the rules
    "POST /check-in/rules/courses": only("xue"),
    "GET /check-in/face": SIGNED_IN,
    "POST /check-in/face/consent": SIGNED_IN,
    "POST /check-in/face/withdraw": SIGNED_IN,
    "POST /check-in/face/template": only(),  # nobody has agreed
    "POST /check-in/face/{lesson_id}": only(),
    "GET /lessons/{lesson_id}/check-in/code": LESSON,
    "GET /lessons/{lesson_id}/check-in/code.json": LESSON,
    "POST /lessons/{lesson_id}/check-in/rounds": LESSON,
    "GET /rooms/{room_id}/check-in": NOBODY,  # it is no lesson's
    "GET /branches": Rule(frozenset({"mei", "xue"})),
    "POST /branches": only("xue"),
    "GET /branches/{branch_id}": Rule(frozenset({"mei", "xue"})),
    "POST /branches/{branch_id}": only("xue"),
    "POST /branches/{branch_id}/keepers": only("xue"),
    "POST /branches/{branch_id}/roster": only("xue"),
    "GET /branches/{branch_id}/lessons/{lesson_id}": Rule(frozenset({"mei", "xue"})),
    "GET /branches/{branch_id}/lessons/{lesson_id}/code.json": Rule(frozenset({"mei", "xue"})),
    "POST /branches/{branch_id}/lessons/{lesson_id}/head-count": Rule(frozenset({"mei", "xue"})),
    "POST /branches/{branch_id}/lessons/{lesson_id}/head-count/picture": Rule(
        frozenset({"mei", "xue"})
    ),
    "POST /branches/{branch_id}/lessons/{lesson_id}/roster": only("xue"),
    "GET /record": SIGNED_IN,
    "GET /record/statements": SIGNED_IN,
    "GET /record/{person_id}": RECORD,
    "GET /record/{person_id}/map": RECORD,
    "GET /record/{person_id}/hours": RECORD,
    "GET /record/{person_id}/contest": NOBODY,  # there is no line to contest
    "POST /record/{person_id}/contest": NOBODY,
    "GET /record/{person_id}/record.zip": Rule(frozenset({"an"})),
    "GET /record/{person_id}/contests": RECORD,
    "POST /record/{person_id}/contests/{contest_id}": Rule(frozenset({"xue"}), frozenset({"an"})),
    "GET /rooms/{room_id}": MINE,
    "POST /rooms/{room_id}/media": mine_with(sdp="", kinds={}),
    "POST /rooms/{room_id}/watch": mine_with(sdp="", slots={}),
    "POST /rooms/{room_id}/hints": MINE,
    "POST /rooms/{room_id}/handouts": MINE,
    "GET /rooms/{room_id}/handouts/{handout}": MINE,
    "GET /rooms/{room_id}/hls/{name}": Rule(frozenset()),  # before it begins there is nothing
    "GET /recordings/{recording}/hls/{file}": MINE,
    "GET /recordings/{recording}/download/{file}": MINE,
    "GET /takes": SIGNED_IN,
    "POST /takes": PLANS,
    "GET /takes/new": PLANS,
    "GET /takes/{take}": MINE,
    "GET /takes/{take}/report.json": MINE,
    "GET /takes/{take}/transcript.json": MINE,
    "GET /takes/{take}/transcript.vtt": MINE,
    "GET /takes/{take}/timeline.json": MINE,
    "GET /takes/{take}/progress": MINE,
    "GET /takes/{take}/comments": MINE,
    "POST /takes/{take}/comments": mine_with(at=1, text="好"),
    "DELETE /takes/{take}/comments/{comment}": MINE,
    "POST /takes/{take}/corrections": mine_with(start=0, text="好", revision=99),
    "POST /takes/{take}/intentional": mine_with(**ANY_STRETCH),
    "POST /takes/{take}/shares": mine_with(),
    "POST /takes/{take}/shares/{share}/end": MINE,
    "POST /takes/{take}/retry": MINE,
    "POST /takes/{take}/delete": MINE,
    "POST /uploads": Rule(PLANNERS, EVERYBODY - PLANNERS, {"file_name": "a.wav", "bytes": 9}),
    "HEAD /uploads/{upload}": MINE,
    "PATCH /uploads/{upload}": MINE,
    "DELETE /uploads/{upload}": MINE,
    "GET /connectivity": SIGNED_IN,
    "POST /connectivity/media": Rule(EVERYBODY, sent={"sdp": "v=0"}),
    "SOCKET /connectivity/socket": SIGNED_IN,
    "POST /whip/{room_id}": TOKEN,
    "PATCH /whip/{room_id}/{session_id}": TOKEN,
    "DELETE /whip/{room_id}/{session_id}": TOKEN,
    "POST /whep/{room_id}": TOKEN,
    "PATCH /whep/{room_id}/{session_id}": TOKEN,
    "DELETE /whep/{room_id}/{session_id}": TOKEN,
    "GET /records/clients": only("xue", "guan"),
    "POST /records/clients": only("xue", "guan"),
    "POST /records/clients/{client}/revoke": Rule(frozenset(), EVERYBODY - {"xue", "guan"}),
    "GET /xapi/{path:path}": TOKEN,
    "PUT /xapi/{path:path}": TOKEN,
    "POST /xapi/{path:path}": TOKEN,
    "DELETE /xapi/{path:path}": TOKEN,
    "SOCKET /rooms/{room_id}/socket": MINE,
}


def addresses() -> Iterator[str]:
    """Every address of the site, as RULES calls it."""
    for route in routes():
        if isinstance(route, WebSocketRoute):
            yield f"SOCKET {route.path}"
            continue
        assert isinstance(route, Route), f"{route} cannot be checked"
        path = route.path.replace("/recordings/{id}", "/recordings/{recording}")
        path = path.replace("/takes/{id}", "/takes/{take}")
        path = path.replace("/uploads/{id}", "/uploads/{upload}")
        methods = route.methods or set(getattr(route.endpoint, "methods", ()))
        for method in methods - {"HEAD"} or methods:
            yield f"{method} {path}"


def test_every_address_has_a_rule() -> None:
    assert set(addresses()) <= set(RULES)


@dataclass
class School:
    """The people, and what stands for the parts of an address in braces."""

    site: Site
    visitors: dict[str, Visitor]
    parts: dict[str, str]

    def path(self, address: str) -> str:
        """Where Lin's own thing is."""
        return re.sub(r"{(\w+)[^}]*}", lambda part: self.parts[part[1]], address.split()[1])

    async def answer(self, who: Visitor, address: str) -> httpx.Response:
        """What `who` gets there."""
        headers = {"accept": "text/html", "x-csrf-token": who.csrf}
        headers["x-experience-api-version"] = "1.0.3"
        if address.startswith("PATCH"):
            headers |= {"content-type": TYPE, "upload-offset": "0"}
        sent, method = RULES[address].sent, address.split()[0]
        form = address.endswith("/shares")
        more = {"data": {"login": "ke"}} if form else {"json": sent} if sent else {}
        return await who.http.request(method, self.path(address), headers=headers, **more)


def tone() -> bytes:
    """Two seconds of sound, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(bytes(range(64)) * 1000)
    return file.getvalue()


def last_part(answer: httpx.Response) -> str:
    assert "location" in answer.headers, answer.text
    return answer.headers["location"].rsplit("/", 1)[-1]


async def give_results(site: Site, take_id: str, deck_id: str) -> None:
    """What hearing and measuring would have left behind, and slides that were shown."""
    folder = take_folder(site.house.folder, take_id) / "results"
    folder.mkdir(parents=True)
    (folder / "report.json").write_bytes(msgspec.json.encode(report()))
    (folder / "transcript.vtt").write_text("WEBVTT\n", "utf-8")
    async with site.house.database.session() as session:
        take = await session.get_one(Take, take_id)
        take.result = folder.name
        (await session.get_one(Rehearsal, take.rehearsal_id)).deck_id = deck_id


async def hand_out(site: Site, lin: Visitor, room_id: str) -> str:
    """A file in Lin's room."""
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        headers = {"x-csrf-token": lin.csrf}
        path = f"/rooms/{room_id}/handouts"
        return str((await lin.http.post(path, content=b"words", headers=headers)).json()["id"])


@pytest.fixture
async def school(site: Site, tmp_path: Path) -> School:
    hashed = await hash_password(PASSWORD)
    for login in ("hai", "ke"):
        person = Person(login=login, name=login, password_hash=hashed, language="zh")
        person.grants = [RoleGrant(role="teacher")]
        async with site.house.database.session() as session:
            session.add(person)
        site.people[login] = person
    visitors = {name: await site.sign_in(name) for name in sorted(EVERYBODY)}
    lin, xue = visitors["lin"], visitors["xue"]
    course = last_part(await lin.post("/courses", {"title": "基层治理"}))
    cohort = last_part(await xue.post("/cohorts", {"name": "秋季班"}))

    plan = await new_plan(lin)
    slides = deck(tmp_path / "slides.pdf").read_bytes()
    await lin.post(f"{plan}/slides", files={"slides": ("课.pdf", slides)})
    await lin.post(f"{plan}/versions", {"name": "第一版"})
    version = (await lin.get(f"{plan}/versions")).text.split(f"{plan}/versions/")[1][:36]
    async with site.house.database.session() as session:
        deck_id = str(await session.scalar(select(SlideDeck.id)))

    sound = tmp_path / "tone.wav"
    sound.write_bytes(tone())
    take = await take_of(lin, sound)
    recording = (await until_it_plays(lin, take)).split("/")[2]
    await give_results(site, take.rsplit("/", 1)[-1], deck_id)
    await lin.post(f"{take}/shares", {"login": "ke"})
    share = (await lin.get(take)).text.split(f"{take}/shares/")[1][:36]
    lesson, guest = Lesson(id=new_id(), course_id=course, title="课", minutes=45), site.people["ke"]
    lesson.starts_at = now() + timedelta(minutes=10)
    recorded = Recording(id=new_id(), owner_id=site.people["lin"].id, kind="lesson")
    recorded.state, recorded.duration = "ready", 60.0
    chapter = Chapter(id=new_id(), recording_id=recorded.id, at=9.0, title="课", source="slides")
    lesson.recording_id = recorded.id
    async with site.house.database.session() as session:
        session.add(recorded)
        await session.flush()
        session.add_all([lesson, RecordingStep(recording_id=recorded.id, step="transcode")])
        session.add(chapter)
        await session.flush()
        session.add(LessonGuest(lesson_id=lesson.id, person_id=guest.id))
        branch = Branch(id=new_id(), name="东湖镇")
        session.add(branch)
        await session.flush()
        session.add(BranchKeeper(branch_id=branch.id, person_id=site.people["mei"].id))
        session.add(BranchMember(branch_id=branch.id, person_id=guest.id, lesson_id=lesson.id))
    offered = {"places": 0, "approval": "no", "listed": "yes"}
    await lin.post(f"/courses/{course}/offer", offered)
    offer = (await lin.get("/catalogue")).text.split('href="/catalogue/')[1][:36]
    comment = (await lin.post_json(f"{take}/comments", {"at": 1.0, "text": "好"})).json()
    lead = f"/lessons/{lesson.id}/recording/rubrics"
    await xue.get("/rubrics")
    async with site.house.database.session() as session:
        rubric = str(await session.scalar(select(Rubric.id).where(Rubric.example == "five")))
    begun = await xue.post(lead, {"rubric": rubric})
    remark = (await lin.post_json(f"/lessons/{lesson.id}/comments", {"text": "好"})).json()
    asked = BroughtQuestion(id=new_id(), cohort_id=cohort, kind="work", text="怎么办？")
    asked.person_id = site.people["an"].id
    async with site.house.database.session() as session:
        session.add(asked)
    room_id = await open_room(site)
    held = await give(site, await achievement(site), "an")
    trusted, brought = await brought_along(site, "an")
    parts = {
        "achievement_id": held[0].achievement_id, "credential_id": held[0].id,
        "school_id": trusted, "brought_id": brought,
        "mark": "0", "act": "submit", "kind": "csv",
        "path": "absent", "contest_id": "absent", "reminder_id": "absent", "token": "absent",
        "page": "1", "file": "voice-001.mp4",
        "name": "index.m3u8", "client": "absent", "leave_id": "absent", "dispute_id": "absent",
        "person_id": site.people["an"].id, "room_id": room_id,
        "handout": await hand_out(site, lin, room_id),
        "session_id": "absent", "step": "transcode", "chapter_id": chapter.id,
        "plan_id": plan.rsplit("/", 1)[-1], "version_id": version, "deck_id": deck_id,
        "version": "99",
        "course_id": course, "cohort_id": cohort, "lesson_id": lesson.id, "guest_id": guest.id,
        "offer_id": offer, "question_id": "absent", "link_id": "absent", "about": "lesson",
        "take": take.rsplit("/", 1)[-1], "recording": recording, "share": share,
        "comment": str(comment["id"]), "remark": str(remark["id"]),
        "branch_id": branch.id,
        "rubric_id": rubric, "number": "1", "sheet": begun.headers["location"].split("=")[1],
        "asked_id": asked.id, "upload": last_part(await begin(lin, "a.wav", 1000)),
    }  # fmt: skip
    return School(site, visitors, parts)


async def test_who_may_go_where(school: School) -> None:
    stranger = await school.site.visitor()
    await stranger.get("/sign-in")
    wrong = []
    known = set(addresses())
    for address, rule in RULES.items():
        if address not in known or address.startswith("SOCKET"):
            continue
        answer = await school.answer(stranger, address)
        asked_in = answer.status_code == 401 or "/sign-in?" in answer.headers.get("location", "")
        if asked_in == rule.open:
            wrong.append((address, "stranger", answer.status_code))
        if rule.open:
            continue
        for name in sorted(EVERYBODY, key=lambda name: name in rule.may):
            status = (await school.answer(school.visitors[name], address)).status_code
            refused = 401 if rule.token else 403 if name in rule.lacking else 404
            if (status in REFUSED or status >= 500) if name in rule.may else status != refused:
                wrong.append((address, name, status))
        if address.endswith("/deactivate"):
            gone = await school.visitors["an"].get("/takes")
            assert gone.headers["location"].startswith("/sign-in"), "An is signed out at once"
            async with school.site.house.database.session() as session:
                (await session.get_one(Person, school.parts["person_id"])).deactivated_at = None
            school.visitors["an"] = await school.site.sign_in("an")
    assert wrong == []


async def refusal(school: School, who: Visitor) -> int:
    async with page_of(school.site, who, school.parts["room_id"]) as page:
        return (await page.closed())[0]


async def test_who_may_enter_the_socket(school: School) -> None:
    for name in sorted(EVERYBODY - {"lin"}):
        assert await refusal(school, school.visitors[name]) == 4404, name
    assert await refusal(school, await school.site.visitor()) == 4401
    async with page_of(school.site, school.visitors["lin"], school.parts["room_id"]) as page:
        assert await page.until("snapshot")


SHARED = [
    "GET /takes/{take}",
    "GET /takes/{take}/report.json",
    "GET /takes/{take}/transcript.json",
    "GET /takes/{take}/transcript.vtt",
    "GET /takes/{take}/timeline.json",
    "GET /takes/{take}/progress",
    "GET /takes/{take}/comments",
    "POST /takes/{take}/comments",
    "GET /recordings/{recording}/hls/{file}",
    "GET /recordings/{recording}/download/{file}",
    "GET /slides/{deck_id}/slides.pdf",
    "GET /slides/{deck_id}/page/{page:int}.webp",
]


async def test_a_shared_take_opens_just_this_and_closes_again(school: School) -> None:
    lin, mei = school.visitors["lin"], school.visitors["mei"]
    take = school.path("GET /takes/{take}")
    await lin.post(f"{take}/shares", {"login": "mei"})
    for address, rule in RULES.items():
        if rule.may != MINE.may or address not in set(addresses()) or "SOCKET" in address:
            continue
        answer = await school.answer(mei, address)
        assert answer.status_code in ((200, 201) if address in SHARED else (404,)), address
    assert await refusal(school, mei) == 4404
    page = (await lin.get(take)).text
    assert "梅助教" in page
    for share in set(re.findall(rf"{take}/shares/([0-9a-f-]{{36}})", page)):
        assert (await lin.post(f"{take}/shares/{share}/end")).status_code == 303
    for address in SHARED:
        assert (await school.answer(mei, address)).status_code == 404, address


async def test_who_is_deactivated_leaves_the_room_at_once(school: School) -> None:
    lin = school.visitors["lin"]
    async with page_of(school.site, lin, school.parts["room_id"]) as page:
        await page.until("snapshot")
        gone = await school.visitors["xue"].post(
            f"/people/{school.site.people['lin'].id}/deactivate"
        )
        assert gone.status_code == 303
        assert (await page.closed())[0] == 4401
