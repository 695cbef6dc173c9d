"""Spreadsheets of acts: rows into acts, each about all things of rows that say the same of it.

One template takes every act: a column says which, one names the thing, the others are the fields
of forms (``web.pages.fields``) and the numbers on the thing. Rows are counted as a spreadsheet
counts them, empty ones too, though nothing comes of these. Example::

    sheet = deeds_in(rows, ["act", "serial", "container"], "")
    sheet.deeds[0].fields            # {"container": "106141412345678908"}
    sheet.deeds[0].rows[0].text      # "A-0001"
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from flask_babel import gettext, lazy_gettext
from flask_babel import gettext as _

from ledger.identity import KINDS, NAMES
from schemas.errors import MalformedTable
from web.pages.acts import ACTS, Act
from web.pages.fields import CUSTOMS, FIELDS, Kind, label_of
from web.pages.inspections import INSPECTIONS
from web.pages.numbers import HEADED, folded, wrong_number
from web.tables import kind_of, read_rows

MOST_ROWS = 10_000
MOST_DEEDS = 1_000
"""Acts that one spreadsheet can be about: each is signed for itself."""
SHEET_ACTS: Mapping[str, Act] = {**ACTS, **INSPECTIONS}

_OWN = ("container", "to", "from", "due", "end_user", "owner", "via", "final", "damaged", "report")
_MORE = ("result", "under", "lot", "product", "class_eccn", "outputs")
_PAPERS = ("document", "licence", "exception", "permit", "nlr")
_EVIDENCE = "evidence"
_WHERE = ("place", "place_country", "place_accuracy", "place_withheld", "at", "on_behalf_of")
NUMBERS = tuple(NAMES.values())
COLUMNS = ("act", "serial", *_OWN, *_PAPERS, _EVIDENCE, *_WHERE, *_MORE, *NUMBERS, *CUSTOMS)
"""The columns of the template."""
_OF_ROWS = {
    "act": lazy_gettext("what happened, one of the words beside"),
    "serial": lazy_gettext("the thing: its serial, SSCC or full id"),
}
# What forms show beside the field, or leave to a list, and a spreadsheet does not.
_HOW = {
    "document": lazy_gettext("Its kind and number: awb:618-12345675; several with semicolons."),
    "evidence": lazy_gettext(
        "The names of files, parted by semicolons: pod.jpg. You choose the files themselves beside"
        " the rows; their hashes are signed."
    ),
    "licence": lazy_gettext("Regime and number: EAR:D1234567."),
    "exception": lazy_gettext(
        "Regime, exception, and its number if there is one: EAR:NAC:A123456."
    ),
    "permit": lazy_gettext("Regime and number: STA:P-17."),
    "nlr": lazy_gettext("The regime by which none is required: EAR."),
    "place_country": lazy_gettext("Two capitals: NO."),
    "place_accuracy": lazy_gettext("A number: how far off it may be at most."),
    "hts": lazy_gettext("6, 8 or 10 digits; several with commas."),
    "origin": lazy_gettext("Two capitals: NO."),
    "currency": lazy_gettext("Three capitals: USD."),
}
_TICKED = lazy_gettext("yes, or nothing.")
_SAID = frozenset(COLUMNS) - {"act", "serial", *NUMBERS}
_GROUPS = {"authorisations": _PAPERS, "customs": CUSTOMS, "numbers": NUMBERS}
# How a field of a form is called where it is wrong, by its column.
_COLUMN_OF = {"paper": "document", "other": "licence", "units": "serial", "numbers": "serial"}


class Wrong(NamedTuple):
    """What is wrong with a *row*, in which *column*."""

    row: int
    column: str
    text: str


class Line(NamedTuple):
    """On *row*, *text* names a thing that bears *numbers*; it may name none."""

    row: int
    text: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """One *act*, of which the *rows* say the same *fields*."""

    act: Act
    fields: Mapping[str, str]
    rows: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All *deeds* in the order in which they begin, and what is *wrong* with rows."""

    deeds: tuple[Deed, ...]
    wrong: tuple[Wrong, ...]


def read_sheet(data: bytes) -> list[list[str]]:
    """The rows of a file from its headings on, empty ones too.

    Raises: MalformedTable.
    """
    rows = [[_plain(cell) for cell in row] for row in read_rows(kind_of(data), data)]
    while rows and not any(rows[0]):
        rows = rows[1:]
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise MalformedTable(_("there is no row below the headings"))
    if len(rows) > MOST_ROWS + 1:
        raise MalformedTable(
            _("%(count)s rows, of at most %(most)s", count=len(rows) - 1, most=MOST_ROWS)
        )
    return rows


def _plain(cell: str) -> str:
    """A cell's text; a day alone is a day, not its midnight."""
    return cell.strip().removesuffix(" 00:00:00")


def guess(headings: Sequence[str]) -> list[str]:
    """The column of the template that each of *headings* means; empty for none."""
    known = {folded(name): name for name in COLUMNS}
    known |= {folded(label_of(name)): name for name in COLUMNS if name in _SAID}
    known |= {folded(name): "serial" for name in HEADED}
    found: list[str] = []
    for heading in headings:
        name = known.get(folded(heading), "")
        found.append("" if name in found else name)
    return found


