"""What ``chiptrail chip`` tells of an item in a story, as text without tables and colours.

Entries are counted from the first one of the story, so that who was enrolled before does not
matter::

    page(world, chip)
    -> A0001 is CLEAR.
       made: by Hsinlin
       held by: Kestrel, since 9 Mar 2026 09:02 UTC (entry 3)
        1  Made by Hsinlin.
        2  Shipped by Hsinlin to Kestrel, due 12 Mar 2026.
        3  Received by Kestrel.
"""

import re
from io import StringIO
from textwrap import wrap

from rich.console import Console, RenderableType
from rich.table import Table

from ledger.cli import standing, telling
from ledger.cli.looking import told_of
from ledger.names import item_name, party_name
from ledger.service.query import Dossier, dossier
from tests.stories.cast import CAST
from tests.world import World

_ENTRY = re.compile(r"\b(entry|Entry|shipment) (\d+)\b")


def page(world: World, item: str) -> str:
    """All that a reader is told of *item* now."""
    found = _dossier(world, item)
    steps = told_of(found.steps)
    known = found.state, steps, found.names, found.as_of
    more = {"numbers": found.numbers, "place": found.place}
    facts = standing.facts(*known, contents=found.contents, **more)
    against = telling.findings_table(telling.open_findings(found.findings), found.names)
    story = telling.story(item, steps, found.names, found.said)
    first = _first_entry(world)
    lines = [f"{item_name(item)} is {found.verdict.value.upper()}."]
    for label, words in (*_rows(facts), *_rows(against)):
        lines += _lines(f"{label}: ", _counted(words, first))
    for index, _, words in _rows(story):
        lines += _lines(f"{int(index) - first + 1:>2}  ", _counted(words, first))
    return "".join(f"{line}\n" for line in lines)


def verdict(world: World, item: str) -> str:
    """``clear``, ``check``, ``stop`` or ``unknown``."""
    return _dossier(world, item).verdict.value


def findings(world: World, item: str) -> dict[str, str]:
    """What is found on *item*: by code the tier, and whether that is ``open`` or ``closed``.

    What counts against an entry only is left out.
    """
    found = [one for one in _dossier(world, item).findings if one.on_items]
    found.sort(key=lambda one: one.is_open)
    return {
        one.code.value: f"{one.tier.value}, {'open' if one.is_open else 'closed'}" for one in found
    }


def whereabouts(world: World, item: str) -> str:
    """``Kestrel`` if it has the item, ``Kestrel > Fjordhall`` while it is on its way there."""
    found = _dossier(world, item)
    if found.state is None:
        return "nobody knows"
    custody = found.state.custody
    ends = [custody.holder, *([custody.consignee] if custody.consignee else [])]
    return " > ".join(found.names[end] for end in ends)


def title(world: World, item: str) -> str:
    """Whose it is and who uses it: ``Kestrel's, used by Fjordhall``."""
    found = _dossier(world, item)
    assert found.state is not None
    user = None if found.state.title is None else found.state.title.user
    used = "" if user is None else f", used by {party_name(user, found.names)}"
    return f"{party_name(found.state.owner, found.names)}'s{used}"


def _first_entry(world: World) -> int:
    """The index of the story's first entry: the one after the key of the last of the cast."""
    last = world.key(list(CAST)[-1])
    return world.ledger.registry.keys[last.public.keyid].index + 1


def _dossier(world: World, item: str) -> Dossier:
    return dossier(world.ledger, item)


def _rows(table: Table) -> list[tuple[str, ...]]:
    columns = [map(_plain, column.cells) for column in table.columns]
    return list(zip(*columns, strict=True))


def _plain(cell: RenderableType) -> str:
    """*cell* as it is printed on a terminal that is wide enough."""
    printed = StringIO()
    Console(file=printed, width=1000, color_system=None).print(cell)
    return printed.getvalue().strip()


def _lines(label: str, words: str) -> list[str]:
    """*words* after *label*, broken where they are too long."""
    lines = []
    for line in words.splitlines():
        lines += wrap(line.strip(), 96, initial_indent=label, subsequent_indent=" " * 6)
        label = " " * 4
    return lines


def _counted(text: str, first: int) -> str:
    return _ENTRY.sub(lambda found: f"{found[1]} {int(found[2]) - first + 1}", text)
