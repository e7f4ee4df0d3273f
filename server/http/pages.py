"""Rendering: Jinja2 templates of `web/templates` with words, icons, person and CSRF token."""

from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from server.http.assets import Assets
from server.http.context import house, translator
from server.http.icons import icon
from server.store.database import now

TEMPLATES = Path(__file__).parent.parent.parent / "web" / "templates"


def environment(assets: Assets) -> jinja2.Environment:
    """The template engine: everything escaped, unknown names are errors."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "asset": assets.address,
        "import_map": Markup(assets.import_map()),
        "icon": icon,
        "now": now,
    }
    return made


def render(
    request: Request, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HTMLResponse:
    """A page. Templates know `t`, `words` (Translator), `person`, `csrf`, `nonce`, `request`,
    and `unseen`, the number of notices."""
    words = translator(request)
    engine: jinja2.Environment = request.app.state.templates
    text = engine.get_template(template).render(
        request=request,
        words=words,
        t=words.t,
        lang=words.language,
        person=getattr(request.state, "person", None),
        unseen=getattr(request.state, "unseen", 0),
        csrf=getattr(request.state, "csrf", ""),
        nonce=request.state.nonce,
        demo=house(request).settings.demo,
        day=partial(words.day, now=now()),
        **(context or {}),
    )
    return HTMLResponse(text, status)
