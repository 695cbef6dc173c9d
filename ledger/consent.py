"""What a correction brings upon those who agreed with it, and why that is settled.

Source: docs/custody.md, "Corrections". A party that built on what is taken back, and concurs,
agrees that its own acts fall with it. What is found of these acts from then on is true, and held
against nobody: the entry that lets the correction take effect closes it, on the items and on all
that had left their containers since. The history shows both. Example::

    settled(retelling, difference.retold, {"urn:chiptrail:party:beta"}, written)
    # [Settled(12, Code.NOT_CONSIGNEE, (chip,))]
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ledger.correction import Retelling, Retold
from ledger.finding import Code
from ledger.timeline import Told


class Settled(NamedTuple):
    """Of what entry *entry* found, *code* on *items* is agreed on."""

    entry: int
    code: Code
    items: tuple[str, ...]


def settled(
    retelling: Retelling,
    retold: Iterable[Retold],
    parties: Collection[str],
    written: Collection[str],
) -> Iterator[Settled]:
    """What is found anew of the acts of *parties*, on the items that are *written*."""
    for one in retold:
        if one.act.who not in parties:
            continue
        had, has = _found(one, one.before), _found(one, one.after)
        departed = sorted(retelling.departed(one.index))
        for code, items in has.items():
            new = [item for item in items if item in written and item not in had.get(code, ())]
            if new:
                yield Settled(one.index, code, tuple(dict.fromkeys((*sorted(new), *departed))))


def _found(one: Retold, told: Told) -> dict[Code, dict[str, None]]:
    """The items on which the entry finds something, by code."""
    found: dict[Code, dict[str, None]] = {}
    for finding in told.step.findings:
        found.setdefault(finding.code, {}).update(dict.fromkeys(finding.items or one.named.items))
    return found
