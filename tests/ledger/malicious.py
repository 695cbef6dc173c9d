"""A ledger that goes back on its word: honest histories, five ways to bend them, files to serve.

A history is a list of anything; ``bend`` gives the other one that is shown later. What is the
beginning of what is asked of the lists themselves, by no tree::

    kept, shown = draw(bent_histories())
    shelf = Shelf(shown)                       # tiles and a signed checkpoint, in memory
    list(look(shelf.published(), Watch(VERIFIER, state)))
"""

import os
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from ledger import keys, merkle
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.client.log import PublishedLog
from ledger.note import (
    COSIGNATURE_V1,
    add_signature,
    cosign,
    encode_vkey,
    parse_note,
    parse_vkey,
)
from ledger.tiles import TILE_WIDTH, bundles_of, encode_entry_bundle, tiles_of

T = TypeVar("T")

ORIGIN = "ledger.example/malicious"
KEY = keys.private_key(b"m" * 32)
VKEY = encode_vkey(ORIGIN, KEY.public)
VERIFIER = parse_vkey(VKEY)

IS_DEEP = os.environ.get("DEEP") == "1"
SEED = int(os.environ.get("SEED", "1"))


def forks(quick: int, deep: int = 4_000) -> settings:
    """How many forks a property is tried on: *quick* in the suite, *deep* with ``DEEP=1``."""
    return settings(
        max_examples=deep if IS_DEEP else quick,
        phases=[Phase.generate] if IS_DEEP else settings.default.phases,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


class Attack(StrEnum):
    OMIT = "omit"
    EDIT = "edit"
    REORDER = "reorder"
    TRUNCATE = "truncate"
    FORK_BY_CLIENT = "fork by client"


def bend(history: Sequence[T], attack: Attack, at: int, more: Sequence[T]) -> list[T]:
    """What is shown instead of *history*, bent at index *at*; *more* are entries of none else."""
    before, after = list(history[:at]), list(history[at:])
    match attack:
        case Attack.OMIT:
            return before + after[1:]
        case Attack.EDIT:
            return before + list(more[:1]) + after[1:]
        case Attack.REORDER:
            return before + after[::-1]
        case Attack.TRUNCATE:
            return before
        case Attack.FORK_BY_CLIENT:
            return before + list(more)


def is_beginning(one: Sequence[T], other: Sequence[T]) -> bool:
    """Whether the shorter of the two is the beginning of the longer."""
    size = min(len(one), len(other))
    return list(one[:size]) == list(other[:size])


def records(start: int, count: int, name: str = "entry") -> list[bytes]:
    return [f"{name} {n}".encode() for n in range(start, start + count)]


# Small, and some around the edges of tiles.
SIZES = st.sampled_from([*range(1, 41), 255, 256, 257, 300, 512, 513])


@st.composite
def bent_histories(draw: st.DrawFn) -> tuple[Attack, list[bytes], list[bytes]]:
    """(attack, the records that were shown first, those that are shown now)."""
    attack = draw(st.sampled_from(list(Attack)))
    kept = draw(SIZES)
    grown = records(0, kept + draw(st.integers(0, 20)))
    more = records(0, draw(st.integers(1, 20)), "other")
    return attack, grown[:kept], bend(grown, attack, draw(st.integers(0, kept - 1)), more)


def signed(history: Sequence[bytes]) -> bytes:
    """The log's note on *history*."""
    root = merkle.root_of([merkle.leaf_hash(record) for record in history])
    return sign_checkpoint(Checkpoint(ORIGIN, len(history), root), KEY)


WITNESS = keys.private_key(b"w" * 32)
WITNESS_VKEY = encode_vkey("witness.example", WITNESS.public, COSIGNATURE_V1)
WITNESS_VERIFIER = parse_vkey(WITNESS_VKEY)


def cosigned(history: Sequence[bytes]) -> bytes:
    """The same, cosigned."""
    note = signed(history)
    line = cosign(parse_note(note).text, WITNESS_VERIFIER.name, WITNESS, 1_700_000_000)
    return add_signature(note, line)


class Shelf:
    """The files of a published log in memory, as ``ledger.client.log`` reads them."""

    place = "memory"

    def __init__(self, history: Sequence[bytes], *, entries: bool = False) -> None:
        self.files = {"checkpoint": signed(history)}
        self.reads = 0
        levels = [[merkle.leaf_hash(record) for record in history]]
        while len(levels[-1]) >= TILE_WIDTH:
            levels.append([merkle.root_of(tile) for tile in _full_tiles(levels[-1])])
        for one in tiles_of(len(history)):
            start = one.index * TILE_WIDTH
            self.files[one.path] = b"".join(levels[one.level][start : start + one.width])
        for one in bundles_of(len(history)) if entries else ():
            start = one.index * TILE_WIDTH
            self.files[one.path] = encode_entry_bundle(history[start : start + one.width])

    def read(self, path: str, limit: int) -> bytes | None:
        self.reads += 1
        data = self.files.get(path)
        assert data is None or len(data) <= limit
        return data

    def published(self) -> PublishedLog:
        return PublishedLog(self)


def _full_tiles(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    end = len(hashes) // TILE_WIDTH * TILE_WIDTH
    return [hashes[i : i + TILE_WIDTH] for i in range(0, end, TILE_WIDTH)]


def digest(number: int) -> bytes:
    return sha256(b"%d" % number).digest()
