"""What the conformance requirements of xAPI 1.0.3 (XAPI-00001 ff.) say of a statement.

Each row: the number, where in a statement, and what stands there. A row is tried in a statement
and, where it may stand there, in a SubStatement.
"""

import copy
from typing import Any

import pytest

from server.errors import Invalid
from server.lrs.checking import checked
from server.lrs.reading import read_json

UUID = "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"
BAD_UUIDS = ("AA97B177-9383-4934-8543-0F91A7A028368", "MA97B177-9383-4934-8543-0F91A7A02836", 1, {})
BAD_IRI = "ab=c://should.fail.com"
ACCOUNT = {"homePage": "http://www.example.com", "name": "账号"}
MBOX = {"mbox": "mailto:xapi@example.com"}
GROUP = {"objectType": "Group", "member": [MBOX]}
AUTHORITY = {"objectType": "Group", "member": [{"account": ACCOUNT}, MBOX]}
EXTENSION = {"http://example.com/e": None, "http://example.com/s": "", "http://example.com/o": {}}
ATTACHMENT = {
    "usageType": "http://example.com/attachment-usage/test",
    "display": {"en-US": "A test attachment"},
    "contentType": "text/plain; charset=ascii",
    "length": 27,
    "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
    "fileUrl": "http://over.there.com/file.txt",
}
INNER = {
    "actor": {"objectType": "Agent", "name": "An", **MBOX},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"en-US": "attended"}},
    "object": {
        "objectType": "Activity",
        "id": "http://www.example.com/meetings/34534",
        "definition": {"name": {"en-GB": "meeting"}, "extensions": EXTENSION},
    },
    "result": {
        "score": {"scaled": 0.95, "raw": 95, "min": 0, "max": 100.6767676},
        "success": True,
        "completion": True,
        "response": "",
        "duration": "PT1H0M0S",
        "extensions": EXTENSION,
    },
    "context": {
        "registration": UUID,
        "instructor": GROUP,
        "team": GROUP,
        "revision": "",
        "platform": "p",
        "language": "tlh",
        "statement": {"objectType": "StatementRef", "id": UUID},
        "contextActivities": {"parent": {"id": "http://example.com/p"}},
        "extensions": EXTENSION,
    },
    "timestamp": "2013-05-18T05:32:34.804Z",
    "attachments": [ATTACHMENT],
}
LIKERT = {"interactionType": "likert", "scale": [{"id": "a", "description": {"en": "A"}}]}
INTERACTIONS = (
    "true-false choice fill-in long-fill-in matching performance sequencing likert numeric other"
)
GONE = object()

GOOD: list[tuple[str, str, Any]] = [
    ("00013", "verb.display", {tag: "" for tag in ("de", "de-DE", "zh-Hant", "sr-Latn-RS", "cmn")}),
    ("00013", "context.language", "zh-cmn-Hans-CN"),
    ("00013", "verb.display", {"ase": "", "es-419": "", "x-private": "", "zh-a-bcd-u-ef": ""}),
    ("00022", "timestamp", "2099-01-01T00:00:00.000000001+08:00"),
    ("00022", "timestamp", "20130518T053234Z"),
    ("00034", "actor", {"openid": "http://openid.example.org/12345"}),
    ("00034", "actor", {"mbox_sha1sum": "cd9b00a5611f94eaa7b1661edab976068e364975"}),
    ("00034", "actor", {"account": ACCOUNT}),
    ("00035", "actor", GROUP),
    ("00035", "actor", {"objectType": "Group", "account": ACCOUNT}),
    ("00046", "object", {"id": "http://example.com/without-type"}),
    ("00046", "object", {"objectType": "Agent", **MBOX}),
    ("00046", "object", GROUP),
    ("00049", "object.definition", LIKERT),
    *(("00049", "object.definition", {"interactionType": kind}) for kind in INTERACTIONS.split()),
    ("00072", "object", {"objectType": "StatementRef", "id": UUID.upper()}),
    *(("00077", "result.duration", value) for value in (
        "PT1H0M0.1S", "PT4H35M59.14S", "P3Y1M29DT4H35M59.14S", "P3Y", "P4W", "PT16559.14S")),
    ("00082", "result.score", {"raw": -0.6767676}),
    ("00093", "context.contextActivities", {"other": [{"id": "http://example.com/o"}]}),
    ("00118", "result.extensions", {}),
]  # fmt: skip

