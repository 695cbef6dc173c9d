from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from ledger.rule_files import parse_pack
from ledger.rules import TimeRules
from schemas.errors import MalformedRules, TooLarge, UnknownRule
from tests.architecture import ROOT

BASE = (ROOT / "ledger" / "packs" / "base.toml").read_bytes()
RULE = """
[[rule]]
id = "a/b"
title = "A rule"
from = 2026-01-01
until = 2026-07-01
citation = "15 CFR 762.5"
checked = 2026-11-23
parameters = { grace_hours = 24, note = "x", strict = true }
"""
PACK = 'pack = "p"\n' + RULE
LATER = RULE.replace("from = 2026-01-01\nuntil = 2026-07-01", "from = 2026-07-01")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_pack_is_read_as_it_is_written():
    pack = parse_pack(PACK.encode())
    (rule,) = pack.rules

    assert (pack.id, pack.sha256) == ("p", sha256(PACK.encode()).digest())
    assert (rule.id, rule.title, rule.citation) == ("a/b", "A rule", "15 CFR 762.5")
    assert (rule.effective_from, rule.effective_to) == (date(2026, 1, 1), date(2026, 7, 1))
    assert rule.checked == date(2026, 11, 23)
    assert rule.parameters == {"grace_hours": 24, "note": "x", "strict": True}


def test_the_hash_is_of_the_exact_bytes():
    assert parse_pack(PACK.encode()).sha256 != parse_pack(PACK.encode() + b"\n").sha256


def test_a_pack_may_name_the_borders_to_judge_by():
    named = PACK.replace("\n", '\ngeography = "tzfpy 2026e, zones 0"\n', 1)

    packs = [parse_pack(text.encode()).geography for text in (PACK, named)]
    assert [None, "tzfpy 2026e, zones 0"] == packs


@pytest.mark.parametrize("day", ["2026-01-01", "2026-06-30T23:59:59.999"])
def test_a_rule_is_in_force_from_its_first_day_to_the_day_before_until(day):
    assert parse_pack(PACK.encode()).rule("a/b", at(day)).id == "a/b"


@pytest.mark.parametrize("day", ["2025-12-31T23:59:59.999", "2026-07-01"])
def test_outside_its_days_there_is_no_rule(day):
    with pytest.raises(UnknownRule, match="no rule a/b in force on"):
        parse_pack(PACK.encode()).rule("a/b", at(day))


def test_the_day_is_that_of_utc():
    new_year = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))

    with pytest.raises(UnknownRule):
        parse_pack(PACK.encode()).rule("a/b", new_year)


def test_rules_of_one_id_follow_each_other():
    pack = parse_pack((PACK + LATER).encode())

    assert pack.rule("a/b", at("2026-06-30")).effective_to == date(2026, 7, 1)
    assert pack.rule("a/b", at("2030-01-01")).effective_to is None


@pytest.mark.parametrize("order", [PACK + RULE, 'pack = "p"\n' + LATER + RULE.replace("07", "08")])
def test_rules_of_one_id_never_overlap(order):
    with pytest.raises(MalformedRules, match="a second rule a/b is in force on"):
        parse_pack(order.encode())


def test_a_duration_has_its_unit_in_its_name():
    rule = parse_pack(PACK.encode()).rules[0]

    assert rule.duration("grace_hours") == timedelta(days=1)


@pytest.mark.parametrize("value", ["-1", "true", '"24"', "nan", "1e300"])
def test_a_duration_is_a_sensible_number(value):
    text = PACK.replace("grace_hours = 24", f"grace_hours = {value}")

    with pytest.raises(MalformedRules, match="rule a/b: got no grace_hours"):
        parse_pack(text.encode()).rules[0].duration("grace_hours")


BAD = {
    "not UTF-8": (b"pack = '\xff'", ""),
    "not TOML": (b"pack", ""),
    "deep": (b"pack = " + b"[" * 100_000, ""),
    "no pack": (RULE.encode(), "/pack"),
    "borders of two lines": (('geography = "a\\nb"\n' + PACK).encode(), "/geography"),
    "no rule": (b'pack = "p"', "/rule"),
    "rules as a table": (b'pack = "p"\n[rule]', "/rule"),
    "a rule that is none": (b'pack = "p"\nrule = [1]', "/rule/0"),
    "an unknown name": (PACK.replace("title", "titel = 1\ntitle").encode(), "/rule/0/titel"),
    "no citation": (PACK.replace('citation = "15 CFR 762.5"', "").encode(), "/rule/0/citation"),
    "a blank citation": (PACK.replace("15 CFR 762.5", " ").encode(), "/rule/0/citation"),
    "a day with a time": (
        PACK.replace("2026-11-23", "2026-11-23T00:00:00Z").encode(),
        "/rule/0/checked",
    ),
    "an end before the beginning": (
        PACK.replace("2026-07-01", "2026-01-01").encode(),
        "/rule/0/until",
    ),
    "a list as parameter": (PACK.replace("24", "[24]").encode(), "/rule/0/parameters/grace_hours"),
}


@pytest.mark.parametrize(("data", "pointer"), BAD.values(), ids=BAD)
def test_what_is_no_pack_is_refused_with_its_place(data, pointer):
    with pytest.raises(MalformedRules) as refusal:
        parse_pack(data)

    assert refusal.value.pointer == pointer


def test_a_pack_has_a_limit():
    text = PACK.encode()

    assert parse_pack(text + b"#" * ((1 << 20) - len(text))).id == "p"
    with pytest.raises(TooLarge):
        parse_pack(b"#" * ((1 << 20) + 1))


def test_the_base_pack_rules_on_every_day():
    pack = parse_pack(BASE)

    for day in ("1970-01-01", "2026-11-23", "2100-01-01"):
        assert pack.time_rules(at(day)) == TimeRules(timedelta(minutes=15), timedelta(days=7))
        assert pack.rule("custody/overdue", at(day)).duration("grace_hours") == timedelta(days=1)
        assert pack.rule("custody/short", at(day)).duration("grace_hours") == timedelta(days=1)


def test_the_base_pack_says_where_there_is_no_law():
    assert [rule.id for rule in parse_pack(BASE).rules if "not law" not in rule.citation] == []
