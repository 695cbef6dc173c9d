"""A chip's story in plain words: each custody step as one sentence for somebody in a hurry.

The words are a customs officer's: who, to whom, in which package, by when, under which air
waybill. What was signed but did not take effect is told as a claim. Nothing is judged here; names
of parties come in as a mapping from party id to name. Example::

    tell(act, event, names, item=chip, stands=True)
    -> "Shipped by Kestrel Components to Fjordhall, due 3 Mar 2026 (AWB 618-12345675)."
"""

from functools import reduce

from ledger.act import Act, ActKind, Condition, Status
from ledger.names import (
    Names,
    day,
    document_name,
    item_name,
    party_name,
    several,
)
from ledger.outcome import Outcome
from ledger.place_story import place_name
from ledger.replay import OTHERS
from ledger.wording import later, listed, phrase, went_on
from schemas.event import Event
from schemas.particulars import read_particulars
from schemas.vocabulary import BIZ_STEPS

PLACES = frozenset({"chiptrail:location", "readPoint"})
"""What says where an event took place, and may be withheld."""


# Sentences ---------------------------------------------------------------------------------------

_HAPPENED = Outcome()


def tell(act: Act, event: Event, names: Names, *, item: str, outcome: Outcome = _HAPPENED) -> str:
    """What the entry says happened to *item*, or to the package around it, as a sentence."""
    told = _Teller(act, event, names, item, outcome).sentence()
    inside = went_on(told)
    if outcome.corrected_by is not None:
        entry = outcome.corrected_by
        if outcome.replaces:
            return phrase("Counts only with entry %(entry)s: %(told)s.", entry=entry, told=inside)
        return phrase("Taken back by entry %(entry)s: %(told)s.", entry=entry, told=inside)
    if outcome.stands:
        return phrase("%(told)s.", told=told)
    if outcome.fell_by is not None:
        return phrase(
            "Without effect since entry %(entry)s let a correction count: %(told)s.",
            entry=outcome.fell_by,
            told=inside,
        )
    if outcome.waits:
        return phrase("Waits for its shipment: %(told)s.", told=inside)
    return phrase("Claimed, without effect: %(told)s.", told=inside)


