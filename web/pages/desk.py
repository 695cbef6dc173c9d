"""Where a form is filled in: by whom, when, and what people call parties and places there.

desk().name_of("urn:chiptrail:party:kestrel")     # "Kestrel Components"
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ledger.gazetteer import Known
from ledger.names import party_name
from ledger.service.ledger import Ledger
from ledger.service.places import places_of
from ledger.service.stock import Sorted, sort_out
from ledger.view import Reader
from web.access import caller, ledger, reader


@dataclass(frozen=True)
class Desk:
    """Who fills in, where and when; what it knows is looked up once for all rows."""

    ledger: Ledger
    party: str
    reader: Reader
    now: datetime

    @cached_property
    def called(self) -> dict[str, tuple[str, ...]]:
        """What people call each party."""
        return self.ledger.registry.called

    @cached_property
    def names(self) -> dict[str, str]:
        """The name to show of each party."""
        return self.ledger.registry.names

    @cached_property
    def places(self) -> Known:
        """The places that can be named."""
        return places_of(self.ledger, self.party)

    @cached_property
    def _sorted(self) -> dict[str, Sorted]:
        return {}

    def sorted(self, text: str) -> Sorted:
        """What *text* names, looked up once."""
        if text not in self._sorted:
            self._sorted[text] = sort_out(self.ledger, [text], self.reader)
        return self._sorted[text]

    def name_of(self, party: str) -> str:
        """What to call *party*."""
        return party_name(party, self.names)


def desk() -> Desk:
    """The caller's."""
    return Desk(ledger(), caller().party, reader(), ledger().clock.now())
