"""A correction with what takes its place, signed and captured in one go.

    redress = Redress(ledger, signer, entry.index)
    prepared = redress.prepared("incorrect_data", [draft], ())
    submissions = [one.signed(signer.key) for one in prepared]
    receipts = redress.capture(submissions, dry_run=True)

The event that takes the place comes first, so that the correction finds it (docs/custody.md).
"""

from collections.abc import Sequence

from ledger.compose import Author, Prepared
from ledger.retraction import Error, PlainEvent, plain_event, retract
from ledger.service.capture import Receipt, capture
from ledger.service.ledger import Ledger
from ledger.service.rows import load_item_lists
from ledger.service.signing import prepare
from ledger.store import log
from schemas.draft import Draft
from schemas.envelope import Submission, encode_submission
from schemas.errors import ChiptrailError, NotFound
from schemas.event import parse_event


class Redress:
    """What the signer of entry *index* takes back; *disclosures* are those that it withheld."""

    def __init__(self, ledger: Ledger, author: Author, index: int) -> None:
        """Raises: NotFound when there is no such event."""
        self._ledger, self._author = ledger, author
        with ledger.database.reading() as connection:
            row = log.load_entries_at(connection, [index]).get(index)
            if row is None or row.kind != log.EVENT:
                raise NotFound(f"entry {index} is no event")
            self._payload = row.payload
            self._lists = load_item_lists(connection, [index]).get(index, {})
            bodies = [body for _, _, body in log.load_disclosures(connection, [index]) if body]
        self.disclosures: tuple[str, ...] = tuple(bodies)

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
        now = self._ledger.clock.now()
        instead = [prepare(draft, self._author, now, withheld) for draft in rights]
        ids = tuple([parse_event(one.payload).event_id for one in instead])
        correction = retract(self._payload, self._lists, self._author, Error(now, reason, ids))
        return [*instead, correction]

    def capture(self, submissions: Sequence[Submission], *, dry_run: bool) -> list[Receipt]:
        """Capture what was ``signed``, in one batch. Each is taken by itself: dry run it first.

        Raises: the first refusal.
        """
        data = [encode_submission(one) for one in submissions]
        receipts: list[Receipt] = []
        for outcome in capture(self._ledger, data, actor=self._author.party, dry_run=dry_run):
            if isinstance(outcome, ChiptrailError):
                raise outcome
            receipts.append(outcome)
        return receipts
