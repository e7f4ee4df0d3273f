"""The house stands: floors, locale keys, settings, contrast, sizes of files."""

import ast
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from server.settings import Settings

ROOT = Path(__file__).parent.parent
OURS = ("server", "media", "rehearsal")
LONGEST_FILE = 400
TOP = 12  # where the parts are introduced to each other


def _floors() -> dict[str, int]:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)
    return {name.strip(" `"): int(floor) for floor, names in rows for name in names.split(",")}


def _imports(file: Path) -> list[tuple[str, int, bool]]:
    """(module, line, inside a function) of every import of our own packages in `file`."""
    tree = ast.parse(file.read_text("utf-8"))
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from server import x` names the subject in its alias
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module in OURS
                else [node.module]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        inside = id(node) not in top
        found += [(name, node.lineno, inside) for name in names if name.split(".")[0] in OURS]
    return found


def _sources(*packages: str) -> list[Path]:
    return [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]


def _subject(module: str) -> str:
    return module.split(".")[1] if "." in module else "app"


def test_server_imports_flow_downwards() -> None:
    floors = _floors()
    assert floors["errors"] == 0
    wrong = []
    for file in _sources("server"):
        own = file.relative_to(ROOT / "server").parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for module, line, _ in _imports(file):
            if not module.startswith("server."):
                continue
            other = _subject(module)
            if own != other and floors[own] <= floors[other] and floors[own] != TOP:
                wrong.append(f"{file.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong


def test_media_imports_none_of_ours_and_rehearsal_only_words_and_pictures() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {module}"
        for file in _sources("media", "rehearsal")
        for module, line, _ in _imports(file)
        if module.split(".")[0] not in (file.relative_to(ROOT).parts[0], "media")
        or (
            module.startswith("media.")
            and file.is_relative_to(ROOT / "rehearsal")
            and module != "media.words"
        )
    ]
    assert not wrong


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{file.relative_to(ROOT)}:{line} imports {module}"
        for file in _sources(*OURS)
        for module, line, inside in _imports(file)
        if inside
    ]
    assert not hidden


def test_doors_import_nouns_and_never_the_reverse() -> None:
    doors = {"access", "store", "pages", "socket", "jobs"}
    wrong = []
    for file in _sources("server"):
        parts = file.relative_to(ROOT / "server").parts
        rooms_of_all = parts[0] in ("http", "store")  # where `pages` and `store` are no doors
        if rooms_of_all or len(parts) != 2 or file.stem in doors or file.stem.endswith("_pages"):
            continue
        for module, line, _ in _imports(file):
            if module.startswith(f"server.{parts[0]}.") and module.split(".")[2] in {
                "pages",
                "socket",
            }:
                wrong.append(f"{file.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong


def _messages(language: str) -> dict[str, str]:
    return json.loads((ROOT / "web" / "locale" / f"{language}.json").read_text("utf-8"))


def test_both_languages_have_the_same_keys_and_parameters() -> None:
    zh, en = _messages("zh"), _messages("en")
    assert set(zh) == set(en)
    holes = {
        key: (set(re.findall(r"{(\w+)}", zh[key])), set(re.findall(r"{(\w+)}", en[key])))
        for key in zh
    }
    differing = {key: sets for key, sets in holes.items() if sets[0] != sets[1]}
    assert not differing


def _said_keys() -> set[str]:
    found: set[str] = set()
    for file in sorted((ROOT / "web" / "templates").rglob("*.html")):
        found |= set(re.findall(r"\bt\(\s*'([a-z0-9_.]+)'\s*[,)]", file.read_text("utf-8")))
    for file in _sources("server"):
        text = file.read_text("utf-8")
        kinds = "Invalid|NotFound|Forbidden|Conflict|TooLarge|TooMany|Unavailable"
        found |= set(re.findall(rf"\b(?:{kinds})\(\s*\"([a-z0-9_.]+)\"", text))
    return found


def test_every_sentence_that_pages_and_problems_name_exists() -> None:
    messages = _messages("zh")
    plural = {key.rsplit(".", 1)[0] for key in messages if key.endswith((".one", ".other"))}
    missing = {key for key in _said_keys() if key not in messages and key not in plural}
    assert not missing


# Sentences whose key is put together: by a state, a role, a measure's name …
FAMILIES = (
    "error.review.after.",
    "notice.review.",
    "review.at.",
    "review.group.",
    "review.how.",
    "review.item.",
    "review.part.",
    "review.stage.",
    "review.step.",
    "review.stop.",
    "review.none.",
    "review.rules.",
    "review.show.",
    "review.state.",
    "review.tab.",
    "workload.column.",
    "workload.factor.",
    "workload.kind.",
    "activity.",
    "statements.not.",
    "attendance.column.",
    "attendance.fact.",
    "attendance.part.",
    "attendance.policy.",
    "attendance.reason.",
    "attendance.state.",
    "attendance.status.",
    "leave.kind.",
    "leave.state.",
    "notice.attendance.",
    "notice.leave.",
    "check_in.rules.",
    "notice.check_in.",
    "boundaries.",
    "comments.column.",
    "chapter.from.",
    "connectivity.",
    "edit.",
    "edition.",
    "error.media.",
    "error.plan.",
    "evaluation.about.",
    "evaluation.kind.",
    "evaluation.shipped.",
    "excluded.",
    "finding.",
    "hearing.short.",
    "home.",
    "intake.about.",
    "hours.",
    "intake.column.",
    "intake.group.",
    "intake.kind.",
    "intake.note.",
    "intake.state.",
    "lesson.end.",
    "lesson.recording.",
    "credential.brought.",
    "credential.check.",
    "credential.is.",
    "credential.state.",
    "credential.verdict.",
    "notice.credential.",
    "custody.watermark.",
    "label.",
    "questions.from.",
    "questions.kind.",
    "retention.matter.",
    "seal.fault.",
    "viewings.way.",
    "lesson.repeat.",
    "lrs.scope.",
    "measure.",
    "notice.comment.",
    "notice.hours.",
    "notice.lesson.",
    "notice.offer_",
    "plan.error.",
    "plan.language.",
    "quiz.column.",
    "quiz.kind.",
    "player.view.",
    "preparing.step.",
    "problem.hint.",
    "notice.record.",
    "record.board.topic.",
    "record.certificate",
    "record.column.",
    "record.need.",
    "record.remind.",
    "record.contest.state.",
    "record.hours.",
    "record.kind.",
    "record.lesson.",
    "record.status.",
    "record.step.",
    "record.topic.",
    "record.way.",
    "record.weak.",
    "record.talk.",
    "record.quiz.",
    "reference.",
    "report.absent",
    "report.confidence.",
    "report.failed",
    "report.group.",
    "role.",
    "search.in.",
    "search.part.",
    "room.check.hearing.",
    "room.say.",
    "room.token.",
    "take.card.",
    "take.doing.",
    "take.language.",
    "take.state.",
    "taken_from.",
)


def test_every_sentence_is_said_somewhere() -> None:
    files = [*_sources(*OURS), *(ROOT / "web" / "templates").rglob("*.html")]
    files += (ROOT / "web" / "js").rglob("*.js")
    quoted = set(
        re.findall(r"[\"'`]([a-z0-9_.]+)[\"'`]", "\n".join(f.read_text("utf-8") for f in files))
    )
    unsaid = {
        key
        for key in _messages("zh")
        if not key.startswith(FAMILIES)
        and key not in quoted
        and re.sub(r"\.(one|other)$", "", key) not in quoted
    }
    assert not unsaid


