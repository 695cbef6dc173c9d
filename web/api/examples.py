"""What is sent and answered, by example, for the description of the API: one made-up shipment.

``SENT`` is the body of a request and ``ANSWERED`` that of an answer of success, by the endpoint in
Flask. A test holds both against the description, and what is answered against a real answer.
"""

from collections.abc import Mapping

from schemas.strict_json import JSON

_FAB, _SHOP = "urn:chiptrail:party:fab", "urn:chiptrail:party:shop"
_CHIP, _BOX = "urn:chiptrail:chip:fab:x1:A0001", "urn:chiptrail:chip:fab:box:B1"
_AT, _LATER = "2026-03-03T09:30:00.000Z", "2026-03-09T17:00:00.000Z"
_HASH = "4f" * 32
_NODE = "wKNd2sIh5Zp4HeClHSkpzQzZ0kJXBb7WnTrVWSqCfX8="
_NOTE = f"ledger.example.com\n412\n{_NODE}\n\n— ledger.example.com 5Jyx4m2Q...\n"
_ENVELOPE: JSON = {
    "payload": "eyJAY29udGV4dCI6Wy4uLl19",
    "payloadType": "application/vnd.chiptrail.event+json",
    "signatures": [{"keyid": _HASH, "sig": "nS/cyLpVGtl0YJc4CimrqnlkAg=="}],
}
_SUBMISSION: JSON = {
    "envelope": _ENVELOPE,
    "lists": {"epcList": {"seed": _NODE, "ids": [_CHIP, "urn:chiptrail:chip:fab:x1:A0002"]}},
}
_FINDING: JSON = {
    "code": "time/late-record",
    "tier": "warning",
    "message": "Recorded 10 days after the date that urn:chiptrail:party:fab gave it",
    "index": 411,
    "items": [_CHIP],
    "cites": [],
    "onItems": True,
    "closedBy": None,
}
_RECEIPT: dict[str, JSON] = {
    "index": 411,
    "identity": _HASH,
    "recordedAt": _AT,
    "created": True,
    "size": 412,
    "findings": [_FINDING],
    "withoutEffect": None,
    "replaces": None,
    "draws": [],
}
_PLACED: dict[str, JSON] = {"index": 411, "recordedAt": _AT, "identity": _HASH, "leaf": "AQAAAaDU"}
_STATE: JSON = {
    "phase": "in-transit",
    "holder": _FAB,
    "consignee": _SHOP,
    "via": [],
    "shipment": 411,
    "owner": _FAB,
    "user": None,
    "parent": _BOX,
    "status": [],
    "ended": None,
    "origin": _FAB,
    "lastIndex": 411,
    "lastAt": _AT,
}
_CLAIM: JSON = {
    "level": "declared",
    "index": 411,
    "signedBy": _FAB,
    "at": _AT,
    "ageSeconds": 3600,
    "latitude": 24.78,
    "longitude": 121.0,
    "accuracyM": 150,
    "countryCode": "TW",
    "name": None,
    "countersignedBy": None,
    "measured": None,
}
_PLACE: JSON = {
    "level": "declared",
    "latest": _CLAIM,
    "best": _CLAIM,
    "weakest": _CLAIM,
    "withheld": None,
    "since": 411,
}
_STEP: JSON = {
    "index": 411,
    "recordedAt": _AT,
    "eventTime": "2026-02-21T09:30:00.000Z",
    "act": "ship",
    "signedBy": _FAB,
    "through": _BOX,
    "effective": True,
    "fellBy": None,
    "correctedBy": None,
    "corrects": None,
    "told": "Sent by Fab to Shop.",
    "findings": [_FINDING],
    "numbers": {},
    "disclosed": {},
    "withheld": [],
    "erased": [],
}
_LOOKED: dict[str, JSON] = {"asOf": _LATER, "size": 412}
_HISTORY: dict[str, JSON] = {"item": _CHIP, "steps": [_STEP], "statements": [], "horizon": None}
_LOOK: JSON = {"code": "time/late-record", "look": "Trust what was signed at the time."}
_DOSSIER: dict[str, JSON] = {
    **_HISTORY,
    **_LOOKED,
    "verdict": "check",
    "state": _STATE,
    "place": _PLACE,
    "container": None,
    "contents": [],
    "troubled": {},
    "findings": [_FINDING],
    "look": [_LOOK],
    "numbers": {},
}
_UNIT: JSON = {
    "item": _BOX,
    "kind": "container",
    "verdict": "check",
    "state": _STATE,
    "place": _PLACE,
    "codes": ["time/late-record"],
    "children": 2,
    "inside": 2,
    "troubled": 2,
    "horizon": None,
}
_SHIPMENT: dict[str, JSON] = {
    "index": 411,
    "state": "open",
    "recordedAt": _AT,
    "sentAt": "2026-02-21T09:30:00.000Z",
    "sender": _FAB,
    "signedBy": _FAB,
    "consignee": _SHOP,
    "via": [],
    "owner": None,
    "user": _SHOP,
    "dueAt": _LATER,
    "documents": ["urn:chiptrail:doc:awb:618-12345675"],
    "shipped": 1,
    "received": 0,
    "outstanding": 1,
    "fates": {"outstanding": 1},
    "settledBy": [],
    "codes": ["time/late-record"],
}
_LICENCE: JSON = {
    "index": 400,
    "regime": "EAR",
    "number": "D1234567",
    "holder": _FAB,
    "statedBy": "urn:chiptrail:party:registrar",
    "attested": True,
    "drawers": [],
    "consignees": [_SHOP],
    "endUsers": [],
    "eccns": ["3A090.a"],
    "countries": ["SG"],
    "quantity": 64,
    "unit": None,
    "drawn": 2,
    "left": 62,
    "overdrawn": False,
    "from": _AT,
    "until": "2027-03-03T09:30:00.000Z",
    "expired": False,
    "near": [],
}
_PARTY: JSON = {
    "party": _FAB,
    "names": ["Fab"],
    "roles": ["maker"],
    "country": "TW",
    "index": 3,
    "prefixes": ["urn:chiptrail:chip:fab:"],
    "ultimateParent": None,
}
_KEY: JSON = {
    "keyid": _HASH,
    "publicKey": _NODE,
    "party": _FAB,
    "index": 4,
    "endorsed": True,
    "revokedBy": None,
    "suspectedSince": None,
}
_COUNT: JSON = {"presented": 1, "expected": 1, "declared": 1, "fits": True}
_CHECKED: JSON = {
    **_LOOKED,
    "presented": 1,
    "shipments": 1,
    "presentedTwice": [],
    "sharedSerials": [],
    "verdicts": {"check": 1},
    "answers": {"match": 1},
    "notPresented": [],
    "counts": {"packages": _COUNT, "units": _COUNT},
    "look": [{"look": "Trust what was signed at the time.", "serials": ["A0001"]}],
    "lines": [
        {
            "text": "A0001",
            "item": _CHIP,
            "answer": "match",
            "verdict": "check",
            "state": _STATE,
            "place": _PLACE,
            "findings": [_FINDING],
            "troubled": {},
            "look": [_LOOK],
        }
    ],
}
_ME: JSON = {"name": "lin@fab.example", "party": _FAB, "scopes": ["read", "write"]}
_USER: JSON = {
    "name": "lin@fab.example",
    "party": _FAB,
    "role": "logger",
    "createdAt": _AT,
    "disabledAt": None,
}
_SESSION: JSON = {
    "id": "5f0c",
    "current": True,
    "agent": "Mozilla/5.0",
    "createdAt": _AT,
    "seenAt": _AT,
    "expiresAt": _LATER,
}
_TOKEN: dict[str, JSON] = {
    "id": "706dcd59565ab347",
    "party": _FAB,
    "label": "line 3",
    "scopes": ["read", "write"],
    "createdAt": _AT,
    "expiresAt": "2027-03-03T09:30:00.000Z",
    "revokedAt": None,
    "usedAt": None,
}


