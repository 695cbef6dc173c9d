"""Packs of several files, and what a slip of the pen in one is answered with."""

from datetime import UTC, date, datetime

import pytest

from ledger.rule_files import join_files, parse_pack
from ledger.service.ledger import load_pack
from schemas.errors import MalformedRules
from tests.geography import ATLAS

BASE = load_pack()
DATED = 'from = 2026-01-01\ncitation = "c"\nchecked = 2026-01-01\n'
RULE = f'[[rule]]\nid = "custody/overdue"\ntitle = "t"\n{DATED}parameters = {{ grace_hours = 1 }}\n'
CONTROL = f'[[control]]\nid = "a/b"\ntitle = "t"\nregime = "EAR"\neccns = ["3A090"]\n{DATED}'
COUNTRIES = f'[[countries]]\ngroup = "Q:1"\nmembers = ["NO"]\n{DATED}'
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def added(*texts):
    files = [(f"{n}.toml", f'pack = "p{n}"\n{text}'.encode()) for n, text in enumerate(texts)]
    return parse_pack(join_files(BASE, files))


def test_a_pack_of_several_files_has_the_rows_of_all():
    pack = added(RULE, CONTROL + COUNTRIES)

    assert "base+export+p0+p1" == pack.id
    assert ("a/b", "Q:1") == (pack.controls[-1].id, pack.countries[-1].group)


def test_a_later_file_takes_the_place_of_a_rule_on_the_days_it_is_in_force():
    pack = added(RULE)

    grace = [
        pack.rule("custody/overdue", at).parameters["grace_hours"]
        for at in (datetime(2025, 12, 31, tzinfo=UTC), NEW_YEAR)
    ]
    assert [24, 1] == grace


def test_the_hash_is_of_all_files():
    assert added(RULE).sha256 != added(RULE + "\n").sha256 != added().sha256


def test_the_borders_of_a_later_file_take_the_place_of_those_of_an_earlier():
    pack = added('geography = "theirs"\n', RULE)

    assert ATLAS.version == parse_pack(BASE).geography
    assert "theirs" == pack.geography


def test_a_row_says_where_it_was_read_and_how_far_that_was_checked():
    (row,) = added(COUNTRIES + "unverified = true\n").countries[-1:]

    assert "c (checked 2026-01-01, unverified)" == row.source
    assert (row.effective_from, row.effective_to) == (date(2026, 1, 1), None)


TYPOS = {
    "no TOML": ("x y", "/", "line 2"),
    "an unknown table": ('[[rules]]\nid = "a"', "/rules", "line 2"),
    "an unknown member": (RULE + 'titel = "t"\n', "/rule/0/titel", "line 9"),
    "a missing member": (
        '[[countries]]\ngroup = "Q:1"\n' + DATED,
        "/countries/0/members",
        "line 2",
    ),
    "an empty list": (CONTROL.replace('["3A090"]', "[]"), "/control/0/eccns", "line 6"),
    "no number": (CONTROL.replace("3A090", "3a090"), "/control/0/eccns", "3a090"),
    "no country": (COUNTRIES.replace("NO", "UK"), "/countries/0/members", "'UK'"),
    "a group of nobody": (CONTROL + 'into = ["D:55"]\n', "/control/0/into", "group 'D:55'"),
    "no kind": (CONTROL + 'kinds = ["license"]\n', "/control/0/kinds", "'license'"),
    "a flag in quotes": (COUNTRIES + 'unverified = "yes"\n', "/countries/0/unverified", "true or"),
    "two at once": (CONTROL + CONTROL, "/control/1/from", "a second control a/b"),
    "a rule that nothing asks for": (
        RULE.replace("custody/overdue", "custody/overdu"),
        "/rule/0/id",
        "custody/overdue, ",
    ),
    "a parameter that nothing asks for": (
        RULE.replace("grace_hours", "grace_days"),
        "/rule/0/parameters",
        "grace_hours",
    ),
    "a number in quotes": (RULE.replace("= 1 }", '= "1" }'), "/rule/0/parameters", "line 8"),
    "a rule of time": (RULE.replace("custody/overdue", "time/future"), "/rule/0/id", "time/future"),
}


@pytest.mark.parametrize(("text", "pointer", "words"), TYPOS.values(), ids=TYPOS)
def test_a_typo_is_answered_with_file_line_and_field(text, pointer, words):
    with pytest.raises(MalformedRules) as refused:
        added(text)

    assert pointer.rstrip("/") == refused.value.pointer
    assert "0.toml" in str(refused.value)
    assert words in str(refused.value)


def test_the_pack_of_the_product_names_where_each_row_was_read():
    pack = parse_pack(BASE)
    every = (*pack.rules, *pack.countries, *pack.controls, *pack.exceptions, *pack.listed)

    assert all(row.citation and row.checked for row in every)
    assert [] == [row.group for row in pack.countries if len(set(row.members)) < len(row.members)]
