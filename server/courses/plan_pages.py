"""Pages of lesson plans: the list, the editor with its autosaved draft, putting away."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from rehearsal.plan import ACTIVITIES, MAX_MINUTES, MAX_SEGMENTS
from server.accounts.access import names_of, require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import (
    PLANNERS,
    course_for,
    courses_of,
    deck_of_plan,
    plan_for,
    plans_of,
)
from server.courses.lesson_plan import LessonPlan
from server.courses.plan import PLAN_LANGUAGES, PlanBody, checked, minutes_of
from server.courses.versions import latest_version, save_draft, versions_of
from server.errors import Forbidden
from server.http.context import house, translator
from server.http.forms import read_form, read_json
from server.http.pages import render
from server.store.database import now


class DraftSent(msgspec.Struct, forbid_unknown_fields=True):
    """What the editor sends: the draft, and the revision it grew from.

    `keep_other`: the person chose this draft over one saved in between; that one becomes a version.
    """

    revision: int
    body: PlanBody
    keep_other: bool = False


async def show_plans(request: Request) -> Response:
    """GET /plans"""
    person = require(request, *PLANNERS)
    async with house(request).database.session() as session:
        plans = await plans_of(session, person)
        owners = await names_of(session, {plan.owner_id for plan in plans})
    return render(
        request, "courses/plans.html", {"plans": plans, "owners": owners, "minutes_of": minutes_of}
    )


async def do_new_plan(request: Request) -> Response:
    """POST /plans: an empty plan, opened in the editor."""
    person = require(request, *PLANNERS)
    await read_form(request)
    language = translator(request).language
    body = checked(PlanBody(language=language))
    plan = LessonPlan(owner_id=person.id, title="", draft=body, updated_by=person.id)
    async with house(request).database.session() as session:
        session.add(plan)
    return RedirectResponse(f"/plans/{plan.id}", 303)


async def show_plan(request: Request) -> Response:
    """GET /plans/{plan_id}: the editor."""
    person = current_person(request)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        context: dict[str, Any] = {
            "deck": await deck_of_plan(session, plan.id),
            "courses": await courses_of(session, person),
            "versions": await versions_of(session, plan),
            "owner": await session.get_one(Person, plan.owner_id),
        }
    context |= {
        "plan": plan,
        "body": plan.draft,
        "activities": ACTIVITIES,
        "plan_languages": PLAN_LANGUAGES,
        "most": {"minutes": MAX_MINUTES, "segments": MAX_SEGMENTS},
    }
    return render(request, "courses/plan.html", context)


async def show_draft(request: Request) -> Response:
    """GET /plans/{plan_id}/draft, as JSON: revision and body."""
    async with house(request).database.session() as session:
        plan = await plan_for(session, current_person(request), request.path_params["plan_id"])
    return JSONResponse({"revision": plan.draft_revision, "body": plan.draft})


async def do_draft(request: Request) -> Response:
    """PUT /plans/{plan_id}/draft: DraftSent. Answers {"revision"}, or 409 when others saved."""
    person = current_person(request)
    sent = await read_json(request, DraftSent)
    body = checked(sent.body)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        revision = sent.revision
        if sent.keep_other and plan.draft_revision != revision:
            await latest_version(session, person, plan, translator(request).t("plan.kept_other"))
            revision = plan.draft_revision
        revision = await save_draft(session, person, plan, body, revision)
    return JSONResponse({"revision": revision})


async def do_course(request: Request) -> Response:
    """POST /plans/{plan_id}/course: whose staff works on the plan too. The owner alone decides."""
    person = current_person(request)
    form = await read_form(request)
    course_id = form.text("course", limit=40, required=False)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        if plan.owner_id != person.id:
            raise Forbidden("error.plan.owner_only")
        plan.course_id = (await course_for(session, person, course_id)).id if course_id else None
    return RedirectResponse(f"/plans/{plan.id}", 303)


async def do_archive(request: Request) -> Response:
    """POST /plans/{plan_id}/archive: put away, or take out again (`away` empty). Owner only."""
    person = current_person(request)
    form = await read_form(request)
    away = bool(form.text("away", required=False))
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        if plan.owner_id != person.id:
            raise Forbidden("error.plan.owner_only")
        plan.archived_at = now() if away else None
        plan.archived_by = person.id if away else None
    return RedirectResponse("/plans" if away else f"/plans/{plan.id}", 303)


routes = [
    Route("/plans", show_plans),
    Route("/plans", do_new_plan, methods=["POST"]),
    Route("/plans/{plan_id}", show_plan),
    Route("/plans/{plan_id}/draft", show_draft),
    Route("/plans/{plan_id}/draft", do_draft, methods=["PUT"]),
    Route("/plans/{plan_id}/course", do_course, methods=["POST"]),
    Route("/plans/{plan_id}/archive", do_archive, methods=["POST"]),
]
