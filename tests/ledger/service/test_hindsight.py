"""What a past party is told stays what it was told when its part ended, whatever is corrected.

``DEEP=1`` tells 500 histories; ``SEED`` is theirs.
"""

import os

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger.service.dossiers import dossier_to_json
from ledger.service.query import dossier
from ledger.service.sight import Sight
from ledger.view import EVERYTHING, Reader
from schemas import strict_json
from tests.ledger.corrected_histories import PARTIES, PARTY
from tests.ledger.service.corrected_ledger import Desk

IS_DEEP = os.environ.get("DEEP") == "1"
# An inspector sees all.
READERS = [Reader(PARTY + name) for name in PARTIES if name != "customs"]


class Watch:
    """Asks for every item as every party after each entry, and keeps what it is told at the end."""

    def __init__(self, desk, history):
        self.ledger, self.items, self.told = desk.world.ledger, history.items, {}
        for said in history.entries:
            desk.world.now = said.recorded_at
            desk.capture([desk.submission(said)])
            self.note(said.index)

    def note(self, index):
        for reader, item, horizon in self.horizons():
            if horizon == index:
                self.told[reader.party, item, index] = self.answer(reader, item)

    def horizons(self):
        """(reader, item, horizon) of those whose part has ended."""
        ledger = self.ledger
        with ledger.database.reading() as connection:
            tip = ledger.renew(connection)
            for reader in READERS:
                sight = Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())
                for item, outlook in sight.outlooks(self.items).items():
                    if outlook.horizon != EVERYTHING:
                        yield reader, item, outlook.horizon

    def answer(self, reader, item):
        said = dossier_to_json(dossier(self.ledger, item, reader=reader))
        return strict_json.dump({name: said[name] for name in said if name != "size"}).decode()


def test_what_a_past_party_is_told_is_what_it_was_told_when_its_part_ended(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("hindsight"))

    @seed(int(os.environ.get("SEED", "1")))
    @settings(
        max_examples=500 if IS_DEEP else 8,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.randoms(use_true_random=False))
    def tell(rng):
        watch = Watch(desk, desk.make(rng))
        desk.world.advance(days=100)
        for reader, item, horizon in watch.horizons():
            assert watch.told[reader.party, item, horizon] == watch.answer(reader, item)

    tell()