class _Teller:
    """One step being told."""

    def __init__(self, act: Act, event: Event, names: Names, item: str, outcome: Outcome) -> None:
        self._act, self._event, self._names, self._item = act, event, names, item
        self._outcome = outcome
        self._said = read_particulars(event)
        self._who = party_name(act.actor, names)
        if act.principal not in (None, act.actor):
            principal = self._name(act.principal)
            self._who = phrase(
                "%(agent)s on behalf of %(principal)s", agent=self._who, principal=principal
            )

    def sentence(self) -> str:
        tell = _TELLERS.get(self._act.kind)
        return tell(self) if tell else self._other()

    def _name(self, party: str | None) -> str:
        return phrase("somebody not named") if party is None else party_name(party, self._names)

    def _around(self) -> str:
        parent = self._act.parent
        return phrase("a container") if parent is None else item_name(parent)

    def _count(self) -> str:
        count = len(self._act.items)
        if OTHERS in self._act.items:
            if count == 1:
                return phrase("other items")
            return phrase("%(items)s and others", items=_items(count - 1))
        return phrase("everything") if count == 0 else _items(count)

    def _by(self, text: str, **values: object) -> str:
        return phrase(text, who=self._who, **values)

    def _place(self) -> str | None:
        if self._said.place:
            return place_name(self._said.place)
        is_withheld = not PLACES.isdisjoint(self._event.commitments)
        return phrase("a place that it keeps to itself") if is_withheld else None

    def _at_place(self, told: str) -> str:
        place = self._place()
        return told if place is None else phrase("%(told)s at %(place)s", told=told, place=place)

    def _with_papers(self, told: str) -> str:
        papers = ", ".join(map(document_name, self._event.documents))
        return phrase("%(told)s (%(papers)s)", told=told, papers=papers) if papers else told

    def made(self) -> str:
        told = self._by(later("Made by %(who)s"))
        if self._said.product:
            told = phrase("%(told)s as %(product)s", told=told, product=self._said.product)
        if self._said.lot:
            told = phrase("%(told)s, lot %(lot)s", told=told, lot=self._said.lot)
        return self._at_place(told)

    def registered(self) -> str:
        return self._by(later("Entered in the ledger by %(who)s, who had it"))

    def transformed(self) -> str:
        act = self._act
        if self._item not in act.outputs:
            into = several(act.outputs) or phrase("nothing more")
            return self._by(later("Made into %(into)s by %(who)s"), into=into)
        others = several(tuple([item for item in act.items if item != self._item]))
        out_of = others or phrase("something not named")
        return self._by(later("Made out of %(items)s by %(who)s"), items=out_of)

    def put_in(self) -> str:
        kind = self._act.kind
        if self._item == self._act.parent:
            return self._by(_WENT_IN[kind], items=self._count())
        return self._by(_PUT_IN[kind], parent=self._around())

    def taken_out(self) -> str:
        if self._item == self._act.parent:
            text = later("Opened by %(who)s: %(items)s taken out")
            return self._by(text, items=self._count())
        return self._by(later("Taken out of %(parent)s by %(who)s"), parent=self._around())

    def shipped(self) -> str:
        act = self._act
        text = _REDIRECTED if self._outcome.redirects else _SHIPPED
        told = self._by(text, whom=self._name(act.counterparty))
        if act.via:
            via = listed([self._name(party) for party in act.via])
            told = phrase("%(told)s with %(via)s", told=told, via=via)
        told = self._for_use(self._with_owner(told))
        if act.due_at:
            told = phrase("%(told)s, due %(day)s", told=told, day=day(act.due_at))
        return self._with_papers(told)

    def _with_owner(self, told: str) -> str:
        owner = self._act.owner
        if not owner:
            return told
        name = self._name(owner)
        if owner == self._act.who:
            return phrase("%(told)s, still owned by %(owner)s", told=told, owner=name)
        return phrase("%(told)s, to be owned by %(owner)s", told=told, owner=name)

    def _for_use(self, told: str) -> str:
        user = self._said.ends.get("end_user")
        if not user or user == self._act.counterparty:
            return told
        return phrase("%(told)s, for use by %(user)s", told=told, user=self._name(user))

    def carried(self) -> str:
        text = _CARRIED.get(self._event.biz_step or "", later("Under way with %(who)s"))
        return self._with_papers(self._at_place(self._by(text)))

    def delivered(self) -> str:
        whom = self._name(self._act.counterparty)
        if not self._act.evidence:
            text = later("Delivered to %(whom)s, says %(who)s, and shows nothing for it")
        else:
            text = later("Delivered to %(whom)s, says %(who)s; %(whom)s has not signed for it")
        return self._by(text, whom=whom)

    def received(self) -> str:
        is_damaged, sender = Condition.DAMAGED in self._act.condition, self._act.counterparty
        told = self._by(_RECEIVED_DAMAGED if is_damaged else _RECEIVED)
        if sender:
            told = phrase("%(told)s from %(sender)s", told=told, sender=self._name(sender))
        return self._with_papers(told)

    def refused(self) -> str:
        told = self._by(later("Refused by %(who)s: it goes back to the sender"))
        return self._with_papers(told)

    def voided(self) -> str:
        return self._by(later("Shipment called off by %(who)s"))

    def transferred(self) -> str:
        act, whose = self._act, self._act.who
        said = []
        if act.owner == whose:
            said.append(self._by(later("Owned by %(who)s itself")))
        if act.user == whose:
            said.append(self._by(later("Used by %(who)s itself from now on")))
        rights = [
            phrase(text, whom=self._name(to))
            for to, text in zip((act.owner, act.user), _OFFERED, strict=True)
            if to not in (None, whose)
        ]
        if rights:
            text = later("Offered by %(who)s %(rights)s; it stays where it is")
            said.append(self._by(text, rights=listed(rights)))
        elif not said:
            said.append(self._by(later("Offered by %(who)s; it stays where it is")))
        return reduce(lambda one, other: phrase("%(one)s. %(other)s", one=one, other=other), said)

    def accepted(self) -> str:
        if not self._outcome.rights:
            return self._by(later("Accepted by %(who)s"))
        rights = listed([_RIGHTS[right] for right in self._outcome.rights])
        return self._by(later("Accepted by %(who)s as its new %(rights)s"), rights=rights)

    def declared(self) -> str:
        place = self._place()
        if place is None:
            return self._by(later("Declared by %(who)s to be in its charge"))
        return self._by(later("Declared by %(who)s to be at %(place)s"), place=place)

    def inspected(self) -> str:
        told = self._at_place(self._by(later("Inspected by %(who)s")))
        text = next((_RESULTS[c] for c in _RESULTS if c in self._act.condition), None)
        return told if text is None else phrase(text, told=told)

    def held_back(self) -> str:
        return self._at_place(self._by(_HELD_BACK[self._act.kind]))

    def reported(self) -> str:
        if self._act.status_set == {Status.RECALLED}:
            return self._by(later("Recalled by %(who)s"))
        words = _statuses(self._act.status_set)
        return self._by(later("Reported %(words)s by %(who)s"), words=words)

    def cleared(self) -> str:
        words = _statuses(self._act.status_unset)
        return self._by(later("No longer %(words)s, says %(who)s"), words=words)

    def replaced(self) -> str:
        return self._by(later("Given new serial numbers by %(who)s"))

    def ended(self) -> str:
        if self._act.kind is ActKind.DESTROY:
            return self._by(later("Destroyed by %(who)s"))
        return self._by(later("Taken out of use by %(who)s"))

    def corrected(self) -> str:
        corrects = self._outcome.corrects
        if corrects is None:
            return self._by(later("An earlier entry declared wrong by %(who)s"))
        return self._by(later("Entry %(entry)s declared wrong by %(who)s"), entry=corrects)

    def _other(self) -> str:
        step = (self._event.biz_step or self._event.type).rsplit(":", 1)[-1]
        words = step.replace("_", " ")
        step = phrase(words) if step in BIZ_STEPS else words
        told = self._by(later("Noted by %(who)s: %(step)s"), step=step)
        return self._with_papers(self._at_place(told))


