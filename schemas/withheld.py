"""Withheld fields: which names a payload may commit to, and what may then not stand in the open.

docs/formats.md, "Withheld fields"; the digests are SD-JWT's, opened in
``ledger.disclosure``. What is withheld and what is open must not tell the same thing:

- a name is never both, except ``destinationList``, whose open part then names possessing parties
  only (custody needs them);
- ``bizTransactionList`` is what a TransactionEvent is about, so it is always open there;
- a withheld ``chiptrail:location`` leaves no readPoint, no bizLocation and no coordinates in the
  open; a withheld ``readPoint`` no chiptrail:location and no coordinates: both say where the
  event took place. A withheld ``bizLocation`` is another place and hides only itself;
- an open ``chiptrail:location`` beside a ``geo:`` readPoint says the same as that.

    {"chiptrail:commitments": {"chiptrail:location": "Qk6u...43 characters of base64url"}}
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.epcis import DESTINATIONS, EVENT_TYPES, TRANSACTIONS, place
from schemas.errors import MalformedDisclosure, MalformedEvent
from schemas.extension import DIGEST, check_customs, check_identities, check_location
from schemas.geo import is_geo, parse_geo
from schemas.shape import Fields, any_name, pointer, under
from schemas.strict_json import JSON
from schemas.vocabulary import SOURCE_DEST_TYPES, bare_word

COMMITMENTS = "chiptrail:commitments"
_PLACE = place(any_name)
_WITHHOLDABLE: Fields = {
    "chiptrail:location": check_location,
    "chiptrail:customs": check_customs,
    "chiptrail:identities": check_identities,
    "bizLocation": _PLACE,
    "readPoint": _PLACE,
    "bizTransactionList": TRANSACTIONS,
    "destinationList": DESTINATIONS,
}
WITHHOLDABLE = frozenset(_WITHHOLDABLE)
CANNOT_BE_WITHHELD = f"cannot be withheld; what can is {', '.join(sorted(_WITHHOLDABLE))}"
"""The names that may be committed."""

_AGREE_DEGREES = 1e-5  # about a metre: what rounding in two programs may leave


def check_commitments(event: Mapping[str, Any]) -> None:
    """The commitments of *event*, whose members have their shapes, and what they leave open.

    Raises: MalformedEvent.
    """
    commitments = event.get(COMMITMENTS)
    if commitments:
        for name, digest in commitments.items():
            _check_name(event, name)
            try:
                DIGEST(digest)
            except MalformedEvent as error:
                raise under(error, COMMITMENTS, name) from None
        _check_place(event, commitments)
    _check_points(event)
    if "chiptrail:location" in event and "readPoint" in event:
        _check_agreement(event["chiptrail:location"], event["readPoint"])


def check_withheld_value(name: str, value: JSON) -> None:
    """The *value* that a disclosure gives for the committed *name* has the shape of an open one.

    Raises: MalformedDisclosure, pointing into *value*.
    """
    if name not in _WITHHOLDABLE:
        raise MalformedDisclosure(f"it is of a field that {CANNOT_BE_WITHHELD}")
    try:
        _WITHHOLDABLE[name](value)
    except MalformedEvent as error:
        raise MalformedDisclosure(error.message, error.pointer) from None


def _check_name(event: Mapping[str, Any], name: str) -> None:
    where = pointer(COMMITMENTS, name)
    if name not in _WITHHOLDABLE:
        raise MalformedEvent(CANNOT_BE_WITHHELD, where)
    if name == "bizTransactionList" and event["type"] == "TransactionEvent":
        raise MalformedEvent("cannot be withheld on a TransactionEvent", where)
    if name == "destinationList":
        _check_destinations(event.get(name, ()))
    elif name in event:
        raise MalformedEvent("is withheld and open", pointer(name))


def _check_destinations(entries: Any) -> None:  # noqa: ANN401 - free on foreign event types
    if not isinstance(entries, list | tuple):
        raise MalformedEvent("is withheld and open", pointer("destinationList"))
    for index, entry in enumerate(entries):
        kind = entry.get("type") if isinstance(entry, dict) else None
        if bare_word(str(kind), "SDT", SOURCE_DEST_TYPES) != "possessing_party":
            raise MalformedEvent("is withheld and open", pointer("destinationList", index))


# Places -------------------------------------------------------------------------------------------

_COORDINATE = re.compile(r"(?:.*[:/#])?(?:latitude|longitude|easting|northing)", re.IGNORECASE)
_NO_PLACES = frozenset({"@context", COMMITMENTS, "chiptrail:after"})


def _check_place(event: Mapping[str, Any], commitments: Mapping[str, str]) -> None:
    if "chiptrail:location" in commitments:
        hidden: tuple[str, ...] = ("readPoint", "bizLocation")
    elif "readPoint" in commitments:
        hidden = ("chiptrail:location",)
    else:
        return
    for name in hidden:
        if name in event:
            raise MalformedEvent("is open while the location is withheld", pointer(name))
    rest: JSON = {name: member for name, member in event.items() if name not in _NO_PLACES}
    where = _coordinates(rest)
    if where is not None:
        raise MalformedEvent("gives coordinates while the location is withheld", where)


def _coordinates(value: JSON) -> str | None:
    """Pointer of the first coordinates in *value*; None when it has none."""
    members: Iterable[tuple[str | int, JSON]] = ()
    if isinstance(value, str) and is_geo(value):
        return ""
    if isinstance(value, dict):
        for name in value:
            if _COORDINATE.fullmatch(name):
                return pointer(name)
        if _COORDINATE.fullmatch(str(value.get("component"))):
            return pointer("component")
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for token, member in members:
        found = _coordinates(member)
        if found is not None:
            return pointer(token) + found
    return None


def _check_points(event: Mapping[str, Any]) -> None:
    """What is to give coordinates gives some; of foreign event types we do not know the members."""
    if event["type"] not in EVENT_TYPES:
        return
    for name in ("readPoint", "bizLocation"):
        uri = event[name]["id"] if name in event else ""
        if is_geo(uri):
            try:
                parse_geo(uri)
            except ValueError as exc:
                raise MalformedEvent(str(exc), pointer(name, "id")) from exc


def _check_agreement(location: Mapping[str, Any], point: Any) -> None:  # noqa: ANN401 - as above
    """``geo:22.3,114.1;u=50`` and ``{"latitude": 22.3, "longitude": 114.1, "accuracyM": 50}``."""
    uri = point.get("id") if isinstance(point, dict) else None
    if not isinstance(uri, str) or not is_geo(uri):
        return
    try:
        said = parse_geo(uri)
    except ValueError as exc:
        raise MalformedEvent(str(exc), "/readPoint/id") from exc
    near = (
        abs(said.latitude - location["latitude"]) <= _AGREE_DEGREES
        and abs(said.longitude - location["longitude"]) <= _AGREE_DEGREES
    )
    if not near:
        raise MalformedEvent("is another place than chiptrail:location", "/readPoint/id")
    if said.accuracy_m not in (None, location["accuracyM"]):
        raise MalformedEvent("has another u= than accuracyM", "/readPoint/id")
