"""The policy of the school and of courses: what it says, what it means, and a new version of it."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.accounts.person import Person
from server.attendance.access import READERS, oversees, teaches
from server.attendance.fact import Fact
from server.attendance.intervals import Span
from server.attendance.marking import LONGEST_WHY
from server.attendance.policies import SCHOOL, in_force, make_version, versions_of
from server.attendance.policy import BOUNDS, PROOFS, Policy, policy_from
from server.attendance.reckoning import Result, reckon
from server.courses.access import course_for
from server.courses.course import Course
from server.errors import Forbidden, Invalid, NotFound, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.lessons.lesson import Lesson
from server.store.database import now

EXAMPLE_MINUTES = 90
EXAMPLE = (10, 20, 25, 75)  # came, went out, came back, left: minutes of an example


async def show_policy(request: Request) -> Response:
    """GET /attendance/policy?course=: of the school, or of one course."""
    return await _page(request)


async def do_change_policy(request: Request) -> Response:
    """POST there: what holds for lessons that begin from now on."""
    person, form = require(request, *READERS), await read_form(request)
    course_id = request.query_params.get("course", "")
    try:
        async with house(request).database.session() as session:
            if not await _may_change(session, person, course_id):
                raise Forbidden
            if course_id:
                await course_for(session, person, course_id)
            follow = form.choice("follow", ("", "school"))
            policy = None if follow and course_id else read_policy(form)
            why = form.text("why", limit=LONGEST_WHY, required=False)
            await make_version(session, course_id or SCHOOL, policy, person, why)
    except Invalid as problem:
        return await _page(request, problem, form)
    query = f"?course={course_id}" if course_id else ""
    return RedirectResponse(f"/attendance/policy{query}", 303)


async def show_example(request: Request) -> Response:
    """GET /attendance/policy/example: what a policy that is being typed means."""
    require(request, *READERS)
    try:
        policy = read_policy(Form(request.query_params))
    except Invalid as problem:
        return render(request, "attendance/policy_example.html", {"problem": problem})
    context = {"problem": None, "policy": policy, "examples": examples(policy)}
    return render(request, "attendance/policy_example.html", context)


def read_policy(form: Form) -> Policy:
    """The policy in a form. Invalid."""
    numbers: dict[str, Any] = {
        name: form.number(name, low=low, high=high) for name, (low, high) in BOUNDS.items()
    }
    code_counts = form.choice("code_counts", ("yes", "no")) == "yes"
    return policy_from(
        {**numbers, "code_counts": code_counts, "proof": form.choice("proof", PROOFS)}
    )


def examples(policy: Policy) -> list[tuple[str, dict[str, int], Result]]:
    """What the policy makes of a few cases: the key of what happened, its params, the result."""
    start = now().replace(hour=6, minute=0, second=0, microsecond=0)
    span = Span(start, start + timedelta(minutes=EXAMPLE_MINUTES))

    def result(*happened: tuple[str, float, dict[str, Any]]) -> Result:
        facts = [Fact("began", "began", start)]
        for kind, minutes, body in happened:
            at = start + timedelta(minutes=minutes)
            known: Any = kind
            facts.append(Fact(known, f"{kind}{minutes}", at, "x", source="room", body=body))
        return reckon(facts, policy, ["x"], span)["x"]

    came, out, back, left = EXAMPLE
    late = policy.late_min + 1
    seen = {"share": policy.recorded_percent / 100 or 1.0}
    return [
        (
            "broken",
            {"came": came, "out": out, "back": back, "left": left},
            result(
                *(("joined", m, {}) for m in (came, back)), *(("left", m, {}) for m in (out, left))
            ),
        ),
        ("late", {"minutes": late}, result(("joined", late, {}))),
        ("code", {}, result(("scanned", 2, {}))),
        ("recorded", {}, result(("watched", EXAMPLE_MINUTES + 60 * 20, seen))),
    ]


async def _may_change(session: AsyncSession, person: Person, course_id: str) -> bool:
    if person.is_a("learning_admin"):
        return True
    return bool(course_id) and await teaches(session, person, course_id)


async def _course(session: AsyncSession, person: Person, course_id: str) -> Course | None:
    """The course, for its staff and for whoever looks after a lesson of it. NotFound."""
    if not course_id:
        return None
    if await _may_change(session, person, course_id):
        return await course_for(session, person, course_id)
    seen = select(Lesson.id).where(Lesson.course_id == course_id, oversees(person)).limit(1)
    found = await session.get(Course, course_id) if await session.scalar(seen) else None
    if found is None:
        raise NotFound
    return found


async def _page(
    request: Request, problem: Problem | None = None, form: Form | None = None
) -> Response:
    person = require(request, *READERS)
    course_id = request.query_params.get("course", "")
    async with house(request).database.session() as session:
        course = await _course(session, person, course_id)
        policy, version = await in_force(session, course_id or SCHOOL, now())
        versions = await versions_of(session, course_id or SCHOOL)
        may_change = await _may_change(session, person, course_id)
        names = await names_of(session, [one.made_by for one in versions])
    context = {
        "course": course,
        "policy": policy,
        "own": version is not None and version.scope == course_id,
        "versions": versions,
        "may_change": may_change,
        "names": names,
        "bounds": BOUNDS,
        "proofs": PROOFS,
        "values": {**asdict(policy), **(dict(form.sent) if form else {})},
        "examples": examples(policy),
        "problem": problem,
        "longest_why": LONGEST_WHY,
    }
    status = problem.status if problem else 200
    return render(request, "attendance/policy.html", context, status=status)


routes = [
    Route("/attendance/policy", show_policy),
    Route("/attendance/policy", do_change_policy, methods=["POST"]),
    Route("/attendance/policy/example", show_example),
]
