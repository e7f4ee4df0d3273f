"""Defaults, environment, command line: in that order."""

from pathlib import Path

import pytest

from server.settings import Settings


def test_the_command_line_wins_over_the_environment_over_the_default() -> None:
    environment = {"JIANGTAI_PORT": "9000", "JIANGTAI_DEMO": "yes", "JIANGTAI_DATA": "/srv/x"}
    settings = Settings.from_environment(environment, port=9100, host=None)
    assert settings.port == 9100
    assert settings.demo is True
    assert settings.data == Path("/srv/x")
    assert settings.host == "127.0.0.1"


def test_a_setting_of_the_wrong_kind_is_named() -> None:
    with pytest.raises(ValueError, match="JIANGTAI_PORT must be a whole number"):
        Settings.from_environment({"JIANGTAI_PORT": "many"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("LANGUAGE", "fr"), ("TIMEZONE", "Mars/Base"), ("WHISPER_ENGINE", "ears"), ("PORT", "70000")],
)
def test_what_could_not_work_later_is_said_at_once(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"(?i){name}"):
        Settings.from_environment({f"JIANGTAI_{name}": value})
