"""A chip's story in plain words: each custody step as one sentence for somebody in a hurry.

The words are a customs officer's: who, to whom, in which package, by when, under which air
waybill. What was signed but did not take effect is told as a claim. Nothing is judged here; names
of parties come in as a mapping from party id to name. Example::

    tell(act, event, names, item=chip, stands=True)
    -> "Shipped by Kestrel Components to Fjordhall, due 3 Mar 2026 (AWB 618-12345675)."
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from ledger.act import Act, ActKind, Condition
from ledger.finding import Code, Finding
from schemas.event import Event
from schemas.gs1 import CANONICAL
from schemas.item import plain_serial
from schemas.particulars import Place, read_particulars

Names = Mapping[str, str]

PARTY_PREFIX = "urn:chiptrail:party:"
_DOCUMENT_PREFIX = "urn:chiptrail:doc:"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_PLACES = frozenset({"chiptrail:location", "readPoint"})

# With one of these on the item, what the entry says did not happen to it as far as custody goes.
_WITHOUT_EFFECT = frozenset(
    {
        Code.UNKNOWN_ITEM,
        Code.NOT_HOLDER,
        Code.NOT_CONSIGNEE,
        Code.NOT_IN_TRANSIT,
        Code.ALREADY_EXISTS,
        Code.AFTER_TERMINAL,
        Code.OUTSIDE_CONTAINER,
        Code.CHALLENGED,
        Code.VOID_AFTER_DEPARTURE,
    }
)


def is_effective(findings: Iterable[Finding]) -> bool:
    """Whether an entry with these *findings* on the item moved it."""
    return all(found.code not in _WITHOUT_EFFECT for found in findings)


# Names -------------------------------------------------------------------------------------------


def party_name(party: str, names: Names) -> str:
    """What to call *party*: its name, else the end of its id."""
    return names.get(party) or party.removeprefix(PARTY_PREFIX)


def item_name(item: str) -> str:
    """What to call *item*: its serial as it stands on it, or ``SSCC 106...`` of a package."""
    if item.startswith(CANONICAL):
        ai, _, rest = item.removeprefix(CANONICAL).partition("/")
        if ai == "00":
            return f"SSCC {rest}"
        if ai in ("8003", "8004"):
            return f"asset {plain_serial(item)}"
    return plain_serial(item)


def day(at: datetime) -> str:
    """``3 Mar 2026``, in UTC."""
    at = at.astimezone(UTC)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(at: datetime) -> str:
    """``3 Mar 2026 09:12``, in UTC."""
    return f"{day(at)} {at.astimezone(UTC):%H:%M}"


def document_name(uri: str) -> str:
    """``AWB 618-12345675`` for ``urn:chiptrail:doc:awb:618-12345675``; another URI as it is."""
    if not uri.startswith(_DOCUMENT_PREFIX):
        return uri
    kind, _, number = uri.removeprefix(_DOCUMENT_PREFIX).partition(":")
    return f"{'inv.' if kind == 'inv' else kind.upper()} {number}"


def place_name(place: Place) -> str:
    """``1.29 N, 103.85 E, SG``, or the URI or number that names the place."""
    if place.latitude is None or place.longitude is None:
        uri = place.uri or "somewhere"
        return f"GLN {uri.rsplit('/', 1)[1]}" if uri.startswith(f"{CANONICAL}414/") else uri
    parts = (_degrees(place.latitude, "NS"), _degrees(place.longitude, "EW"), place.country)
    return ", ".join(part for part in parts if part)


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.2f} {signs[value < 0]}"


_IDS = re.compile(r"https?://[^\s,;()]+|urn:[^\s,;()]+")


_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")


def retell(message: str, names: Names) -> str:
    """A finding's *message* with names of parties and items for ids, and times as elsewhere."""
    words = _IDS.sub(lambda found: _called(found[0], names), message)
    words = _TIME.sub(_retimed, words)
    # Parties may be named in lower case; what we say ourselves begins with a capital.
    return words if message.startswith(PARTY_PREFIX) else words[:1].upper() + words[1:]


