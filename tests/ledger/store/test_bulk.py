"""Bulk statements: as many rows as there are, however few or many, are written as one."""

import pytest

from ledger.store.events import EventRow, insert_events, load_events
from schemas.errors import IntegrityError

# A COPY begins at 100 of them.
COUNTS = (1, 100, 5_000)


def rows(count):
    """Rows with columns that are empty in some, in all and in none."""
    return [
        EventRow(number, "ship", f"urn:x:{number}", number if number % 2 else None, -number)
        for number in range(count)
    ]


@pytest.mark.parametrize("count", COUNTS)
def test_rows_come_back_as_they_went_in(database, count):
    with database.writing() as connection:
        insert_events(connection, rows(count))
        found = load_events(connection, range(count))

    assert rows(count) == [found[number] for number in range(count)]


@pytest.mark.parametrize("count", COUNTS)
def test_a_row_that_is_there_already_is_refused_with_all_the_others(database, count):
    with pytest.raises(IntegrityError), database.writing() as connection:
        insert_events(connection, [*rows(count), rows(1)[0]])

    with database.reading() as connection:
        assert {} == load_events(connection, range(count))
