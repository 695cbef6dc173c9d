"""A chip's story in plain words: each custody step as one sentence for somebody in a hurry.

The words are a customs officer's: who, to whom, in which package, by when, under which air
waybill. What was signed but did not take effect is told as a claim. Nothing is judged here; names
of parties come in as a mapping from party id to name. Example::

    tell(act, event, names, item=chip, stands=True)
    -> "Shipped by Kestrel Components to Fjordhall, due 3 Mar 2026 (AWB 618-12345675)."
"""

from ledger.act import Act, ActKind, Condition, Status
from ledger.names import (
    Names,
    day,
    document_name,
    item_name,
    listed,
    party_name,
    place_name,
    several,
)
from ledger.outcome import Outcome
from ledger.replay import OTHERS
from schemas.event import Event
from schemas.particulars import read_particulars

PLACES = frozenset({"chiptrail:location", "readPoint"})
"""What says where an event took place, and may be withheld."""


# Sentences ---------------------------------------------------------------------------------------

_HAPPENED = Outcome()


def tell(act: Act, event: Event, names: Names, *, item: str, outcome: Outcome = _HAPPENED) -> str:
    """What the entry says happened to *item*, or to the package around it, as a sentence."""
    told = _Teller(act, event, names, item, outcome).sentence()
    if outcome.corrected_by is not None:
        how = "Counts only with" if outcome.replaces else "Taken back by"
        return f"{how} entry {outcome.corrected_by}: {_inside(told)}."
    if outcome.stands:
        return f"{told}."
    if outcome.fell_by is not None:
        since = f"since entry {outcome.fell_by} let a correction count"
        return f"Without effect {since}: {_inside(told)}."
    if outcome.waits:
        return f"Waits for its shipment: {_inside(told)}."
    return f"Claimed, without effect: {_inside(told)}."


def _inside(sentence: str) -> str:
    """*sentence* as it goes on after other words."""
    return f"{sentence[0].lower()}{sentence[1:]}"


class _Teller:
    """One step being told."""

    def __init__(self, act: Act, event: Event, names: Names, item: str, outcome: Outcome) -> None:
        self._act, self._event, self._names, self._item = act, event, names, item
        self._outcome = outcome
        self._said = read_particulars(event)
        self._who = party_name(act.actor, names)
        if act.principal not in (None, act.actor):
            self._who += f" on behalf of {self._name(act.principal)}"

    def sentence(self) -> str:
        tell = _TELLERS.get(self._act.kind)
        return tell(self) if tell else self._other()

    def _name(self, party: str | None) -> str:
        return "somebody not named" if party is None else party_name(party, self._names)

    def _around(self) -> str:
        return "a container" if self._act.parent is None else item_name(self._act.parent)

    def _count(self) -> str:
        count = len(self._act.items)
        if OTHERS in self._act.items:
            return "other items" if count == 1 else f"{_items(count - 1)} and others"
        return "everything" if count == 0 else _items(count)

    def _at_place(self) -> str:
        if self._said.place:
            return f" at {place_name(self._said.place)}"
        is_withheld = not PLACES.isdisjoint(self._event.commitments)
        return " at a place that it keeps to itself" if is_withheld else ""

    def _documents(self) -> str:
        papers = ", ".join(map(document_name, self._event.documents))
        return f" ({papers})" if papers else ""

    def made(self) -> str:
        lot = f", lot {self._said.lot}" if self._said.lot else ""
        product = f" as {self._said.product}" if self._said.product else ""
        return f"Made by {self._who}{product}{lot}{self._at_place()}"

    def registered(self) -> str:
        return f"Entered in the ledger by {self._who}, who had it"

    def transformed(self) -> str:
        act = self._act
        if self._item not in act.outputs:
            return f"Made into {several(act.outputs) or 'nothing more'} by {self._who}"
        others = tuple([item for item in act.items if item != self._item])
        return f"Made out of {several(others) or 'something not named'} by {self._who}"

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
        via = f" with {listed([self._name(party) for party in act.via])}" if act.via else ""
        due = f", due {day(act.due_at)}" if act.due_at else ""
        user = self._said.ends.get("end_user")
        use = f", for use by {self._name(user)}" if user and user != act.counterparty else ""
        kept = "still" if act.owner == act.who else "to be"
        own = f", {kept} owned by {self._name(act.owner)}" if act.owner else ""
        whom = self._name(act.counterparty)
        verb = "Redirected" if self._outcome.redirects else "Shipped"
        return f"{verb} by {self._who} to {whom}{via}{own}{use}{due}{self._documents()}"

    def carried(self) -> str:
        step = _CARRIED.get(self._event.biz_step or "", "Under way with")
        return f"{step} {self._who}{self._at_place()}{self._documents()}"

    def delivered(self) -> str:
        whom = self._name(self._act.counterparty)
        if not self._act.evidence:
            return f"Delivered to {whom}, says {self._who}, and shows nothing for it"
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
        act, whose = self._act, self._act.who
        said = []
        if act.owner == whose:
            said.append(f"Owned by {self._who} itself")
        if act.user == whose:
            said.append(f"Used by {self._who} itself from now on")
        others = [(act.owner, "its owner"), (act.user, "its user")]
        rights = [
            f"to {self._name(to)} as {what}" for to, what in others if to not in (None, whose)
        ]
        if rights or not said:
            to_whom = f" {listed(rights)}" if rights else ""
            said.append(f"Offered by {self._who}{to_whom}; it stays where it is")
        return ". ".join(said)

    def accepted(self) -> str:
        rights = listed(list(self._outcome.rights))
        return f"Accepted by {self._who}" + (f" as its new {rights}" if rights else "")

    def declared(self) -> str:
        return f"Declared by {self._who} to be{self._at_place() or ' in its charge'}"

    def inspected(self) -> str:
        result = next((_RESULTS[c] for c in _RESULTS if c in self._act.condition), "")
        return f"Inspected by {self._who}{self._at_place()}{result}"

    def held_back(self) -> str:
        return f"{_HELD_BACK[self._act.kind]} by {self._who}{self._at_place()}"

    def reported(self) -> str:
        if self._act.status_set == {Status.RECALLED}:
            return f"Recalled by {self._who}"
        words = listed(sorted(self._act.status_set)) or "something"
        return f"Reported {words} by {self._who}"

    def cleared(self) -> str:
        words = listed(sorted(self._act.status_unset)) or "something"
        return f"No longer {words}, says {self._who}"

    def replaced(self) -> str:
        return f"Given new serial numbers by {self._who}"

    def ended(self) -> str:
        verb = "Destroyed" if self._act.kind is ActKind.DESTROY else "Taken out of use"
        return f"{verb} by {self._who}"

    def corrected(self) -> str:
        corrects = self._outcome.corrects
        wrong = "An earlier entry" if corrects is None else f"Entry {corrects}"
        return f"{wrong} declared wrong by {self._who}"

    def _other(self) -> str:
        step = (self._event.biz_step or self._event.type).rsplit(":", 1)[-1].replace("_", " ")
        return f"Noted by {self._who}: {step}{self._at_place()}{self._documents()}"


def _items(count: int) -> str:
    return f"{count:,} item{'s' if count != 1 else ''}"


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
