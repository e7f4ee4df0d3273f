"""A plan as a YAML file: written out, and read in as a new plan."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rehearsal.plan import MAX_BYTES, Plan, PlanError, plan_from_yaml, plan_to_yaml
from server.accounts.access import require
from server.accounts.sessions import current_person
from server.courses.access import PLANNERS, plan_for
from server.courses.lesson_plan import LessonPlan
from server.courses.plan import to_body, to_plan
from server.errors import Invalid, Problem
from server.http.context import house
from server.http.forms import read_upload
from server.http.pages import render


async def do_export(request: Request) -> Response:
    """GET /plans/{plan_id}.yaml: the draft."""
    async with house(request).database.session() as session:
        plan = await plan_for(session, current_person(request), request.path_params["plan_id"])
    text = plan_to_yaml(to_plan(plan.draft))
    name = quote(f"{plan.title or 'plan'}.yaml", safe="")
    headers = {"content-disposition": f"attachment; filename*=utf-8''{name}"}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


async def show_import(request: Request) -> Response:
    """GET /plans/import"""
    require(request, *PLANNERS)
    return _import_page(request, "", None)


async def do_import(request: Request) -> Response:
    """POST /plans/import: a file or pasted text becomes a new plan."""
    person = require(request, *PLANNERS)
    text = ""
    try:
        async with read_upload(request, file_limit=MAX_BYTES) as form:
            text = form.text("text", limit=MAX_BYTES, required=False)
            text = text or _decoded(await form.file("file").read(MAX_BYTES + 1))
        body = to_body(_read(text))
    except Invalid as problem:
        return _import_page(request, text, problem)
    plan = LessonPlan(owner_id=person.id, title=body["title"], draft=body, updated_by=person.id)
    async with house(request).database.session() as session:
        session.add(plan)
    return RedirectResponse(f"/plans/{plan.id}", 303)


def _decoded(sent: bytes) -> str:
    try:
        return sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("error.plan.not_utf8", field="file") from None


def _read(text: str) -> Plan:
    try:
        return plan_from_yaml(text)
    except PlanError as error:
        problem = Invalid(f"plan.error.{error.key}", field="text")
        problem.params |= error.params  # where `field` is a place in the plan
        raise problem from None


def _import_page(request: Request, text: str, problem: Problem | None) -> Response:
    status = problem.status if problem else 200
    context = {"text": text, "problem": problem}
    return render(request, "courses/plan_import.html", context, status=status)


routes = [
    Route("/plans/import", show_import),
    Route("/plans/import", do_import, methods=["POST"]),
    Route("/plans/{plan_id}.yaml", do_export),
]
