"""Signing: from a plain EPCIS event to a submission, as ``chiptrail sign`` makes it.

Steps: (1) the fields of docs/formats.md that the draft lacks are filled in, its places checked; (2)
withheld fields become commitments, customs facts always; (3) every list of two or more ids is
committed under a fresh seed; (4) the payload is read back as any ledger will read it; (5) it is
signed. What travels beside the envelope is kept by the ledger, not by the log. The drafts are
``schemas.draft``'s and ``schemas.short_form``'s. Example::

    signer = Signer(key, party, ledger=origin, after=note, fresh=secrets.token_bytes)
    submission = compose(ship([chip], party, consignee), signer, event_id, now)
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
class Signer:
    """Who signs for which ledger, having last seen which head (*after*, a complete note).

    *fresh* gives that many random bytes; nonces, seeds and salts come from it, in this order.
    """

    key: PrivateKey
    party: str
    ledger: str
    after: str
    fresh: Callable[[int], bytes]


def compose(
    draft: Draft, signer: Signer, event_id: str, now: datetime, withheld: Iterable[str] = ()
) -> Submission:
    """The signed submission of *draft*, with the fields named in *withheld* withheld.

    *event_id* (a UUIDv7 URN) and *now* (aware) stand in where the draft has none of its own.

    Raises: MalformedEvent (open or withheld), TooLarge, ItemsMismatch (the draft commits to a list
    whose ids it does not give), MalformedJson (a text that no ledger takes).
    """
    nonce = encode_base64url(signer.fresh(NONCE_SIZE))
    imprint = Imprint(signer.ledger, signer.party, nonce, signer.after)
    whole = complete(draft, imprint, event_id, now)  # (1)
    check_places(whole)
    whole, taken = withhold(whole, tuple(withheld))  # (2)
    lists = {
        field: ItemList(signer.fresh(SEED_SIZE), ids) for field, ids in lists_of(whole).items()
    }
    disclosures = {
        name: make_disclosure(signer.fresh(SALT_SIZE), name, value) for name, value in taken.items()
    }
    digests = {name: digest_of(text) for name, text in disclosures.items()}
    whole = with_committed_lists(with_commitments(whole, digests), _uris(lists))  # (3)
    payload = dump(whole)
    _check_payload(payload, lists)  # (4)
    _check_withheld(disclosures, digests)
    envelope = dsse.sign(payload, PayloadType.EVENT, signer.key)  # (5)
    return Submission(envelope, lists, tuple(disclosures.values()))


def compose_statement(draft: Draft, signer: Signer, statement_id: str, now: datetime) -> Submission:
    """The signed submission of the statement *draft*, which lacks its preamble.

    *statement_id* (a UUID URN) and *now* (aware) stand in where the draft has none of its own.

    Raises: MalformedStatement, TooLarge, MalformedJson (a text that no ledger takes).
    """
    nonce = encode_base64url(signer.fresh(NONCE_SIZE))
    imprint = Imprint(signer.ledger, signer.party, nonce, signer.after)
    payload = dump(complete_statement(draft, imprint, statement_id, now))
    _check_size(payload)
    parse_statement(payload)  # what must hold of it no signature can take back
    return Submission(dsse.sign(payload, PayloadType.STATEMENT, signer.key), {}, ())


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
