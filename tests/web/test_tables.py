"""Workbooks that people send: nothing of them is passed over unsaid."""

import pytest

from schemas.errors import TooLarge
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
