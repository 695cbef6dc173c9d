"""A record's annotations say how it stands on the wire, both ways."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import pytest

from schemas.errors import MalformedEvent
from schemas.form import Called, Form, record_of, several
from schemas.shape import TIME, count, text
from schemas.statement_fields import MOMENT

WORD = Form(text(str.isalpha, "a word"), str.lower, str.upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    how_many: Annotated[int, Form(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan(Inner):
    """*note* is not on the wire."""

    words: Annotated[tuple[str, ...], several(WORD, most=2)] = ()
    ends_at: Annotated[datetime, MOMENT, Called("until")] | None = None
    part: Annotated[Inner, record_of(Inner)] | None = None
    note: str = "mine"


FORM = record_of(Loan)
WHOLE = {
    "howMany": 1,
    "words": ["A", "B"],
    "until": "2026-01-02T00:00:00.000Z",
    "part": {"howMany": 2},
}


def test_a_record_is_read_and_written_by_its_annotations():
    part = Inner(how_many=2)
    until = datetime(2026, 1, 2, tzinfo=UTC)
    loan = Loan(how_many=1, words=("a", "b"), ends_at=until, part=part)

    assert FORM.read(WHOLE) == loan
    assert FORM.write(loan) == WHOLE


def test_what_has_a_default_may_be_missing_and_is_then_not_written():
    assert FORM.read({"howMany": 1}) == Loan(how_many=1)
    assert FORM.write(Loan(how_many=1, note="other")) == {"howMany": 1}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"howMany": -1}, "/howMany"),
        ({"words": ["A", "B", "C"]}, "/words"),
        ({"words": ["A", "1"]}, "/words/1"),
        ({"part": {}}, "/part/howMany"),
        ({"until": None}, "/until"),
        ({"note": "mine"}, "/note"),
    ],
)
def test_what_does_not_fit_is_pointed_at(change, pointer):
    with pytest.raises(MalformedEvent) as caught:
        FORM.check(WHOLE | change)

    assert caught.value.pointer == pointer


def test_members_are_checked_together_once_each_fits():
    def more_words_than_one(value):
        if len(value["words"]) < value["howMany"]:
            raise MalformedEvent("too few", "/words")

    form = record_of(Loan, more_words_than_one)
    form.check(WHOLE)
    with pytest.raises(MalformedEvent):
        form.check(WHOLE | {"howMany": 3})


def test_a_time_out_of_the_calendar_is_refused_by_its_check():
    """What a check lets pass can be read: the shape alone would let this one pass."""
    TIME("0001-01-01T00:00:00+01:00")
    with pytest.raises(MalformedEvent):
        MOMENT.check("0001-01-01T00:00:00+01:00")
