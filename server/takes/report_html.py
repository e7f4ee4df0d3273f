"""`report.html`: the report as one file that needs nothing else."""

from html import escape
from typing import Any

from server.i18n import Translator


def report_html(report: dict[str, Any], words: Translator, *, title: str) -> str:
    """The whole page."""
    rows = "".join(
        f"<tr><th>{escape(words.t(f'measure.{name}.title'))}</th>"
        f"<td>{escape(str(measure['value']))} {escape(str(measure['unit']))}</td></tr>"
        for name, measure in report["measures"].items()
    )
    lines = "".join(
        f"<p><b>{words.clock(line['start'])}</b> {escape(line['text'])}</p>"
        for line in report["transcript"]
    )
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1>"
        f"<table>{rows}</table>{lines}</body></html>\n"
    )
