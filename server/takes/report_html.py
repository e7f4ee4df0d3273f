"""`report.html`: a whole report in one file that opens from a disk, without any network."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from server.http.assets import Assets
from server.http.pages import environment
from server.i18n import Translator
from server.takes.report_view import report_view

# The page's own modules and the stylesheets it needs of `web/css/app.css`.
_MODULES = ("lib/clock.js", "report/options.js", "report/charts.js")
_STYLES = ("tokens", "base", "layout", "components/surface", "components/report")


def report_html(report: Mapping[str, Any], words: Translator, *, title: str = "") -> str:
    """The report of schema `jiangtai-report/1` as one page in `words`' language.

    Styles, scripts, charts and figures are inside; clips are shown as times, for there is no
    player. Nothing in the report can become markup or script.
    """
    assets = Assets()
    plan = report.get("plan") or {}
    page = environment(assets).get_template("takes/report/standalone.html")
    return page.render(
        t=words.t,
        words=words,
        lang=words.language,
        title=title or plan.get("title") or words.t("report.title"),
        duration=report["duration_s"],
        transcript=report["transcript"],
        report=report_view(report, words),
        playable=False,
        style=Markup(_style(assets.web)),
        import_map=Markup(_import_map(assets)),
    )


@cache
def _style(web: Path) -> str:
    """The stylesheets as one text."""
    return "\n".join((web / "css" / f"{name}.css").read_text("utf-8") for name in _STYLES)


def _import_map(assets: Assets) -> str:
    """Modules as data addresses: the one way for a page on a disk to import anything."""
    folder, _, file = assets.imports["echarts"].partition("/")
    charts = assets.web / "node_modules" / assets.folders[folder] / file
    imports = {"echarts": _inlined(charts)}
    imports |= {f"jt/{name}": _inlined(assets.web / "js" / name) for name in _MODULES}
    return json.dumps({"imports": imports})


@cache
def _inlined(script: Path) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(script.read_bytes()).decode()}"