def _items(count: int) -> str:
    return phrase("1 item") if count == 1 else phrase("%(count)s items", count=f"{count:,}")


def _statuses(said: frozenset[str]) -> str:
    return listed([_STATUSES[Status(word)] for word in sorted(said)]) or phrase("something")


_PUT_IN = {
    ActKind.PACK: later("Packed by %(who)s into %(parent)s"),
    ActKind.INSTALL: later("Installed by %(who)s into %(parent)s"),
}
_WENT_IN = {
    ActKind.PACK: later("Packed by %(who)s: %(items)s went in"),
    ActKind.INSTALL: later("Installed by %(who)s: %(items)s went in"),
}
_SHIPPED = later("Shipped by %(who)s to %(whom)s")
_REDIRECTED = later("Redirected by %(who)s to %(whom)s")
_RECEIVED = later("Received by %(who)s")
_RECEIVED_DAMAGED = later("Received damaged by %(who)s")
_OFFERED = (
    later("to %(whom)s as its owner"),
    later("to %(whom)s as its user"),
)
_RIGHTS = {"owner": phrase("owner"), "user": phrase("user")}
_CARRIED = {
    "departing": later("Left with %(who)s"),
    "loading": later("Loaded by %(who)s"),
    "transporting": later("On the way with %(who)s"),
    "arriving": later("Arrived with %(who)s"),
}
_RESULTS = {
    Condition.MISMATCH_INSTANCE: later("%(told)s: it is not the item it is recorded as"),
    Condition.NON_CONFORMANT: later("%(told)s: not as described"),
    Condition.CONFORMANT: later("%(told)s: as described"),
    Condition.DAMAGED: later("%(told)s: damaged"),
}
_HELD_BACK = {
    ActKind.DETAIN: later("Held back by %(who)s"),
    ActKind.SEIZE: later("Seized by %(who)s"),
    ActKind.RELEASE: later("Released by %(who)s"),
}
_STATUSES = {
    Status.STOLEN: phrase("stolen"),
    Status.LOST: phrase("lost"),
    Status.TAMPERED: phrase("tampered"),
    Status.RECALLED: phrase("recalled"),
    Status.DETAINED: phrase("detained"),
    Status.SEIZED: phrase("seized"),
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
