"""What other rules would change: the shipments of a ledger that would be judged otherwise, and why.

for change in differences(ledger, used, other, as_of): ...
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ledger.finding import Finding
from ledger.judge import judge
from ledger.rule_files import join_files, parse_pack
from ledger.rules import RulePack
from ledger.service.ledger import Ledger, load_pack
from ledger.service.progress import Progress
from ledger.service.sight import Sight
from ledger.service.views import load_views
from ledger.store import files, items
from ledger.view import OPERATOR
from schemas.errors import CannotOpen

USED, BASE = "used", "base"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """By the other rules *found* is found of an entry, of so many *items*; *is_gone*: no more."""

    found: Finding
    items: int
    is_gone: bool


def load_rules(ledger: Ledger, name: str) -> RulePack:
    """The rules called *name*: ``used``, ``base``, or those of the product with a file or folder.

    Raises: CannotOpen, MalformedRules.
    """
    if name == USED:
        return ledger.pack
    path = Path(name)
    if name == BASE:
        more = []
    elif path.is_dir():
        more = files.load_rule_files(path)
    else:
        try:
            more = [(path.name, path.read_bytes())]
        except OSError as exc:
            raise CannotOpen(f"{path}: {exc.strerror}") from exc
    return parse_pack(join_files(load_pack(), more))


def read_rules(name: str, data: bytes) -> RulePack:
    """The rules of the product with those of the file *name*, which holds *data*.

    Raises: MalformedRules.
    """
    return parse_pack(join_files(load_pack(), [(name, data)]))


def border_change(one: RulePack, other: RulePack, ledger: Ledger) -> str | None:
    """What it means that the two name other borders; None if they name the same."""
    installed = ledger.atlas.version
    before, after = one.geography or installed, other.geography or installed
    if before == after:
        return None
    return (
        f"the borders differ: {before} in the one, {after} in the other. Both are judged here by"
        f" those installed, {installed}: what is found of places near a border may change besides"
    )


def differences(
    ledger: Ledger,
    one: RulePack,
    other: RulePack,
    as_of: datetime,
    most: int | None = None,
) -> Iterator[Progress | tuple[Change, ...]]:
    """How far it is; at the end what changes from *one* to *other*, in order of the entries.

    Of no more than the *most* newest items, if that is not None.
    Raises: UnknownRule when one of them says nothing of a day.
    """
    changes: dict[tuple[int, str, bool], Change] = {}
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        sight = Sight(connection, tip.registry, ledger.pack, OPERATOR, ledger.clock.now())
        count = items.count_items(connection)
        first = 1 if most is None else max(1, count + 1 - most)
        for start in range(first, count + 1, _AT_ONCE):
            stop = min(start + _AT_ONCE, count + 1)
            names = items.load_names(connection, range(start, stop))
            for seen in load_views(sight, list(names.values())).values():
                before = _found(judge(seen.view, one, ledger.atlas, as_of))
                after = _found(judge(seen.view, other, ledger.atlas, as_of))
                _note(changes, before, after, is_gone=True)
                _note(changes, after, before, is_gone=False)
            yield Progress(stop - 1, count)
    yield tuple([changes[key] for key in sorted(changes)])


def _found(findings: tuple[Finding, ...]) -> dict[tuple[str, int], Finding]:
    return {(one.code.value, one.index): one for one in findings if one.is_open}


def _note(
    changes: dict[tuple[int, str, bool], Change],
    had: dict[tuple[str, int], Finding],
    has: dict[tuple[str, int], Finding],
    *,
    is_gone: bool,
) -> None:
    for (code, index), found in had.items():
        if (code, index) not in has:
            known = changes.get((index, code, is_gone))
            count = 1 if known is None else known.items + 1
            changes[index, code, is_gone] = Change(found, count, is_gone)
