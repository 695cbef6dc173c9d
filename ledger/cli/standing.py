"""What is known of an item now, a line each: who has it, whose it is, where it was seen last.

Example::

    facts(state, steps, names, as_of)      # "in transit   from Kestrel to Fjordhall, with Skua"
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from rich.table import Table

from ledger.act import ActKind, Status
from ledger.cli.telling import Names, Told
from ledger.holding import ItemState, Phase
from ledger.identity import KINDS, Bound, spelled
from ledger.location import Appraisal
from ledger.names import item_name, moment, party_name, several
from ledger.place_story import tell_place
from ledger.tenure import due_at, making, sending, tenure
from ledger.wording import ENDED
from schemas.particulars import read_particulars

_REPORTED = frozenset({Status.STOLEN, Status.LOST, Status.TAMPERED})


def facts(
    state: ItemState | None,
    steps: Sequence[Told],
    names: Names,
    as_of: datetime,
    *,
    contents: Sequence[str] = (),
    numbers: Mapping[str, Bound] = MappingProxyType({}),
    place: Appraisal | None = None,
) -> Table:
    """What is known of the item now, a line each.

    *numbers* are those that it is bound to; *place* None is not told.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, words in _facts(state, steps, names, as_of, contents):
        table.add_row(label, words)
    for label, words in () if place is None else tell_place(place, names, as_of):
        table.add_row(label, words)
    if numbers:
        table.add_row("numbers", _listed(numbers, steps))
    return table


def _facts(
    state: ItemState | None,
    steps: Sequence[Told],
    names: Names,
    as_of: datetime,
    contents: Sequence[str],
) -> Iterator[tuple[str, str]]:
    yield from _made(state, steps, names)
    if state is None:
        return
    yield from _custody(state, steps, names, as_of)
    yield from _title(state, names)
    if state.parent is not None:
        yield "inside", item_name(state.parent)
    if contents:
        listed = ", ".join(map(item_name, contents[:4]))
        more = f" and {len(contents) - 4:,} more" if len(contents) > 4 else ""
        yield "contains", f"{listed}{more}"
    if state.status:
        words = [f"reported {word}" if word in _REPORTED else word for word in state.status]
        yield "status", ", ".join(sorted(words))
    yield from _destination(state, steps, names)


def _made(
    state: ItemState | None, steps: Sequence[Told], names: Names
) -> Iterator[tuple[str, str]]:
    step = making(state, steps)
    if step is None:
        return
    maker = f"by {party_name(step.act.actor, names)}"
    if step.act.kind is ActKind.TRANSFORM:
        yield "made", f"out of {several(step.act.items) or 'something not named'} {maker}"
        return
    said = read_particulars(step.event)
    lot = f"lot {said.lot}" if said.lot else None
    yield "made", ", ".join(part for part in (said.product, lot, maker) if part)


def _custody(
    state: ItemState, steps: Sequence[Told], names: Names, as_of: datetime
) -> Iterator[tuple[str, str]]:
    holder = party_name(state.custody.holder, names)
    if state.ended is not None:
        yield "ended", f"{ENDED[state.ended]} by {holder} (entry {state.last})"
    elif state.custody.phase is Phase.HELD:
        unsigned = "" if state.custody.sender is None else "; it has not signed for it"
        yield "held by", f"{holder}{_since(state, steps)}{unsigned}"
    else:
        to = party_name(state.custody.consignee or "", names)
        if state.custody.consignee == state.custody.holder:
            yield "in transit", f"back to {holder}, who still answers for it"
            return
        via = ", ".join(party_name(party, names) for party in state.custody.via)
        yield "in transit", f"from {holder} to {to}" + (f", with {via}" if via else "")
        due = due_at(state, steps)
        if due is not None:
            late = f", {_span(due - as_of)}" if state.stopped_at is None else ", and held back"
            yield "due", f"{moment(due)} UTC{late}"
        yield "answers for it", f"{holder}, until {to} signs"


def _since(state: ItemState, steps: Sequence[Told]) -> str:
    """When the present holder came to have it, by the entry that says so."""
    step = tenure(state, steps)
    return "" if step is None else f", since {moment(step.act.event_at)} UTC (entry {step.index})"


def _span(span: timedelta) -> str:
    """``in 3 days`` or ``39 days ago``."""
    days = abs(span) // timedelta(days=1)
    words = "less than a day" if days == 0 else "a day" if days == 1 else f"{days} days"
    return f"in {words}" if span > timedelta(0) else f"{words} ago"


def _title(state: ItemState, names: Names) -> Iterator[tuple[str, str]]:
    """Who owns and who uses it, as far as that was said."""
    title = state.title
    if title is not None and title.owner is not None:
        yield "owned by", party_name(title.owner, names)
    if title is not None and title.user is not None:
        yield "used by", party_name(title.user, names)


def _destination(
    state: ItemState, steps: Sequence[Told], names: Names
) -> Iterator[tuple[str, str]]:
    """The end user and the licence that the last shipment names."""
    step = sending(steps)
    if step is None:
        return
    said = read_particulars(step.event)
    # Once it has arrived, who uses it is on record.
    if "end_user" in said.ends and (state.title is None or state.title.user is None):
        yield "for use by", f"{party_name(said.ends['end_user'], names)}, says the sender"
    if said.licences:
        yield "shipped under", f"{', '.join(map(' '.join, said.licences))}, says the sender"


_SHORT = {"printed_serial": "printed", "nvml_serial": "NVML", "part_number": "part"}


def _listed(numbers: Mapping[str, Bound], steps: Sequence[Told]) -> str:
    """``printed S1, UUID GPU-5f3c (entry 4); PDI 0x1a (entry 9)``, as they were signed."""
    signed = {s.index: spelled(one) for s in steps for one in s.event.identities}
    by_entry: dict[int, list[str]] = {}
    for kind in [kind for kind in KINDS if kind in numbers]:
        number, entry = numbers[kind]
        text = signed.get(entry, {}).get(kind, number)
        by_entry.setdefault(entry, []).append(f"{_SHORT.get(kind, KINDS[kind])} {text}")
    return "; ".join(f"{', '.join(some)} (entry {entry})" for entry, some in by_entry.items())
