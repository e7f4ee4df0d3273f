"""Words of the pages: `t("room.raise_hand")` in the person's language, with Babel's numbers."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

LANGUAGES = ("zh", "en")
LOCALE_FOLDER = Path(__file__).parent.parent / "web" / "locale"
_BABEL = {"zh": Locale("zh", script="Hans"), "en": Locale("en")}


@cache
def messages(language: str) -> dict[str, str]:
    """All sentences of one language, by key."""
    loaded: dict[str, str] = json.loads((LOCALE_FOLDER / f"{language}.json").read_text("utf-8"))
    return loaded


def choose(accepted: str, default: str) -> str:
    """The best of LANGUAGES for an Accept-Language header, else `default`."""
    wanted: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), name.split("-")[0].lower()))
        except ValueError:
            continue
    return next((name for _, name in sorted(wanted) if name in LANGUAGES), default)


class Translator:
    """Sentences, numbers and dates in one language."""

    def __init__(self, language: str, zone: tzinfo = UTC) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self.zone = zone
        self._messages = messages(self.language)
        self._locale = _BABEL[self.language]

    def t(self, key: str, **params: Any) -> str:
        """The sentence of `key`. With `n`, `key.one` is taken where the language's plural says so.

        A missing key is shown as itself: visible, and never an error page.
        """
        sentence = self._messages.get(key, key)
        if "n" in params:
            plural = self._locale.plural_form(params["n"])
            sentence = self._messages.get(f"{key}.{plural}", sentence)
        return sentence.format_map(_Shown(self, params)) if params else sentence

    def has(self, key: str) -> bool:
        """Is there a sentence for `key`?"""
        return key in self._messages

    def below(self, start: str) -> dict[str, str]:
        """All sentences whose key begins with `start`, by the rest of the key: for scripts."""
        return {
            key.removeprefix(start): said
            for key, said in self._messages.items()
            if key.startswith(start)
        }

    def number(self, value: float, digits: int = 1) -> str:
        """A number with at most `digits` decimals."""
        pattern = "#,##0." + "#" * digits if digits else "#,##0"
        return format_decimal(round(value, digits), pattern, locale=self._locale)

    def clock(self, seconds: float) -> str:
        """A place in a recording: 3:07, 1:03:07."""
        whole = max(0, int(seconds))
        hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

    def day(self, moment: datetime, now: datetime | None = None) -> str:
        """A date and time as people say it: 今天 14:00; Tue 24 Nov, 14:00."""
        moment = moment.astimezone(self.zone)
        today = (now or datetime.now(UTC)).astimezone(self.zone).date()
        time = format_time(moment, "HH:mm", locale=self._locale)
        for days, key in ((0, "day.today"), (-1, "day.yesterday"), (1, "day.tomorrow")):
            if moment.date() == today + timedelta(days=days):
                return f"{self.t(key)} {time}"
        return f"{self.date(moment.date(), today)} {time}"

    def within(self, moment: datetime, now: datetime | None = None) -> str:
        """As `day`, in the middle of a sentence: tomorrow 14:00."""
        said = self.day(moment, now)
        near = tuple(self.t(f"day.{key}") for key in ("today", "tomorrow", "yesterday"))
        return said[0].lower() + said[1:] if said.startswith(near) else said

    def appointment(self, moment: datetime, now: datetime | None = None) -> str:
        """As `day`, with the day of the week: 周四 11月26日 14:00; Thu 26 Nov 14:00."""
        said, week = self.day(moment, now), self.weekday(moment.astimezone(self.zone).date())
        bare = said[0].isdigit() and not said.startswith(week)
        return f"{week} {said}" if bare else said

    def hour(self, moment: datetime) -> str:
        """The time of day: 14:00."""
        return format_time(moment.astimezone(self.zone), "HH:mm", locale=self._locale)

    def weekday(self, day: date) -> str:
        """周二; Tue."""
        return format_date(day, "EEE", locale=self._locale)

    def short_date(self, day: date) -> str:
        """11月24日; 24 Nov."""
        pattern = "M月d日" if self.language == "zh" else "d MMM"
        return format_date(day, pattern, locale=self._locale)

    def date(self, day: date, today: date | None = None) -> str:
        """A date, with its year only where it is not this one."""
        same_year = today is not None and day.year == today.year
        if self.language == "zh":
            return format_date(day, "M月d日" if same_year else "y年M月d日", locale=self._locale)
        return format_date(day, "EEE d MMM" if same_year else "d MMM y", locale=self._locale)

    def stamp(self, moment: datetime) -> str:
        """A full date and time, for tooltips and prints."""
        return format_datetime(moment.astimezone(self.zone), "y-MM-dd HH:mm", locale=self._locale)

    def listed(self, words: Iterable[str]) -> str:
        """Words joined as the language joins them."""
        return ("、" if self.language == "zh" else ", ").join(words)


class _Shown(dict[str, Any]):
    """Params of a sentence: floats become the language's numbers, what is missing stays visible."""

    def __init__(self, translator: Translator, params: dict[str, Any]) -> None:
        super().__init__(
            (name, translator.number(value) if isinstance(value, float) else value)
            for name, value in params.items()
        )

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