BAD: list[tuple[str, str, Any]] = [
    ("00001", "actor.name", None),
    ("00001", "verb.display", {"en-US": None}),
    ("00001", "context.registration", None),
    ("00001", "object.definition.moreInfo", None),
    *(("00003 – 5", name, GONE) for name in ("actor", "verb", "object")),
    *(("00006", f"result.score.{name}", "100") for name in ("scaled", "raw", "min", "max")),
    *(("00007", "actor.account.name", value) for value in ({}, 1)),
    *(("00008", name, {}) for name in ("Actor", "veRb", "oBject", "RESULT", "conText", "iD",
                                       "timeStamp", "STOred", "auTHORity", "Version")),
    ("00008", "attachmentS", [ATTACHMENT]),
    *(("00009", "object.definition.interactionType", value)
      for value in ("true-faLse", "Other", "choiCe", BAD_IRI, 1, {}, "")),
    ("00010", "actor.extra", 1),
    *(("00013", "verb.display", {tag: ""}) for tag in (
        "something", "a12345", "a12345678", "de-419-DE", "zh-z-aaa-z-bbb-c-ccc", "", "en_US")),
    *(("00013", "context.language", value) for value in ("something", 1, {}, "")),
    ("00014", "actor.objectType", '"objectType": "Agent"'),
    *(("00022", "timestamp", value) for value in (
        "should fail", "01/011/2015", "2008-09-15T15:53:00.601-00", "2008-09-15T15:53:00.601-0000",
        "2008-09-15T15:53:00.601-00:00", "2008-09-15", 1, "2008-13-15T15:53:00Z", "")),
    ("00025", "attachments", ATTACHMENT),
    *(("00025", "attachments", [value]) for value in (1, "should fail", {})),
    ("00034", "actor", {"name": "nobody"}),
    ("00034", "actor.openid", "http://openid.example.org/12345"),  # a second identifier
    *(("00035", "actor", {"objectType": "Group", "member": value}) for value in ([], {}, [GROUP])),
    ("00035", "actor", {"objectType": "Group", "account": ACCOUNT, **MBOX}),
    ("00035", "actor.member", [MBOX]),
    *(("00036", "actor.objectType", value) for value in ("agent", "Person", 1, {})),
    *(("00037", "actor.name", value) for value in (123, {})),
    *(("00038", "actor.mbox", value) for value in (
        "mailto:should.fail.com", "http://should.fail.com", "xapi@example.com", 1, {}, "")),
    *(("00039", "actor", {"mbox_sha1sum": value}) for value in ({}, 1, "xyz")),
    *(("00040", "actor", {"openid": value}) for value in (BAD_IRI, 1, "")),
    *(("00041", "actor", {"account": value}) for value in (
        1, {}, {"name": "n"}, {"homePage": "http://example.com"},
        {"homePage": BAD_IRI, "name": "n"})),
    ("00043", "verb.id", GONE),
    *(("00044", "verb.id", value) for value in (BAD_IRI, "voided", "", 1)),
    *(("00045", "verb.display", value) for value in ("attended", 1, [])),
    *(("00046", "object.objectType", value) for value in ("activity", "statement", 1)),
    ("00047", "object.id", GONE),
    *(("00047", "object.id", value) for value in (BAD_IRI, 1, "", "a b:c")),
    *(("00048", "object.definition", value) for value in ("should error", 1, [])),
    *(("00056, 59", f"object.definition.{name}", value)
      for name in ("name", "description") for value in ("should error", 1, {"a12345": ""})),
    *(("00057", "object.definition.extensions", value)
      for value in ("should error", {"id": "valid"}, {"": 1})),
    *(("00060, 61", f"object.definition.{name}", "should error") for name in ("type", "moreInfo")),
    ("00062", "object.definition", LIKERT | {"scale": [{"id": "a"}, {"id": "a"}]}),
    ("00062", "object.definition", LIKERT | {"scale": [{"description": {"en": "A"}}]}),
    *(("00064", f"object.definition.{name}", [{"id": "a"}])
      for name in ("choices", "scale", "source", "target", "steps")),
    ("00064", "object.definition.correctResponsesPattern", ["a"]),
    *(("00065", "object", value) for value in (MBOX, {"member": [MBOX]})),
    ("00072", "object", {"objectType": "statementref", "id": UUID}),
    *(("00073", "object", {"objectType": "StatementRef", "id": value}) for value in BAD_UUIDS),
    *(("00074, 75", f"result.{name}", "true") for name in ("success", "completion")),
    *(("00076", "result.response", value) for value in (1, {})),
    *(("00077", "result.duration", value) for value in (
        "PA1H0M0S", "P4W1D", "should fail", 12345, {}, "P", "PT", "")),
    *(("00078", "result.extensions", value) for value in (1, "", {"not an iri": 1})),
    *(("00079", "result.score", value) for value in (1, "", [])),
    *(("00083", "result.score.scaled", value) for value in (1.01, -1.01)),
    ("00082", "result.score", {"raw": 101, "max": 100}),
    ("00082", "result.score", {"raw": -1, "min": 0}),
    ("00081", "result.score", {"min": 2, "max": 1}),
    *(("00084", "context.registration", value) for value in BAD_UUIDS),
    *(("00085", "context.instructor", value) for value in ({}, "should fail")),
    *(("00086", "context.team", value) for value in (MBOX, {}, "should fail")),
    ("00087", "context.contextActivities", "should fail"),
    *(("00088, 89", f"context.{name}", value)
      for name in ("revision", "platform") for value in (1, {})),
    ("00090", "object", {"objectType": "Agent", **MBOX, "_keep": True}),
    ("00092", "context.extensions", {"not an iri": 1}),
    ("00093", "context.contextActivities", {"like_parent": [{"id": "http://example.com"}]}),
    *(("00094", "context.contextActivities", {"other": value})
      for value in ("should fail", [1], {}, {"id": BAD_IRI}, [GROUP])),
    *(("00102 – 107", f"attachments.0.{name}", value) for name, value in (
        ("usageType", "should fail"), ("usageType", GONE), ("contentType", "should fail"),
        ("contentType", GONE), ("length", "27"), ("length", 2.5), ("length", GONE), ("sha2", 1),
        ("sha2", GONE), ("fileUrl", "should fail"), ("display", 1), ("display", GONE),
        ("description", "should error"))),
    *(("00124", "context.statement.id", value) for value in BAD_UUIDS),
]  # fmt: skip

