"""Bundles of histories with corrections: what they prove is what the ledger says."""

import random
from collections.abc import Iterator

from ledger.judge import Verdict
from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.service.query import Dossier, dossier
from ledger.testimony import Subject
from ledger.verify import verify_bundle
from tests.geography import ATLAS
from tests.ledger.corrected_histories import History
from tests.ledger.service.corrected_ledger import Desk

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


def test_what_is_proven_is_what_the_ledger_says(tmp_path):
    """Some hang on goods of others: what a carrier packs, what something is made of."""
    desk, seen = Desk(tmp_path), []
    for seed in range(HISTORIES):
        history = desk.tell(random.Random(seed))
        seen += told(desk, history)
    proven = [(subject, known) for subject, known in seen if subject.is_proven]

    assert [subject.state for subject, _ in proven] == [known.state for _, known in proven]
    assert len(proven) > len(seen) * 4 // 5


def test_what_is_not_proven_is_not_clear(tmp_path):
    desk = Desk(tmp_path)
    seen = [one for seed in range(HISTORIES) for one in told(desk, desk.tell(random.Random(-seed)))]

    assert Verdict.CLEAR not in {one.verdict for one, _ in seen if not one.is_proven}
    assert all(
        one.verdict is known.verdict for one, known in seen if one.is_proven and not known.contents
    )
