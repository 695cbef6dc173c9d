"""Numbers of things in a table: what is printed on each, or was read from it.

The first row names the columns: one of serials, and any of those of ``chiptrail:identities``,
however they are set; other columns are passed over, and cells may be empty. Example::

    serial,printedSerial,uuid
    A-0001,1650522012345,GPU-5f3c...

    read_numbers(text).rows[0].said        # {"printedSerial": "1650522012345", "uuid": "GPU-..."}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from ledger.identity import NAMES
from schemas.errors import MalformedEvent, MalformedTable
from schemas.extension import check_identities
from schemas.item import HEADINGS
from schemas.strict_json import JSON
from web.pages.naming import reason
from web.tables import CSV, read_rows

HEADED = HEADINGS | {"text"}


@dataclass(frozen=True, slots=True)
class Numbered:
    """On row *number* of the table, *text* names a thing that bears what is *said*."""

    number: int
    text: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The *rows* of a table, and what is wrong with it, in sentences."""

    rows: tuple[Numbered, ...]
    faults: tuple[str, ...] = ()

    def of(self, items: Mapping[str, str]) -> list[dict[str, JSON]]:
        """``chiptrail:identities``: *items* are what the texts name, as far as they name any."""
        found: dict[str, dict[str, JSON]] = {}
        for row in self.rows:
            if row.text in items:
                found.setdefault(items[row.text], {"item": items[row.text]}).update(row.said)
        return list(found.values())


def number_columns(headings: Sequence[str]) -> dict[int, str]:
    """The columns among *headings* that are of numbers, by their place."""
    known = {folded(name): name for name in NAMES.values()}
    return {n: known[folded(one)] for n, one in enumerate(headings) if folded(one) in known}


def read_numbers(text: str) -> Numbers:
    """What stands in the table *text*."""
    if not text.strip():
        return Numbers(())
    try:
        rows = list(read_rows(CSV, text.strip().encode())) or [[]]
    except MalformedTable as exc:
        return Numbers((), (reason(exc.message),))
    columns = number_columns(rows[0])
    first = [n for n, one in enumerate(rows[0]) if one.strip().casefold() in HEADED]
    if not first or not columns:
        names = ", ".join(NAMES.values())
        return Numbers((), (_("want a first row with serial, and any of %(names)s", names=names),))
    found, faults = [], []
    for number, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row]
        if len(cells) <= first[0] or not cells[first[0]]:
            faults += [_("row %(number)s names no serial", number=number)] if any(cells) else []
            continue
        said = {name: cells[n] for n, name in columns.items() if n < len(cells) and cells[n]}
        faults += check_numbers(number, said) if said else []
        found.append(Numbered(number, cells[first[0]], said))
    return Numbers(tuple([row for row in found if row.said]), tuple(faults))


def check_numbers(number: int, said: Mapping[str, str]) -> list[str]:
    """What is wrong with the numbers *said* on row *number*."""
    wrong = wrong_number(said)
    where = _("row %(number)s, column %(column)s", number=number, column=wrong and wrong[0])
    return [_("%(where)s: %(why)s", where=where, why=wrong[1])] if wrong else []


def wrong_number(said: Mapping[str, str]) -> tuple[str, str] | None:
    """The first of the numbers *said* of one thing that is none, and why; None if all are."""
    try:
        check_identities([{"item": "urn:chiptrail:chip:a:b:c", **said}] if said else [])
    except MalformedEvent as exc:
        return (exc.pointer or "").rpartition("/")[2], reason(exc.message)
    return None


def folded(heading: str) -> str:
    """*heading* as it is compared: letters and digits alone, whatever their case."""
    return "".join([char for char in heading.casefold() if char.isalnum()])
