"""One item's story on the terminal: who has it, where it goes, what is found, each step in words.

``chip`` and ``verify`` tell the same story, one from the database, one from a bundle.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ledger.act import Act, ActKind
from ledger.advice import ACTIONS
from ledger.cli.receipts import TIER_STYLES, TIER_WORDS
from ledger.finding import Finding, Tier
from ledger.holding import ItemState, Phase
from ledger.judge import Verdict
from ledger.story import (
    is_effective,
    item_name,
    moment,
    party_name,
    place_name,
    retell,
    tell,
)
from schemas.event import Event
from schemas.gs1 import CANONICAL
from schemas.item import split_item
from schemas.particulars import Place, read_particulars

Names = Mapping[str, str]

VERDICT_STYLES: Mapping[Verdict, str] = {
    Verdict.CLEAR: "bold green",
    Verdict.CHECK: "bold yellow",
    Verdict.STOP: "bold red",
    Verdict.UNKNOWN: "bold magenta",
}
VERDICT_ICONS: Mapping[Verdict, str] = {
    Verdict.CLEAR: "✓",
    Verdict.CHECK: "▲",
    Verdict.STOP: "■",
    Verdict.UNKNOWN: "?",
}
_SUMMARIES: Mapping[Verdict, str] = {
    Verdict.CLEAR: "nothing speaks against it",
    Verdict.CHECK: "something does not fit; look closer",
    Verdict.STOP: "the record contradicts it; hold it",
    Verdict.UNKNOWN: "nothing is recorded of it",
}
_BEGINS = frozenset({ActKind.COMMISSION, ActKind.REGISTER, ActKind.RECEIVE, ActKind.ACCEPT})
# An entry recorded sooner than this after the event is not worth a remark.
_PROMPTLY = timedelta(hours=24)
# So many of the items inside a container are named.
_FIRST_INSIDE = 5


@dataclass(frozen=True, slots=True)
class Told:
    """One step to tell: entry *index* with its event, and what was found on the item."""

    index: int
    recorded_at: datetime
    event: Event
    act: Act
    through: str | None
    findings: tuple[Finding, ...]


def verdict_text(verdict: Verdict) -> Text:
    """Icon, word and colour."""
    return Text(f"{VERDICT_ICONS[verdict]} {verdict.value.upper()}", VERDICT_STYLES[verdict])


# Header ------------------------------------------------------------------------------------------


def heading(item: str, verdict: Verdict) -> RenderableType:
    """The item's serial and its verdict, its id below."""
    line = Text.assemble((item_name(item), "bold"), "   ", verdict_text(verdict))
    line.append(f"  {_SUMMARIES[verdict]}", "dim")
    return Group(line, Text(item, "dim"))


def footer(as_of: datetime, size: int, *, is_as_of: bool) -> Text:
    """As of when this is; *is_as_of*: a time other than now was asked for."""
    at = f"{moment(as_of)} UTC"
    if is_as_of:
        words = f"Judged as of {at}, from all that is recorded now: {size:,} entries."
        return Text(words, "dim")
    return Text(f"As of {at}, {size:,} entries.", "dim")


