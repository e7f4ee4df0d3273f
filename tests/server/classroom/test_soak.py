"""Ten minutes of a restless class, and nothing of the server has grown."""

import os
from pathlib import Path

import pytest

from bench.soak import MINUTES, TOLERANCE, soak


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_long_class_grows_nothing(material: Path) -> None:
    minutes = float(os.environ.get("JIANGTAI_SOAK_MINUTES", max(10.0, MINUTES)))
    figures = await soak(material, minutes)
    assert figures["errors_logged"] == 0
    for name, most in TOLERANCE.items():
        assert figures["growth"][name]["measured"] <= most, figures["growth"]
