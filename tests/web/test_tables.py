"""Workbooks that people send: nothing of them is passed over unsaid."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from schemas.errors import MalformedTable, TooLarge
from web.tables import XLSX, read_rows, write_table


def test_a_column_past_the_last_one_that_is_read_is_not_passed_over():
    wide = write_table(XLSX, ["serial", *map(str, range(100))], [["A", *["x"] * 100]])

    with pytest.raises(TooLarge, match="100 columns"):
        list(read_rows(XLSX, wide))


def test_a_row_past_the_last_one_that_is_read_is_not_passed_over(monkeypatch):
    monkeypatch.setattr("web.tables._MOST_ROWS", 3)
    rows = [["A"], ["B"]]

    assert 3 == len(list(read_rows(XLSX, write_table(XLSX, ["serial"], rows))))
    with pytest.raises(TooLarge, match="3 rows"):
        list(read_rows(XLSX, write_table(XLSX, ["serial"], [*rows, ["C"]])))


def with_formula(result):
    """A workbook with a formula in B2, and *result* as what came of it, in XML."""
    book, file = Workbook(), io.BytesIO()
    book.active.append(["serial", "to"])
    book.active.append(["A", '=CONCATENATE("x","y")'])
    book.save(file)
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<c r="B2"><f>', b'<c r="B2"%s<f>' % result))
    return made.getvalue()


def test_a_formula_that_nobody_calculated_is_named():
    with pytest.raises(MalformedTable, match="cell B2 is a formula"):
        list(read_rows(XLSX, with_formula(b">")))


def test_a_formula_of_which_nothing_came_is_an_empty_cell():
    assert [["serial", "to"], ["A"]] == list(read_rows(XLSX, with_formula(b' t="str">')))