def _retimed(found: re.Match[str]) -> str:
    try:
        return f"{moment(datetime.fromisoformat(f'{found[1]}+00:00'))} UTC"
    except ValueError:
        return found[0]


def _called(uri: str, names: Names) -> str:
    bare = uri.rstrip(".:")
    tail = uri[len(bare) :]
    if bare in names or bare.startswith(PARTY_PREFIX):
        return party_name(bare, names) + tail
    return (item_name(bare) if bare.startswith((CANONICAL, "urn:chiptrail:chip:")) else bare) + tail


# Sentences ---------------------------------------------------------------------------------------


def tell(act: Act, event: Event, names: Names, *, item: str, stands: bool = True) -> str:
    """What the entry says happened to *item*, or to the package around it, as a sentence.

    *stands*: it took effect (``is_effective``).
    """
    told = _Teller(act, event, names, item).sentence()
    if stands:
        return f"{told}."
    return f"Claimed, without effect: {told[0].lower()}{told[1:]}."


class _Teller:
    """One step being told."""

    def __init__(self, act: Act, event: Event, names: Names, item: str) -> None:
        self._act, self._event, self._names, self._item = act, event, names, item
        self._said = read_particulars(event)
        self._who = party_name(act.actor, names)

    def sentence(self) -> str:
        tell = _TELLERS.get(self._act.kind)
        return tell(self) if tell else self._other()

    def _name(self, party: str | None) -> str:
        return "somebody not named" if party is None else party_name(party, self._names)

    def _around(self) -> str:
        return "a container" if self._act.parent is None else item_name(self._act.parent)

    def _count(self) -> str:
        count = len(self._act.items)
        return "everything" if count == 0 else f"{count:,} item{'s' if count != 1 else ''}"

    def _at_place(self) -> str:
        if self._said.place:
            return f" at {place_name(self._said.place)}"
        is_withheld = not _PLACES.isdisjoint(self._event.commitments)
        return " at a place that it keeps to itself" if is_withheld else ""

    def _documents(self) -> str:
        listed = ", ".join(map(document_name, self._event.documents))
        return f" ({listed})" if listed else ""

    def made(self) -> str:
        lot = f", lot {self._said.lot}" if self._said.lot else ""
        product = f" as {self._said.product}" if self._said.product else ""
        return f"Made by {self._who}{product}{lot}{self._at_place()}"

    def registered(self) -> str:
        return f"Entered in the ledger by {self._who}, who had it"

    def transformed(self) -> str:
        made = self._item in self._act.outputs
        return f"{'Made out of other items' if made else 'Made into something else'} by {self._who}"

    def put_in(self) -> str:
        verb = "Packed" if self._act.kind is ActKind.PACK else "Installed"
        if self._item == self._act.parent:
            return f"{verb} by {self._who}: {self._count()} went in"
        return f"{verb} by {self._who} into {self._around()}"

    def taken_out(self) -> str:
        if self._item == self._act.parent:
            return f"Opened by {self._who}: {self._count()} taken out"
        return f"Taken out of {self._around()} by {self._who}"

    def shipped(self) -> str:
        act = self._act
        via = f" with {_listed([self._name(party) for party in act.via])}" if act.via else ""
        due = f", due {day(act.due_at)}" if act.due_at else ""
        user = self._said.ends.get("end_user")
        use = f", for use by {self._name(user)}" if user and user != act.counterparty else ""
        whom = self._name(act.counterparty)
        return f"Shipped by {self._who} to {whom}{via}{use}{due}{self._documents()}"

    def carried(self) -> str:
        step = _CARRIED.get(self._event.biz_step or "", "Under way with")
        return f"{step} {self._who}{self._at_place()}{self._documents()}"

    def delivered(self) -> str:
        whom = self._name(self._act.counterparty)
        return f"Delivered to {whom}, says {self._who}; {whom} has not signed for it"

    def received(self) -> str:
        damaged = " damaged" if Condition.DAMAGED in self._act.condition else ""
        sender = self._act.counterparty
        origin = f" from {self._name(sender)}" if sender else ""
        return f"Received{damaged} by {self._who}{origin}{self._documents()}"

    def refused(self) -> str:
        return f"Refused by {self._who}: it goes back to the sender{self._documents()}"

    def voided(self) -> str:
        return f"Shipment called off by {self._who}"

    def transferred(self) -> str:
        return f"Sold or handed on by {self._who}, who may still have it"

    def accepted(self) -> str:
        return f"Accepted by {self._who} as its new owner or user"

    def declared(self) -> str:
        return f"Declared by {self._who} to be{self._at_place() or ' in its charge'}"

    def inspected(self) -> str:
        result = next((_RESULTS[c] for c in _RESULTS if c in self._act.condition), "")
        return f"Inspected by {self._who}{self._at_place()}{result}"

    def held_back(self) -> str:
        return f"{_HELD_BACK[self._act.kind]} by {self._who}{self._at_place()}"

    def reported(self) -> str:
        words = _listed(sorted(self._act.status_set)) or "something"
        return f"Reported {words} by {self._who}"

    def cleared(self) -> str:
        words = _listed(sorted(self._act.status_unset)) or "something"
        return f"No longer {words}, says {self._who}"

    def replaced(self) -> str:
        return f"Given new serial numbers by {self._who}"

    def ended(self) -> str:
        verb = "Destroyed" if self._act.kind is ActKind.DESTROY else "Taken out of use"
        return f"{verb} by {self._who}"

    def corrected(self) -> str:
        return f"An earlier entry declared wrong by {self._who}"

    def _other(self) -> str:
        step = (self._event.biz_step or self._event.type).rsplit(":", 1)[-1].replace("_", " ")
        return f"Noted by {self._who}: {step}{self._at_place()}{self._documents()}"


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


