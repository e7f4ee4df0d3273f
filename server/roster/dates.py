"""Days as people write them in tables."""

import re
import unicodedata
from datetime import date, timedelta

from server.errors import Invalid

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL_BEGINS = date(1899, 12, 30)  # day 0, as if 1900 had been a leap year
_SERIAL = (20_000, 80_000)  # 1954 … 2119


def read_date(text: str) -> date | None:
    """The day; None where the text is empty. Read are 2026-11-24, 2026/11/24, 2026年11月24日,
    24.11.2026, 20261124 and the number a spreadsheet keeps. Invalid for everything else, also for
    11/24/2026: nobody can tell the month from the day."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    try:
        if found := _YEAR_FIRST.fullmatch(plain) or _TOGETHER.fullmatch(plain):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(plain):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if plain.isdecimal() and _SERIAL[0] <= int(plain) <= _SERIAL[1]:
            return _EXCEL_BEGINS + timedelta(days=int(plain))
    except ValueError:
        pass
    raise Invalid("error.intake.date", text=plain[:40])