def facts(
    state: ItemState | None,
    steps: Sequence[Told],
    names: Names,
    as_of: datetime,
    contents: Sequence[str] = (),
) -> Table:
    """What is known of the item now, a line each."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, words in _facts(state, steps, names, as_of, contents):
        table.add_row(label, words)
    return table


def _facts(
    state: ItemState | None,
    steps: Sequence[Told],
    names: Names,
    as_of: datetime,
    contents: Sequence[str],
) -> Iterator[tuple[str, str]]:
    yield from _made(steps, names)
    if state is None:
        return
    yield from _custody(state, steps, names, as_of)
    if state.parent is not None:
        yield "inside", item_name(state.parent)
    if contents:
        listed = ", ".join(map(item_name, contents[:4]))
        more = f" and {len(contents) - 4:,} more" if len(contents) > 4 else ""
        yield "contains", f"{listed}{more}"
    if state.status:
        yield "reported", ", ".join(sorted(state.status))
    yield from _destination(steps, names)
    yield from _last_place(steps, names)
    yield from _numbers(steps)


def _made(steps: Sequence[Told], names: Names) -> Iterator[tuple[str, str]]:
    for step in steps:
        if step.act.kind is ActKind.COMMISSION and is_effective(step.findings):
            said = read_particulars(step.event)
            lot = f"lot {said.lot}" if said.lot else None
            maker = f"by {party_name(step.act.actor, names)}"
            yield "made", ", ".join(part for part in (said.product, lot, maker) if part)
            return


def _custody(
    state: ItemState, steps: Sequence[Told], names: Names, as_of: datetime
) -> Iterator[tuple[str, str]]:
    holder = party_name(state.custody.holder, names)
    if state.ended is not None:
        word = "destroyed" if state.ended is ActKind.DESTROY else "taken out of use"
        yield "ended", f"{word} by {holder} (entry {state.last})"
    elif state.custody.phase is Phase.HELD:
        yield "held by", f"{holder}{_since(state, steps)}"
    else:
        to = party_name(state.custody.consignee or "", names)
        if state.custody.consignee == state.custody.holder:
            yield "in transit", f"back to {holder}, who still answers for it"
            return
        via = ", ".join(party_name(party, names) for party in state.custody.via)
        yield "in transit", f"from {holder} to {to}" + (f", with {via}" if via else "")
        due_at = next((s.act.due_at for s in steps if s.index == state.custody.shipment), None)
        if due_at is not None:
            yield "due", f"{moment(due_at)} UTC, {_span(due_at - as_of)}"
        yield "answers for it", f"{holder}, until {to} signs"


def _since(state: ItemState, steps: Sequence[Told]) -> str:
    """When the present holder came to have it, by the entry that says so."""
    for step in reversed(steps):
        begins = step.act.kind in _BEGINS and step.act.actor == state.custody.holder
        if begins and is_effective(step.findings):
            return f", since {moment(step.act.event_at)} UTC (entry {step.index})"
    return ""


def _span(span: timedelta) -> str:
    """``in 3 days`` or ``39 days ago``."""
    days = abs(span) // timedelta(days=1)
    words = "less than a day" if days == 0 else "a day" if days == 1 else f"{days} days"
    return f"in {words}" if span > timedelta(0) else f"{words} ago"


def _destination(steps: Sequence[Told], names: Names) -> Iterator[tuple[str, str]]:
    """The end user and the licence that the last shipment names."""
    for step in reversed(steps):
        if step.act.kind is ActKind.SHIP and is_effective(step.findings):
            said = read_particulars(step.event)
            if "end_user" in said.ends:
                yield "for use by", f"{party_name(said.ends['end_user'], names)}, says the sender"
            if said.licences:
                yield "shipped under", f"{', '.join(said.licences)}, says the sender"
            return


def _last_place(steps: Sequence[Told], names: Names) -> Iterator[tuple[str, str]]:
    for step in reversed(steps):
        place: Place | None = read_particulars(step.event).place
        if place is not None and is_effective(step.findings):
            who, at = party_name(step.act.actor, names), moment(step.act.event_at)
            radius = "" if place.accuracy_m is None else f", within {place.accuracy_m:,.0f} m"
            yield "last place", f"{place_name(place)}{radius}; declared by {who}, {at} UTC"
            return
        if "chiptrail:location" in step.event.commitments:
            yield "last place", f"withheld by {party_name(step.act.actor, names)}"
            return


def _numbers(steps: Sequence[Told]) -> Iterator[tuple[str, str]]:
    """Serial numbers that were bound to the item, the newest binding of each kind."""
    bound: dict[str, str] = {}
    for step in steps:
        for identity in step.event.identities:
            if step.through is None and is_effective(step.findings):
                said = {"printed": identity.printed_serial, "NVML": identity.nvml_serial}
                said |= {"UUID": identity.uuid, "part": identity.part_number}
                bound |= {name: text for name, text in said.items() if text}
    if bound:
        yield "numbers", ", ".join(f"{name} {text}" for name, text in bound.items())


def kind_of(item: str) -> str:
    """The class of *item* in short, to tell items with one serial apart."""
    prefix = split_item(item)[0]
    if prefix.startswith(f"{CANONICAL}01/"):
        return f"GTIN {prefix.removeprefix(f'{CANONICAL}01/').partition('/')[0]}"
    return prefix.rstrip(":/")


# Steps -------------------------------------------------------------------------------------------


def story(item: str, steps: Iterable[Told], names: Names) -> Table:
    """The steps in the order of the log: index, when, what happened, what was found."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("entry", justify="right", no_wrap=True, style="dim")
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("what was signed", overflow="fold", ratio=1)
    for step in steps:
        table.add_row(str(step.index), moment(step.act.event_at), _step(item, step, names))
    return table


