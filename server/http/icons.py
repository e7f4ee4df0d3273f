"""Icons of one npm set (Lucide), inlined as SVG; always beside a word or with a label."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

ICONS = Path(__file__).parent.parent.parent / "web" / "node_modules" / "lucide-static" / "icons"


@cache
def _drawing(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"no icon is called {name!r}")
    svg = (ICONS / f"{name}.svg").read_text("utf-8")
    return "".join(re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)[^>]*/>", svg))


def icon(name: str, label: str = "", size: int = 18) -> Markup:
    """The icon as inline SVG; hidden from screen readers unless it stands alone with a `label`."""
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(
        f'<svg class="icon" {said} width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" '
        f'stroke-linejoin="round">{_drawing(name)}</svg>'
    )
