"""A lesson plan as the measures see it, and its YAML form.

title: 网格化管理             # the only key besides `segments` that must be there
language: zh                  # zh | en; zh where left out
aims: [理解网格化管理的含义]
key_points: [四项职责]        # 重点
difficult_points: []          # 难点
glossary: [网格员, 网格化管理]
segments:                     # in order, at least one
  - title: 导入
    minutes: 5                # more than 0, at most 600
    activity: question        # lecture | discussion | practice | case | question | summary | other
    key_points: []
    questions: [群众遇到困难的时候最先找谁]
    first_slide: 1            # page, counted from 1
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import yaml

Activity = Literal["lecture", "discussion", "practice", "case", "question", "summary", "other"]

ACTIVITIES: tuple[str, ...] = get_args(Activity)
MAX_BYTES = 256 * 1024
MAX_MINUTES = 600
MAX_SEGMENTS = 100
MAX_ENTRIES = 200  # in one list
MAX_TEXT = 2000  # characters in one text
MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class PlanSegment:
    """One step of the lesson: how long it should take, and what must be said and asked in it."""

    title: str
    minutes: float
    activity: Activity = "lecture"
    key_points: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    first_slide: int | None = None  # 1-based page where the segment begins, where the plan says so


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of a lesson plan."""

    title: str
    segments: tuple[PlanSegment, ...]
    aims: tuple[str, ...] = ()
    key_points: tuple[str, ...] = ()  # 重点
    difficult_points: tuple[str, ...] = ()  # 难点
    glossary: tuple[str, ...] = ()
    language: str = "zh"
    version: int = field(default=1, compare=False)

    @property
    def minutes(self) -> float:
        """Planned length of the whole lesson, minutes."""
        return sum(segment.minutes for segment in self.segments)


class PlanError(ValueError):
    """A plan that cannot be read. `key` names the sentence to show (`plan.error.<key>`), `params`
    fill it in: `field` says where ("segments[2].minutes"), `line` where the YAML itself broke."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(f"{key} {params}" if params else key)
        self.key = key
        self.params = params


def plan_from_yaml(text: str) -> Plan:
    """The plan written in `text`. Raises PlanError, naming the field or line, and nothing else."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise PlanError("too_large", limit=MAX_BYTES // 1024)
    return plan_from_data(_loaded(text))


def plan_from_data(data: object) -> Plan:
    """The plan in plain lists and mappings with the keys of the YAML form. Raises PlanError."""
    entries = _mapping(data, "", _PLAN_KEYS)
    title = _text(entries, "title", "")
    segments = entries.get("segments")
    if not isinstance(segments, list) or not segments:
        raise PlanError("segments_missing", field="segments")
    if len(segments) > MAX_SEGMENTS:
        raise PlanError("too_many_segments", field="segments", limit=MAX_SEGMENTS)
    language = entries.get("language", "zh")
    if language not in ("zh", "en"):
        raise PlanError("language_unknown", field="language", value=_shown(language))
    return Plan(
        title=title,
        segments=tuple(_segment(entry, f"segments[{i}]") for i, entry in enumerate(segments, 1)),
        aims=_texts(entries, "aims", ""),
        key_points=_texts(entries, "key_points", ""),
        difficult_points=_texts(entries, "difficult_points", ""),
        glossary=_texts(entries, "glossary", ""),
        language=language,
    )


def plan_to_data(plan: Plan) -> dict[str, Any]:
    """The plan as plain lists and mappings; empty entries are left out."""
    data: dict[str, Any] = {"title": plan.title, "language": plan.language}
    for key in _PLAN_LISTS:
        data |= {key: list(getattr(plan, key))} if getattr(plan, key) else {}
    data["segments"] = [_segment_data(segment) for segment in plan.segments]
    return data


def plan_to_yaml(plan: Plan) -> str:
    """The YAML form; `plan_from_yaml` reads the same plan from it."""
    return yaml.safe_dump(plan_to_data(plan), allow_unicode=True, sort_keys=False, width=100)


