"""Watch a published log: it must go on from the head that was kept, whoever runs it.

What is kept between two looks is one signed note, the newest head that was found good, in a file of
the watcher's own. A look:

(1) the head kept reads, and is of this log;
(2) the checkpoint served is signed by the log's key, of its origin;
(3) the tree of the larger of the two heads has the root of the smaller: a consistency proof worked
    out from the tiles served, each held against the root that was signed;
(4) as many witnesses cosigned as were asked for, and, if asked for, the entries that are new give
    the leaf hashes of that tree;
(5) the new head is kept, durably; on a fork the evidence is, and the old head stays.

A smaller tree that is the beginning of the one kept is an old copy, not a fork. A fork needs no
witness to be proved, so they are counted after it. Tiles that do not give a signed root prove
nothing against the log: they are damaged, whoever damaged them.

    for step in look(published, Watch(log=verifier, state=Path("log.checkpoint"))): ...
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from ledger import merkle
from ledger.checkpoint import Checkpoint
from ledger.client.log import PublishedLog
from ledger.evidence import SignedHead, evidence_of, in_order, open_head, prefix_of
from ledger.note import Verifier, parse_note, verify_note
from ledger.service.progress import Progress
from ledger.store import files
from ledger.tiles import TILE_WIDTH, bundles_of
from ledger.tree import Tree
from schemas.errors import (
    CannotOpen,
    ChiptrailError,
    IntegrityError,
    MalformedNote,
    NotFound,
    Refusal,
    SplitView,
    Unreachable,
    VerificationFailed,
)
from schemas.evidence import Evidence, Prefix, encode_evidence

# Between two looks at a log that cannot be reached: twice as long each time, up to this.
MAX_PAUSE_S = 3600


class Answer(StrEnum):
    """What a look came to."""

    FIRST = "first"
    UNCHANGED = "unchanged"
    GROWN = "grown"
    ROLLED_BACK = "rolled-back"
    FORK = "fork"


_BAD = frozenset({Answer.ROLLED_BACK, Answer.FORK})


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom to hold to its word, and where its newest good head is kept.

    At least *quorum* of *witnesses* must have cosigned; *entries*: the leaves are checked too.
    """

    log: Verifier
    state: Path
    witnesses: Sequence[Verifier] = ()
    quorum: int = 0
    entries: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One look: *kept* is the head before it, None at the first, *seen* the one served.

    *cosigned* counts witnesses, *entries* those whose leaf was checked. *is_same*: whether the two
    heads are of one history; None is not known, as the tiles that would tell are not served.
    *evidence* is the file with both heads, where they are not known to be of one history.
    """

    answer: Answer
    kept: Checkpoint | None
    seen: Checkpoint
    cosigned: int = 0
    entries: int = 0
    is_same: bool | None = True
    evidence: Path | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the log has gone back on its word."""
        return self.answer in _BAD


def look(published: PublishedLog, watch: Watch) -> Iterator[Progress | Look]:
    """Look once; the last that is yielded is the Look.

    Raises: Unreachable (the log), IntegrityError (its files contradict what it signed), CannotOpen
    (the file of the head kept); they prove nothing, and change nothing that is kept. SplitView when
    there is another history and its evidence cannot be written.
    """
    kept = _load(watch)  # (1)
    seen = _read_checkpoint(published, watch)  # (2)
    before, head = None if kept is None else kept.checkpoint, seen.checkpoint
    answer, prefix = _compare(published, kept, seen)  # (3)
    if kept is not None and answer in _BAD:
        yield _accuse(watch, kept, seen, answer, prefix)  # (5)
        return
    cosigned = _count_witnesses(published, watch, seen)  # (4)
    entries = 0
    if watch.entries and answer is not Answer.UNCHANGED:
        start = before.size if before else 0
        yield from _check_entries(published, head, start)
        entries = head.size - start
    if (kept is None or kept.note != seen.note) and not _replace(watch, kept, seen):  # (5)
        yield from look(published, watch)
        return
    yield Look(answer, before, head, cosigned, entries)


def follow(
    published: PublishedLog,
    watch: Watch,
    interval_s: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Progress | Look | ChiptrailError]:
    """Look every *interval_s* seconds until the log goes back on its word.

    While it cannot be read the errors come out, and the pauses grow.

    Raises: CannotOpen (the file of the head kept), SplitView.
    """
    failures = 0
    while True:
        try:
            for step in look(published, watch):
                yield step
                if isinstance(step, Look) and step.is_bad:
                    return
            failures = 0
        except (Unreachable, IntegrityError) as exc:
            failures += 1
            yield exc
        sleep(min(interval_s * 2**failures, max(interval_s, MAX_PAUSE_S)))


# (1), (2) ----------------------------------------------------------------------------------------


def _load(watch: Watch) -> SignedHead | None:
    try:
        return open_head(files.load(watch.state), watch.log)
    except NotFound:
        return None
    except Refusal as exc:
        raise CannotOpen(
            f"{watch.state}: is no checkpoint of {watch.log.name} ({exc}); name another --state,"
            " or move the file away to begin anew"
        ) from exc


