"""The answer to a check on the terminal: counts, then what needs a hand, the worst first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ledger.advice import MATCH_ACTIONS, PRESENTED_TWICE, SHARED_SERIAL
from ledger.cli.output import printable, show
from ledger.cli.telling import (
    VERDICT_STYLES,
    footer,
    kind_of,
    next_looks,
    open_findings,
    troubled,
    verdict_text,
)
from ledger.client import known
from ledger.holding import ItemState, Phase
from ledger.judge import Match, Verdict
from ledger.names import document_name, item_name, party_name, retell
from ledger.place_story import short_place
from ledger.service import presenting
from ledger.service.query import Check
from ledger.wording import ENDED

Names = Mapping[str, str]
# Of the ledger at hand, or of one elsewhere.
Line: TypeAlias = presenting.Line | known.Presented

_WORST_FIRST = (Verdict.STOP, Verdict.UNKNOWN, Verdict.CHECK, Verdict.CLEAR)
_ANSWERS: Mapping[Match, str] = {
    Match.MATCH: "match",
    Match.OTHER_SHIPMENT: "other shipment",
    Match.ELSEWHERE: "elsewhere",
    Match.UNKNOWN: "unknown",
}
_MOST_MISSING = 20
# So many serials of a group are shown.
_FIRST = 3


def show_check(
    checked: Check | known.Checked,
    names: Names,
    meant: Mapping[str, str],
    *,
    show_all: bool,
    document: str | None,
    is_as_of: bool,
) -> None:
    """Print the answer to a check; *is_as_of*: a time other than now was asked for.

    *meant*: of texts that nothing is known by, those in capitals that something is.
    """
    show(_counts(checked))
    if document is not None and checked.shipments == 0:
        words = f"No shipment names {printable(document_name(document))}: look for a typing error."
        show(Text(words, "bold yellow"))
    lines = sorted(checked.lines, key=_badness)
    noteworthy = [line for line in lines if show_all or not _is_fine(line)]
    if noteworthy:
        said = {id(line): _said(line, names, meant, checked.as_of) for line in noteworthy}
        groups = [[line] for line in noteworthy] if show_all else _grouped(noteworthy, said)
        show("", _lines(groups, names, said))
    fine = len(lines) - len(noteworthy)
    if fine and noteworthy:
        show("", Text(f"{_some(fine, 'more')} clear and as recorded; --all lists them.", "dim"))
    if checked.missing:
        show("", _missing(checked.missing))
    looks = _looks(noteworthy)
    if looks:
        show("", Text("Look at next", "bold"), Padding(_look_table(looks), (0, 0, 0, 2)))
    show("", footer(checked.as_of, checked.size, is_as_of=is_as_of))


def _some(count: int, word: str) -> str:
    return f"{count:,} {word} {'is' if count == 1 else 'are'}"


def _counts(checked: Check | known.Checked) -> RenderableType:
    line = Text(f"{checked.presented:,} presented", "bold")
    if len(checked.lines) != checked.presented:
        line.append(f", {len(checked.lines):,} item{'s' if len(checked.lines) != 1 else ''}")
    for verdict in _WORST_FIRST:
        count = checked.verdicts.get(verdict, 0)
        if count:
            line.append("   ")
            line.append(f"{count:,} {verdict.value}", VERDICT_STYLES[verdict])
    others = Counter(line.answer for line in checked.lines)
    for answer in (Match.OTHER_SHIPMENT, Match.ELSEWHERE):
        if others[answer]:
            line.append(f"   {others[answer]:,} {_ANSWERS[answer]}")
    twice = sum(found.times > 1 for found in checked.lines)
    if twice:
        line.append(f"   {twice:,} presented twice", "yellow")
    shared = len({found.text for found in checked.lines if found.bearers > 1})
    if shared:
        line.append(f"   {shared:,} serial{'s' if shared != 1 else ''} of several items", "yellow")
    if checked.missing:
        line.append(f"   {len(checked.missing):,} not presented", "yellow")
    return line


def _badness(line: Line) -> tuple[int, int, str]:
    return (
        _WORST_FIRST.index(line.verdict),
        [Match.ELSEWHERE, Match.OTHER_SHIPMENT, Match.UNKNOWN, Match.MATCH].index(line.answer),
        line.text,
    )


def _is_fine(line: Line) -> bool:
    is_one = line.times == line.bearers == 1
    return is_one and line.verdict is Verdict.CLEAR and line.answer is Match.MATCH


def _said(line: Line, names: Names, meant: Mapping[str, str], as_of: datetime) -> str:
    """Where it is said to be; of what nothing is known, how it may have been meant."""
    if line.text in meant:
        return f"{printable(meant[line.text])} is recorded: capitals count."
    if isinstance(line.place, str):
        return line.place
    return "" if line.place is None else short_place(line.place, names, as_of)


def _lines(groups: Sequence[Sequence[Line]], names: Names, places: Mapping[int, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("verdict", no_wrap=True)
    table.add_column("serial", overflow="fold", max_width=20)
    table.add_column("answer", no_wrap=True)
    table.add_column("what is known", overflow="fold", ratio=1)
    for group in groups:
        line = group[0]
        shown = Text("\n").join([_serial(one) for one in group[:_FIRST]])
        if len(group) > _FIRST:
            shown.append(f"\nand {len(group) - _FIRST:,} more", "dim")
        table.add_row(
            verdict_text(line.verdict),
            shown,
            _ANSWERS[line.answer],
            _known(line, names, places[id(line)]),
        )
    return table


def _serial(line: Line) -> Text:
    if line.item is None:
        return Text(printable(line.text))
    shown = Text(item_name(line.item))
    if line.bearers > 1:
        shown.append(f"\n{kind_of(line.item)}", "dim")
    return shown


def _grouped(lines: Iterable[Line], places: Mapping[int, str]) -> list[list[Line]]:
    """Lines of which the same is to be said, together: a pallet is mostly one story."""
    groups: dict[object, list[Line]] = {}
    for line in lines:
        said = tuple((found.code, found.message) for found in open_findings(line.findings))
        state = line.state
        where = None if state is None else (state.custody, state.parent, state.ended)
        clones = line.times, line.bearers
        key = line.verdict, line.answer, where, said, clones, places[id(line)]
        groups.setdefault(key, []).append(line)
    return list(groups.values())


def _known(line: Line, names: Names, place: str) -> RenderableType:
    parts: list[RenderableType] = [Text(_whereabouts(line.state, names), "dim")]
    if place:
        parts.append(Text(place, "dim"))
    found = {finding.code: finding for finding in reversed(open_findings(line.findings))}
    for finding in reversed(found.values()):
        words = Text(f"{retell(finding.message, names)}.")
        words.append(f"  {finding.code}", "dim")
        parts.append(words)
    if line.times > 1:
        often = "twice" if line.times == 2 else f"{line.times:,} times"
        parts.append(Text(f"Presented {often}: look for a second one.", "yellow"))
    if line.bearers > 1:
        parts.append(Text(f"{line.bearers:,} items bear this serial.", "yellow"))
    if line.troubled:
        parts.append(troubled(line.troubled))
    return Group(*parts)


def _whereabouts(state: ItemState | None, names: Names) -> str:
    if state is None:
        return "nothing recorded"
    custody = state.custody
    holder = party_name(custody.holder, names)
    inside = f", inside {item_name(state.parent)}" if state.parent else ""
    if state.ended is not None:
        return f"{ENDED[state.ended]}; last with {holder}"
    if custody.phase is Phase.HELD:
        return f"held by {holder}{inside}"
    if custody.consignee == custody.holder:
        return f"on its way back to {holder}{inside}"
    return f"on its way from {holder} to {party_name(custody.consignee or '', names)}{inside}"


def _missing(missing: Sequence[str]) -> RenderableType:
    listed = ", ".join(item_name(item) for item in missing[:_MOST_MISSING])
    more = len(missing) - _MOST_MISSING
    rest = f" and {more:,} more" if more > 0 else ""
    return Group(Text("Expected and not presented", "bold"), Text(f"  {listed}{rest}"))


def _looks(lines: Iterable[Line]) -> dict[str, list[str]]:
    """What to look at, and for which serials."""
    looks: dict[str, dict[str, None]] = {}
    for line in lines:
        advised = next_looks(line.findings)
        if line.answer is not Match.MATCH and not advised:
            advised = [MATCH_ACTIONS[line.answer]]
        advised += [PRESENTED_TWICE] * (line.times > 1) + [SHARED_SERIAL] * (line.bearers > 1)
        for look in advised:
            serial = printable(line.text) if line.item is None else item_name(line.item)
            looks.setdefault(look, {})[serial] = None
    return {look: list(serials) for look, serials in looks.items()}


def _look_table(looks: Mapping[str, Sequence[str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for look, serials in looks.items():
        more = f" and {len(serials) - 2:,} more" if len(serials) > 2 else ""
        table.add_row(Text(", ".join(serials[:2]) + more), look)
    return table
