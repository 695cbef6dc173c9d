"""What is said of an entry because of its key: at reading, and against the entry alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger import keys
from ledger.finding import Code, Tier
from ledger.key_findings import check_key
from ledger.registry import EnrolledKey

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
KEY = EnrolledKey(
    3, keys.private_key(b"\x01" * 32).public, "urn:chiptrail:party:fab", endorsed=True
)
REVOKED = replace(KEY, revoked=9)
STOLEN = replace(REVOKED, suspected_since=SINCE)
MOMENT = timedelta(milliseconds=1)


def codes(key, at=SINCE):
    return [found.code for found in check_key(key, 5, at)]


@pytest.mark.parametrize("key", [KEY, REVOKED])
def test_an_endorsed_key_and_a_revoked_one_say_nothing(key):
    assert [] == codes(key)


def test_a_key_that_no_other_vouched_for_marks_what_it_signs():
    (found,) = check_key(replace(KEY, endorsed=False), 5, SINCE)

    assert (Code.REGISTRAR_ONLY, Tier.WARNING, 5, (3,)) == (
        found.code, found.tier, found.index, found.cites,
    )  # fmt: skip
    assert not found.on_items


def test_what_was_signed_since_a_key_is_suspected_is_disputed():
    found = [codes(STOLEN, at) for at in (SINCE - MOMENT, SINCE, SINCE + MOMENT)]

    assert [[], [Code.DISPUTED], [Code.DISPUTED]] == found


def test_a_disputed_entry_cites_the_revocation():
    (found,) = check_key(STOLEN, 5, SINCE)

    assert ((9,), False) == (found.cites, found.on_items)


def test_a_key_can_be_both():
    assert [Code.REGISTRAR_ONLY, Code.DISPUTED] == codes(replace(STOLEN, endorsed=False))
