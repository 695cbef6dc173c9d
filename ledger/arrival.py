"""What is late or missing: goods still under way when they should not be, as of a day.

Source: docs/findings.md, "Custody". Example::

    check_arrival(Awaited(item, state, shipment, claims), pack, as_of)     # (Finding(OVERDUE),)
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.finding import Code, Finding
from ledger.holding import ItemState, Phase
from ledger.location import Claims
from ledger.rules import RulePack
from ledger.wording import in_words, phrase


@dataclass(frozen=True, slots=True)
class Shipment:
    """Entry *index*, a ``ship`` or ``refuse``, and what came of it.

    *received* are the entries by which any part of it arrived, *closed_by* the one among them that
    said it was final; *due_at* None if nobody said when.
    """

    index: int
    due_at: datetime | None
    received: tuple[int, ...] = ()
    closed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An *item* in its effective *state*, the *shipment* that it is on, and *claims* of places."""

    item: str
    state: ItemState
    shipment: Shipment
    claims: Claims


def check_arrival(one: Awaited, pack: RulePack, as_of: datetime) -> tuple[Finding, ...]:
    """An item still in transit when it should not be.

    While an inspector holds the item back its clock stands still.
    """
    state, shipment = one.state, one.shipment
    if state.custody.phase is not Phase.IN_TRANSIT or state.ended is not None:
        return ()
    if shipment.closed_by is not None:
        return (_find_short(one),)
    as_of_clock = as_of if state.stopped_at is None else min(as_of, state.stopped_at)
    find = _find_dwell if shipment.due_at is None else _find_late
    found = find(one, pack, as_of_clock) or _find_stop(one, pack, as_of_clock)
    return () if found is None else (found,)


def _find_short(one: Awaited) -> Finding:
    state, shipment = one.state, one.shipment
    message = phrase(
        "%(who)s signed that shipment %(shipment)s is complete (entry %(entry)s), but this item of"
        " it was not received",
        who=state.custody.consignee,
        shipment=shipment.index,
        entry=shipment.closed_by,
    )
    return _judged(Code.SHORT, message, one)


def _find_late(one: Awaited, pack: RulePack, as_of: datetime) -> Finding | None:
    state, shipment, due_at = one.state, one.shipment, one.shipment.due_at
    assert due_at is not None
    code = Code.SHORT if shipment.received else Code.OVERDUE
    grace = pack.rule(code, as_of).duration("grace_hours")
    if as_of - due_at <= grace + state.custody.paused:
        return None
    due = phrase(
        "due at %(consignee)s on %(date)s (entry %(entry)s)",
        consignee=state.custody.consignee,
        date=in_words(due_at),
        entry=shipment.index,
    )
    if code is Code.OVERDUE:
        message = phrase("%(due)s, and no receipt is recorded", due=due)
    else:
        message = phrase("%(due)s; a part of the shipment was received, this item was not", due=due)
    return _judged(code, message, one)


def _find_dwell(one: Awaited, pack: RulePack, as_of: datetime) -> Finding | None:
    state = one.state
    limit = pack.rule(Code.DWELL, as_of).duration("after_days")
    if as_of - state.last_at <= limit + state.custody.paused:
        return None
    message = phrase(
        "on its way to %(consignee)s without a due time, and nothing has happened to it since"
        " %(date)s (entry %(entry)s)",
        consignee=state.custody.consignee,
        date=in_words(state.last_at),
        entry=state.last,
    )
    return _judged(Code.DWELL, message, one)


def _find_stop(one: Awaited, pack: RulePack, as_of: datetime) -> Finding | None:
    """It came to rest on its way, and stands there still."""
    state, claims = one.state, one.claims
    on_the_way = [c for c in claims.made[claims.leg_start :] if c.index != one.shipment.index]
    newest = max(filter(claims.is_credible, on_the_way), key=lambda c: c.at, default=None)
    if newest is None or not newest.is_stop:
        return None
    limit = pack.rule(Code.DWELL, as_of).duration("hub_days")
    if as_of - newest.at <= limit + state.custody.paused:
        return None
    message = phrase(
        "on its way to %(consignee)s, and by the word of %(who)s it stands since %(date)s where it"
        " came to rest on the way (entry %(entry)s)",
        consignee=state.custody.consignee,
        who=newest.who,
        date=in_words(newest.at),
        entry=newest.index,
    )
    return _judged(Code.DWELL, message, one)


def _judged(code: Code, message: str, one: Awaited) -> Finding:
    """Of the entry that began the shipment, by which a resolution names it."""
    cites = tuple([index for index in one.shipment.received if index != one.shipment.index])
    return Finding(code, message, one.shipment.index, (one.item,), cites)
