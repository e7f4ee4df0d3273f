"""What we sign is read by others, what they sign by us, and nothing that was changed passes."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from server.credentials.data_integrity import is_proven, signed
from server.credentials.did import did_document, did_of, key_in, method_of
from server.credentials.json_ld import CREDENTIALS, OPEN_BADGES, Unreadable, canonical, read
from server.credentials.multibase import (
    from_base58,
    from_base64url,
    multikey,
    public_of,
    to_base58,
    to_base64url,
)
from server.credentials.status_list import BITS, encoded, entry, is_set, list_credential
from server.sharing.signing import SchoolKey
from tests.server.credentials.outside import ask

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
SEED = bytes(range(32))
DID = did_of("https://jiangtai.example:8443")
LIST = "https://jiangtai.example:8443/credentials/status/1"


def unsigned(**more: Any) -> dict[str, Any]:
    """A credential as schools give them."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": "https://jiangtai.example:8443/verify/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": DID, "type": ["Profile"], "name": "讲台 党校"},
        "validFrom": "2026-11-24T08:00:00Z",
        "name": "年度培训",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "creditsEarned": 50.5,
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "安学员",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": "https://jiangtai.example:8443/achievements/1",
                "type": ["Achievement"],
                "name": "年度培训",
                "description": "一年的学习",
                "criteria": {"narrative": "全年不少于 50 学时"},
            },
        },
        **more,
    }


def key() -> SchoolKey:
    return SchoolKey(SEED)


def public() -> bytes:
    return key()._key.public_key().public_bytes_raw()


def document() -> dict[str, Any]:
    return did_document(DID, [(1, multikey(public()), None)])


def proven(**more: Any) -> dict[str, Any]:
    return signed(unsigned(**more), key(), method_of(DID, 1), AT)


def test_the_did_is_the_address() -> None:
    assert DID == "did:web:jiangtai.example%3A8443"
    assert did_of("http://127.0.0.1:8000") == "did:web:127.0.0.1%3A8000"
    assert did_of("https://School.example/") == "did:web:school.example"