def _page(name: str, line: JSON) -> JSON:
    return {name: [line], "next": None, **_LOOKED}


SENT: Mapping[str, JSON] = {
    "entries.submit": _SUBMISSION,
    "entries.rehearsal": _SUBMISSION,
    "users.set_up": {"secret": "dZ3b...", "password": "a sentence that is long enough"},
    "users.sign_in": {"name": "lin@fab.example", "password": "a sentence that is long enough"},
    "users.change_password": {"old": "a sentence that is known", "new": "one that nobody knows"},
    "users.invite": {"name": "lin@fab.example", "role": "logger"},
    "users.change_user": {"disabled": True},
    "users.new_token": {"label": "line 3", "scopes": ["read", "write"], "days": 90},
}
ANSWERED: Mapping[str, JSON] = {
    "entries.submit": _RECEIPT,
    "entries.rehearsal": {
        "entries": [{"status": 200, "receipt": _RECEIPT}],
        "remedies": {"time/late-record": "None; record sooner."},
        "names": {_FAB: "Fab"},
    },
    "entries.entry": {**_PLACED, "envelope": _ENVELOPE},
    "entries.proof": {
        **_PLACED,
        "size": 412,
        "root": _NODE,
        "inclusion": [_NODE],
        "checkpoint": _NOTE,
    },
    "items.item": _DOSSIER,
    "items.history": {**_HISTORY, **_LOOKED},
    "lists.items": _page("items", _UNIT),
    "lists.findings": _page("findings", _FINDING),
    "lists.shipments": _page("shipments", _SHIPMENT),
    "lists.shipment": {**_SHIPMENT, "units": {_CHIP: "outstanding"}},
    "lists.licences": _page("licences", _LICENCE),
    "lists.parties": _page("parties", _PARTY),
    "lists.keys": _page("keys", _KEY),
    "check.check": _CHECKED,
    "users.set_up": _ME,
    "users.sign_in": _ME,
    "users.who_am_i": _ME,
    "users.list_sessions": {"sessions": [_SESSION]},
    "users.list_users": {"users": [_USER]},
    "users.change_user": _USER,
    "users.invite": {
        "name": "lin@fab.example",
        "party": _FAB,
        "role": "logger",
        "expiresAt": _LATER,
        "link": "https://ledger.example.com/setup/dZ3b...",
    },
    "users.list_tokens": {"tokens": [_TOKEN]},
    "users.new_token": {**_TOKEN, "token": "chiptrail_706dcd59565ab347_iHBd..."},
    "log.consistency_proof": {
        "from": 400,
        "to": 412,
        "fromRoot": _NODE,
        "toRoot": _NODE,
        "consistency": [_NODE],
        "fromCheckpoint": None,
        "toCheckpoint": _NOTE,
    },
    "health.health": {"status": "ok", "size": 412},
}