def _step(item: str, step: Told, names: Names) -> RenderableType:
    stands = is_effective(step.findings)
    words = tell(step.act, step.event, names, item=step.through or item, stands=stands)
    line = Text(words)
    line.append(_remarks(step), "dim")
    lines: list[RenderableType] = [line]
    lines += [_finding(found, names) for found in step.findings]
    return Group(*lines)


def _remarks(step: Told) -> str:
    late = step.recorded_at - step.act.event_at
    parts = [
        f"in {item_name(step.through)}" if step.through else "",
        f"recorded {moment(step.recorded_at)}" if late > _PROMPTLY else "",
    ]
    return "".join(f"  [{part}]" for part in parts if part)


def _finding(found: Finding, names: Names) -> RenderableType:
    is_live = found.is_open and found.on_items
    style = TIER_STYLES[found.tier] if is_live else "dim"
    closed = f" (settled by entry {found.closed_by})" if found.closed_by is not None else ""
    word = TIER_WORDS[found.tier] if is_live else "note"
    line = Text(f"{word}  ", style)
    line.append(f"{retell(found.message, names)}.{closed}", "" if is_live else "dim")
    line.append(f"  {found.code}", "dim")
    return Padding(line, (0, 0, 0, 2))


# Findings ----------------------------------------------------------------------------------------


def open_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Those that count against the item, the worst first."""
    order = list(Tier)
    counted = [found for found in findings if found.is_open and found.on_items]
    return sorted(counted, key=lambda found: (-order.index(found.tier), found.index))


def troubled(inside: Mapping[str, Verdict]) -> RenderableType:
    """What is inside a container and not clear, the worst first, a line a verdict."""
    lines = []
    for verdict in (Verdict.STOP, Verdict.CHECK, Verdict.UNKNOWN):
        names = [item_name(item) for item, found in inside.items() if found is verdict]
        if names:
            line = verdict_text(verdict)
            line.append(f"  {len(names):,} inside: {', '.join(names[:_FIRST_INSIDE])}", "default")
            line.append(
                f" and {len(names) - _FIRST_INSIDE:,} more" if names[_FIRST_INSIDE:] else ""
            )
            lines.append(line)
    return Text("\n").join(lines)


def next_looks(findings: Iterable[Finding]) -> list[str]:
    """What to look at next, each thing once, the most pressing first."""
    pressing = [
        f for f in open_findings(findings) if f.tier in (Tier.WARNING, Tier.CONTRAINDICATED)
    ]
    return list(dict.fromkeys(ACTIONS[found.code].look for found in pressing))


def findings_table(findings: Sequence[Finding], names: Names) -> Table:
    """The open findings with their tier, code and words."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for found in findings:
        words = Text(f"{retell(found.message, names)}.")
        words.append(f"  {found.code}, entry {found.index}", "dim")
        table.add_row(Text(TIER_WORDS[found.tier], TIER_STYLES[found.tier]), words)
    return table
