"""Statements in plain words: a sentence for each kind, with names for ids."""

from dataclasses import replace

import pytest

from ledger.statement_story import tell_statement
from schemas.statement import KINDS
from tests.schemas.test_statement import ALL

NAMES = {"urn:chiptrail:party:registrar": "Registrar", "urn:chiptrail:party:acme": "Acme"}
SENTENCES = {
    "genesis": "Registrar began the ledger example.com/ledger, which goes on from"
    " old.example/ledger and its 7 entries, of which 5 to 6 are lost.",
    "party": "Registrar says who Acme GmbH is: maker, end-user.",
    "key": "Registrar says that a key is Acme's.",
    "key-revocation": "Registrar revokes key cdcdcdcdcdcdcdcd: laptop stolen, suspected since"
    " 24 Dec 2025.",
    "rule-pack": f"Registrar says that rule pack base has the hash {'01' * 32}.",
    "landmark": "Registrar names the landmark Oslo 1: 59.90, 10.70, NO.",
    "mandate": "Registrar lets Acme sign receive, ship for it, 1 Jan 2026 to 1 Jul 2026.",
    "licence": "Registrar says that Acme has EAR licence D1234567, 1 Jan 2026 to 1 Jul 2026.",
    "site": "Registrar names the site Hall 4: -33.25, -70.00, CL, within 400 m.",
    "grant": "Registrar lets Acme see A0001 until 1 Jul 2026.",
    "concurrence": "Registrar agrees with the correction 0202020202020202.",
    "resolution": "Registrar settles what entry 0303030303030303 showed of A0001"
    " (custody/not-holder): seen.",
    "erasure": "Registrar erases 1 withheld field of entry 0404040404040404: asked to.",
}


def test_there_is_a_sentence_for_every_kind():
    assert list(KINDS) == list(SENTENCES)


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_statement_is_told_in_one_sentence(kind):
    assert SENTENCES[kind] == tell_statement(ALL[kind], NAMES)


def test_a_mandate_without_acts_is_told_as_taken_back():
    said = tell_statement(replace(ALL["mandate"], acts=()), NAMES)

    assert said == "Registrar lets Acme sign nothing for it any more."


def test_of_many_items_three_are_named():
    items = tuple(f"urn:chiptrail:chip:acme:x1:A{number}" for number in range(1005))
    said = tell_statement(replace(ALL["grant"], items=items, ends_at=None), NAMES)

    assert said == "Registrar lets Acme see A0, A1, A2 and 1,002 more."
