"""What a notice says, in the reader's language."""

from datetime import UTC, datetime
from typing import Any

from server.i18n import Translator
from server.notices.notice import Notice


def moment(at: datetime) -> dict[str, str]:
    """A moment as it stands in the params of a notice."""
    return {"moment": at.astimezone(UTC).isoformat()}


def sentence(words: Translator, notice: Notice, now: datetime | None = None) -> str:
    """The notice in one line. With `now` days are said as seen from there (tomorrow 14:00)."""
    shown = {name: _shown(words, value, now) for name, value in notice.params.items()}
    return " ".join(words.t(f"notice.{notice.kind}", **shown).split())


def _shown(words: Translator, value: Any, now: datetime | None) -> Any:
    if not isinstance(value, dict):
        return value
    at = datetime.fromisoformat(value["moment"])
    return words.within(at, now) if now else words.stamp(at)
