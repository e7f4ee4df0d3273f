"""Pages of the branch classrooms: keeping them, who sits there, heads counted."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from media.confined import Broken, Refused
from media.picture import LARGEST_FILE
from media.picture_process import PictureBusy, PictureProcess
from server.accounts.access import require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.attendance.branch import (
    Branch,
    BranchMember,
    keep_by,
    keepers_of,
    roster_of,
    seat,
    seats_of,
)
from server.attendance.check_in import KEEPERS
from server.attendance.head_counts import MOST, HeadCount, keep_count
from server.attendance.scanning import CheckIn
from server.attendance.screens import branch_kept, branches_kept, lesson_at_branch
from server.courses.cohort import Cohort, CohortMember
from server.courses.enrolment import members, names_to_offer, person_called
from server.errors import Invalid, NotFound, Problem, TooLarge, TooMany, Unavailable
from server.events import EvidenceGiven
from server.http.context import house, translator
from server.http.forms import MAX_FIELDS, Form, check_csrf, read_form
from server.http.pages import render
from server.lessons.attending import members_of
from server.lessons.lesson import Lesson
from server.store.database import new_id, now

AHEAD = timedelta(days=2)  # lessons listed on a branch's page


async def show_branches(request: Request) -> Response:
    """GET /branches: those one looks after; a learning administrator sees all, and adds some."""
    return await _branches_page(request)


async def do_add(request: Request) -> Response:
    """POST /branches"""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        async with house(request).database.session() as session:
            name = await _free_name(session, form.text("name", limit=60), "")
            place = form.text("place", limit=100, required=False)
            branch = Branch(id=new_id(), name=name, place=place, created_by=person.id)
            session.add(branch)
    except Invalid as problem:
        return await _branches_page(request, problem)
    return RedirectResponse(f"/branches/{branch.id}", 303)


async def show_branch(request: Request) -> Response:
    """GET /branches/{branch_id}: its next lessons; who sits there, who looks after it."""
    return await _branch_page(request)


async def do_change(request: Request) -> Response:
    """POST /branches/{branch_id}: name, place; "close" or "reopen"."""

    async def change(session: AsyncSession, person: Person, branch: Branch, form: Form) -> None:
        if form.text("close", limit=3, required=False) == "yes":
            branch.closed_at = now()
        elif form.text("reopen", limit=3, required=False) == "yes":
            branch.closed_at = None
        else:
            branch.name = await _free_name(session, form.text("name", limit=60), branch.id)
            branch.place = form.text("place", limit=100, required=False)

    return await _changed(request, change)


async def do_keepers(request: Request) -> Response:
    """POST /branches/{branch_id}/keepers: "login" is added, "remove" (a person's id) taken off."""

    async def change(session: AsyncSession, person: Person, branch: Branch, form: Form) -> None:
        ids = {one.id for one in await keepers_of(session, branch.id)}
        if gone := form.text("remove", limit=64, required=False):
            ids.discard(gone)
        else:
            ids.add((await person_called(session, form.text("login", limit=100))).id)
        await keep_by(session, person, branch.id, ids)

    return await _changed(request, change)


async def do_roster(request: Request) -> Response:
    """POST /branches/{branch_id}/roster: exactly these "people" of a "cohort" sit there."""

    async def change(session: AsyncSession, person: Person, branch: Branch, form: Form) -> None:
        cohort = await session.get(Cohort, form.text("cohort", limit=64))
        if cohort is None:
            raise Invalid("error.form.choice", field="cohort")
        listed = await members(session, cohort.id)
        trainees = {one.id for one, member in listed if member.part == "trainee"}
        chosen = trainees & set(form.many("people", limit=MOST))
        await seat(session, person, branch.id, chosen, cohort_id=cohort.id)

    return await _changed(request, change)


async def do_lesson_roster(request: Request) -> Response:
    """POST /branches/{branch_id}/lessons/{lesson_id}/roster: exactly these "people" of the lesson's
    roster sit there, this once; who is left out sits where their cohort has them sit."""
    person = require(request, *KEEPERS)
    form = await read_form(request, most=MOST + MAX_FIELDS)
    branch, lesson = await _lesson(request)
    async with house(request).database.session() as session:
        roster = {one.id for one in await members_of(session, lesson)}
        chosen = roster & set(form.many("people", limit=MOST))
        await seat(session, person, branch.id, chosen, lesson_id=lesson.id)
    return RedirectResponse(f"/branches/{branch.id}", 303)


async def do_count(request: Request) -> Response:
    """POST /branches/{branch_id}/lessons/{lesson_id}/head-count: "count", as the keeper counted."""
    person = current_person(request)
    form = await read_form(request)
    await _lesson(request)
    count = form.number("count", low=0, high=MOST)
    mark = form.text("mark", limit=64)
    moment = house(request).part(CheckIn).clock()
    await _keep(request, HeadCount(count, 0, "keeper", moment, person.id), mark)
    branch_id, lesson_id = request.path_params["branch_id"], request.path_params["lesson_id"]
    return RedirectResponse(f"/branches/{branch_id}/lessons/{lesson_id}", 303)


async def do_count_picture(request: Request) -> Response:
    """POST /branches/{branch_id}/lessons/{lesson_id}/head-count/picture, a JPEG: counted, kept as a
    number with its error → {"said"}. The picture is not kept."""
    check_csrf(request)
    person = current_person(request)
    await _lesson(request)
    picture = bytearray()
    async for chunk in request.stream():
        picture += chunk
        if len(picture) > LARGEST_FILE:
            raise TooLarge
    try:
        heads = await house(request).part(PictureProcess).heads(bytes(picture))
    except Refused as problem:
        raise Invalid(problem.key) from None
    except PictureBusy:
        raise TooMany(seconds=2) from None
    except Broken:
        raise Unavailable("error.branch.no_count") from None
    moment = house(request).part(CheckIn).clock()
    count = HeadCount(heads.count, heads.error, "camera", moment, person.id)
    await _keep(request, count, new_id())
    said = translator(request).t("branch.counted", n=heads.count, error=heads.error)
    return JSONResponse({"said": said})


async def _keep(request: Request, count: HeadCount, mark: str) -> None:
    branch, lesson = await _lesson(request)
    async with house(request).database.session() as session:
        new = await keep_count(session, lesson.id, branch.id, count, mark)
    if new:
        house(request).bus.publish(EvidenceGiven(lesson.id))


async def _lesson(request: Request) -> tuple[Branch, Lesson]:
    person, given = current_person(request), request.path_params
    async with house(request).database.session() as session:
        return await lesson_at_branch(session, person, given["branch_id"], given["lesson_id"])


async def _free_name(session: AsyncSession, name: str, own_id: str) -> str:
    taken = select(Branch.id).where(Branch.name == name, Branch.id != own_id)
    if await session.scalar(taken):
        raise Invalid("error.branch.taken", field="name")
    return name


async def _changed(request: Request, change: Any) -> Response:
    person = require(request, *KEEPERS)
    form = await read_form(request, most=MOST + MAX_FIELDS)
    branch_id = request.path_params["branch_id"]
    try:
        async with house(request).database.session() as session:
            branch = await branch_kept(session, person, branch_id)
            await change(session, person, branch, form)
    except IntegrityError:  # two at once gave the same name
        return await _branch_page(request, Invalid("error.branch.taken", field="name"))
    except Invalid as problem:
        return await _branch_page(request, problem)
    return RedirectResponse(f"/branches/{branch_id}", 303)


async def _branches_page(request: Request, problem: Problem | None = None) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        branches = await branches_kept(session, person)
        if not branches and not person.is_a(*KEEPERS):
            raise NotFound
        listed = [
            (branch, await keepers_of(session, branch.id), await _seated(session, branch.id))
            for branch in branches
        ]
        closed = await session.scalars(
            select(Branch).where(Branch.closed_at.is_not(None)).order_by(Branch.name)
        )
        context = {
            "branches": listed,
            "closed": list(closed) if person.is_a(*KEEPERS) else [],
            "keeps": person.is_a(*KEEPERS),
            "problem": problem,
        }
    status = problem.status if problem else 200
    return render(request, "attendance/branches.html", context, status=status)


async def _seated(session: AsyncSession, branch_id: str) -> int:
    return len({person.id for person, _ in await roster_of(session, branch_id)})


async def _branch_page(request: Request, problem: Problem | None = None) -> Response:
    person = current_person(request)
    keeps = person.is_a(*KEEPERS)
    async with house(request).database.session() as session:
        branch = await branch_kept(session, person, request.path_params["branch_id"])
        roster = await roster_of(session, branch.id)
        context = {
            "branch": branch,
            "keeps": keeps,
            "keepers": await keepers_of(session, branch.id),
            "roster": list({one.id: one for one, _ in roster}.values()),
            "lessons": await lessons_at(session, branch),
            "cohorts": await _cohorts(session, branch) if keeps else [],
            "offered": await names_to_offer(session) if keeps else [],
            "problem": problem,
        }
    status = problem.status if problem else 200
    return render(request, "attendance/branch.html", context, status=status)


async def lessons_at(session: AsyncSession, branch: Branch) -> list[Lesson]:
    """The lessons of today and tomorrow of which somebody sits there."""
    moment = now()
    near = await session.scalars(
        select(Lesson)
        .where(
            Lesson.cancelled_at.is_(None),
            Lesson.starts_at > moment - timedelta(hours=12),
            Lesson.starts_at < moment + AHEAD,
        )
        .order_by(Lesson.starts_at, Lesson.id)
    )
    lessons = [lesson for lesson in near.all() if moment < lesson.ends_at]
    return [one for one in lessons if branch.id in (await seats_of(session, one)).values()]


async def _cohorts(
    session: AsyncSession, branch: Branch
) -> list[tuple[Cohort, list[Person], set[str]]]:
    """Every cohort with its trainees, and the ids of those who sit there."""
    seated = await session.execute(
        select(BranchMember.cohort_id, BranchMember.person_id).where(
            BranchMember.branch_id == branch.id, BranchMember.cohort_id.is_not(None)
        )
    )
    pairs = {(cohort_id, person_id) for cohort_id, person_id in seated}
    listed = []
    for cohort in await session.scalars(
        select(Cohort)
        .where(Cohort.id.in_(select(CohortMember.cohort_id).where(CohortMember.part == "trainee")))
        .order_by(Cohort.starts_on.desc(), Cohort.name)
    ):
        people = [
            one for one, member in await members(session, cohort.id) if member.part == "trainee"
        ]
        listed.append((cohort, people, {one.id for one in people if (cohort.id, one.id) in pairs}))
    return listed


routes = [
    Route("/branches", show_branches),
    Route("/branches", do_add, methods=["POST"]),
    Route("/branches/{branch_id}", show_branch),
    Route("/branches/{branch_id}", do_change, methods=["POST"]),
    Route("/branches/{branch_id}/keepers", do_keepers, methods=["POST"]),
    Route("/branches/{branch_id}/roster", do_roster, methods=["POST"]),
    Route("/branches/{branch_id}/lessons/{lesson_id}/roster", do_lesson_roster, methods=["POST"]),
    Route("/branches/{branch_id}/lessons/{lesson_id}/head-count", do_count, methods=["POST"]),
    Route(
        "/branches/{branch_id}/lessons/{lesson_id}/head-count/picture",
        do_count_picture,
        methods=["POST"],
    ),
]
