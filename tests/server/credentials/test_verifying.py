"""What makes a credential valid, and each thing that does not, with its reason."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.credentials.data_integrity import stamp
from server.credentials.verifying import Trust, unpacked, verify
from tests.server.credentials.schools import LATELY, OtherSchool

NOW = datetime.now(UTC)
SCHOOL = OtherSchool()
TRUST = Trust(pinned={SCHOOL.did: [SCHOOL.multikey]})


def outcome(bundle: dict[str, Any], trust: Trust = TRUST, at: datetime = NOW) -> tuple[str, str]:
    verdict = verify(bundle, at, trust)
    return verdict.state, f"{verdict.why.name}.{verdict.why.reason}" if verdict.why else ""


def test_all_that_is_needed_makes_it_valid() -> None:
    verdict = verify(SCHOOL.bundle(), NOW, TRUST)
    assert verdict.state == "good"
    assert [check.reason for check in verdict.checks] == ["ok", "pinned", "ok", "always", "ok", "missing"]  # fmt: skip  # noqa: E501
    assert verdict.badge is not None
    assert (verdict.badge.holder, verdict.badge.hours) == ("安学员", 12)
    assert verdict.badge.is_of(emailAddress="An@Example.org")
    assert not verdict.badge.is_of(emailAddress="bo@example.org")
    assert not verdict.badge.is_of(emailAddress=None, userName="an@example.org")


def test_without_knowing_the_school_nothing_is_certain() -> None:
    assert outcome(SCHOOL.bundle(), Trust()) == ("open", "key.given")
    bundle = SCHOOL.bundle()
    del bundle["statusList"]
    assert outcome(bundle) == ("open", "status.missing")
    assert outcome(unpacked(bundle["credential"])) == ("bad", "key.missing")


def swapped() -> dict[str, Any]:
    """Somebody else's key, in a DID document that says it is the school's."""
    return OtherSchool(seed=8).bundle()


def revoked() -> dict[str, Any]:
    school = OtherSchool()
    school.revoked = [1]
    return school.bundle()


def list_of_others() -> dict[str, Any]:
    bundle = SCHOOL.bundle()
    return bundle | {"statusList": OtherSchool("third.example").bundle()["statusList"]}


def old_key() -> dict[str, Any]:
    bundle = SCHOOL.bundle()
    method = bundle["didDocument"]["verificationMethod"][0]
    method["expires"] = stamp(LATELY - timedelta(days=1))
    return bundle


def changed(where: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    bundle = copy.deepcopy(SCHOOL.bundle())
    where(bundle)
    return bundle


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (swapped(), "key.other"),
        (revoked(), "status.revoked"),
        (list_of_others(), "status.unreadable"),
        (old_key(), "signature.retired"),
        (SCHOOL.bundle(validUntil=stamp(LATELY + timedelta(days=1))), "time.expired"),
        (SCHOOL.bundle(validFrom=stamp(NOW + timedelta(days=1))), "time.early"),
        (SCHOOL.bundle(validFrom="2026-11-24"), "form.unreadable"),
        (SCHOOL.bundle(type=["VerifiableCredential"]), "form.unreadable"),
        (SCHOOL.bundle(issuer="https://other.example"), "key.unreadable"),
        (changed(lambda one: one["credential"]["credentialSubject"].update(creditsEarned=99)),
         "signature.wrong"),
        (changed(lambda one: one["statusList"]["credentialSubject"].update(encodedList="u")),
         "status.unsigned"),
        (changed(lambda one: one["credential"].update(nonsense="x")), "signature.unreadable"),
        (changed(lambda one: one["credential"].pop("credentialStatus")), "signature.wrong"),
        (changed(lambda one: one["didDocument"].update(id="did:web:third.example")),
         "key.unreadable"),
        (changed(lambda one: one.update(log={"head": {}, "entry": {}, "index": 0})),
         "log.unreadable"),
        ({"credential": 5}, "form.unreadable"),
        ({}, "form.unreadable"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said(bundle: dict[str, Any], reason: str) -> None:
    assert outcome(bundle) == ("bad", reason)


@pytest.mark.parametrize("wrong", [None, 5, "x", [], {}, {"a": 1}])
@pytest.mark.parametrize("part", ["didDocument", "statusList", "log", "credential"])
def test_nonsense_is_never_valid_and_never_a_fault(part: str, wrong: Any) -> None:
    verdict = verify(SCHOOL.bundle() | {part: wrong}, NOW, TRUST)
    assert verdict.state != "good" or part == "log"
    assert part != "log" or verdict.check("log").state != "good"


def test_no_status_means_it_cannot_be_revoked() -> None:
    bare = SCHOOL.bare()
    del bare["credentialStatus"]
    assert outcome(SCHOOL.bundle(bare)) == ("good", "")
