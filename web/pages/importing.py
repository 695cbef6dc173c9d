"""The import of a spreadsheet: its columns, a report row by row, and all of it to be signed.

``step``: ``map`` a file that was uploaded, ``check`` its rows under the chosen columns, ``leave``
out the rows that are wrong, ``edit`` the columns again; ``csv`` and ``xlsx`` give these rows as a
file with what is wrong in each. Rows may build on those before them: what one enters the next can
pack and ship.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, request
from flask_babel import gettext as _

from ledger.compose import Prepared
from ledger.service.stock import Doubt, Row, Standing, new_items, sort_out
from schemas import strict_json
from schemas.errors import MalformedTable, Refusal, TooLarge
from web.pages.desk import Desk, desk
from web.pages.doubts import told
from web.pages.entered import drawn
from web.pages.fields import label_of
from web.pages.filling import Fault, Filling
from web.pages.foresight import Foresight, foresee_prepared, prepared
from web.pages.frame import page
from web.pages.lists import table_file
from web.pages.manifest import read_upload
from web.pages.naming import reason
from web.pages.sent import Sent, sent
from web.pages.sheets import (
    COLUMNS,
    SHEET_ACTS,
    Deed,
    Line,
    Sheet,
    Wrong,
    column_of,
    deeds_in,
    guess,
    read_sheet,
)
from web.tables import KINDS, to_text

_SHOWN = 100
_RANGES = 6


@dataclass(frozen=True)
class Ready:
    """A deed that can be signed, with the *items* that it is about and its *answers*."""

    deed: Deed
    items: Sequence[str]
    answers: Mapping[str, Sequence[object]]
    prepared: Prepared


@dataclass
class Import:
    """What comes of a sheet: what is *ready*, and what is *wrong* with which row.

    *files* are those that were hashed, by their name whatever its case, as forms send them.
    """

    desk: Desk
    files: Mapping[str, str]
    wrong: list[Wrong]
    ready: list[Ready] = field(default_factory=list)
    # What rows so far were about, by its id and by the text of what is new.
    _met: dict[str, str] = field(default_factory=dict)
    _named: dict[Standing | None, dict[str, Row]] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet, desk: Desk, files: Mapping[str, str]) -> "Import":
        """All of *sheet*."""
        found = cls(desk, files, list(sheet.wrong))
        found._look_up(sheet.deeds)
        for deed in sheet.deeds:
            found._take(deed)
        found.wrong.sort()
        return found

    def _look_up(self, deeds: Sequence[Deed]) -> None:
        """What the texts mean, at once for all that take one to be the same."""
        texts: dict[Standing, dict[str, None]] = {Standing.ANYBODY: {}}
        for deed in deeds:
            some = dict.fromkeys([line.text for line in deed.rows if line.text])
            if deed.act.standing is not None:
                texts.setdefault(deed.act.standing, {}).update(some)
            texts[Standing.ANYBODY].update(some)
        for standing, some in texts.items():
            rows = sort_out(self.desk.ledger, list(some), self.desk.reader, standing).rows
            self._named[standing] = {row.text: _once(row, rows) for row in rows}

    def _take(self, deed: Deed) -> None:
        said = {name: (text,) for name, text in deed.fields.items()}
        filling = Filling(said | {"evidence": self._evidence(deed)}, self.desk)
        named = self._things(deed, filling)
        filling.numbers = [
            {"item": item, **line.numbers} for item, line in named.items() if line.numbers
        ]
        draft = deed.act.make(filling, list(named))
        for one in filling.faults:
            self.blame(deed, column_of(one.field), one.text)
        if deed.act.needs_units or named:
            # A formula that was never worked out is an empty cell too: no row is left out unsaid.
            bare = [line.row for line in deed.rows if not line.text]
            self.wrong += [Wrong(row, "serial", _("say which thing")) for row in bare]
        if self.wrong:
            return
        try:
            made = prepared(draft, filling.withheld())
            self.ready.append(Ready(deed, list(named), filling.answers, made))
        except Refusal as exc:
            self.blame(deed, "act", reason(exc.message))

    def blame(self, deed: Deed, column: str, why: str) -> None:
        """Keep what is wrong with *deed*: with each of its rows, since all say the same."""
        self.wrong += [Wrong(line.row, column, why) for line in deed.rows]

    def _evidence(self, deed: Deed) -> tuple[str, ...]:
        """The files that *deed* names; those that nobody has chosen are kept as wrong."""
        names = [name.strip() for name in deed.fields.get("evidence", "").split(";")]
        for name in names:
            if name and name.casefold() not in self.files:
                why = _("choose the file %(name)s under Files as evidence", name=name)
                self.blame(deed, "evidence", why)
        return tuple([self.files[key] for key in map(str.casefold, names) if key in self.files])

    def _things(self, deed: Deed, filling: Filling) -> dict[str, Line]:
        """The items that the rows of *deed* name; what is wrong with the others is kept."""
        lines = [line for line in deed.rows if line.text]
        if deed.act.standing is None:
            rows: Sequence[Row] = new_items(
                [line.text for line in lines], filling.item_class()
            ).rows
        else:
            rows = [self._row(line.text, deed.act.standing) for line in lines]
        named: dict[str, Line] = {}
        for line, row in zip(lines, rows, strict=True):
            if row.item is None:
                why = told(row, self.desk.name_of, deed.act.standing)
                self.wrong.append(Wrong(line.row, "serial", why))
            elif row.item in named:
                said = _("the same as row %(number)s", number=named[row.item].row)
                self.wrong.append(Wrong(line.row, "serial", said))
            else:
                named[row.item] = line
        self._meet(deed, named)
        return named

    def _row(self, text: str, standing: Standing) -> Row:
        """What *text* names; how things stand now does not count of those that were met before."""
        row = self._named[standing][text]
        if row.item is None:
            item = self._named[Standing.ANYBODY][text].item or self._met.get(text)
            if item in self._met:
                return Row(row.number, text, item)
        return row

    def _meet(self, deed: Deed, named: Mapping[str, Line]) -> None:
        self._met |= {item: item for item in named}
        if deed.act.standing is None:
            self._met |= {line.text: item for item, line in named.items()}
        if "container" in deed.fields:
            inside = self.desk.sorted(deed.fields["container"]).items
            self._met |= {item: item for item in inside}


def _once(row: Row, rows: Sequence[Row]) -> Row:
    """*row*, where it is only another spelling as the one before it."""
    if row.doubt is not Doubt.REPEATED:
        return row
    return Row(row.number, row.text, rows[int(row.about) - 1].item)


# The pages ---------------------------------------------------------------------------------------


def imported() -> Response:
    """The form to upload a spreadsheet; its columns; or the report on its rows."""
    if request.method != "POST":
        return _upload_page()
    form = sent()
    try:
        data = read_upload(request.files.get("file"))
        rows = read_sheet(data or form.value("table").encode())
    except (MalformedTable, TooLarge) as exc:
        return _upload_page(Fault.of("file", reason(exc.message)).text)
    if data:
        return _map_page(form, rows, guess(rows[0]))
    columns = [form.value(f"column-{n}") for n in range(len(rows[0]))]
    columns = [name if name in COLUMNS else "" for name in columns]
    if form.step == "edit":
        return _map_page(form, rows, columns)
    if not {"serial", "container"} & {*columns}:
        return _map_page(form, rows, columns, _("Say which column has the serials"))
    return _report(form, rows, columns)


def _upload_page(fault: str = "") -> Response:
    known = {"columns": COLUMNS, "acts": SHEET_ACTS, "label_of": label_of}
    return page("making/sheet.html", 400 if fault else 200, fault=fault, **known)


def _map_page(
    form: Sent, rows: Sequence[Sequence[str]], columns: Sequence[str], fault: str = ""
) -> Response:
    return page(
        "making/sheet_columns.html",
        400 if fault else 200,
        form=form,
        headings=list(zip(rows[0], columns, _samples(rows), strict=True)),
        text=to_text(rows),
        count=sum(any(row) for row in rows[1:]),
        columns=COLUMNS,
        acts=SHEET_ACTS,
        label_of=label_of,
        fault=fault,
        asks_files="evidence" in columns,
    )


def _files(form: Sent) -> dict[str, str]:
    """What was hashed in the browser, by the names of the files."""
    told = Filling({"evidence": form.said.get("evidence", ())}, desk()).evidence()
    return {str(one["name"]).casefold(): strict_json.dump(one).decode() for one in told}


def _samples(rows: Sequence[Sequence[str]]) -> list[str]:
    """Something that stands in each column."""
    return [
        next((row[n] for row in rows[1:] if len(row) > n and row[n]), "")
        for n in range(len(rows[0]))
    ]


def _report(form: Sent, rows: list[list[str]], columns: Sequence[str]) -> Response:
    act = form.value("act")
    sheet = deeds_in(rows, columns, act)
    found = Import.of(sheet, desk(), _files(form))
    if form.step == "leave" and found.wrong:
        bad = {one.row for one in found.wrong}
        rows = [[] if number in bad else row for number, row in enumerate(rows, 1)]
        sheet = deeds_in(rows, columns, act)
        found = Import.of(sheet, found.desk, found.files)
    ahead = _ahead(found) if not found.wrong else None
    if form.step in KINDS:
        said = [*rows[0], "row", "what"]
        return table_file(form.step, "rows-to-mend", said, _to_mend(rows, found.wrong))
    return page(
        "making/sheet_report.html",
        400 if found.wrong else 200,
        form=form,
        text=to_text(rows),
        count=sum(any(row) for row in rows[1:]),
        deeds=sheet.deeds,
        ready=found.ready,
        wrong=_together(found.wrong),
        shown=_SHOWN,
        asks_files="evidence" in columns,
        bad_count=len({one.row for one in found.wrong}),
        ahead=ahead,
        balances=() if ahead is None else drawn(ahead),
        label_of=label_of,
    )


def _ahead(found: Import) -> Foresight | None:
    """What would come of all that is ready; refusals are put with what is wrong."""
    if not found.ready:
        found.wrong.append(Wrong(1, "", _("no row says anything")))
        return None
    ahead = foresee_prepared([one.prepared for one in found.ready])
    for one, outcome in zip(found.ready, ahead.outcomes or (), strict=False):
        if isinstance(outcome, Refusal):
            found.blame(one.deed, "act", reason(outcome.message))
    return None if found.wrong else ahead


def _together(wrong: Sequence[Wrong]) -> list[tuple[str, str, str]]:
    """What is wrong, each with all its rows, as ``2-501, 507``, and its column."""
    rows: dict[tuple[str, str], list[int]] = {}
    for one in sorted({*wrong}):
        rows.setdefault((one.column, one.text), []).append(one.row)
    return [(_ranges(some), column, text) for (column, text), some in rows.items()]


def _ranges(rows: Sequence[int]) -> str:
    known = {*rows}
    starts = [row for row in rows if row - 1 not in known]
    ends = [row for row in rows if row + 1 not in known]
    told = [f"{a}" if a == b else f"{a}\N{EN DASH}{b}" for a, b in zip(starts, ends, strict=True)]
    return ", ".join(told[:_RANGES]) + (", …" if len(told) > _RANGES else "")


def _to_mend(rows: Sequence[Sequence[str]], wrong: Sequence[Wrong]) -> list[list[object]]:
    """The rows that are wrong as they were, each with its number and why."""
    whys: dict[int, list[str]] = {}
    for one in wrong:
        whys.setdefault(one.row, []).append(f"{one.column}: {one.text}" if one.column else one.text)
    width = len(rows[0])
    return [
        [*[*rows[number - 1], *[""] * width][:width], number, "; ".join(said)]
        for number, said in whys.items()
    ]
