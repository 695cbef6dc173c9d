"""Drafts: plain EPCIS events, and statements, on the way to a payload that a party can sign.

A draft is the JSON object of one bare event as a partner's system or ``schemas.short_form`` wrote
it. What a payload needs besides is put in here; what is taken out of it, to be committed to
instead (docs/formats.md, "Item lists" and "Withheld fields"), is handed back. Every step gives a
new object and leaves the one it was given. ``ledger.compose`` does the steps in order and signs::

    {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping", "epcList": [two ids]}
    -> the same with "@context", "eventID", "eventTime", "chiptrail:ledger" ... and
       "epcList": ["urn:chiptrail:items:2:<root>"]
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from schemas.context import GS1_CONTEXT, NAMESPACE, PREFIX
from schemas.document import events_of
from schemas.errors import MalformedEvent, MalformedItems, MalformedStatement
from schemas.extension import LIST_FIELDS
from schemas.formats import format_time
from schemas.item import fold_item
from schemas.shape import pointer
from schemas.strict_json import JSON, load
from schemas.vocabulary import SOURCE_DEST_TYPES, bare_word
from schemas.withheld import CANNOT_BE_WITHHELD, COMMITMENTS, WITHHOLDABLE

Draft: TypeAlias = dict[str, Any]

ALWAYS_WITHHELD = frozenset({"chiptrail:customs"})
_LOCATION = "chiptrail:location"
_PLACES = frozenset({_LOCATION, "readPoint", "bizLocation"})
_DESTINATIONS = "destinationList"
_IDENTITIES = "chiptrail:identities"
_ERROR = "errorDeclaration"
# Where GS1 has published the context of EPCIS 2; a document may name any of its versions.
_GS1_HOMES = ("https://ref.gs1.org/standards/epcis", "https://gs1.github.io/EPCIS")


@dataclass(frozen=True, slots=True)
class Imprint:
    """What makes an event a payload: the ledger, the signer, and the head that it last saw."""

    ledger: str
    party: str
    nonce: str
    after: str


def complete(draft: Draft, imprint: Imprint, event_id: str, now: datetime) -> Draft:
    """*draft* with everything that a payload requires.

    *event_id* and *now* (aware) stand in where the draft has no eventID and no eventTime. A draft
    that corrects an entry is that entry's event again: its own imprint stays, and *imprint* goes
    into its errorDeclaration.

    Raises: MalformedEvent (the draft is for another ledger or another party).
    """
    seal = {"chiptrail:nonce": imprint.nonce, "chiptrail:after": imprint.after}
    names = _names(draft, imprint)
    first = {"@context": _context(draft.get("@context")), "eventID": event_id, **timed(now)}
    if "eventTime" in draft:
        first["eventTimeZoneOffset"] = _offset_of(draft["eventTime"])
    whole = {**first, **draft, "@context": first["@context"], **names}
    error = draft.get(_ERROR)
    if isinstance(error, dict) and "chiptrail:corrects" in error:
        return {**seal, **whole, _ERROR: {**error, **seal}}
    return {**whole, **seal}


def _names(draft: Draft, imprint: Imprint) -> Draft:
    """The ledger and the party, which are those of *draft* if it names any."""
    names = {"chiptrail:ledger": imprint.ledger, "chiptrail:party": imprint.party}
    for name, value in names.items():
        if draft.get(name, value) != value:
            raise MalformedEvent("the draft was made for another one", pointer(name))
    return names


def is_statement(draft: Draft) -> bool:
    """Whether *draft* is one of a statement; no event has a member of that name."""
    return "statement" in draft


def drafts_of(data: bytes, *, limit: int) -> list[Draft]:
    """The statements in *data*, one or an array of them, else its events, as ``events_of`` reads.

    Raises: as ``events_of``.
    """
    if b'"statement"' in data:
        value = load(data, limit=limit)
        found = value if isinstance(value, list) else [value]
        drafts = [draft for draft in found if isinstance(draft, dict) and is_statement(draft)]
        if len(drafts) == len(found):
            return drafts
    return events_of(data, limit=limit)


def complete_statement(draft: Draft, imprint: Imprint, statement_id: str, now: datetime) -> Draft:
    """The statement *draft* with its preamble.

    *statement_id* and *now* (aware) stand in where it has no id and no issuedAt.

    Raises: MalformedStatement (the draft is for another ledger or another party).
    """
    try:
        names = _names(draft, imprint)
    except MalformedEvent as exc:
        raise MalformedStatement(exc.message, exc.pointer) from exc
    seal = {"chiptrail:nonce": imprint.nonce, "chiptrail:after": imprint.after}
    return {"id": statement_id, "issuedAt": format_time(now), **draft, **names, **seal}


def timed(moment: datetime) -> dict[str, str]:
    """``eventTime`` and ``eventTimeZoneOffset`` of the aware *moment*."""
    return {
        "eventTime": format_time(moment),
        "eventTimeZoneOffset": _offset_of(moment.isoformat(timespec="milliseconds")),
    }


def _offset_of(time: JSON) -> str:
    text = str(time)
    return "+00:00" if text[-1:] in "Zz" else text[-6:]


def _context(given: JSON) -> list[JSON]:
    parts = given if isinstance(given, list) else [] if given is None else [given]
    missing: list[JSON] = []
    if not any(isinstance(part, str) and part.startswith(_GS1_HOMES) for part in parts):
        missing = [GS1_CONTEXT]
    ours: list[JSON] = [{PREFIX: NAMESPACE}]
    if any(isinstance(part, dict) and PREFIX in part for part in parts):
        ours = []
    return [*missing, *parts, *ours]


# Places ------------------------------------------------------------------------------------------

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
# RFC 5870 section 3.3; WGS 84 is the one registered system.
_GEO = re.compile(
    rf"geo:(-?{_NUMBER}),(-?{_NUMBER})(?:,-?{_NUMBER})?(?:;crs=wgs84)?(?:;u={_NUMBER})?"
    r"(?:;(?!(?:crs|u)=)[a-z0-9-]+(?:=[^;,]+)?)*",
    re.IGNORECASE | re.ASCII,
)
_FURTHEST = (90, 180)


def check_places(draft: Draft) -> None:
    """The ``geo:`` URIs that *draft* gives as its places are places on Earth.

    A ledger records any URI there; who is still to sign it can mend it.

    Raises: MalformedEvent.
    """
    for name in ("readPoint", "bizLocation"):
        place = draft.get(name)
        uri = place.get("id") if isinstance(place, dict) else None
        if not isinstance(uri, str) or uri[:4].lower() != "geo:":
            continue
        found = _GEO.fullmatch(uri)
        if found is None:
            raise MalformedEvent(
                "want geo:<latitude>,<longitude>, in WGS 84 (RFC 5870)", pointer(name, "id")
            )
        for degrees, limit in zip(found.groups(), _FURTHEST, strict=True):
            if abs(float(degrees)) > limit:
                raise MalformedEvent(
                    f"got {degrees} degrees, want -{limit} to {limit}", pointer(name, "id")
                )


# Item lists --------------------------------------------------------------------------------------


def lists_of(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The ids, in canonical form, of every list of two or more: those that are committed to.

    Two spellings of one item are that item. Raises: MalformedEvent (an id that cannot be read).
    """
    found = {}
    for field in LIST_FIELDS:
        ids = draft.get(field)
        if isinstance(ids, list) and len(ids) > 1:
            found[field] = _canonical(field, ids)
    return found