STATEMENT_ONLY_GOOD: list[tuple[str, str, Any]] = [
    ("00024", "authority", MBOX),
    ("00098", "authority", AUTHORITY),
    ("00027", "id", UUID.upper()),
    *(("00101", "version", value) for value in ("1.0", "1.0.9")),
    ("2.4.8", "stored", "2011-07-15T00:00:00.000Z"),
]
STATEMENT_ONLY_BAD: list[tuple[str, str, Any]] = [
    *(("00027, 28", "id", value) for value in BAD_UUIDS),
    *(("00098", "authority", AUTHORITY | value) for value in (
        MBOX, {"member": [MBOX]}, {"member": []}, {"member": [{"account": ACCOUNT}, MBOX, MBOX]})),
    ("00100", "authority", {"objectType": "Group", "member": [MBOX, {"mbox": "mailto:b@b.cn"}]}),
    *(("00101", "version", value) for value in ("should fail", "0.9.9", "1.1.0", 1)),
]  # fmt: skip


def changed(whole: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """`whole` with `value` at `path`; what cannot stand beside it goes."""
    made = copy.deepcopy(whole)
    *way, last = path.split(".")
    place: Any = made
    for name in way:
        place = place[int(name)] if name.isdigit() else place.setdefault(name, {})
    if value is GONE:
        del place[last]
    else:
        place[last] = copy.deepcopy(value)
    if way == ["actor", "account"]:
        made["actor"].pop("mbox")
        made["actor"]["account"].setdefault("homePage", "http://example.com")
    if path == "object" and value is not GONE and not place[last].pop("_keep", False):
        for name in ("revision", "platform"):  # only beside activities
            made["context"].pop(name)
    return made


def within(inner: dict[str, Any]) -> dict[str, Any]:
    """A statement about it as a SubStatement."""
    plain = {name: INNER[name] for name in ("actor", "verb")}
    return plain | {"object": inner | {"objectType": "SubStatement"}}


def named(rows: list[tuple[str, str, Any]]) -> dict[str, Any]:
    """The rows as pytest wants them."""
    return {
        "argvalues": rows,
        "ids": [f"{row[0]}-{row[1]}-{place}" for place, row in enumerate(rows)],
    }


@pytest.mark.parametrize(("number", "path", "value"), **named(GOOD))
def test_is_accepted(number: str, path: str, value: Any) -> None:
    made = changed(INNER, path, value)
    assert checked(made), number
    assert checked(within(made)), number


@pytest.mark.parametrize(("number", "path", "value"), **named(BAD))
def test_is_refused(number: str, path: str, value: Any) -> None:
    made = changed(INNER, path, value)
    for whole in (made, within(made)):
        with pytest.raises(Invalid) as refused:
            checked(whole)
        assert refused.value.params["path"], number


@pytest.mark.parametrize(("number", "path", "value"), **named(STATEMENT_ONLY_GOOD))
def test_may_stand_in_a_statement_but_not_in_a_sub_statement(
    number: str, path: str, value: Any
) -> None:
    """XAPI-00066 – 00071."""
    made = changed(INNER, path, value)
    assert checked(made), number
    with pytest.raises(Invalid):
        checked(within(made))


@pytest.mark.parametrize(("number", "path", "value"), **named(STATEMENT_ONLY_BAD))
def test_may_not_stand_in_a_statement(number: str, path: str, value: Any) -> None:
    with pytest.raises(Invalid):
        checked(changed(INNER, path, value))


def test_sub_statements_and_voiding() -> None:
    """XAPI-00017, 00020, 00066 ff."""
    with pytest.raises(Invalid):
        checked(within(within(INNER)))
    with pytest.raises(Invalid):
        checked(within(INNER) | {"object": INNER | {"objectType": "substatement"}})
    voided = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    reference = {"objectType": "StatementRef", "id": UUID}
    plain = {"actor": MBOX, "verb": voided, "object": reference}
    assert checked(plain)
    with pytest.raises(Invalid):
        checked(INNER | {"verb": voided})


def test_context_activities_become_arrays() -> None:
    """XAPI-00096."""
    for kind in ("parent", "grouping", "category", "other"):
        one = {kind: {"id": "http://example.com/x"}}
        kept = checked(changed(INNER, "context.contextActivities", one))
        assert kept["context"]["contextActivities"] == {kind: [one[kind]]}
        kept = checked(within(changed(INNER, "context.contextActivities", one)))
        assert kept["object"]["context"]["contextActivities"] == {kind: [one[kind]]}


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', '{"a": NaN}', '"\\ud800"', "[" * 99])
def test_json_that_is_none(text: str) -> None:
    """XAPI-00014, 00015."""
    with pytest.raises(Invalid):
        read_json(text)
