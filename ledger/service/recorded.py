"""One recorded entry as its readers get it: where it stands in the log, and what was signed.

Who sees all that an entry names gets the envelope as it was signed, and its signer all that it
submitted, so that it can correct it; who sees a part gets the leaf, which says nothing of the rest;
to everybody else the entry does not exist. A statement is for its signer and for whom it speaks of.
Example::

    found = recorded(ledger, 41, Reader("urn:chiptrail:party:fab"))
    found.submission, found.proof
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ledger.proof import Proof
from ledger.registry import Registry
from ledger.service.ledger import Ledger
from ledger.service.looking import is_kept, looking
from ledger.service.proving import signed_note
from ledger.service.reading import open_tree
from ledger.service.rows import leaf_of_row, load_submission
from ledger.service.sight import Sight
from ledger.service.steps import read_acts
from ledger.store import items, log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from ledger.view import Reader
from ledger.wallet import may_read
from ledger.wording import phrase
from schemas.envelope import Submission
from schemas.errors import MalformedParameter, NotFound
from schemas.statement import (
    Genesis,
    Grant,
    KeyRevocation,
    KeyStatement,
    Landmark,
    Licence,
    MandateStatement,
    PartyStatement,
    RulePackStatement,
    Statement,
    parse_statement,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Entry *index*, its *leaf* of 137 bytes, and the *path* to the *root* of *size* entries.

    *submission* is None where the reader does not see all that it names, and has item lists and
    disclosures for its signer alone; *is_told*: the reader also sees what was disclosed.
    *checkpoint* is the note of that root, None if none was signed at that size.
    """

    index: int
    recorded_at: datetime
    identity: bytes
    leaf: bytes
    submission: Submission | None
    is_told: bool
    size: int
    root: bytes
    path: tuple[bytes, ...]
    checkpoint: bytes | None

    @property
    def proof(self) -> Proof:
        """The proof that travels alone.

        Raises: NotFound when nothing was signed at that size.
        """
        if self.checkpoint is None:
            raise NotFound(f"no checkpoint of {self.size} entries was signed; as JSON it is there")
        return Proof(self.index, self.path, self.checkpoint)


def recorded(ledger: Ledger, index: int, reader: Reader, size: int | None = None) -> Recorded:
    """Entry *index*, as far as *reader* sees it, with its place in the first *size* entries.

    Raises: NotFound, the same whether there is none or it is not for this reader; then, for a size
    at which it was not there yet, MalformedParameter.
    """
    look = looking(ledger, reader, phrase("entry %(entry)s", entry=index))
    with ledger.snapshot(look if is_kept(reader) else None) as (connection, tip):
        asked = [index] if index < tip.head.size else []  # it may be past what a database counts
        row = log.load_entries_at(connection, asked).get(index)
        sees = None
        if row is not None:
            sight = Sight(connection, tip.registry, ledger.pack, reader, ledger.clock.now())
            sees = _sees(sight, row, tip.registry)
        if row is None or sees is None:
            raise NotFound(f"there is no entry {index}, or not for you")
        leaf = leaf_of_row(row, tip.registry)
        size = tip.head.size if size is None else size
        if not index < size <= tip.head.size:
            said = f"size: got {size}, want {index + 1} to {tip.head.size}"
            raise MalformedParameter(said)
        tree = open_tree(connection, tip.registry, tip.head.size)
        path, root = tree.inclusion_proof(index, size), tree.root(size)
        note = signed_note(ledger, connection, size)
        submission = load_submission(connection, row, tip.registry)
    if reader.party != tip.registry.by_index[row.key_idx].party:
        submission = Submission(submission.envelope, {}, ())
    return Recorded(
        index=index,
        recorded_at=items.moment(row.recorded_at),
        identity=row.identity,
        leaf=leaf,
        submission=submission if sees.of_all else None,
        is_told=sees.is_told,
        size=size,
        root=root,
        path=tuple(path),
        checkpoint=note,
    )


class _Sight(NamedTuple):
    """Whether somebody sees all that an entry names, and is told what was disclosed of it."""

    of_all: bool
    is_told: bool


_WHOLE = _Sight(of_all=True, is_told=True)


def _sees(sight: Sight, row: EntryRow, registry: Registry) -> _Sight | None:
    """What the reader sees of the entry; None if it is nothing."""
    reader = sight.reader
    if reader.sees_all or reader.party == registry.by_index[row.key_idx].party:
        return _WHOLE
    if row.kind != log.EVENT:
        return _WHOLE if _speaks_to(parse_statement(row.payload), reader.party, registry) else None
    named = _named(sight.connection, row, registry)
    seen = sight.outlooks(named)
    mine = [seen[item] for item in named if item in seen and seen[item].horizon >= row.idx]
    if not mine:
        return None
    return _Sight(len(mine) == len(named), any(one.told >= row.idx for one in mine))


def _speaks_to(statement: Statement, party: str | None, registry: Registry) -> bool:
    """Whether *statement* is about *party*, or about what all are judged by."""
    whom: str | None = None
    match statement:
        case Genesis() | RulePackStatement() | Landmark():
            return True
        case Licence():
            return may_read([statement], party)
        case PartyStatement():
            whom = statement.subject.id
        case KeyStatement():
            whom = statement.subject
        case KeyRevocation():
            if statement.keyid not in registry.keys:
                return True  # a landmark's
            whom = registry.keys[statement.keyid].party
        case MandateStatement():
            whom = statement.agent
        case Grant():
            whom = statement.grantee
    return whom is not None and whom == party


def _named(connection: Connection, row: EntryRow, registry: Registry) -> set[str]:
    ((_, act),) = read_acts(connection, {row.idx: row}, registry).values()
    return {*act.names()}
