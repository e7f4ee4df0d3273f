"""Sentences, plurals, numbers and dates in both languages."""

from datetime import UTC, datetime

import pytest

from server.i18n import Translator, choose

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("fr;q=1,en;q=0.2,zh;q=0.5", "zh"),
        ("fr", "en"),
        ("", "en"),
        (";q=x,,;;q=", "en"),
    ],
)
def test_the_browsers_language_is_chosen(accepted: str, language: str) -> None:
    assert choose(accepted, "en") == language


def test_days_are_said_as_people_say_them() -> None:
    zh, en = Translator("zh"), Translator("en")
    assert zh.day(NOW, NOW) == "今天 06:00"
    assert en.day(NOW.replace(day=23), NOW) == "Yesterday 06:00"
    assert en.day(NOW.replace(day=2), NOW) == "Mon 2 Nov 06:00"
    assert zh.day(NOW.replace(year=2025), NOW) == "2025年11月24日 06:00"


def test_appointments_name_the_day_of_the_week_once() -> None:
    zh, en, later = Translator("zh"), Translator("en"), NOW.replace(day=26)
    assert zh.appointment(later, NOW) == "周四 11月26日 06:00"
    assert en.appointment(later, NOW) == "Thu 26 Nov 06:00"
    assert zh.appointment(NOW, NOW) == "今天 06:00"
    assert zh.within(later, NOW) == "11月26日 06:00"
    assert en.within(NOW, NOW) == "today 06:00"
    assert en.within(later, NOW) == "Thu 26 Nov 06:00"


def test_numbers_and_clocks() -> None:
    words = Translator("en")
    assert words.number(217.349) == "217.3"
    assert words.number(12.0) == "12"
    assert words.clock(187.9) == "3:07"
    assert words.clock(3787) == "1:03:07"


def test_what_is_missing_stays_visible_and_never_fails() -> None:
    words = Translator("zh")
    assert words.t("no.such.key") == "no.such.key"
    assert words.t("error.too_many") == "操作太频繁，请 {seconds} 秒后再试"
    assert words.t("error.too_many", other=1) == "操作太频繁，请 {seconds} 秒后再试"