def _canonical(field: str, ids: list[JSON]) -> tuple[str, ...]:
    folded: dict[str, None] = {}
    for index, item in enumerate(ids):
        try:
            folded[fold_item(item if isinstance(item, str) else "")] = None
        except MalformedItems as exc:
            raise MalformedEvent(exc.message, pointer(field, index)) from exc
    return tuple(folded)


def with_committed_lists(draft: Draft, uris: Mapping[str, str]) -> Draft:
    """*draft* with each list of *uris* as the one URI that commits to it."""
    return {**draft, **{field: [uri] for field, uri in uris.items()}}


# Withheld fields ---------------------------------------------------------------------------------


def withhold(draft: Draft, names: Iterable[str]) -> tuple[Draft, dict[str, JSON]]:
    """*draft* without the fields of *names*, and what they held; fields it lacks are passed over.

    Customs facts are always withheld, and the numbers of several items: who is shown the story of
    one is not to read of the others. With the location go all that would tell it; of the
    destinations the possessing parties stay, which custody rests on.

    Raises: MalformedEvent (a name that cannot be withheld; a draft that withholds already).
    """
    if COMMITMENTS in draft:
        raise MalformedEvent("withholds already: sign the plain event", pointer(COMMITMENTS))
    for name in names:
        if name not in WITHHOLDABLE:
            raise MalformedEvent(CANNOT_BE_WITHHELD, pointer(COMMITMENTS, name))
    chosen = ALWAYS_WITHHELD.union(names)
    identities = draft.get(_IDENTITIES)
    if isinstance(identities, list) and len(identities) > 1:  # as lists are committed
        chosen |= {_IDENTITIES}
    if _LOCATION in chosen or (_LOCATION in draft and "readPoint" in chosen):
        chosen |= _PLACES
    rest, taken = dict(draft), {}
    for name in sorted(chosen & draft.keys()):
        taken[name] = rest.pop(name)
    if isinstance(taken.get(_DESTINATIONS), list):
        _keep_possessing(rest, taken)
    return rest, taken


def _keep_possessing(rest: Draft, taken: dict[str, JSON]) -> None:
    entries = taken.pop(_DESTINATIONS)
    assert isinstance(entries, list)
    kept = [entry for entry in entries if _is_possessing(entry)]
    others = [entry for entry in entries if not _is_possessing(entry)]
    if kept:
        rest[_DESTINATIONS] = kept
    if others:
        taken[_DESTINATIONS] = others


def _is_possessing(entry: JSON) -> bool:
    kind = entry.get("type") if isinstance(entry, dict) else None
    return bare_word(str(kind), "SDT", SOURCE_DEST_TYPES) == "possessing_party"


def with_commitments(draft: Draft, digests: Mapping[str, str]) -> Draft:
    """*draft* that commits to the withheld fields of *digests*, by name."""
    return {**draft, COMMITMENTS: dict(digests)} if digests else draft
