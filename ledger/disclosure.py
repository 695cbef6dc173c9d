"""What a signed payload commits to but does not say: item lists and withheld fields.

Item lists (docs/formats.md, "Item lists, open or committed"): an RFC 6962 tree over the list in
ascending order of leaf hashes; a fresh 32-byte seed per event salts every leaf::

    salt      = SHA-256(seed || field || 0x00 || id)[:16]
    leaf hash = SHA-256(0x00 || "chiptrail/item/v1" || 0x00 || salt || id)

so that one item is shown by id, salt, position and path, and no sibling can be guessed from them.
Withheld fields follow SD-JWT (RFC 9901, sections 4.2.1 and 4.2.3)::

    disclosure = base64url('["<base64url of the salt>", "<name>", <value>]')
    digest     = base64url(SHA-256(ASCII of the disclosure))

Which names may be withheld, and what may then stand in the open, is ``schemas.withheld``'s. Seeds
and salts come in as arguments. Example::

    committed = commit_items("epcList", ids, seed)
    verify_item(item_proof("epcList", ItemList(seed, ids), ids[0]), committed)
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ledger.merkle import path_in, root_of, rows_of, verify_inclusion
from schemas.bundle import ItemProof
from schemas.envelope import SEED_SIZE, ItemList
from schemas.errors import (
    DisclosureMismatch,
    ItemsMismatch,
    MalformedDisclosure,
    MalformedItems,
    MalformedJson,
    TooLarge,
    VerificationFailed,
)
from schemas.event import CommittedItems, OpenItems
from schemas.formats import decode_base64url, encode_base64url
from schemas.item import ITEMS_PREFIX, fold_item
from schemas.strict_json import JSON, dump, load
from schemas.withheld import check_withheld_value

SALT_SIZE = 16
_LEAF_PREFIX = b"\x00chiptrail/item/v1\x00"  # the first byte is RFC 6962's leaf tag


# Item lists --------------------------------------------------------------------------------------


def item_salt(seed: bytes, field: str, item: str) -> bytes:
    """The 16-byte salt of *item* in the list *field*."""
    return sha256(b"%b%b\x00%b" % (seed, field.encode(), item.encode())).digest()[:SALT_SIZE]


def item_leaf_hash(seed: bytes, field: str, item: str) -> bytes:
    """The leaf hash of *item* in the list *field*."""
    return _salted_hash(item_salt(seed, field, item), item)


def _salted_hash(salt: bytes, item: str) -> bytes:
    return sha256(_LEAF_PREFIX + salt + item.encode()).digest()


def _sorted_hashes(field: str, ids: Sequence[str], seed: bytes) -> list[bytes]:
    # item_leaf_hash written out: a lot has thousands, and two calls would double the cost of each.
    head, size = seed + field.encode() + b"\x00", SALT_SIZE
    raw = [item.encode() for item in ids]
    return sorted(
        [sha256(_LEAF_PREFIX + sha256(head + item).digest()[:size] + item).digest() for item in raw]
    )


def commit_items(field: str, ids: Sequence[str], seed: bytes) -> CommittedItems:
    """The commitment to *ids*, in any order, as the list *field*; *seed* is fresh 32 bytes.

    Raises: MalformedItems, ItemsMismatch (seed, none, not canonical, not distinct).
    """
    where = f"/lists/{field}"
    if len(seed) != SEED_SIZE:
        raise ItemsMismatch(f"got a seed of {len(seed)} bytes, want {SEED_SIZE}", f"{where}/seed")
    _check_ids(ids, f"{where}/ids")
    return CommittedItems(len(ids), root_of(_sorted_hashes(field, ids, seed)))


def _check_ids(ids: Sequence[str], where: str) -> None:
    if not ids:
        raise ItemsMismatch("the list is empty", where)
    try:
        canonical = list(map(fold_item, ids)) == list(ids)
    except MalformedItems:
        canonical = False
    if not canonical:
        _refuse_first(ids, where)
    if len(set(ids)) != len(ids):
        raise ItemsMismatch("an id stands in the list twice", where)


def _refuse_first(ids: Sequence[str], where: str) -> None:
    """Raise for the first of *ids* that is not canonical, with its place."""
    for index, item in enumerate(ids):
        try:
            canonical = fold_item(item) == item
        except MalformedItems as exc:
            raise MalformedItems(exc.message, f"{where}/{index}") from exc
        if not canonical:
            raise ItemsMismatch("the id is not in canonical form", f"{where}/{index}")


def items_uri(committed: CommittedItems) -> str:
    """The only element of a committed list: ``urn:chiptrail:items:<n>:<root base64url>``."""
    return f"{ITEMS_PREFIX}{committed.count}:{encode_base64url(committed.root)}"


def open_items(
    signed: Mapping[str, OpenItems | CommittedItems], given: Mapping[str, ItemList]
) -> Mapping[str, tuple[str, ...]]:
    """The ids of every list of an event, open or opened by what is *given* beside the envelope.

    Raises: ItemsMismatch (a list missing or not committed to; another count, root or seed; ids
    not canonical or not distinct), MalformedItems.
    """
    for field in given:
        if not isinstance(signed.get(field), CommittedItems):
            raise ItemsMismatch("the event commits to no such list", f"/lists/{field}")
    return {field: _open_list(field, entry, given) for field, entry in signed.items()}


def _open_list(
    field: str, entry: OpenItems | CommittedItems, given: Mapping[str, ItemList]
) -> tuple[str, ...]:
    if isinstance(entry, OpenItems):
        return entry.ids
    found = given.get(field)
    if found is None:
        raise ItemsMismatch(f"the list of {field} is missing", "/lists")
    if len(found.ids) != entry.count:
        message = f"got {len(found.ids)} ids, want the {entry.count} that were signed"
        raise ItemsMismatch(message, f"/lists/{field}/ids")
    if commit_items(field, found.ids, found.seed) != entry:
        raise ItemsMismatch("seed and ids do not give the root that was signed", f"/lists/{field}")
    return found.ids


def item_proof(field: str, item_list: ItemList, item: str) -> ItemProof:
    """The proof that *item* is in the list *field*.

    Raises: ItemsMismatch (it is not).
    """
    return item_proofs(field, item_list, [item])[0]


def item_proofs(field: str, item_list: ItemList, ids: Sequence[str]) -> tuple[ItemProof, ...]:
    """The proofs of *ids*, in their order: the tree is built once.

    Raises: ItemsMismatch (one is not in the list).
    """
    if not set(item_list.ids).issuperset(ids):
        raise ItemsMismatch(f"the list of {field} does not hold the item")
    hashes = _sorted_hashes(field, item_list.ids, item_list.seed)
    rows = rows_of(hashes)
    salts = [item_salt(item_list.seed, field, item) for item in ids]
    places = [bisect_left(hashes, _salted_hash(*pair)) for pair in zip(salts, ids, strict=True)]
    return tuple(
        ItemProof(item, salt, place, tuple(path_in(rows, place)))
        for item, salt, place in zip(ids, salts, places, strict=True)
    )


def verify_item(proof: ItemProof, committed: CommittedItems) -> None:
    """Check that the item of *proof* is in the list that was signed as *committed*.

    Raises: VerificationFailed (salt, id not canonical, position, path).
    """
    # Of another length, bytes could move between salt and id and make another item of them.
    if len(proof.salt) != SALT_SIZE:
        raise VerificationFailed(f"got a salt of {len(proof.salt)} bytes, want {SALT_SIZE}")
    try:
        canonical = fold_item(proof.id)
    except MalformedItems as exc:
        raise VerificationFailed(f"the item id cannot be read: {exc.message}") from exc
    if canonical != proof.id:
        raise VerificationFailed("the item id is not in canonical form")
    verify_inclusion(
        proof.position,
        committed.count,
        _salted_hash(proof.salt, proof.id),
        proof.path,
        committed.root,
    )


# Withheld fields ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a disclosure says: the *value* of the withheld field *name*."""

    salt: bytes
    name: str
    value: JSON


