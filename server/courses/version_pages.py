"""Pages of a plan's versions: list, look, save with a note, restore."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of
from server.accounts.sessions import current_person
from server.courses.access import plan_for, version_for
from server.courses.plan import to_plan
from server.courses.versions import latest_version, save_draft, versions_of
from server.errors import NotFound
from server.http.context import house, translator
from server.http.forms import read_form
from server.http.pages import render

LONGEST_NOTE = 500


async def show_versions(request: Request) -> Response:
    """GET /plans/{plan_id}/versions"""
    async with house(request).database.session() as session:
        plan = await plan_for(session, current_person(request), request.path_params["plan_id"])
        versions = await versions_of(session, plan)
        names = await names_of(session, {version.saved_by for version in versions})
    context = {"plan": plan, "versions": versions, "names": names}
    return render(request, "courses/versions.html", context)


async def do_save_version(request: Request) -> Response:
    """POST /plans/{plan_id}/versions: keep the draft as a version, with a note."""
    person = current_person(request)
    note = (await read_form(request)).text("note", limit=LONGEST_NOTE, required=False)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        await latest_version(session, person, plan, note)
    return RedirectResponse(f"/plans/{plan.id}/versions", 303)


async def show_version(request: Request) -> Response:
    """GET /plans/{plan_id}/versions/{version_id}"""
    person = current_person(request)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        version = await version_for(session, person, request.path_params["version_id"])
    if version.plan_id != plan.id:
        raise NotFound
    context = {"plan": plan, "version": version, "body": to_plan(version.body, version.number)}
    return render(request, "courses/version.html", context)


async def do_restore(request: Request) -> Response:
    """POST /plans/{plan_id}/versions/{version_id}/restore; the draft of now becomes a version."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, request.path_params["plan_id"])
        version = await version_for(session, person, request.path_params["version_id"])
        if version.plan_id != plan.id:
            raise NotFound
        note = translator(request).t("plan.before_restore", n=version.number)
        await latest_version(session, person, plan, note)
        await save_draft(session, person, plan, version.body, plan.draft_revision)
    return RedirectResponse(f"/plans/{plan.id}", 303)


routes = [
    Route("/plans/{plan_id}/versions", show_versions),
    Route("/plans/{plan_id}/versions", do_save_version, methods=["POST"]),
    Route("/plans/{plan_id}/versions/{version_id}", show_version),
    Route("/plans/{plan_id}/versions/{version_id}/restore", do_restore, methods=["POST"]),
]
