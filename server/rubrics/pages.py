"""Pages on which a school defines its rubrics: the list, the editor, how raters agree."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.errors import NotFound, Problem
from server.http.context import house, translator
from server.http.forms import read_form, read_json
from server.http.pages import render
from server.rubrics.comparing import across
from server.rubrics.form import (
    FORM_LANGUAGES,
    MOST_GRADES,
    MOST_ITEMS,
    MOST_POINTS,
    Form,
    Item,
    load_form,
)
from server.rubrics.sheets import all_filed
from server.rubrics.store import (
    ensure_examples,
    new_rubric,
    publish,
    retire,
    rubric_by_id,
    rubrics,
    save_draft,
    version_numbered,
    versions_of,
)

EDITORS = ("learning_admin", "supervisor")


class DraftSent(msgspec.Struct, forbid_unknown_fields=True):
    """What the editor sends: the draft, and the revision it grew from. `keep_other`: the person
    chose this draft over one saved in between."""

    revision: int
    body: Form
    keep_other: bool = False


async def show_rubrics(request: Request) -> Response:
    """GET /rubrics: all of them; the shipped ones where there was none."""
    require(request, *EDITORS)
    async with house(request).database.session() as session:
        await ensure_examples(session, house(request).settings.language)
        found = await rubrics(session)
    listed = [(rubric, number, load_form(rubric.draft)) for rubric, number in found]
    return render(request, "rubrics/rubrics.html", {"rubrics": listed})


async def do_new_rubric(request: Request) -> Response:
    """POST /rubrics: an empty one, or a copy of the one `copy` names; opened in the editor."""
    person, words = require(request, *EDITORS), translator(request)
    source = (await read_form(request)).text("copy", limit=40, required=False)
    form = Form(language=words.language, items=(Item("i1"),))
    async with house(request).database.session() as session:
        if source:
            form = load_form((await rubric_by_id(session, source)).draft)
            title = words.t("rubric.copy_of", title=form.title)[:200]
            form = msgspec.structs.replace(form, title=title)
        made = await new_rubric(session, person, form)
    return RedirectResponse(f"/rubrics/{made.id}", 303)


async def show_rubric(request: Request) -> Response:
    """GET /rubrics/{rubric_id}: the editor."""
    return await _editor(request)


async def do_draft(request: Request) -> Response:
    """PUT /rubrics/{rubric_id}/draft: DraftSent → {"revision"}; 409 when others saved."""
    person = require(request, *EDITORS)
    sent = await read_json(request, DraftSent)
    async with house(request).database.session() as session:
        rubric = await rubric_by_id(session, request.path_params["rubric_id"])
        revision = None if sent.keep_other else sent.revision
        revision = await save_draft(session, person, rubric, sent.body, revision)
    return JSONResponse({"revision": revision})


async def do_publish(request: Request) -> Response:
    """POST /rubrics/{rubric_id}/publish: from now on the draft is what people fill in."""
    person = require(request, *EDITORS)
    await read_form(request)
    try:
        async with house(request).database.session() as session:
            rubric = await rubric_by_id(session, request.path_params["rubric_id"])
            await publish(session, person, rubric)
    except NotFound:
        raise
    except Problem as problem:
        return await _editor(request, problem)
    return RedirectResponse(f"/rubrics/{rubric.id}", 303)


async def do_retire(request: Request) -> Response:
    """POST /rubrics/{rubric_id}/retire: offer it no more, or again (`retired` empty)."""
    person = require(request, *EDITORS)
    retired = bool((await read_form(request)).text("retired", required=False))
    async with house(request).database.session() as session:
        rubric = await rubric_by_id(session, request.path_params["rubric_id"])
        retire(person, rubric, retired)
    return RedirectResponse("/rubrics", 303)


async def show_version(request: Request) -> Response:
    """GET /rubrics/{rubric_id}/versions/{number}: a version, and how its raters agree."""
    require(request, *EDITORS)
    number = request.path_params["number"]
    async with house(request).database.session() as session:
        rubric = await rubric_by_id(session, request.path_params["rubric_id"])
        version = await version_numbered(session, rubric.id, number)
        filed = await all_filed(session, version.id)
    form = load_form(version.body)
    context = {
        "rubric": rubric,
        "version": version,
        "form": form,
        "subjects": len(filed),
        "sheets": sum(len(by) for by in filed.values()),
        "agreement": across(form, filed),
    }
    return render(request, "rubrics/version.html", context)


async def _editor(request: Request, problem: Problem | None = None) -> Response:
    require(request, *EDITORS)
    async with house(request).database.session() as session:
        rubric = await rubric_by_id(session, request.path_params["rubric_id"])
        versions = await versions_of(session, rubric.id)
        names = await names_of(session, {version.published_by for version in versions})
    context: dict[str, Any] = {
        "rubric": rubric,
        "versions": versions,
        "changed": not versions or versions[0].body != rubric.draft,
        "names": names,
        "form_languages": FORM_LANGUAGES,
        "most": {"items": MOST_ITEMS, "grades": MOST_GRADES, "points": MOST_POINTS},
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "rubrics/rubric.html", context, status=status)


routes = [
    Route("/rubrics", show_rubrics),
    Route("/rubrics", do_new_rubric, methods=["POST"]),
    Route("/rubrics/{rubric_id}", show_rubric),
    Route("/rubrics/{rubric_id}/draft", do_draft, methods=["PUT"]),
    Route("/rubrics/{rubric_id}/publish", do_publish, methods=["POST"]),
    Route("/rubrics/{rubric_id}/retire", do_retire, methods=["POST"]),
    Route("/rubrics/{rubric_id}/versions/{number:int}", show_version),
]