@dataclass(frozen=True, slots=True)
class Erased:
    """What was disclosed of the withheld field *name* was erased by entry *index*, at *at*."""

    name: str
    index: int
    at: datetime


def digest_of(disclosure: str) -> str:
    """The digest that stands in ``chiptrail:commitments``: base64url, 43 characters.

    Raises: MalformedDisclosure (not ASCII).
    """
    if not disclosure.isascii():
        raise MalformedDisclosure("want ASCII")
    return encode_base64url(sha256(disclosure.encode("ascii")).digest())


def make_disclosure(salt: bytes, name: str, value: JSON) -> str:
    """The disclosure of *value*; *salt* is fresh, at least 16 bytes.

    Raises: MalformedDisclosure (salt too short).
    """
    _check_salt(salt)
    return encode_base64url(dump([encode_base64url(salt), name, value]))


def parse_disclosure(text: str) -> Disclosure:
    """The disclosure in *text*; whether it was signed is for ``open_disclosures``.

    Raises: MalformedDisclosure.
    """
    try:
        value = load(decode_base64url(text))
    except TooLarge as exc:
        raise MalformedDisclosure(f"is too large: {exc.message}") from exc
    except (ValueError, MalformedJson) as exc:
        raise MalformedDisclosure("want base64url of a JSON array") from exc
    if not isinstance(value, list) or len(value) != 3:
        raise MalformedDisclosure("want salt, name and value")
    salt, name, said = value
    if not isinstance(salt, str) or not isinstance(name, str):
        raise MalformedDisclosure("want a salt and a name that are texts")
    try:
        raw = decode_base64url(salt)
    except ValueError as exc:
        raise MalformedDisclosure("want a salt in base64url") from exc
    _check_salt(raw)
    return Disclosure(raw, name, said)


def _check_salt(salt: bytes) -> None:
    if len(salt) < SALT_SIZE:
        raise MalformedDisclosure(f"got a salt of {len(salt)} bytes, want at least {SALT_SIZE}")


def open_disclosures(commitments: Mapping[str, str], given: Sequence[str]) -> Mapping[str, JSON]:
    """The values of the withheld fields that *given* discloses, by name; the rest stays withheld.

    Raises, naming the field: MalformedDisclosure (also: a value of another shape than the open
    field's), DisclosureMismatch (a name that was not committed, a digest that was not signed, a
    name twice).
    """
    opened: dict[str, JSON] = {}
    for index, text in enumerate(given):
        where = f"/disclosures/{index}"
        try:
            said = parse_disclosure(text)
        except MalformedDisclosure as exc:
            raise MalformedDisclosure(exc.message, where) from exc
        _check_value(said, where)
        name = said.name  # one of a few, so that it can be told
        if name not in commitments:
            raise DisclosureMismatch(f"the event does not withhold {name}", where)
        if commitments[name] != digest_of(text):
            message = f"another digest was signed for {name}: it is of another event, or made anew"
            raise DisclosureMismatch(message, where)
        if name in opened:
            raise DisclosureMismatch(f"{name} is disclosed twice", where)
        opened[name] = said.value
    return opened


def _check_value(said: Disclosure, where: str) -> None:
    try:
        check_withheld_value(said.name, said.value)
    except MalformedDisclosure as exc:
        at = "" if exc.pointer is None else f"{said.name}{exc.pointer}: "
        raise MalformedDisclosure(f"{at}{exc.message}", where) from exc
