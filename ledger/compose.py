"""Signing: from a plain EPCIS event to a submission, as ``chiptrail sign`` makes it.

Steps: (1) the fields of docs/formats.md that the draft lacks are filled in, its places checked; (2)
withheld fields become commitments, customs facts always; (3) every list of two or more ids is
committed under a fresh seed; (4) the payload is read back as any ledger will read it; (5) it is
signed. What travels beside the envelope is kept by the ledger, not by the log. Up to (4) it takes
no key: a browser signs what is prepared for it. The drafts are ``schemas.draft``'s and
``schemas.short_form``'s. Example::

    signer = Signer(party, ledger=origin, after=note, fresh=secrets.token_bytes, key=key)
    submission = compose(ship([chip], party, consignee), signer, event_id, now)
    prepare(ship([chip], party, consignee), Author(party, ...), event_id, now).payload
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger import dsse
from ledger.disclosure import (
    SALT_SIZE,
    commit_items,
    digest_of,
    items_uri,
    make_disclosure,
    open_disclosures,
)
from ledger.keys import PrivateKey
from schemas.draft import (
    Draft,
    Imprint,
    check_places,
    complete,
    complete_statement,
    lists_of,
    with_commitments,
    with_committed_lists,
    withhold,
)
from schemas.envelope import ENVELOPE_LIMIT, SEED_SIZE, ItemList, PayloadType, Submission
from schemas.errors import ItemsMismatch, MalformedDisclosure, MalformedEvent, TooLarge
from schemas.event import CommittedItems, parse_event
from schemas.formats import encode_base64url
from schemas.shape import pointer
from schemas.statement import parse_statement
from schemas.strict_json import dump

NONCE_SIZE = 16
# Base64 stretches by 4/3; type, keyid and signature take less than this.
PAYLOAD_LIMIT = (ENVELOPE_LIMIT - 512) // 4 * 3


@dataclass(frozen=True, slots=True)
class Author:
    """Who is to sign for which ledger, having last seen which head (*after*, a complete note).

    *fresh* gives that many random bytes; nonces, seeds and salts come from it, in this order.
    """

    party: str
    ledger: str
    after: str
    fresh: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Signer(Author):
    """An author with the *key* to sign with."""

    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Prepared:
    """The exact bytes that a party is to sign, and what travels beside them."""

    payload: bytes
    payload_type: PayloadType
    lists: Mapping[str, ItemList]
    disclosures: tuple[str, ...]

    def signed(self, key: PrivateKey) -> Submission:
        """The same, signed with *key*."""
        envelope = dsse.sign(self.payload, self.payload_type, key)
        return Submission(envelope, self.lists, self.disclosures)


def compose(
    draft: Draft, signer: Signer, event_id: str, now: datetime, withheld: Iterable[str] = ()
) -> Submission:
    """The signed submission of *draft*; all else as in ``prepare``."""
    return prepare(draft, signer, event_id, now, withheld).signed(signer.key)


def compose_statement(draft: Draft, signer: Signer, statement_id: str, now: datetime) -> Submission:
    """The signed submission of the statement *draft*; all else as in ``prepare_statement``."""
    return prepare_statement(draft, signer, statement_id, now).signed(signer.key)


def prepare(
    draft: Draft, author: Author, event_id: str, now: datetime, withheld: Iterable[str] = ()
) -> Prepared:
    """What *author* is to sign of *draft*, with the fields named in *withheld* withheld.

    *event_id* (a UUIDv7 URN) and *now* (aware) stand in where the draft has none of its own.

    Raises: MalformedEvent (open or withheld), TooLarge, ItemsMismatch (the draft commits to a list
    whose ids it does not give), MalformedJson (a text that no ledger takes).
    """
    nonce = encode_base64url(author.fresh(NONCE_SIZE))
    imprint = Imprint(author.ledger, author.party, nonce, author.after)
    whole = complete(draft, imprint, event_id, now)  # (1)
    check_places(whole)
    whole, taken = withhold(whole, tuple(withheld))  # (2)
    lists = {
        field: ItemList(author.fresh(SEED_SIZE), ids) for field, ids in lists_of(whole).items()
    }
    disclosures = {
        name: make_disclosure(author.fresh(SALT_SIZE), name, value) for name, value in taken.items()
    }
    digests = {name: digest_of(text) for name, text in disclosures.items()}
    whole = with_committed_lists(with_commitments(whole, digests), _uris(lists))  # (3)
    payload = dump(whole)
    _check_payload(payload, lists)  # (4)
    _check_withheld(disclosures, digests)
    return Prepared(payload, PayloadType.EVENT, lists, tuple(disclosures.values()))


def prepare_statement(draft: Draft, author: Author, statement_id: str, now: datetime) -> Prepared:
    """What *author* is to sign of the statement *draft*, which lacks its preamble.

    *statement_id* (a UUID URN) and *now* (aware) stand in where the draft has none of its own.

    Raises: MalformedStatement, TooLarge, MalformedJson (a text that no ledger takes).
    """
    nonce = encode_base64url(author.fresh(NONCE_SIZE))
    imprint = Imprint(author.ledger, author.party, nonce, author.after)
    payload = dump(complete_statement(draft, imprint, statement_id, now))
    _check_size(payload)
    parse_statement(payload)  # what must hold of it no signature can take back
    return Prepared(payload, PayloadType.STATEMENT, {}, ())


def _uris(lists: dict[str, ItemList]) -> dict[str, str]:
    return {
        field: items_uri(commit_items(field, given.ids, given.seed))
        for field, given in lists.items()
    }


def _check_payload(payload: bytes, lists: dict[str, ItemList]) -> None:
    """What must hold of *payload* that no signature can take back."""
    _check_size(payload)
    event = parse_event(payload)
    for field, entry in event.lists.items():
        if isinstance(entry, CommittedItems) and field not in lists:
            raise ItemsMismatch("the draft gives a commitment in place of its items", f"/{field}")


def _check_withheld(disclosures: Mapping[str, str], digests: Mapping[str, str]) -> None:
    """The same of what is withheld: whoever is shown it must be able to read it."""
    for name, text in disclosures.items():
        try:
            open_disclosures(digests, [text])
        except MalformedDisclosure as exc:
            raise MalformedEvent(exc.message, pointer(name)) from exc


def _check_size(payload: bytes) -> None:
    if len(payload) > PAYLOAD_LIMIT:
        raise TooLarge(f"the payload has {len(payload)} bytes, limit {PAYLOAD_LIMIT}", "")
