"""What is to be signed in the browser: drafts made into the exact bytes, without a key.

    prepared = prepare_all([short_form.ship(chips, caller().party, consignee)])
    page("keys/sign.html", prepared=prepared)      # {{ sign_panel(prepared) }} in it

A line of it is JSON, which ``web/static/keys/panel.js`` reads::

    {"payload": b64, "payloadType": "application/vnd.chiptrail.event+json",
     "lists"?: {...}, "disclosures"?: [...], "withheld": [names], "names": {party id: its name}}

The names are for the eye; what is signed is read from the payload alone.
"""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _

from ledger.admission import UNSIGNED
from ledger.compose import Author, Prepared
from ledger.disclosure import parse_disclosure
from ledger.keys import keyid_of
from ledger.names import names_in
from ledger.retraction import plain_event
from ledger.service.signing import author_at, prepare
from schemas import strict_json
from schemas.draft import Draft
from schemas.envelope import (
    Envelope,
    PayloadType,
    Submission,
    parse_submission,
    submission_to_json,
)
from schemas.errors import MalformedEnvelope, MalformedEvent, Refusal
from schemas.event import parse_event
from schemas.formats import encode_base64
from schemas.statement import parse_statement
from schemas.strict_json import JSON
from web.access import caller, ledger
from web.pages.naming import names, reason

PREPARED_LIMIT = 64 << 20
# In the place of a key that is yet to be chosen.
_NO_KEY = keyid_of(bytes(32))
# What a signature is sealed with is put in anew by whoever signs elsewhere.
_SEAL = frozenset({"chiptrail:ledger", "chiptrail:party", "chiptrail:nonce", "chiptrail:after"})


def author() -> Author:
    """The caller's party as who is to sign, having seen the newest head."""
    return author_at(ledger(), caller().party)


def prepare_all(drafts: Iterable[Draft], withheld: Sequence[str] = ()) -> list[dict[str, JSON]]:
    """Every draft as a line for the sign panel, in order; the fields in *withheld* withheld.

    Raises: the refusal of the first draft that cannot be signed, which it names by its number.
    """
    who, now, found = author(), ledger().clock.now(), []
    for number, draft in enumerate(drafts, 1):
        try:
            found.append(prepare(draft, who, now, withheld))
        except Refusal as exc:
            said = _("Line %(number)s: %(why)s", number=number, why=reason(exc.message))
            raise type(exc)(said, exc.pointer) from exc
    return lines_of(found)


def lines_of(prepared: Iterable[Prepared]) -> list[dict[str, JSON]]:
    """Lines for the sign panel of what is *prepared* already: corrections, above all."""
    known = names()
    return [_line(one, known) for one in prepared]


def _line(prepared: Prepared, known: Mapping[str, str]) -> dict[str, JSON]:
    said = submission_to_json(_submission(prepared))
    envelope = said.pop("envelope")
    assert isinstance(envelope, dict)
    return {
        "payload": envelope["payload"],
        "payloadType": envelope["payloadType"],
        **said,
        "withheld": [parse_disclosure(text).name for text in prepared.disclosures],
        "names": dict(names_in(prepared.payload, known)),
    }


def _submission(prepared: Prepared) -> Submission:
    envelope = Envelope(prepared.payload, prepared.payload_type, _NO_KEY, UNSIGNED)
    return Submission(envelope, prepared.lists, prepared.disclosures)


def parse_prepared(text: str) -> list[Prepared]:
    """What ``prepare_all`` gave, back from a form.

    Raises: MalformedJson, MalformedEnvelope, TooLarge.
    """
    lines = strict_json.load(text.encode(), limit=PREPARED_LIMIT)
    if not isinstance(lines, list):
        raise MalformedEnvelope("want a list of what is to be signed", "")
    return [_prepared(line, number) for number, line in enumerate(lines)]


def _prepared(line: JSON, number: int) -> Prepared:
    if not isinstance(line, dict) or not line.keys() >= {"payload", "payloadType"}:
        raise MalformedEnvelope("want payload and payloadType", f"/{number}")
    unsigned: dict[str, JSON] = {"keyid": _NO_KEY, "sig": encode_base64(UNSIGNED)}
    beside: dict[str, JSON] = {
        name: line[name] for name in ("lists", "disclosures") if name in line
    }
    envelope: JSON = {
        "payload": line["payload"],
        "payloadType": line["payloadType"],
        "signatures": [unsigned],
    }
    read = parse_submission(strict_json.dump({"envelope": envelope, **beside}))
    inside = read.envelope
    return Prepared(inside.payload, inside.payload_type, read.lists, read.disclosures)


def drafts_in(prepared: Iterable[Prepared]) -> list[Draft]:
    """The drafts that were *prepared*, for ``chiptrail sign``.

    Raises: MalformedEvent (a correction, or it withholds what is not shown), MalformedStatement.
    """
    drafts: list[Draft] = []
    for one in prepared:
        if one.payload_type is PayloadType.STATEMENT:
            parse_statement(one.payload)
            body: Draft = strict_json.load_object(one.payload)
            drafts.append({name: value for name, value in body.items() if name not in _SEAL})
            continue
        parse_event(one.payload)
        plain = plain_event(one.payload, one.lists, one.disclosures)
        if "errorDeclaration" in plain.event:
            raise MalformedEvent("a correction is signed elsewhere with chiptrail correct", "")
        drafts.append(plain.event)
    return drafts