def _read_checkpoint(published: PublishedLog, watch: Watch) -> SignedHead:
    data = published.checkpoint()
    try:
        return open_head(data, watch.log)
    except Refusal as exc:
        raise Unreachable(
            f"{published.place}: shows no checkpoint of {watch.log.name}: {exc}"
        ) from exc


# (3) ---------------------------------------------------------------------------------------------


def _compare(
    published: PublishedLog, kept: SignedHead | None, seen: SignedHead
) -> tuple[Answer, Prefix | None]:
    """What became of the log, and what the larger tree has for the entries of the smaller."""
    if kept is None:
        _open_tree(published, seen.checkpoint)
        return Answer.FIRST, None
    if kept.checkpoint == seen.checkpoint:
        return Answer.UNCHANGED, None
    smaller, larger = in_order(kept, seen)
    is_older = kept.checkpoint.size > seen.checkpoint.size
    try:
        prefix = _prefix(published, larger.checkpoint, smaller.checkpoint.size)
    except (Unreachable, IntegrityError):
        if not is_older:
            raise
        return Answer.ROLLED_BACK, None  # whoever took entries back may have taken their tiles too
    if prefix.root != smaller.checkpoint.root:
        return Answer.FORK, prefix
    return Answer.ROLLED_BACK if is_older else Answer.GROWN, prefix


def _prefix(published: PublishedLog, head: Checkpoint, size: int) -> Prefix:
    if size == head.size:
        return Prefix(head.root, ())  # two roots of one size: the signatures say it all
    try:
        return prefix_of(_open_tree(published, head), head, size)
    except VerificationFailed as exc:
        raise IntegrityError(f"{published.place}: {exc}") from exc


def _open_tree(published: PublishedLog, head: Checkpoint) -> Tree:
    """The tree of *head*; every tile that is read of it goes into the root that was signed.

    Raises: IntegrityError when one does not; Unreachable.
    """

    def read(level: int, index: int, width: int) -> bytes:
        data = published.tile(level, index, width)
        if width == TILE_WIDTH:
            tree.verify_tile(level, index, data)
        return data

    tree = Tree(head.size, read)
    if tree.root() != head.root:
        raise IntegrityError(
            f"{published.place}: the tiles do not give the root that was signed for {head.size:,}"
            " entries"
        )
    return tree


# (4) ---------------------------------------------------------------------------------------------


def _count_witnesses(published: PublishedLog, watch: Watch, seen: SignedHead) -> int:
    """How many cosigned, by key: one under two names is one."""
    try:
        signers = verify_note(parse_note(seen.note), [watch.log, *watch.witnesses])
    except Refusal as exc:
        raise Unreachable(f"{published.place}: a cosignature does not verify: {exc}") from exc
    found = len({signer.key for signer in signers} - {watch.log.key})
    if found < watch.quorum:
        raise Unreachable(
            f"{published.place}: cosigned by {found} of the witnesses, want {watch.quorum}"
        )
    return found


def _check_entries(published: PublishedLog, head: Checkpoint, start: int) -> Iterator[Progress]:
    """Check the entries from *start* on against their leaf hashes, a bundle at a time."""
    tree = _open_tree(published, head)
    for address in bundles_of(head.size):
        first = address.index * TILE_WIDTH
        if first + address.width <= start:
            continue
        try:
            records = published.entries(address.index, address.width)
        except MalformedNote as exc:
            raise IntegrityError(f"{published.place}: {address.path}: {exc}") from exc
        wanted = [tree.hash_at(0, first + n) for n in range(address.width)]
        if [merkle.leaf_hash(record) for record in records] != wanted:
            raise IntegrityError(
                f"{published.place}: {address.path} does not give the hashes of its tile"
            )
        yield Progress(first + address.width - start, head.size - start)


# (5) ---------------------------------------------------------------------------------------------


def _accuse(
    watch: Watch, kept: SignedHead, seen: SignedHead, answer: Answer, prefix: Prefix | None
) -> Look:
    """The bad news, with both heads kept unless they are of one history."""
    is_same = None if prefix is None else answer is not Answer.FORK
    path = None if is_same else _keep_evidence(watch.state, evidence_of(kept, seen, prefix))
    return Look(answer, kept.checkpoint, seen.checkpoint, is_same=is_same, evidence=path)


def _keep_evidence(state: Path, evidence: Evidence) -> Path:
    data = encode_evidence(evidence)
    # Named by what it holds: the same proof is kept once, however often it is met.
    path = state.with_name(f"{state.stem}.{sha256(data).hexdigest()[:16]}.evidence.json")
    try:
        _keep(path, data)
    except CannotOpen as exc:
        # Worse news than a full disk, and no less true.
        raise SplitView(f"the log shows another history, and no evidence is kept: {exc}") from exc
    return path


def _replace(watch: Watch, kept: SignedHead | None, seen: SignedHead) -> bool:
    """Whether *seen* is kept: not if another watcher has kept something since *kept* was read."""
    with files.locked(watch.state.parent):
        if _load(watch) != kept:
            return False
        _keep(watch.state, seen.note)
    return True


def _keep(path: Path, data: bytes) -> None:
    try:
        files.save_durably(path, data, 0o644)
    except OSError as exc:
        raise CannotOpen(f"{path}: {exc.strerror}") from exc
