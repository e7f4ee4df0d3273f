"""What is a statement, requirement by requirement (xAPI Data 2.2 – 2.4, 4)."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Invalid
from server.lrs.checking import checked
from server.lrs.comparing import same
from tests.server.lrs.statements import AUTHORITY, VOIDED, agent, statement

UUID = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"
GROUP = {"objectType": "Group", "member": [agent("bo"), agent("chen")]}
ACTIVITY = {"id": "http://x.cn/lessons/1"}
INNER = statement(objectType="SubStatement")
OAUTH = {"objectType": "Group", "member": [AUTHORITY, agent()]}
FILE = {
    "usageType": "http://x.cn/usage",
    "display": {"en": "A file"},
    "contentType": "text/plain; charset=ascii",
    "length": 27,
    "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
    "fileUrl": "http://x.cn/file.txt",
}
FULL = statement(
    id=UUID,
    actor={**GROUP, "mbox": "mailto:class@x.cn", "name": "一班"},
    object={
        **ACTIVITY,
        "objectType": "Activity",
        "definition": {
            "name": {"zh-Hans-CN": "课"},
            "description": {"en-GB": "A lesson"},
            "type": "http://x.cn/types/lesson",
            "moreInfo": "http://x.cn/more",
            "interactionType": "matching",
            "correctResponsesPattern": ["a[.]1"],
            "source": [{"id": "a", "description": {"en": "A"}}],
            "target": [{"id": "1"}],
            "extensions": {"http://x.cn/e": None},
        },
    },
    result={
        "score": {"scaled": -1, "raw": 3, "min": 0, "max": 10.5},
        "success": True,
        "completion": False,
        "response": "",
        "duration": "P3Y1M29DT4H35M59.14S",
        "extensions": {"http://x.cn/e": {"anything": [None, 1, {}]}},
    },
    context={
        "registration": UUID.upper(),
        "instructor": agent("lin"),
        "team": GROUP,
        "contextActivities": {"parent": ACTIVITY, "category": [ACTIVITY, ACTIVITY], "other": []},
        "revision": "1",
        "platform": "web",
        "language": "zh-cmn-Hans-CN",
        "statement": {"objectType": "StatementRef", "id": UUID},
        "extensions": {"tag:x.cn,2026:讲台": "值"},
    },
    timestamp="2026-03-01T08:00:00.123456+08:00",
    stored="2026-03-01T08:00:00Z",
    authority=OAUTH,
    version="1.0.3",
    attachments=[FILE],
)

GOOD: dict[str, Any] = {
    "full": FULL,
    "openid": statement(actor={"openid": "http://an.openid.example.org/"}),
    "sha1": statement(actor={"mbox_sha1sum": "EBD31E95054c018b10727ccffd2ef2ec3a016ee9"}),
    "account": statement(actor=AUTHORITY),
    "agent as object": statement(object=agent("bo")),
    "group as object": statement(object=GROUP),
    "reference": statement(object={"objectType": "StatementRef", "id": UUID}),
    "voiding": statement(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": UUID}),
    "sub-statement": statement(object=INNER),
    "sub-statement about one": statement(
        object={**INNER, "object": {"objectType": "StatementRef", "id": UUID}}
    ),
    "null in a string": statement(result={"response": "a\0b"}),
}

# place, what stands there: a place is a path in FULL, "" for the whole
_WORDS = [7, True, None, [], {}]
BAD: list[tuple[str, Any]] = [
    *[("", value) for value in (7, "x", None, [], True)],
    *[("id", value) for value in ("", "x", UUID + "8", "M" + UUID[1:], UUID.replace("-", ""), 1)],
    *[(name, ...) for name in ("actor", "verb", "object")],
    *[(name, None) for name in FULL],
    ("Actor", agent()),
    ("extra", 1),
    *[("actor", value) for value in ("an", [agent()], {}, {"name": "an"}, {"objectType": "Agent"})],
    ("actor", agent() | {"openid": "http://x.cn/"}),
    ("actor", agent() | {"objectType": "agent"}),
    ("actor", agent() | {"objectType": "Person"}),
    ("actor", agent() | {"member": [agent()]}),
    ("actor", {"objectType": "Group"}),
    ("actor", {"objectType": "Group", "member": []}),
    ("actor", {"objectType": "Group", "member": [GROUP]}),
    ("actor", {"objectType": "Group", "member": agent()}),
    ("actor", {"objectType": "Group", "mbox": "mailto:a@x.cn", "member": [{"name": "x"}]}),
    *[("actor.name", value) for value in _WORDS],
    *[("actor.mbox", v) for v in ("", "a@x.cn", "mailto:x.cn", "mailto:a b@x.cn", "MAILTO:a@x", 1)],
    *[("actor", {"mbox_sha1sum": value}) for value in ("", "x" * 40, "ab" * 19, 1)],
    *[("actor", {"openid": value}) for value in ("", "an", "//x.cn", 1)],
    *[
        ("actor", {"account": value})
        for value in ({}, {"homePage": "x", "name": "y"}, {"homePage": "http://x.cn"}, 1,
                      {"homePage": "http://x.cn", "name": 1}, {"name": "y"},
                      {"homePage": "http://x.cn", "name": "y", "more": ""})
    ],
    *[("verb.id", value) for value in ("", "left", "ab=c://x.cn", "http://x .cn", 1, None)],
    ("verb.Display", {"en": "x"}),
    *[
        ("verb.display", value)
        for value in ("x", {}, {"a12345": "x"}, {"de-419-DE": "x"}, {"en": 1}, {"": "x"},
                      {"en-": "x"}, {"en_US": "x"}, {"en": None})
    ],
    *[("object", value) for value in ({}, "x", [], {"objectType": "Activity"})],
    ("object", ACTIVITY | {"objectType": "activity"}),
    ("object", ACTIVITY | {"name": "x"}),
    ("object", {"objectType": "StatementRef", "id": "x"}),
    ("object", {"objectType": "StatementRef"}),
    ("object", {"objectType": "StatementRef", "id": UUID, "definition": {}}),
    ("object", {"objectType": "Agent"}),
    ("object", {"objectType": "Group", "member": []}),
    ("object", {"mbox": "mailto:a@x.cn"}),
    *[("object", INNER | {name: value}) for name, value in (
        ("id", UUID), ("stored", "2026-03-01T08:00:00Z"), ("version", "1.0.0"),
        ("authority", AUTHORITY), ("object", INNER), ("verb", {}), ("actor", {}),
        ("context", {"registration": "x"}), ("timestamp", "x"))],
    ("object.definition", "x"),
    ("object.definition.more", "x"),
    ("object.definition.type", "lesson"),
    ("object.definition.moreInfo", "x"),
    ("object.definition.interactionType", "Matching"),
    ("object.definition.interactionType", ...),
    ("object.definition.choices", [{"id": "a"}]),
    ("object.definition.source", [{"id": "a"}, {"id": "a"}]),
    ("object.definition.source", [{"description": {"en": "x"}}]),
    ("object.definition.source", {"id": "a"}),
    ("object.definition.correctResponsesPattern", "a"),
    ("object.definition.correctResponsesPattern", [1]),
    ("object.definition.extensions", {"x": 1}),
    ("object.definition.extensions", [1]),
    *[("result.score.scaled", value) for value in (1.01, -1.5, "1", True, float("nan"), None)],
    *[("result.score.raw", value) for value in (-1, 11, "3", float("inf"), 10**400)],
    ("result.score.min", 10.5),
    ("result.score.max", "10"),
    ("result.score.mean", 1),
    ("result.success", "true"),
    ("result.completion", 1),
    ("result.response", 1),
    *[
        ("result.duration", value)
        for value in ("", "P", "PT", "P1", "PA1H", "P4W1D", "1H", "P1DT", "PT1S1M", "P-1D", 60,
                      "P0002-01-01T00:00:00")
    ],
    ("result.extensions", {"": 1}),
    ("context.registration", "x"),
    ("context.instructor", {"name": "lin"}),
    ("context.team", agent()),
    ("context.team", {"objectType": "Group"}),
    *[("context.contextActivities", v) for v in ([], {}, {"owner": ACTIVITY}, {"parent": "x"},
      {"parent": [{}]}, {"parent": [agent()]})],
    *[("context.language", value) for value in ("", "a12345", "de-419-DE", 1)],
    *[("context.statement", v) for v in ({"id": UUID}, {"objectType": "StatementRef", "id": "x"})],
    *[(f"context.{name}", 1) for name in ("revision", "platform")],
    ("context.extensions", {"no iri": 1}),
    *[
        ("timestamp", value)
        for value in ("x", "01/011/2015", "2026-02-30T00:00:00Z", "2008-09-15T15:53:00.601-00",
                      "2008-09-15T15:53:00.601-0000", "2008-09-15T15:53:00.601-00:00",
                      "2026-03-01T25:00:00Z", "2026-03-01", 1, "2026-03-01T08:00:00+24:00",
                      "0001-01-01T00:00:00+08:00", "９９９９-01-01T00:00:00Z")
    ],
    ("stored", "x"),
    *[("version", value) for value in ("0.9", "1.1.0", "2.0.0", "1.0.", "", 1)],
    ("authority", GROUP),
    ("authority", {**OAUTH, "mbox": "mailto:a@x.cn"}),
    ("authority", {"objectType": "Group", "member": [AUTHORITY]}),
    ("authority", {"objectType": "Group", "member": [AUTHORITY, agent(), agent("bo")]}),
    ("attachments", FILE),
    *[("attachments", [value]) for value in (1, "x", {})],
    *[("attachments", [{k: v for k, v in FILE.items() if k != name}])
      for name in ("usageType", "display", "contentType", "length", "sha2")],
    *[("attachments", [FILE | {name: value}]) for name, value in (
        ("usageType", "x"), ("display", "x"), ("display", {}), ("description", {}),
        ("contentType", "x"), ("contentType", "text/plain\r\nx: y"), ("length", "27"),
        ("length", -1), ("length", 2.5), ("sha2", 1), ("sha2", "x" * 64), ("fileUrl", "x"),
        ("more", 1))],
]  # fmt: skip


def test_statements_as_the_specification_has_them_are_taken() -> None:
    for what, one in GOOD.items():
        assert checked(one)["verb"] == one["verb"], what


def _with(place: str, value: Any) -> Any:
    if not place:
        return value
    made = copy.deepcopy(FULL)
    *path, last = place.split(".")
    holder: Any = made
    for name in path:
        holder = holder[name]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return made


@pytest.mark.parametrize("place", sorted({place for place, _ in BAD}))
def test_what_is_wrong_is_refused_and_the_place_is_named(place: str) -> None:
    for _, value in (one for one in BAD if one[0] == place):
        with pytest.raises(Invalid) as refused:
            checked(_with(place, value), "[0]")
        assert refused.value.field.startswith("[0]"), (place, value)


def test_revision_and_platform_are_for_activities_alone() -> None:
    for name in ("revision", "platform"):
        for inner in (False, True):
            one = statement(context={name: "1"}, object=agent("bo"))
            made = statement(object={**one, "objectType": "SubStatement"}) if inner else one
            with pytest.raises(Invalid):
                checked(made)


def test_only_a_reference_can_be_voided() -> None:
    with pytest.raises(Invalid):
        checked(statement(verb={"id": VOIDED}))


def test_activities_of_the_context_become_arrays_and_times_utc() -> None:
    kept = checked(FULL)
    assert kept["timestamp"] == "2026-03-01T00:00:00.123456Z"
    inner = checked(statement(object={**INNER, "context": FULL["context"]}))["object"]
    for part in (kept, inner):
        assert part["context"]["contextActivities"]["parent"] == [ACTIVITY]
    assert FULL["context"]["contextActivities"]["parent"] == ACTIVITY  # what was sent is left alone


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a value."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        inner = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [path, *(place for key, one in inner for place in _places(one, (*path, key)))]


STRANGE = st.sampled_from(
    [None, True, 0, -1, 10**400, 1.5, "", "x", "\0", "http://x.cn", UUID, [], {}, [[]], [{}],
     {"id": 1}, {"objectType": []}, {"objectType": "Group"}, INNER, GROUP, {"": None}]
)  # fmt: skip
PLACES = [path for path in _places(FULL) if path]


@given(st.lists(st.tuples(st.sampled_from(PLACES), STRANGE), min_size=1, max_size=3))
@settings(max_examples=50, deadline=None)
def test_strange_statements_are_taken_or_refused(changes: list[tuple[Any, Any]]) -> None:
    made = copy.deepcopy(FULL)
    for (*path, last), value in changes:
        holder: Any = made
        for name in path:
            try:
                holder = holder[name]
            except (KeyError, IndexError, TypeError):
                holder = None
        if isinstance(holder, dict) or (isinstance(holder, list) and last in range(len(holder))):
            holder[last] = copy.deepcopy(value)
    try:
        kept = checked(made)
    except Invalid:
        return
    assert same(kept, checked(kept))
