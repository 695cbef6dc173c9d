"""Receiving a shipment: what of it is ticked as arrived, damaged or refused, and what that signs.

Three lists are the whole of it, a line for each thing; scans are added to the first. Whoever scans
all that is in a box has received the box. Example::

    ticking = Ticking.of_form(shipment, desk, sent())
    ticking.doubts                       # lines that are of no use here, with the reason
    ticking.drafts(filling)              # a receipt, one of what is damaged, a refusal
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from flask_babel import gettext as _

from ledger.service.fates import Fate
from ledger.service.shipments import Shipment
from ledger.service.stock import Row, Sorted, Standing, contents_of, sort_out
from schemas import short_form
from schemas.draft import Draft
from schemas.item import split_pasted
from web.pages.desk import Desk
from web.pages.doubts import told
from web.pages.filling import Filling
from web.pages.sent import Sent


class How(StrEnum):
    """How a thing came."""

    ARRIVED = "arrived"
    DAMAGED = "damaged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Ticking:
    """What the *form* says of *shipment*, and how its *lists* are sorted out."""

    shipment: Shipment
    desk: Desk
    form: Sent
    lists: Mapping[How, Sorted]

    @classmethod
    def of_form(cls, shipment: Shipment, desk: Desk, form: Sent) -> "Ticking":
        """What was sent; lines in doubt are left out, if that is wanted."""
        texts = {how: split_pasted(form.value(how)) for how in How}
        lists = {how: _sort(desk, some) for how, some in texts.items()}
        ticking = cls(shipment, desk, form, lists)
        if form.step != "leave":
            return ticking
        wrong = {row.text for row, _ in ticking.doubts}
        kept = {how: "\n".join([t for t in some if t not in wrong]) for how, some in texts.items()}
        said = {how.value: (text,) for how, text in kept.items()} | {"step": ("check",)}
        return cls.of_form(shipment, desk, Sent({**form.said, **said}))

    @cached_property
    def outstanding(self) -> tuple[str, ...]:
        """The units of the shipment that nobody has signed for."""
        units = self.shipment.units.items()
        return tuple([unit for unit, fate in units if fate is Fate.OUTSTANDING])

    @cached_property
    def contents(self) -> Mapping[str, Mapping[str, str]]:
        """What is inside those of them that have contents, each with what it lies in."""
        return contents_of(self.desk.ledger, self.outstanding)

    @cached_property
    def _expected(self) -> frozenset[str]:
        return frozenset(self.outstanding).union(*self.contents.values())

    @cached_property
    def doubts(self) -> list[tuple[Row, str]]:
        """The lines that name nothing of this shipment, and why."""
        found, listed = [], dict[str, str]()
        for how, some in self.lists.items():
            for row in some.rows:
                why = self._doubt(row, how, listed)
                if why:
                    found.append((row, why))
        return found

    def _doubt(self, row: Row, how: How, listed: dict[str, str]) -> str:
        if row.item is None:
            return told(row, self.desk.name_of, Standing.CONSIGNEE)
        if row.item not in self._expected:
            return str(_("of another shipment to you: receive it with that"))
        if listed.setdefault(row.item, how) != how:
            return str(_("it is in another list too"))
        return ""

    @property
    def is_all(self) -> bool:
        """Whether all arrived that is in no other list."""
        return self.form.value("what") == "all"

    def came(self, how: How) -> tuple[str, ...]:
        """What came so: boxes in the place of all that is in them."""
        if how is How.ARRIVED and self.is_all:
            return self._rest
        left = dict.fromkeys(self._named(how))
        # What is left in a box from which all else was taken goes back in it.
        taken = self._taken if how is How.REFUSED else frozenset()
        for box, things in self.contents.items():
            own = things.keys() - taken - {*things.values()}
            if box in left or (own and left.keys() >= own):
                left[box] = None
                for thing in things:
                    left.pop(thing, None)
        return tuple(left)

    def _named(self, how: How) -> Sequence[str]:
        return self.lists[how].items if self.lists else ()

    @cached_property
    def _rest(self) -> tuple[str, ...]:
        """All outstanding that is not damaged or refused; of a box with such in it what is left."""
        others = {*self._named(How.DAMAGED), *self._named(How.REFUSED)}
        found: list[str] = []
        for unit in self.outstanding:
            if unit not in others:
                found += _without(unit, self.contents.get(unit, {}), others)
        return tuple(found)

    @cached_property
    def _taken(self) -> frozenset[str]:
        """What arrives, damaged or not, and all that is in it."""
        came = {*self.came(How.ARRIVED), *self.came(How.DAMAGED)}
        for things in self.contents.values():
            came |= {thing for thing in things if not came.isdisjoint(_around(thing, things))}
        return frozenset(came)

    def drafts(self, filling: Filling) -> list[Draft]:
        """What is to be signed: a receipt, one of what came damaged, a refusal."""
        arrived, damaged, refused = (self.came(how) for how in How)
        if any(one in things for one in refused for things in self.contents.values()):
            why = _(
                "what is in a box goes back with the box alone: say what became of the rest of it;"
                " if that is missing, receive what came, and send it back"
            )
            filling.fault("refused", why)
        said, final = filling.details(), filling.ticked("final")
        who, sender = filling.acting, self.shipment.sender
        found = []
        if arrived:
            details = replace(said, final=final and not damaged)
            found.append(short_form.receive(arrived, who, sender, details))
        if damaged:
            details = replace(said, final=final, disposition="damaged")
            found.append(short_form.receive(damaged, who, sender, details))
        if refused:
            found.append(short_form.refuse(refused, who, sender, said))
        if not arrived and not damaged and final:
            filling.fault("final", _("it is said in a receipt, and nothing is received"))
        if not found:
            filling.fault("arrived", _("say what arrived"))
        return found

    @property
    def left(self) -> tuple[str, ...]:
        """What is outstanding after it."""
        gone = {item for how in How for item in self.came(how)}
        return tuple([unit for unit in self.outstanding if unit not in gone])


def _without(box: str, things: Mapping[str, str], others: set[str]) -> list[str]:
    """*box*, if none of the *things* in it is of *others*; else what is left, as it lies there."""
    opened = {around for thing in others & things.keys() for around in _around(thing, things)}
    if not opened:
        return [box]
    gone = opened | others
    return [thing for thing, inside in things.items() if thing not in gone and inside in opened]


def _around(thing: str, things: Mapping[str, str]) -> Iterator[str]:
    """What *thing* lies in, from the inmost to the outmost."""
    while thing in things:
        thing = things[thing]
        yield thing


def _sort(desk: Desk, texts: Sequence[str]) -> Sorted:
    return sort_out(desk.ledger, texts, desk.reader, Standing.CONSIGNEE)
