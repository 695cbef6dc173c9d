"""Bundles of histories with corrections: what they prove is what the ledger says."""

import random
from collections.abc import Iterator

import pytest

from ledger.judge import Verdict
from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.service.query import Dossier, dossier
from ledger.testimony import Subject
from ledger.verify import verify_bundle
from ledger.view import Reader
from tests.geography import ATLAS
from tests.ledger.corrected_histories import History
from tests.ledger.service.corrected_ledger import Desk
from tests.world import party

HISTORIES = 25


def told(desk: Desk, history: History) -> Iterator[tuple[Subject, Dossier]]:
    """Of each thing what its bundle tells offline, and what the ledger says."""
    ledger = desk.world.ledger
    for item in history.items:
        known = dossier(ledger, item)
        if known.steps:
            data = make_bundle(ledger, [item], as_of=known.as_of)
            (subject,) = verify_bundle(data, parse_vkey(ledger.vkey), ATLAS).subjects
            yield subject, known


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> list[tuple[Subject, Dossier]]:
    """What is told of every thing in some histories, which are told once."""
    desk = Desk(tmp_path_factory.mktemp("bundles"))
    histories = [desk.tell(random.Random(seed)) for seed in range(HISTORIES)]
    return [one for history in histories for one in told(desk, history)]


def test_what_is_proven_is_what_the_ledger_says(seen):
    """Some hang on goods of others: what a carrier packs, what something is made of."""
    proven = [(subject, known) for subject, known in seen if subject.is_proven]

    assert [subject.state for subject, _ in proven] == [known.state for _, known in proven]
    assert len(proven) > len(seen) * 4 // 5


def test_what_is_not_proven_is_not_clear(seen):
    assert Verdict.CLEAR not in {one.verdict for one, _ in seen if not one.is_proven}
    assert all(
        one.verdict is known.verdict for one, known in seen if one.is_proven and not known.contents
    )


def test_who_sees_no_part_of_a_correction_gets_a_bundle_all_the_same(tmp_path):
    desk = Desk(tmp_path)
    history = desk.tell(random.Random(5))
    ledger, maker = desk.world.ledger, Reader(party("maker"))
    seen = [item for item in history.items if dossier(ledger, item, reader=maker).steps]

    made = [make_bundle(ledger, [item], reader=maker) for item in seen]
    assert made
    assert all(verify_bundle(one, parse_vkey(ledger.vkey), ATLAS) for one in made)