_CARRIED = {
    "departing": "Left with",
    "loading": "Loaded by",
    "transporting": "On the way with",
    "arriving": "Arrived with",
}
_RESULTS = {
    Condition.MISMATCH_INSTANCE: ": it is not the item it is recorded as",
    Condition.NON_CONFORMANT: ": not as described",
    Condition.CONFORMANT: ": as described",
    Condition.DAMAGED: ": damaged",
}
_HELD_BACK = {
    ActKind.DETAIN: "Held back",
    ActKind.SEIZE: "Seized",
    ActKind.RELEASE: "Released",
}
_TELLERS = {
    ActKind.COMMISSION: _Teller.made,
    ActKind.REGISTER: _Teller.registered,
    ActKind.TRANSFORM: _Teller.transformed,
    ActKind.PACK: _Teller.put_in,
    ActKind.UNPACK: _Teller.taken_out,
    ActKind.INSTALL: _Teller.put_in,
    ActKind.REMOVE: _Teller.taken_out,
    ActKind.SHIP: _Teller.shipped,
    ActKind.CARRY: _Teller.carried,
    ActKind.DELIVER: _Teller.delivered,
    ActKind.RECEIVE: _Teller.received,
    ActKind.REFUSE: _Teller.refused,
    ActKind.VOID: _Teller.voided,
    ActKind.TRANSFER: _Teller.transferred,
    ActKind.ACCEPT: _Teller.accepted,
    ActKind.DECLARE: _Teller.declared,
    ActKind.INSPECT: _Teller.inspected,
    ActKind.DETAIN: _Teller.held_back,
    ActKind.SEIZE: _Teller.held_back,
    ActKind.RELEASE: _Teller.held_back,
    ActKind.REPORT: _Teller.reported,
    ActKind.CLEAR: _Teller.cleared,
    ActKind.REPLACE: _Teller.replaced,
    ActKind.DESTROY: _Teller.ended,
    ActKind.DECOMMISSION: _Teller.ended,
    ActKind.CORRECT: _Teller.corrected,
}
