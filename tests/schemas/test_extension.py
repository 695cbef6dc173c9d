"""Chiptrail's fields: each in its shape, refused with a pointer in any other."""

import pytest

from schemas.errors import MalformedEvent
from schemas.event import parse_event
from schemas.formats import encode_base64url
from schemas.strict_json import dump
from tests.schemas.payloads import (
    CHIP,
    DROP,
    LOCATION,
    NONCE,
    PAYLOAD,
    SHA256_HEX,
    changed,
    event,
)

PARTY = "urn:chiptrail:party:acme"
CUSTOMS = {
    "itn": "X20260102000001",
    "hts": ["8542.31.0045", "847150"],
    "eccn": ["3A090.a", "4A090", "EAR99"],
    "value": 1250000.5,
    "currency": "USD",
    "incoterm": "FCA",
    "packages": 4,
    "weightKg": 812.5,
    "seals": ["S-1"],
    "origin": "TW",
    "ports": {"loading": "USLAX", "discharge": "NLRTM"},
    "mode": "air",
    "regime": "bonded",
}
EVIDENCE = {"name": "photo", "mediaType": "image/jpeg", "sha256": SHA256_HEX, "size": 0}
LICENCE = {"regime": "EAR", "kind": "licence", "number": "D123456", "code": "C35"}
CORRECTION = {
    "declarationTime": "2026-01-03T00:00:00Z",
    "chiptrail:nonce": NONCE,
    "chiptrail:after": "note",
    "chiptrail:corrects": SHA256_HEX,
}
FULL = {
    "chiptrail:onBehalfOf": PARTY,
    "chiptrail:via": [PARTY, "https://id.gs1.org/417/9506000134376"],
    "chiptrail:dueBy": "2026-02-01T00:00:00Z",
    "chiptrail:final": False,
    "chiptrail:authorisations": [LICENCE, {"regime": "EAR", "kind": "nlr"}],
    "chiptrail:location": {
        **LOCATION,
        "countryCode": "HK",
        "method": "GNSS",
        "observedAt": "2026-01-02T03:00:00Z",
    },
    "chiptrail:identities": [{"item": CHIP, "uuid": "GPU-1", "attestationCertSha256": SHA256_HEX}],
    "chiptrail:customs": CUSTOMS,
    "chiptrail:evidence": [EVIDENCE],
    "chiptrail:commitments": {},
    "errorDeclaration": CORRECTION,
}

