"""What entries draw on licences, counted from what is written of them.

Source: docs/rules.md, "Licences". A shipment, or a transfer in place, that names a licence draws
the units in it on that licence, each once; goods that are sent on under the same licence are drawn
already. Only two things give anything back: a void before departure, and a correction that says of
a shipment that it did not occur. One that puts another shipment in its place frees nothing: what
that draws less, the first goes on drawing. Counted anew whenever a correction may have changed what
was inside of what, or the licence is stated anew. Example::

    Drawing(sources).count({index}, index)      # once everything about the entries is written
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.act import Act, ActKind
from ledger.custody import Needs
from ledger.dealing import SENDS, Dealing
from ledger.finding import WITHOUT_EFFECT, Code, Finding
from ledger.order import ordinal
from ledger.service.history import Sources
from ledger.store import corrections, draws, events, items, log, stays
from ledger.store.amendments import Kind, Row, changed, save_changes
from ledger.store.draws import DrawRow
from ledger.store.events import EventRow
from ledger.wallet import Number, governing, licence_key, units
from schemas.event import parse_event
from schemas.statement import LicenceKind

_DID_NOT_OCCUR = "did_not_occur"
DRAWS = SENDS | {ActKind.VOID}


@dataclass(frozen=True, slots=True)
class _Share:
    """What entry *index* draws on licence *number*: the units in *named* right before *when*.

    It stands with the shipment at ordinal *place*. *less* of it is drawn by others in its place;
    *is_back*: it is given back.
    """

    index: int
    number: Number
    sender: str
    place: int
    named: tuple[str, ...]
    when: int
    prefixes: tuple[str, ...]
    less: int = 0
    is_back: bool = False


class Drawing:
    """Counts what is drawn, as far as it is written in *sources*."""

    def __init__(self, sources: Sources) -> None:
        self._sources, self._connection = sources, sources.target

    def count(self, indexes: Collection[int], at: int) -> None:
        """Write what the entries at *indexes* draw, as of entry *at*, which changed it."""
        dealings = draws.load_dealings(self._connection, indexes)
        drawing = {i: one for i, one in dealings.items() if _may_draw(one)}
        if not drawing:
            return
        self._dealings = drawing
        self._events = events.load_events(self._connection, drawing)
        self._acts = {i: act for i, (_, act) in self._sources.load_acts(drawing).items()}
        self._found = events.load_findings(self._connection, drawing)
        rows = self._rows(sorted(drawing))
        old = draws.save_draws(self._connection, drawing, rows)
        if old:
            self._note(old, rows, at)

    def recount(self, number: Number, at: int) -> None:
        """The licence of that *number* was stated anew by entry *at*."""
        self.count(draws.find_drawing(self._connection, licence_key(*number)), at)

    def _note(self, old: Iterable[DrawRow], new: Iterable[DrawRow], at: int) -> None:
        """Keep for whoever saw it what was drawn until entry *at*."""
        before, after = defaultdict[int, list[Row]](list), defaultdict[int, list[Row]](list)
        for kept, rows in ((before, old), (after, new)):
            for licence, *rest in rows:
                kept[licence].append(tuple(rest))
        changes = [
            change
            for licence in sorted(before.keys() | after.keys())
            for change in changed(at, Kind.DRAW, licence, before[licence], after[licence])
        ]
        save_changes(self._connection, changes)

    # One entry ------------------------------------------------------------------------------------

    def _rows(self, indexes: Iterable[int]) -> list[DrawRow]:
        shares = [share for index in indexes for share in self._shares_of(index)]
        return [
            DrawRow(licence_key(*share.number), share.place, share.index, share.sender, left)
            for share, quantity in zip(shares, self._counted(shares), strict=True)
            if (left := -quantity if share.is_back else quantity - share.less) > 0 or share.is_back
        ]

    def _shares_of(self, index: int) -> Iterable[_Share]:
        event, dealing = self._events[index], self._dealings[index]
        by, is_void = event.corrected_by, dealing.kind is ActKind.VOID
        if by is not None and (is_void or self._is_undone(index, by)):
            return ()
        if is_void:
            return self._given_back(index, event)
        less = {} if by is None else self._drawn_instead(by)
        sent = self._sent(index, event, dealing)
        return [replace(share, less=less.get(share.number, 0)) for share in sent]

    def _sent(self, index: int, event: EventRow, dealing: Dealing) -> Iterator[_Share]:
        """What entry *index* sends under each licence that it names."""
        act, found = self._acts[index], self._found.get(index, ())
        moved, sent_on = _effective(act, found), _sent_on(act, found)
        known = draws.load_dealings(self._connection, set(sent_on.values())) if sent_on else {}
        place = _ordinal(event)
        for number in _numbers(dealing):
            fresh = [
                item
                for item in moved
                if item not in sent_on or number not in _numbers(known.get(sent_on[item]))
            ]
            prefixes = self._prefixes(number, dealing.sender, index)
            yield _Share(index, number, dealing.sender, place, tuple(fresh), place, prefixes)

    def _prefixes(self, number: Number, sender: str, before: int) -> tuple[str, ...]:
        registry = self._sources.registry
        said_in = governing(registry, number, sender, before=before)
        return () if said_in is None else registry.licences[said_in].item_prefixes

    def _counted(self, shares: Sequence[_Share]) -> list[int]:
        """The units in each of *shares*."""
        ids = items.load_ids(self._connection, {one for share in shares for one in share.named})
        wanted = {(ids[one], share.when) for share in shares for one in share.named}
        inside: dict[tuple[int, int], list[tuple[str, str]]] = {}
        for root, when, thing, container in stays.load_contained(self._connection, wanted):
            inside.setdefault((root, when), []).append((thing, container))
        boxes = self._boxes(
            {one for one in ids if ids[one] not in {root for root, _ in inside}}, ids
        )
        counts = []
        for share in shares:
            pairs = [p for one in share.named for p in inside.get((ids[one], share.when), ())]
            counted = units(share.named, pairs, share.prefixes)
            counts.append(len(counted if share.prefixes else counted - boxes))
        return counts

    def _boxes(self, bare: Collection[str], ids: Mapping[str, int]) -> set[str]:
        """Those of *bare*, in which there is nothing, that only ever were packaging."""
        filled = stays.load_filled(self._connection, [ids[one] for one in bare])
        ever = frozenset([one for one in bare if ids[one] in filled])
        if not ever:
            return set()
        states = items.load_holdings(self._connection, Needs(ever, frozenset()))[0].states
        return {
            one
            for one in ever
            if one in states and states[one].origin is None and not states[one].registered
        }

    # What is given back ---------------------------------------------------------------------------

    def _given_back(self, index: int, event: EventRow) -> Iterator[_Share]:
        """What the shipments drew of which the void at *index* calls something off."""
        moved = _effective(self._acts[index], self._found.get(index, ()))
        by_shipment: dict[int, list[str]] = {}
        for item, shipment in self._shipments(moved, _ordinal(event)).items():
            by_shipment.setdefault(shipment, []).append(item)
        sent = events.load_events(self._connection, by_shipment)
        known = draws.load_dealings(self._connection, by_shipment)
        for shipment, named in by_shipment.items():
            sender, place = known[shipment].sender, _ordinal(sent[shipment])
            for number in _numbers(known[shipment]):
                prefixes = self._prefixes(number, sender, shipment)
                share = _Share(
                    index, number, sender, place, tuple(named), _ordinal(event), prefixes
                )
                yield replace(share, is_back=True)

    def _shipments(self, named: Collection[str], before: int) -> dict[str, int]:
        """By which shipment each of *named* was under way right before ordinal *before*."""
        ids = items.load_ids(self._connection, named)
        bearings = events.load_bearings(self._connection, ids.values())
        dealings = draws.load_dealings(self._connection, {one.idx for one in bearings})
        last = {
            one.item: one.idx
            for one in bearings
            if one.ordinal < before
            and one.idx in dealings
            and dealings[one.idx].kind is ActKind.SHIP
        }
        return {item: last[number] for item, number in ids.items() if number in last}

    def _is_undone(self, index: int, by: int) -> bool:
        """Whether by correction *by* entry *index* did not occur, or does not count yet."""
        row = corrections.load_corrections(self._connection, [by])[by]
        if row.target != index:
            return True  # a corrective whose correction waits
        payload = log.load_entries_at(self._sources.truth, [by])[by].payload
        error = parse_event(payload).error
        reason = None if error is None else error.reason
        return reason is not None and reason.endswith(_DID_NOT_OCCUR)

    def _drawn_instead(self, by: int) -> Mapping[Number, int]:
        """What the shipments draw that correction *by* puts in the place of another."""
        (made,) = corrections.load_whole(self._connection, [by])
        dealings = draws.load_dealings(self._connection, made.correctives)
        sends = [index for index, one in dealings.items() if one.kind in SENDS]
        rows = events.load_events(self._connection, sends)
        shares: list[_Share] = []
        for index in sends:
            self._acts[index] = self._sources.load_acts([index])[index][1]
            self._found |= events.load_findings(self._connection, [index])
            shares += self._sent(index, rows[index], dealings[index])
        total: dict[Number, int] = {}
        for share, quantity in zip(shares, self._counted(shares), strict=True):
            total[share.number] = total.get(share.number, 0) + quantity
        return total


def _may_draw(dealing: Dealing) -> bool:
    return dealing.kind is ActKind.VOID or bool(_numbers(dealing))


def _numbers(dealing: Dealing | None) -> tuple[Number, ...]:
    """The licences that *dealing* names by number, each once."""
    named = () if dealing is None or dealing.kind not in DRAWS else dealing.authorisations
    return tuple(
        dict.fromkeys(
            [
                (one.regime, one.number)
                for one in named
                if one.number is not None and one.kind != LicenceKind.NLR
            ]
        )
    )


def _ordinal(event: EventRow) -> int:
    return ordinal(event.idx) if event.ordinal is None else event.ordinal


def _effective(act: Act, found: Iterable[Finding]) -> list[str]:
    """The items of *act* that it did something to."""
    failed = {
        item for one in found if one.code in WITHOUT_EFFECT for item in one.items or act.items
    }
    return [item for item in act.items if item not in failed]


def _sent_on(act: Act, found: Iterable[Finding]) -> dict[str, int]:
    """The items of *act* that were under way already, with the shipment that they were in."""
    return {
        item: one.cites[0]
        for one in found
        if one.code is Code.REDIRECTED and one.cites
        for item in one.items or act.items
    }