def test_multibase_there_and_back() -> None:
    for data in (b"", b"\0\0a", bytes(range(64))):
        assert from_base58(to_base58(data)) == data
        assert from_base64url(to_base64url(data)) == data
    assert to_base58(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"  # of the Internet-Draft
    # the example key of the cryptosuite's specification
    assert multikey(public_of("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")).startswith(
        "z6Mk"
    )
    for wrong in ("", "z0", "u+", "z" + "1" * 500):
        with pytest.raises(ValueError, match="no "):
            public_of(wrong)


def test_a_library_we_did_not_write_accepts_ours() -> None:
    made = proven(credentialStatus=entry(LIST, 94567))
    listed = signed(list_credential(LIST, DID, [7], AT), key(), method_of(DID, 1), AT)
    asked = {"credential": made, "now": "2026-11-25T00:00:00Z"}
    answer = ask("verify", **asked, documents={DID: document(), LIST: listed})
    assert answer == {"verified": True, "revoked": False, "why": ""}
    revoked = signed(list_credential(LIST, DID, [94567], AT), key(), method_of(DID, 1), AT)
    answer = ask("verify", **asked, documents={DID: document(), LIST: revoked})
    assert answer["revoked"], answer


def test_a_library_we_did_not_write_refuses_what_was_changed() -> None:
    made = proven()
    made["credentialSubject"]["creditsEarned"] = 500
    answer = ask("verify", credential=made, now="2026-11-25T00:00:00Z", documents={DID: document()})
    assert not answer["verified"]
    assert not is_proven(made, public())


def test_we_accept_what_a_library_we_did_not_write_signed() -> None:
    answer = ask("sign", credential=unsigned(), did=DID, seed=list(SEED))
    made = answer["credential"]
    found = key_in(
        {"id": DID, "verificationMethod": [answer["key"]], "assertionMethod": [f"{DID}#key-1"]},
        DID,
        made["proof"]["verificationMethod"],
    )
    assert is_proven(made, found.public)
    made["credentialSubject"]["achievement"]["name"] = "博士"
    assert not is_proven(made, found.public)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made["credentialSubject"].update(creditsEarned=51),
        lambda made: made.update(validFrom="2020-01-01T00:00:00Z"),
        lambda made: made["issuer"].update(id="did:web:other.example"),
        lambda made: made["proof"].update(created="2020-01-01T00:00:00Z"),
        lambda made: made["proof"].update(verificationMethod=f"{DID}#key-2"),
        lambda made: made["proof"].update(proofValue=to_base58(bytes(64))),
        lambda made: made["proof"].update(proofValue="z"),
        lambda made: made["proof"].update(proofValue="nonsense"),
        lambda made: made["credentialSubject"]["identifier"][0].update(identityHash="薄学员"),
        lambda made: made.update(validUntil="2099-01-01T00:00:00Z"),
        lambda made: made.pop("name"),
    ],
)
def test_no_change_passes(change: Any) -> None:
    made = proven()
    assert is_proven(made, public())
    change(made)
    assert not is_proven(made, public())
    assert not is_proven(proven(), bytes(32))


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.update(secretly="said"),
        lambda made: made["@context"].append({"name": "https://evil.example/name"}),
        lambda made: made["@context"].append("https://evil.example/context"),
        lambda made: made.update({"@context": OPEN_BADGES}),
        lambda made: made["credentialSubject"].update({"@id": "urn:x"}),
        lambda made: made["credentialSubject"].update(id="_:b0"),
        lambda made: made["credentialSubject"].update(id="no address"),
        lambda made: made["type"].append("Doctor"),
        lambda made: made["proof"].update(cryptosuite="eddsa-jcs-2022"),
        lambda made: made["proof"].update(proofPurpose="authentication"),
        lambda made: made.update(proof=[made["proof"]] * 2),
        lambda made: made.pop("proof"),
        lambda made: made["credentialSubject"].update(name="長" * 70000),
    ],
)
def test_what_the_signature_would_not_cover_is_refused(change: Any) -> None:
    made = copy.deepcopy(proven())
    change(made)
    with pytest.raises(Unreadable):
        is_proven(made, public())


def test_documents_that_keep_the_algorithm_busy_are_given_up() -> None:
    twins = [{"type": "Profile", "endorsement": [{"type": "Profile"}] * 12}] * 12
    with pytest.raises(Unreadable, match="alike"):
        canonical(unsigned(endorsement=twins))
    deep: Any = "x"
    for _ in range(40):
        deep = {"type": "Profile", "endorsement": deep}
    with pytest.raises(Unreadable, match="deep"):
        canonical(unsigned(endorsement=deep))


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a":1,"a":2}', '{"a":NaN}', '{"a":' * 100000, "\ud800" * 9]
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_whole_floats_are_whole_numbers() -> None:
    assert read('{"hours": 50.0, "more": 50.5}') == {"hours": 50, "more": 50.5}


def test_a_key_must_be_the_schools_and_may_vouch() -> None:
    name = method_of(DID, 1)
    assert key_in(document(), DID, name).public == public()
    for change in (
        {"id": "did:web:other.example"},
        {"assertionMethod": []},
        {"verificationMethod": []},
        {"verificationMethod": [{**document()["verificationMethod"][0], "controller": "did:x"}]},
        {"verificationMethod": None},
    ):
        with pytest.raises(Unreadable):
            key_in({**document(), **change}, DID, name)


def test_the_status_list_has_room_to_hide_in() -> None:
    listed = encoded([0, 9, BITS - 1])
    assert [place for place in (0, 1, 8, 9, BITS - 1) if is_set(listed, place)] == [0, 9, BITS - 1]
    for wrong, place in ((listed, BITS), (listed[:-9], 0), ("u", 0), (encoded([], 8), 0)):
        with pytest.raises(Unreadable):
            is_set(wrong, place)
