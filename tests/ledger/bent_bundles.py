"""Small histories and ways to bend a bundle of them, for the tests of ``ledger.verify``.

Everything is signed by ``tests.forger``. The chip is one of a lot of two::

    refused(made().bundle(contents=with_entry(MADE, items={})))     # (step, why)
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.note import COSIGNATURE_V1, add_signature, cosign, encode_vkey, parse_vkey
from ledger.verify import verify_bundle
from schemas.bundle_statement import Basis, BundleFinding
from schemas.errors import VerificationFailed
from tests.forger import BEGINNING, CHIP, CHIPS, OTHER, VERIFIER, Forger, party, private_key
from tests.geography import ATLAS

PLACE = {"bizLocation": {"id": "https://id.gs1.org/414/9521321000017"}}
BOX = CHIPS + "BOX"
GENESIS, OPERATOR_KEY, FAB_KEY, MADE = 0, 2, 4, 5
WITNESS = private_key("witness")
WITNESS_VERIFIER = parse_vkey(encode_vkey("witness.example/w", WITNESS.public, COSIGNATURE_V1))
SEEN_AT = BEGINNING + timedelta(hours=1)


def made() -> Forger:
    """The smallest history: a lot of two chips is made, and where is withheld."""
    forger = Forger.begun()
    forger.event("fab", [CHIP, OTHER], "commissioning", action="ADD", withheld=PLACE)
    return forger


def shipped() -> Forger:
    """The lot is packed into a box, and the box sent to ``shop`` by a due time."""
    forger = made()
    forger.enroll("shop")
    forger.event("fab", [CHIP, OTHER], "packing", action="ADD", parentID=BOX)
    due_at = (forger.now + timedelta(days=1)).isoformat()
    forger.event("fab", [BOX], "shipping", **{**to("shop"), "chiptrail:dueBy": due_at})
    return forger


def to(name: str) -> dict:
    return {"destinationList": [{"type": "possessing_party", "destination": party(name)}]}


def found(code: str, index: int, **more) -> BundleFinding:
    fields = {"items": (CHIP,), "cites": (), "on_items": True, "closed_by": None}
    return BundleFinding(
        code, "said by the operator", index, **{**fields, "basis": Basis.ENTRIES, **more}
    )


def refused(data: bytes, **trust) -> tuple[int, str]:
    """The step that refuses *data*, and why."""
    with pytest.raises(VerificationFailed) as caught:
        verify_bundle(data, trust.pop("log", VERIFIER), ATLAS, **trust)
    return caught.value.step, str(caught.value)


def with_entry(index: int, **changes):
    """A change of contents: of the entry at *index*."""

    def change(contents):
        entries = list(contents.entries)
        entries[index] = replace(entries[index], **changes)
        return replace(contents, entries=tuple(entries))

    return change


def without(forger: Forger, index: int):
    """A change of contents: the entry at *index* is withheld."""

    def change(contents):
        entries = list(contents.entries)
        entries[index] = forger.withheld(index)
        return replace(contents, entries=tuple(entries))

    return change


def witness_line(forger: Forger, name: str = "witness.example/w", size: int | None = None) -> str:
    text = forger.note(size).partition("\n\n")[0] + "\n"
    return cosign(text, name, WITNESS, int(SEEN_AT.timestamp()))


def cosigned(forger: Forger, *lines: str) -> bytes:
    note = forger.note().encode()
    for line in lines or (witness_line(forger),):
        note = add_signature(note, line)
    return note