def test_every_setting_is_in_the_operators_handbook() -> None:
    handbook = (ROOT / "OPERATIONS.md").read_text("utf-8")
    missing = [
        setting.name
        for setting in fields(Settings)
        if f"`JIANGTAI_{setting.name.upper()}`" not in handbook
    ]
    assert not missing


def test_files_can_be_read_in_a_sitting() -> None:
    sources = [
        *_sources(*OURS),
        *(ROOT / "web" / "js").rglob("*.js"),
        *(ROOT / "web" / "css").rglob("*.css"),
        *(ROOT / "web" / "templates").rglob("*.html"),
    ]
    long = {
        str(file.relative_to(ROOT)): lines
        for file in sources
        if (lines := file.read_text("utf-8").count("\n")) > LONGEST_FILE
        and "versions" not in file.parts  # migrations are written by a machine
    }
    assert not long


def test_every_stylesheet_is_part_of_the_site() -> None:
    listed = (ROOT / "web" / "css" / "app.css").read_text("utf-8")
    sheets = {f"components/{file.name}" for file in (ROOT / "web/css/components").glob("*.css")}
    assert sheets <= set(re.findall(r'@import url\("([^"]+)"\)', listed))


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _palettes() -> dict[str, dict[str, str]]:
    text = (ROOT / "web" / "css" / "tokens.css").read_text("utf-8")
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", text)
    named = {}
    for selector, body in blocks:
        if "--paper-0:" in body:
            name = {":root": "light", ":root.always-dark": "room"}.get(selector.strip(), "dark")
            named[name] = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
    return named


@pytest.mark.parametrize("scheme", ["light", "dark", "room"])
def test_text_can_be_read_on_every_ground(scheme: str) -> None:
    palette = _palettes()[scheme]
    grounds = ("paper-0", "paper-1", "paper-2")
    texts = ("ink-1", "ink-2", "ink-3", "cinnabar", "teal", "moss", "amber", "brick")
    pairs = [(text, ground) for text in texts for ground in grounds]
    pairs += [
        (colour, f"{colour}-wash") for colour in ("cinnabar", "teal", "moss", "amber", "brick")
    ]
    pairs += [("ink-1", f"{c}-wash") for c in ("cinnabar", "teal", "moss", "amber", "brick")]
    pairs += [("on-cinnabar", "cinnabar-fill"), ("on-cinnabar", "cinnabar-fill-deep")]
    weak = {}
    for text, ground in pairs:
        light, dark = sorted((_luminance(palette[text]), _luminance(palette[ground])), reverse=True)
        ratio = (light + 0.05) / (dark + 0.05)
        if ratio < 4.5:
            weak[f"{text} on {ground}"] = round(ratio, 2)
    assert not weak
