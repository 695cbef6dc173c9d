"""Signed payloads to start from, and changes to them named by JSON pointer."""

from copy import deepcopy
from typing import Any

from schemas.event import Event, parse_event
from schemas.strict_json import dump, load

CHIP = "https://id.gs1.org/01/00614141123452/21/CHIP-0001"
OTHER_CHIP = "https://id.gs1.org/01/00614141123452/21/CHIP-0002"
PALLET = "https://id.gs1.org/00/106141412345678908"
ROOT = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"
COMMITTED = f"urn:chiptrail:items:1000:{ROOT}"
NONCE = "AAECAwQFBgcICQoLDA0ODw"
SHA256_HEX = "ab" * 32
GEO = "geo:22.308,113.918;u=50"
LOCATION = {"latitude": 22.308, "longitude": 113.918, "accuracyM": 50}
DROP = object()
"""As a change: the member goes."""

PAYLOAD: dict[str, Any] = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"chiptrail": "urn:chiptrail:ns:1:"},
    ],
    "type": "ObjectEvent",
    "eventID": "urn:uuid:0190a8d2-7b1c-7e3a-8c4d-1234567890ab",
    "eventTime": "2026-01-02T11:04:05.678+08:00",
    "eventTimeZoneOffset": "+08:00",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "epcList": [CHIP],
    "chiptrail:ledger": "ledger.example/demo",
    "chiptrail:party": "urn:chiptrail:party:acme",
    "chiptrail:nonce": NONCE,
    "chiptrail:after": "ledger.example/demo\n7\n"
    + "A" * 43
    + "=\n\n\u2014 ledger.example/demo x\n",
}


def changed(value: Any, changes: dict[str, Any]) -> Any:
    """A copy of *value* with *changes*: JSON pointer to the new member, or DROP."""
    value = load(dump(value))  # and not deepcopy: equal parts become separate
    for pointer, member in changes.items():
        *tokens, last = [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]
        container = value
        for token in tokens:
            container = container[int(token) if isinstance(container, list) else token]
        if member is DROP:
            del container[last]
        else:
            container[int(last) if isinstance(container, list) else last] = deepcopy(member)
    return value


def payload(**changes: Any) -> bytes:
    """PAYLOAD as bytes, with top-level *changes*; ``chiptrail_x`` names ``chiptrail:x``."""
    named = {"/" + name.replace("chiptrail_", "chiptrail:"): m for name, m in changes.items()}
    return dump(changed(PAYLOAD, named))


def event(**changes: Any) -> Event:
    """``payload`` as parsed."""
    return parse_event(payload(**changes))
