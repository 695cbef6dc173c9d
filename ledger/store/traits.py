"""What few states have, as one text beside the columns of ``holding``: null for all the others.

JSON, so that the many states that have nothing of it pay a single byte::

    {"marks": [["seized", "urn:...:customs", 41, 1772442000000, ["held", "urn:...:shop", ...]]],
     "gifts": [[12, "urn:...:bank", null, "urn:...:shop", "urn:...:shop"]], "emptied": 1,
     "begun": ["urn:...:spy", 12, 1772442000000]}
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ledger.holding import Beginning, Custody, ItemState, Mark, Phase
from ledger.title import Gift, Offer
from schemas.strict_json import dump, load_object

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NOTHING: Mapping[str, Any] = {}


class Traits(NamedTuple):
    """*way* is what the custody has besides its columns; the rest as in ``ItemState``."""

    way: Mapping[str, Any]
    marks: tuple[Mark, ...] = ()
    gifts: tuple[Gift, ...] = ()
    offers: tuple[Offer, ...] = ()
    since_gifts: tuple[int, ...] = ()
    registered: bool = False
    emptied: bool = False
    begun: Beginning | None = None


def read_traits(text: str) -> Traits:
    """What ``write_traits`` wrote."""
    said: dict[str, Any] = load_object(text.encode())
    return Traits(
        _read_way(said.get("way", {})),
        tuple([_read_mark(row) for row in said.get("marks", ())]),
        tuple([Gift(*row) for row in said.get("gifts", ())]),
        tuple([Offer(*row) for row in said.get("offers", ())]),
        tuple(said.get("since_gifts", ())),
        "registered" in said,
        "emptied" in said,
        _read_beginning(said["begun"]) if "begun" in said else None,
    )


def write_traits(state: ItemState) -> str | None:
    """What *state* has of it, None if nothing."""
    few = state.marks or state.gifts or state.offers or state.since_gifts
    way = _write_way(state.custody)
    if not (few or way or state.registered or state.emptied or state.begun):
        return None  # most of them
    said = {
        "way": way,
        "marks": [_write_mark(mark) for mark in state.marks],
        "gifts": state.gifts,
        "offers": state.offers,
        "since_gifts": state.since_gifts,
        "registered": int(state.registered),
        "emptied": int(state.emptied),
        "begun": _write_beginning(state.begun) if state.begun else None,
    }
    said = {name: value for name, value in said.items() if value}
    return dump(said).decode() if said else None


def _write_way(custody: Custody) -> Mapping[str, Any]:
    if custody.shipment is None:  # held, and signed for
        return _NOTHING
    if not (custody.owner or custody.user or custody.sender or custody.redirected):
        paused = custody.paused // _MILLISECOND  # and most that are sent have nothing else
        return {"paused": paused} if paused else _NOTHING
    way = {
        "owner": custody.owner,
        "user": custody.user,
        "sender": custody.sender,
        "redirected": custody.redirected,
        "paused": custody.paused // _MILLISECOND,
    }
    return {name: value for name, value in way.items() if value}


def _read_way(way: dict[str, Any]) -> Mapping[str, Any]:
    return way | {"paused": way["paused"] * _MILLISECOND} if "paused" in way else way


def _write_beginning(begun: Beginning) -> tuple[object, ...]:
    return (begun.party, begun.entry, (begun.at - _EPOCH) // _MILLISECOND)


def _read_beginning(row: list[Any]) -> Beginning:
    party, index, at = row
    return Beginning(party, index, _EPOCH + at * _MILLISECOND)


def _write_mark(mark: Mark) -> tuple[object, ...]:
    at = (mark.at - _EPOCH) // _MILLISECOND
    said = (str(mark.word), mark.party, mark.entry, at)
    return said if mark.kept is None else (*said, _write_custody(mark.kept))


def _read_mark(row: list[Any]) -> Mark:
    word, party, index, at, *kept = row
    custody = _read_custody(kept[0]) if kept else None
    return Mark(word, party, index, _EPOCH + at * _MILLISECOND, custody)


def _write_custody(custody: Custody) -> tuple[object, ...]:
    ends = (str(custody.phase), custody.holder, custody.consignee, custody.via)
    return (*ends, custody.shipment, int(custody.departed), _write_way(custody))


def _read_custody(row: list[Any]) -> Custody:
    phase, holder, consignee, via, shipment, departed, way = row
    ends = (Phase(phase), holder, consignee, tuple(via))
    return Custody(*ends, shipment, bool(departed), **_read_way(way))
