"""Where a short form is filled in: at the ledger, or away from it.

What is filled in ``There`` is signed here and pushed; the head that the ledger has shown, which
continues what was seen of it before, is in the signature. Serials and names are looked up there, as
far as the token's party sees them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from ledger.cli import naming
from ledger.cli.matching import match_party
from schemas.errors import ChiptrailError, NotFound

if TYPE_CHECKING:
    from ledger.client import answers
    from ledger.service.capture import Receipt
    from ledger.service.entry import Signed
    from ledger.service.ledger import Ledger
    from ledger.service.remote import Remote
    from schemas.envelope import Submission
    from schemas.statement import Site

T = TypeVar("T")

# As many serials as one check takes.
_AT_ONCE = 10_000


class Here:
    """What a desk asks of the ledger at hand."""

    def __init__(self, ledger: "Ledger", actor: str) -> None:
        self.ledger, self._actor = ledger, actor

    def now(self) -> datetime:
        """The time there."""
        return self.ledger.clock.now()

    def items_named(self, texts: Sequence[str]) -> tuple[str, ...]:
        """The one item that each of *texts* means."""
        return naming.items_named(self.ledger, texts)

    def party_named(self, text: str) -> str:
        """The party that *text* means."""
        return naming.party_named(self.ledger, text)

    def names(self) -> Mapping[str, str]:
        """What people call each party."""
        return self.ledger.registry.names

    def sites(self) -> "Mapping[str, Site]":
        """The sites by their ids."""
        return self.ledger.registry.places()

    def entry(self, text: str) -> "Signed":
        """The entry that *text* names."""
        from ledger.service.entry import load_entry

        return load_entry(self.ledger, text)

    def may_resolve(self, party: str, accused: str) -> bool:
        """Whether *party* is heard on findings on entries of *accused*."""
        return self.ledger.registry.may_resolve(party, accused)

    def may_erase(self, party: str, author: str) -> bool:
        """Whether *party* is heard on what is disclosed of entries of *author*."""
        return self.ledger.registry.may_erase(party, author)

    def submission(self, index: int) -> "Submission":
        """Entry *index* as its signer submitted it."""
        from ledger.service.redress import submitted

        return submitted(self.ledger, index)

    def capture(self, submissions: "Sequence[Submission]", *, dry_run: bool) -> "list[Receipt]":
        """Capture *submissions* as one batch; each is taken by itself.

        Raises: the first refusal.
        """
        from ledger.service.capture import capture
        from schemas.envelope import encode_submission

        data = [*map(encode_submission, submissions)]
        return _receipts(capture(self.ledger, data, actor=self._actor, dry_run=dry_run))


class There:
    """What a desk asks of the ledger that *remote* is."""

    def __init__(self, remote: "Remote") -> None:
        self._remote = remote

    def now(self) -> datetime:
        """The time here: nobody asks another clock."""
        return datetime.now(UTC)

    def items_named(self, texts: Sequence[str]) -> tuple[str, ...]:
        """The one item that each of *texts* means.

        Raises: as ``naming.items_named``.
        """
        from schemas.item import parse_query

        found = {text: item for text in texts if (item := parse_query(text).item) is not None}
        bare = [text for text in dict.fromkeys(texts) if text not in found]
        matches: dict[str, list[str]] = {text: [] for text in bare}
        for start in range(0, len(bare), _AT_ONCE):
            for line in self._remote.api.check(bare[start : start + _AT_ONCE]).lines:
                if line.item is not None and line.state is not None:
                    matches.setdefault(line.text, []).append(line.item)
        found |= {text: naming.only(text, matches[text]) for text in bare}
        return tuple(dict.fromkeys(found[text] for text in texts))

    def party_named(self, text: str) -> str:
        """The party that *text* means.

        Raises: as ``match_party``.
        """
        return match_party(text, self._remote.api.parties(text))

    def names(self) -> Mapping[str, str]:
        """None: parties are called by their ids."""
        return {}

    def sites(self) -> "Mapping[str, Site] | None":
        """None: they are not asked for, so sites are named by their ids."""
        return None

    def entry(self, text: str) -> "Signed":
        """The entry at index *text*, as its envelope says it.

        Raises: NotFound, also where it is not shown to the token's party.
        """
        from ledger.service.entry import signed_in
        from schemas.formats import parse_decimal

        try:
            index = parse_decimal(text)
        except ValueError as exc:
            raise NotFound(f"{text} is no entry: want its index") from exc
        return signed_in(index, self.submission(index).envelope)

    def submission(self, index: int) -> "Submission":
        """Entry *index* as its signer submitted it, who the token's party is.

        Raises: NotFound, also where it is not shown to that party.
        """
        found = self._remote.api.entry(index).submission
        if found is None:
            raise NotFound(f"there is no entry {index} that is shown to you")
        return found

    def may_resolve(self, _party: str, _accused: str) -> bool:
        """True: it is the ledger that says who is heard."""
        return True

    may_erase = may_resolve

    def capture(
        self, submissions: "Sequence[Submission]", *, dry_run: bool
    ) -> "list[answers.Receipt]":
        """Push *submissions* as one batch; each is taken by itself.

        Raises: the first refusal, Unreachable.
        """
        from schemas.envelope import encode_submission

        data = [*map(encode_submission, submissions)]
        return _receipts(self._remote.api.capture_lines(data, dry_run=dry_run))


def _receipts(outcomes: "Iterable[T | ChiptrailError]") -> list[T]:
    receipts: list[T] = []
    for outcome in outcomes:
        if isinstance(outcome, ChiptrailError):
            raise outcome
        receipts.append(outcome)
    return receipts
