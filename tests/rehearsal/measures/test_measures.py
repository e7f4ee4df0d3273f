"""Every measure, finding and plan error has its words in both languages."""

import ast
import json
import re
import string
from pathlib import Path

import pytest

from rehearsal.measures import registered
from rehearsal.plan import ACTIVITIES
from tests.rehearsal.makers import lesson, lesson_marks, told_lesson

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["zh", "en"])
def sentences(request: pytest.FixtureRequest) -> dict[str, str]:
    return json.loads((ROOT / f"web/locale/{request.param}.json").read_text("utf-8"))


def calls(file: str, function: str, argument: int = 0) -> set[str]:
    """The constant texts given to `function` in a source file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {
        node.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == function
        and len(call.args) > argument
        for node in ast.walk(call.args[argument])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_file_is_a_measure() -> None:
    files = {path.stem for path in (ROOT / "rehearsal/measures").glob("[a-z]*.py")}
    assert set(registered()) == files


def test_measures_have_their_words(sentences: dict[str, str]) -> None:
    for name in registered():
        for kind in ("title", "definition", "sentence", "unit"):
            assert f"measure.{name}.{kind}" in sentences


def test_findings_have_their_words(sentences: dict[str, str]) -> None:
    names = calls("rehearsal/findings.py", "Finding")
    assert len(names) > 10
    for name in names:
        assert f"finding.{name}.fact" in sentences


def test_plan_errors_and_activities_have_their_words(sentences: dict[str, str]) -> None:
    for key in calls("rehearsal/plan.py", "PlanError"):
        assert f"plan.error.{key}" in sentences
    for activity in ACTIVITIES:
        assert f"activity.{activity}" in sentences


def test_sources_and_exclusions_have_their_words(sentences: dict[str, str]) -> None:
    for path in (ROOT / "rehearsal/measures").glob("[a-z]*.py"):
        for source in calls(f"rehearsal/measures/{path.name}", "Reference"):
            assert f"reference.source.{source}" in sentences
    for key in ("paused", "lost", "trainees_working", "hesitations_unheard", "recogniser_loops"):
        assert f"excluded.{key}" in sentences


def test_parts_and_sentences_fit_the_measures(material: Path, sentences: dict[str, str]) -> None:
    truth = lesson(material)
    told = told_lesson(truth, marks=lesson_marks(truth))
    for name, measure in registered().items():
        result = measure(told)
        if result is None:
            continue
        for part in result.parts:
            assert f"measure.{name}.part.{part}" in sentences
        fields = {
            f for _, f, _, _ in string.Formatter().parse(sentences[f"measure.{name}.sentence"]) if f
        }
        assert fields <= {"value", *result.parts}


def test_no_number_without_a_source_is_judged(sentences: dict[str, str]) -> None:
    judging = re.compile(r"太快|太慢|过快|过慢|太多|不够好|too (fast|slow|many|few)|should have")
    for key, sentence in sentences.items():
        if key.startswith("measure.") or re.match(r"finding\..*\.fact", key):
            assert not judging.search(sentence), key