def deeds_in(rows: Sequence[Sequence[str]], columns: Sequence[str], act: str) -> Sheet:
    """What *rows*, the headings first, say in the *columns* of the template; *act*: if none is."""
    deeds: dict[tuple[object, ...], Deed] = {}
    wrong: list[Wrong] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: cell for name, cell in zip(columns, row, strict=False) if name and cell}
        if not cells:
            continue
        said = cells.get("act", act).casefold().strip()
        if said not in SHEET_ACTS:
            wrong.append(Wrong(number, "act", _no_act(said)))
            continue
        numbers = {name: cells[name] for name in NUMBERS if name in cells}
        wrong += _misfits(number, cells, SHEET_ACTS[said])
        bad = wrong_number(numbers)
        if bad is not None:
            wrong.append(Wrong(number, *bad))
        fields = {name: cell for name, cell in cells.items() if name in _SAID}
        deed = deeds.setdefault((said, *sorted(fields.items())), Deed(SHEET_ACTS[said], fields))
        deed.rows.append(Line(number, cells.get("serial", ""), numbers))
    if len(deeds) > MOST_DEEDS:
        said = _("more than %(most)s different acts", most=MOST_DEEDS)
        late = [line.row for deed in list(deeds.values())[MOST_DEEDS:] for line in deed.rows]
        wrong += [Wrong(row, "act", said) for row in late]
    return Sheet(tuple(deeds.values())[:MOST_DEEDS], tuple(wrong))


def _misfits(number: int, cells: Mapping[str, str], act: Act) -> list[Wrong]:
    """What the row says that would be lost: of this act it cannot be said."""
    return [Wrong(number, name, _cannot_say(act)) for name in cells if name not in _taken(act)]


def _cannot_say(act: Act) -> str:
    return str(_("this cannot be said of %(act)s; leave it empty", act=act.name))


@cache
def _taken(act: Act) -> frozenset[str]:
    """The columns that *act* takes something of."""
    groups = [columns for name, columns in _GROUPS.items() if name in act.fields]
    return frozenset({"act", "serial", "document", _EVIDENCE, *_WHERE, *act.fields}.union(*groups))


def _no_act(said: str) -> str:
    known = ", ".join(SHEET_ACTS)
    if not said:
        return str(_("say what happened: %(acts)s", acts=known))
    return str(_("got %(text)s, want %(acts)s", text=repr(said), acts=known))


def column_of(name: str) -> str:
    """The column that field *name* of a form is."""
    return _COLUMN_OF.get(name, name)


# The template ------------------------------------------------------------------------------------

_EXAMPLES = {
    "serial": "A-0001",
    "container": "106141412345678908",
    "to": "urn:chiptrail:party:shop",
    "from": "urn:chiptrail:party:fab",
    "due": "2026-12-31",
    "owner": "urn:chiptrail:party:shop",
    "report": "lost",
    "result": "conformant",
    "under": "09506000134352",
    "lot": "L7",
    "product": "HX-100",
    "outputs": "B-0001",
    "licence": "EAR:D1234567",
    "document": "awb:618-12345675",
    "evidence": "pod.jpg",
    "place": "SIN",
    "uuid": "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
}


def explained() -> Mapping[str, list[list[object]]]:
    """The sheets of the template: one to fill in, what its columns are, and a row for each act."""
    heads: list[object] = [_("Column"), _("What it is"), _("How to fill it in"), _("Acts")]
    return {
        "Chiptrail": [[*COLUMNS]],
        str(_("Columns")): [heads, *map(_explained, COLUMNS)],
        str(_("Examples")): [[*COLUMNS], *map(_example, SHEET_ACTS.values())],
    }


def _explained(name: str) -> list[object]:
    if name in _OF_ROWS:
        how = ", ".join(SHEET_ACTS) if name == "act" else ""
        return [name, str(_OF_ROWS[name]), how, str(_("all"))]
    if name in NUMBERS:
        kind = next(kind for kind, known in NAMES.items() if known == name)
        return [name, gettext(KINDS[kind]), "", _acts_with(name)]
    field = FIELDS[name]
    words = ", ".join(value for value, _said in field.options)
    ticked = _TICKED if field.kind is Kind.TICK else ""
    told = [str(text) for text in (field.hint or _HOW.get(name, ""), words, ticked) if text]
    return [name, str(field.label), " ".join(told), _acts_with(name)]


def _acts_with(name: str) -> str:
    return ", ".join(act.name for act in SHEET_ACTS.values() if name in _taken(act))


def _example(act: Act) -> list[object]:
    own = {"serial", "place", *act.fields}
    own |= {"licence", "document"} if "authorisations" in act.fields else set()
    own |= {"document", _EVIDENCE} if act.name == "deliver" else set()
    own |= {"uuid"} if act.name == "replace" else set()
    own -= {"owner"} if act.name == "ship" else set()  # few sell what they send
    said = {name: text for name, text in _EXAMPLES.items() if name in own & _taken(act)}
    return [act.name, *[said.get(name) for name in COLUMNS[1:]]]