_PLAN_LISTS = ("aims", "key_points", "difficult_points", "glossary")
_SEGMENT_LISTS = ("key_points", "questions")
_PLAN_KEYS = ("title", "language", *_PLAN_LISTS, "segments")
_SEGMENT_KEYS = ("title", "minutes", "activity", *_SEGMENT_LISTS, "first_slide")


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases, which could swell a small file, and without dates."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
            raise PlanError("alias", line=event.start_mark.line + 1 if event.start_mark else 1)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _loaded(text: str) -> object:
    try:
        return yaml.load(text, _Loader)
    except PlanError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PlanError("not_yaml", line=mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise PlanError("not_yaml", line=1) from error


def _mapping(data: object, where: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise PlanError("not_a_mapping", field=where or "plan")
    for key in data:
        if key not in keys:
            raise PlanError("unknown_key", field=_at(where, _shown(key)), keys=", ".join(keys))
    return data


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _shown(value: object) -> str:
    return str(value)[:60]


def _checked(value: object, where: str) -> str:
    """`value` as one trimmed text; numbers that YAML read out of a bare word are texts again."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PlanError("not_a_text", field=where)
    text = " ".join(str(value).split())
    if not text:
        raise PlanError("empty_text", field=where)
    if len(text) > MAX_TEXT:
        raise PlanError("text_too_long", field=where, limit=MAX_TEXT)
    if not text.isprintable():
        raise PlanError("not_a_text", field=where)
    return text


def _text(entries: Mapping[str, Any], key: str, where: str) -> str:
    if entries.get(key) is None:
        raise PlanError("missing", field=_at(where, key))
    return _checked(entries[key], _at(where, key))


def _texts(entries: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = entries.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise PlanError("not_a_list", field=_at(where, key))
    if len(value) > MAX_ENTRIES:
        raise PlanError("list_too_long", field=_at(where, key), limit=MAX_ENTRIES)
    return tuple(_checked(v, f"{_at(where, key)}[{i}]") for i, v in enumerate(value, 1))


def _segment(data: object, where: str) -> PlanSegment:
    entries = _mapping(data, where, _SEGMENT_KEYS)
    activity = entries.get("activity", "lecture")
    if activity not in ACTIVITIES:
        raise PlanError(
            "activity_unknown",
            field=_at(where, "activity"),
            value=_shown(activity),
            known=", ".join(ACTIVITIES),
        )
    return PlanSegment(
        title=_text(entries, "title", where),
        minutes=_minutes(entries.get("minutes"), _at(where, "minutes")),
        activity=activity,
        key_points=_texts(entries, "key_points", where),
        questions=_texts(entries, "questions", where),
        first_slide=_page(entries.get("first_slide"), _at(where, "first_slide")),
    )


def _minutes(value: object, where: str) -> float:
    if value is None:
        raise PlanError("missing", field=where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PlanError("minutes_not_a_number", field=where, value=_shown(value))
    if not 0 < value <= MAX_MINUTES or not math.isfinite(value):
        raise PlanError("minutes_out_of_range", field=where, value=_shown(value), limit=MAX_MINUTES)
    return float(value)


def _page(value: object, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_PAGE:
        raise PlanError("page_out_of_range", field=where, value=_shown(value), limit=MAX_PAGE)
    return value


def _segment_data(segment: PlanSegment) -> dict[str, Any]:
    whole = segment.minutes == int(segment.minutes)
    data: dict[str, Any] = {
        "title": segment.title,
        "minutes": int(segment.minutes) if whole else segment.minutes,
        "activity": segment.activity,
    }
    for key in _SEGMENT_LISTS:
        data |= {key: list(getattr(segment, key))} if getattr(segment, key) else {}
    if segment.first_slide is not None:
        data["first_slide"] = segment.first_slide
    return data
