"""One item's story on the terminal: who has it, where it goes, what is found, each step in words.

``chip`` and ``verify`` tell the same story, one from the database, one from a bundle.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ledger.act import Act
from ledger.advice import ACTIONS
from ledger.cli.receipts import TIER_STYLES, TIER_WORDS
from ledger.disclosure import Erased
from ledger.finding import Finding, Tier
from ledger.identity import KINDS, spelled
from ledger.judge import Verdict
from ledger.names import day, item_name, moment, retell
from ledger.outcome import Outcome, agreements, idle, outcomes
from ledger.place_story import place_name
from ledger.service.steps import Said
from ledger.statement_story import tell_statement
from ledger.story import PLACES, tell
from schemas.event import Event, Identity
from schemas.gs1 import CANONICAL
from schemas.item import split_item
from schemas.particulars import read_particulars

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
    Verdict.STOP: "hold it, and see what was found",
    Verdict.UNKNOWN: "nothing is recorded of it",
}
# An entry recorded sooner than this after the event is not worth a remark.
_PROMPTLY = timedelta(hours=24)
# So many of the items inside a container are named.
_FIRST_INSIDE = 5


@dataclass(frozen=True, slots=True)
class Told:
    """One step to tell: entry *index*, its event, what was found on the item, what was erased.

    *event* is as far as it is known, *withheld* are the names of what is not. *corrected_by* and
    *corrects* as in ``ledger.outcome.Outcome``.
    """

    index: int
    recorded_at: datetime
    event: Event
    act: Act
    through: str | None
    findings: tuple[Finding, ...]
    erased: tuple[Erased, ...] = ()
    withheld: tuple[str, ...] = ()
    corrected_by: int | None = None
    corrects: int | None = None


def verdict_text(verdict: Verdict) -> Text:
    """Icon, word and colour."""
    return Text(f"{VERDICT_ICONS[verdict]} {verdict.value.upper()}", VERDICT_STYLES[verdict])


# Header ------------------------------------------------------------------------------------------


def heading(item: str, verdict: Verdict) -> RenderableType:
    """The item's serial and its verdict, its id below."""
    line = Text.assemble((item_name(item), "bold"), "   ", verdict_text(verdict))
    line.append(f"  {_SUMMARIES[verdict]}", "dim")
    return Group(line, Text(item, "dim"))


def footer(as_of: datetime, size: int, *, is_as_of: bool, horizon: int | None = None) -> Text:
    """As of when this is; *is_as_of*: a time other than now was asked for.

    *horizon* is the entry that ended the reader's part in the item, None if none did.
    """
    at = f"{moment(as_of)} UTC"
    if horizon is not None:
        words = f"As of {at} and entry {horizon}, with which the reader's part in it ended."
        return Text(words, "dim")
    if is_as_of:
        words = f"Judged as of {at}, from all that is recorded now: {size:,} entries."
        return Text(words, "dim")
    return Text(f"As of {at}, {size:,} entries.", "dim")


def kind_of(item: str) -> str:
    """The class of *item* in short, to tell items with one serial apart."""
    prefix = split_item(item)[0]
    if prefix.startswith(f"{CANONICAL}01/"):
        return f"GTIN {prefix.removeprefix(f'{CANONICAL}01/').partition('/')[0]}"
    return prefix.rstrip(":/")


# Steps -------------------------------------------------------------------------------------------


def story(item: str, steps: Iterable[Told], names: Names, said: Iterable[Said] = ()) -> Table:
    """The steps in the order of the log: index, when, what happened, what was found.

    *said* are the statements that bear on the item.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("entry", justify="right", no_wrap=True, style="dim")
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("what was signed", overflow="fold", ratio=1)
    steps, said = list(steps), list(said)
    rows: list[tuple[int, datetime, RenderableType]] = [
        *[
            (step.index, _signed_at(step), _step(item, step, outcome, names))
            for step, outcome in zip(steps, outcomes(steps, agreements(said)), strict=True)
        ],
        *[(s.index, s.statement.issued_at, _said(s, names, idle(s, said, steps))) for s in said],
    ]
    for index, at, words in sorted(rows, key=itemgetter(0)):
        table.add_row(str(index), moment(at), words)
    return table


def _said(said: Said, names: Names, why_idle: str | None) -> RenderableType:
    return Text(tell_statement(said.statement, names, said.about, idle=why_idle))


def _signed_at(step: Told) -> datetime:
    """When it happened; a correction, which is the wrong event again, when it was declared."""
    return step.act.event_at if step.event.error is None else step.event.error.declared_at


def _step(item: str, step: Told, outcome: Outcome, names: Names) -> RenderableType:
    words = tell(step.act, step.event, names, item=step.through or item, outcome=outcome)
    line = Text(words)
    line.append(_remarks(step, words), "dim")
    lines: list[RenderableType] = [line]
    lines += [_finding(found, names) for found in step.findings]
    return Group(*lines)


def _remarks(step: Told, words: str) -> str:
    """What goes with the sentence *words*."""
    late = step.recorded_at - _signed_at(step)
    parts = [
        f"in {item_name(step.through)}" if step.through else "",
        f"recorded {moment(step.recorded_at)}" if late > _PROMPTLY else "",
        *[_numbers(one) for one in step.event.identities],
        *_withheld(step, words),
        *map(_erased, step.erased),
    ]
    return "".join(f"  [{part}]" for part in parts if part)


def _numbers(identity: Identity) -> str:
    """The numbers that an entry gives of the item: ``UUID GPU-5f3c, PDI 0x1a``."""
    return ", ".join(f"{KINDS[kind]} {number}" for kind, number in spelled(identity).items())


def _withheld(step: Told, words: str) -> Iterator[str]:
    """What is not known, unless the sentence *words* says so; what it tells this reader alone."""
    place = read_particulars(step.event).place
    told = {"chiptrail:identities"} | (PLACES if place and place_name(place) in words else set())
    gone = {*step.withheld, *[erased.name for erased in step.erased]}
    for name in sorted(step.event.commitments):
        if name in step.withheld and name not in PLACES:
            yield f"{_short(name)} withheld"
        elif name in told and name not in gone:
            yield f"{_short(name)} withheld, and shown to you"


def _short(name: str) -> str:
    return "numbers" if name == "chiptrail:identities" else name.removeprefix("chiptrail:")


def _erased(erased: Erased) -> str:
    return f"{_short(erased.name)} withheld, and erased on {day(erased.at)} by entry {erased.index}"


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


def indented(lines: Iterable[str]) -> RenderableType:
    """*lines* a little to the right, also where they are broken."""
    return Padding(Text("\n").join(map(Text, lines)), (0, 0, 0, 2))


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
