"""A correction with what takes its place, to be signed and captured in one go.

    redress = Redress(submitted(ledger, entry.index), signer, ledger.clock.now())
    prepared = redress.prepared("incorrect_data", [draft], ())
    submissions = [one.signed(signer.key) for one in prepared]

The event that takes the place comes first, so that the correction finds it (docs/custody.md).
"""

from collections.abc import Sequence
from datetime import datetime

from ledger.compose import Author, Prepared
from ledger.retraction import Error, PlainEvent, plain_event, retract
from ledger.service.ledger import Ledger
from ledger.service.rows import load_submission
from ledger.service.signing import prepare
from ledger.store import log
from schemas.draft import Draft
from schemas.envelope import PayloadType, Submission
from schemas.errors import NotFound
from schemas.event import parse_event


def submitted(ledger: Ledger, index: int) -> Submission:
    """Entry *index* as its signer submitted it.

    Raises: NotFound.
    """
    with ledger.database.reading() as connection:
        registry = ledger.renew(connection).registry
        row = log.load_entries_at(connection, [index]).get(index)
        if row is None:
            raise NotFound(f"there is no entry {index}")
        return load_submission(connection, row, registry)


class Redress:
    """What the signer of *wrong* takes back, at time *now*."""

    def __init__(self, wrong: Submission, author: Author, now: datetime) -> None:
        """Raises: NotFound when it is no event."""
        if wrong.envelope.payload_type is not PayloadType.EVENT:
            raise NotFound("that entry is no event; what is stated is taken back in other ways")
        self._payload, self._lists = wrong.envelope.payload, wrong.lists
        self._author, self._now = author, now
        self.disclosures = wrong.disclosures

    def plain(self) -> PlainEvent:
        """The event as it was before it was signed.

        Raises: MalformedEvent.
        """
        return plain_event(self._payload, self._lists, self.disclosures)

    def prepared(
        self, reason: str, rights: Sequence[Draft], withheld: Sequence[str]
    ) -> list[Prepared]:
        """To be signed: *rights*, of which some fields are *withheld*, then the correction.

        Raises: a refusal of any of them.
        """
        instead = [prepare(draft, self._author, self._now, withheld) for draft in rights]
        ids = tuple([parse_event(one.payload).event_id for one in instead])
        error = Error(self._now, reason, ids)
        return [*instead, retract(self._payload, self._lists, self._author, error)]