# Pointer of the change, what stands there instead, and the pointer of the refusal if another.
WRONG = [
    ("/@context", "https://example.com/context.jsonld", None),
    ("/@context", [{"chiptrail": "urn:other:"}], None),
    ("/@context", [{"chiptrail": "urn:chiptrail:ns:1:"}, {"chiptrail": "urn:other:"}], None),
    ("/@context", [{"chiptrail": "urn:chiptrail:ns:1:"}, 7], "/@context/1"),
    ("/chiptrail:ledger", "", None),
    ("/chiptrail:ledger", "two words", None),
    ("/chiptrail:ledger", "a+b", None),
    ("/chiptrail:ledger", "l\u00e9dger", None),
    ("/chiptrail:ledger", "a" * 256, None),
    ("/chiptrail:ledger", ["ledger"], None),
    ("/chiptrail:party", "acme", None),
    ("/chiptrail:party", "https://example.com/acme", None),
    ("/chiptrail:party", None, None),
    ("/chiptrail:nonce", NONCE[:-1], None),
    ("/chiptrail:nonce", NONCE[:-1] + "x", None),
    ("/chiptrail:nonce", NONCE[:20], None),
    ("/chiptrail:nonce", NONCE + "\n", None),
    ("/chiptrail:nonce", NONCE + "==", None),
    ("/chiptrail:nonce", NONCE[:-1] + "+", None),
    ("/chiptrail:nonce", "A" * 25, None),
    ("/chiptrail:nonce", "A" * 90, None),
    ("/chiptrail:nonce", 7, None),
    ("/chiptrail:after", "", None),
    ("/chiptrail:after", "\u2014" * 1366, None),
    ("/chiptrail:after", {"note": ""}, None),
    ("/chiptrail:onBehalfOf", "acme", None),
    ("/chiptrail:via", PARTY, None),
    ("/chiptrail:via/1", "acme", None),
    ("/chiptrail:via/1", PARTY, None),
    ("/chiptrail:via", [f"{PARTY}-{n}" for n in range(65)], None),
    ("/chiptrail:dueBy", "2026-02-01", None),
    ("/chiptrail:final", "true", None),
    ("/chiptrail:final", 1, None),
    ("/chiptrail:authorisations", LICENCE, None),
    ("/chiptrail:authorisations/0/regime", DROP, None),
    ("/chiptrail:authorisations/1/kind", DROP, None),
    ("/chiptrail:authorisations/0/kind", "licenses", None),
    ("/chiptrail:authorisations/0/number", "", None),
    ("/chiptrail:authorisations/0/holder", PARTY, None),
    ("/chiptrail:location/latitude", DROP, None),
    ("/chiptrail:location/longitude", DROP, None),
    ("/chiptrail:location/accuracyM", DROP, None),
    ("/chiptrail:location/latitude", 90.001, None),
    ("/chiptrail:location/latitude", "22.3", None),
    ("/chiptrail:location/longitude", -180.001, None),
    ("/chiptrail:location/longitude", True, None),
    ("/chiptrail:location/accuracyM", 0, None),
    ("/chiptrail:location/countryCode", "hk", None),
    ("/chiptrail:location/countryCode", "HKG", None),
    ("/chiptrail:location/method", "", None),
    ("/chiptrail:location/observedAt", "yesterday", None),
    ("/chiptrail:location/evidence", "verified", None),
    ("/chiptrail:location", [22.3, 113.9], None),
    ("/chiptrail:identities", {}, None),
    ("/chiptrail:identities/0", {"item": CHIP}, None),
    ("/chiptrail:identities/0/item", DROP, None),
    ("/chiptrail:identities/0/item", "CHIP-0001", None),
    ("/chiptrail:identities/0/uuid", "GPU\n1", None),
    ("/chiptrail:identities/0/uuid", "GPU \u202e1", None),
    ("/chiptrail:identities/0/uuid", "G" * 201, None),
    ("/chiptrail:identities/0/serial", "1", None),
    ("/chiptrail:identities/0/attestationCertSha256", SHA256_HEX.upper(), None),
    ("/chiptrail:identities/0/attestationCertSha256", SHA256_HEX[2:], None),
    ("/chiptrail:customs/itn", "20260102000001", None),
    ("/chiptrail:customs/hts/1", "8471.5", None),
    ("/chiptrail:customs/hts", "847150", None),
    ("/chiptrail:customs/eccn/0", "3090", None),
    ("/chiptrail:customs/value", -1, None),
    ("/chiptrail:customs/value", DROP, None),
    ("/chiptrail:customs/currency", DROP, None),
    ("/chiptrail:customs/currency", "usd", None),
    ("/chiptrail:customs/incoterm", "FC", None),
    ("/chiptrail:customs/packages", 1.5, None),
    ("/chiptrail:customs/packages", -1, None),
    ("/chiptrail:customs/packages", True, None),
    ("/chiptrail:customs/weightKg", 0, None),
    ("/chiptrail:customs/seals/0", 7, None),
    ("/chiptrail:customs/origin", "Taiwan", None),
    ("/chiptrail:customs/ports/transit", "AEDXB", None),
    ("/chiptrail:customs/mode", "drone", None),
    ("/chiptrail:customs/regime", "none", None),
    ("/chiptrail:customs/note", "x", None),
    ("/chiptrail:evidence/0/name", DROP, None),
    ("/chiptrail:evidence/0/mediaType", "jpeg", None),
    ("/chiptrail:evidence/0/sha256", "00", None),
    ("/chiptrail:evidence/0/size", -1, None),
    ("/chiptrail:evidence/0/url", "https://example.com/", None),
    ("/chiptrail:commitments", ["bizLocation"], None),
    ("/chiptrail:unknown", 1, None),
    ("/urn:chiptrail:ns:1:final", True, None),
    ("/errorDeclaration/chiptrail:nonce", DROP, None),
    ("/errorDeclaration/chiptrail:after", DROP, None),
    ("/errorDeclaration/chiptrail:nonce", "short", None),
    ("/errorDeclaration/chiptrail:after", "", None),
    ("/errorDeclaration/chiptrail:corrects", SHA256_HEX[1:], None),
    ("/errorDeclaration/chiptrail:party", PARTY, None),
    ("/errorDeclaration/declarationTime", DROP, None),
    (
        "/readPoint",
        {"id": "urn:x:1", "chiptrail:location": LOCATION},
        "/readPoint/chiptrail:location",
    ),
]


def test_every_field_is_taken_in_its_shape():
    assert parse_event(dump({**PAYLOAD, **FULL})).body == {**PAYLOAD, **FULL}


@pytest.mark.parametrize(("at", "member", "pointer"), WRONG)
def test_a_field_in_another_shape_is_refused_where_it_stands(at, member, pointer):
    with pytest.raises(MalformedEvent) as caught:
        parse_event(dump(changed({**PAYLOAD, **FULL}, {at: member})))

    assert caught.value.pointer == (pointer or at)


@pytest.mark.parametrize("name", ["chiptrail:unknown", "urn:chiptrail:ns:1:party"])
def test_names_in_our_namespace_are_ours_on_foreign_event_types_too(name):
    with pytest.raises(MalformedEvent, match="unknown name"):
        event(type="example:Inventory", **{name: 1})


def test_fields_have_their_shape_on_foreign_event_types_too():
    with pytest.raises(MalformedEvent, match="chiptrail:final"):
        event(type="example:Inventory", chiptrail_final="yes")


@pytest.mark.parametrize("size", range(67))
def test_a_nonce_has_16_to_64_bytes(size):
    nonce = encode_base64url(b"\xff" * size)
    try:
        taken = event(chiptrail_nonce=nonce).nonce == nonce
    except MalformedEvent:
        taken = False

    assert taken == (16 <= size <= 64)


def test_a_checkpoint_of_4_kib_is_taken():
    assert len(event(chiptrail_after="n" * 4096).after) == 4096


@pytest.mark.parametrize(
    "context",
    [
        {"chiptrail": "urn:chiptrail:ns:1:"},
        ["https://example.com/c", {"a": "urn:a:", "chiptrail": "urn:chiptrail:ns:1:"}],
        [{"chiptrail": "urn:chiptrail:ns:1:"}, {"a": 1, "chiptrail": "urn:chiptrail:ns:1:"}],
    ],
)
def test_a_context_may_bind_the_prefix_anywhere(context):
    assert event(**{"@context": context}).body["@context"] == context
