"""Capture: submissions in, receipts out, in batches of one transaction each.

First half outside the lock, on every core (``ledger.admission``: parse, verify, open lists); second
half under it, here: key, party, history and landmarks at the entry's index, then custody, entries,
projections, tree and signature in one transaction, which requests of several threads share
(``ledger.service.group_commit``). An entry that is refused leaves no trace and holds up no other.

    for outcomes in capture_stream(ledger, open("events.ndjson", "rb"), actor="cli"):
        ...                                   # each batch is durable and signed when it comes out
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from ledger.admission import Admitted, Gate, admit, notes_of
from ledger.checkpoint import Checkpoint
from ledger.finding import Finding
from ledger.key_findings import check_key
from ledger.landmark import check_transcripts
from ledger.service.admitting import Admission, admit_in_parallel, admit_together, gate_of
from ledger.service.erasing import erase
from ledger.service.hearing import Hearing
from ledger.service.judgements import Judged, judge_new
from ledger.service.ledger import Ledger
from ledger.service.licences import Drawing, drawn_by
from ledger.service.projector import PlacedAct, Projector, Replaced
from ledger.service.reading import root_at
from ledger.service.sequencer import Batch, sequencing
from ledger.service.split_view import prove_split, stop
from ledger.service.workers import collecting_seldom
from ledger.store import items, log
from ledger.store.activity import SHARED
from ledger.view import Answers
from schemas.envelope import PayloadType
from schemas.errors import (
    BadAfter,
    ChiptrailError,
    ForeignParty,
    ReadOnly,
    Refusal,
    SplitView,
    UnknownKey,
)
from schemas.statement import Erasure, Statement, parse_statement

BATCH = 1000
BATCH_BYTES = 4 << 20
# Receipts judge in batches of at most so many entries.
JUDGED_ENTRIES = 100
# Below this many submissions, in one batch, starting processes costs more than it saves.
PARALLEL_FROM = BATCH + 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an acknowledged submission gets. *created* is false when it was recorded before.

    *size* is that of a signed, durable tree that contains it; in a dry run no tree was signed.
    *why_idle*: why a statement changes nothing, None if it does or was recorded before; what an
    event changes, its findings say. *replaces* is the last correction of the same entry, in whose
    place this one comes; None if there is none. *drawn* is what it draws on licences.
    """

    index: int
    identity: bytes
    recorded_at: datetime
    created: bool
    size: int
    findings: tuple[Finding, ...]
    why_idle: str | None = None
    replaces: Replaced | None = None
    drawn: tuple[Drawing, ...] = ()


Outcome: TypeAlias = Receipt | ChiptrailError


@collecting_seldom()
def capture(
    ledger: Ledger,
    submissions: Sequence[bytes],
    *,
    actor: str,
    party: str | None = None,
    dry_run: bool = False,
) -> list[Outcome]:
    """Capture *submissions* as one batch; one outcome each, in order.

    What others than *party* signed is refused; None is everybody.
    Raises: ReadOnly, IntegrityError (nothing of the batch is recorded).
    """
    ledger.demand_writable()
    request = Request(submissions, admit_together(ledger, submissions, party), actor, party)
    if dry_run:
        return sequence(ledger, [request], dry_run=True)[0]
    weight = sum(map(len, submissions))
    return ledger.group.submit(request, weight, partial(sequence, ledger))


def capture_stream(  # noqa: PLR0913 - each by its name
    ledger: Ledger,
    submissions: Iterable[bytes],
    *,
    actor: str,
    party: str | None = None,
    dry_run: bool = False,
    in_parallel: bool = True,
) -> Iterator[list[Outcome]]:
    """Capture any number of *submissions* in bounded memory; a list of outcomes per batch.

    *party* as in ``capture``. *in_parallel* starts processes that verify, which takes a second.
    Raises: as ``capture``; the batches that came out before stay recorded.
    """
    chunks = _chunks(submissions)
    first = list(islice(chunks, 2))
    if not in_parallel or (len(first) < 2 and sum(map(len, first)) < PARALLEL_FROM):
        for chunk in chain(first, chunks):
            yield capture(ledger, chunk, actor=actor, party=party, dry_run=dry_run)
        return
    for chunk, admissions in admit_in_parallel(ledger, chain(first, chunks), party):
        request = Request(chunk, admissions, actor, party)
        yield sequence(ledger, [request], dry_run=dry_run, is_bulk=True)[0]


def _chunks(submissions: Iterable[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for data in submissions:
        chunk.append(data)
        size += len(data)
        if len(chunk) == BATCH or size >= BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


# Under the lock --------------------------------------------------------------------------------


class Request(NamedTuple):
    """What *actor* wants recorded, *party* as in ``capture``; *admit* made the *admissions*."""

    submissions: Sequence[bytes]
    admissions: Sequence[Admission]
    actor: str
    party: str | None
    admit: Callable[[bytes, Gate], Admitted] = admit


def sequence(
    ledger: Ledger,
    requests: Sequence[Request],
    *,
    dry_run: bool = False,
    is_bulk: bool = False,
) -> list[list[Outcome]]:
    """The outcomes of each of *requests*, all of them in one transaction.

    What comes in bulk is not judged: that takes many times as long, and ``check`` tells it.
    """
    admissions = [found for request in requests for found in request.admissions]
    last = requests[-1]
    try:
        with sequencing(ledger, actor=last.actor, act=_ACT, dry_run=dry_run) as batch:
            run = _Run(ledger, batch, admissions, is_trial=dry_run)
            for request in requests:
                for data, admission in zip(request.submissions, request.admissions, strict=True):
                    run.take(data, admission, request)
                if request is not last:
                    batch.log_request({"actor": request.actor, "act": _ACT + SHARED})
            run.barrier()
            if not is_bulk and batch.size - batch.start <= JUDGED_ENTRIES:
                run.judge()
    except _Split as split:
        outcomes: list[Outcome] = [ReadOnly(str(ledger.stopped)) for _ in admissions]
        outcomes[split.position] = split.refusal
    else:
        outcomes = run.outcomes()
    each = iter(outcomes)
    return [list(islice(each, len(request.submissions))) for request in requests]


_ACT = "capture"


class _Split(Exception):
    """Two histories: nothing of the batch is recorded, and the evidence is kept."""

    def __init__(self, position: int, refusal: SplitView) -> None:
        super().__init__(position)
        self.position, self.refusal = position, refusal


class _Run:
    """The batch's entries in order: each gets an index, the one it had, or a refusal."""

    def __init__(
        self, ledger: Ledger, batch: Batch, admissions: Sequence[Admission], *, is_trial: bool
    ) -> None:
        self._ledger, self._batch, self._is_trial = ledger, batch, is_trial
        connection = batch.connection
        answers = Answers(is_trial=is_trial)
        self._answers = answers
        self._projector = Projector(connection, connection, ledger.pack, ledger.atlas, answers)
        identities = [found.identity for found in admissions if isinstance(found, Admitted)]
        self._known = log.find_identities(batch.connection, identities)
        self._heads: dict[Checkpoint, bool] = {}
        self._taken: list[tuple[bytes, int, int, bool] | ChiptrailError] = []
        self._recorded_at = items.moment(batch.recorded_at)
        self._of_keys: dict[int, tuple[Finding, ...]] = {}
        self._why_idle: dict[int, str | None] = {}
        self._judged: Judged = {}
        self._disclosed: set[int] = set()
        self._drawn: dict[int, tuple[Drawing, ...]] = {}

    def take(self, data: bytes, admission: Admission, request: Request) -> None:
        """Sequence one submission or note why not."""
        try:
            if isinstance(admission, UnknownKey):
                # Its key may have been enrolled after the admission, even earlier in this batch.
                gate = gate_of(self._ledger, self._batch.registry, request.party)
                admission = request.admit(data, gate)
                self._look_up(admission.identity)
            if isinstance(admission, Refusal):
                raise admission
            self._taken.append((admission.identity, *self._place(admission)))
        except Refusal as exc:
            self._taken.append(exc)

    def _look_up(self, identity: bytes) -> None:
        """What was admitted late was not among the identities that were looked up at first."""
        if identity not in self._known:
            self._known.update(log.find_identities(self._batch.connection, [identity]))

    def _place(self, admitted: Admitted) -> tuple[int, int, bool]:
        """(index, recorded_at, created) of *admitted*."""
        known = self._known.get(admitted.identity)
        if known is None and admitted.act is None:
            self.barrier()
        if known is not None:
            self._disclose(known[0], admitted)
            return *known, False
        index = self._batch.size
        signer = self._batch.registry.signer(admitted.keyid, index)
        if admitted.party != signer.party:
            raise ForeignParty("the payload names another party than the key's", "/chiptrail:party")
        if not admitted.heads:
            raise BadAfter("only the genesis has no checkpoint before it", "/chiptrail:after")
        for number, head in enumerate(admitted.heads):
            self._check_after(head, admitted, number)
        check_transcripts(admitted.transcripts, admitted.party, self._batch.registry)
        statement = None
        if admitted.payload_type is PayloadType.STATEMENT:
            statement = parse_statement(admitted.payload)
            self._batch.registry.enter(statement, index=index, signer=signer.key)
        self._batch.append(admitted, signer.index)
        if not signer.endorsed:
            self._of_keys[index] = check_key(signer, index, self._recorded_at)
        if statement is not None:
            self._heed(statement, index)
        if admitted.act is not None:
            said = admitted.act, admitted.documents, admitted.saying, admitted.dealing
            self._projector.take(PlacedAct(index, self._recorded_at, *said))
        self._known[admitted.identity] = index, self._batch.recorded_at
        return index, self._batch.recorded_at, True

    def _disclose(self, index: int, admitted: Admitted) -> None:
        """What came again, beside an entry that is recorded, adds to what is known of it."""
        if admitted.disclosures:
            self._batch.disclose(index, admitted)
            self._disclosed.add(index)

    def _heed(self, statement: Statement, index: int) -> None:
        """What a statement does besides being said."""
        self._batch.flush()  # what it bears on is read from truth
        is_veiled = self._is_trial and index > self._batch.start
        sources = self._projector.sources(self._batch.registry)
        hearing = Hearing(sources, self._recorded_at, is_veiled=is_veiled)
        self._why_idle[index] = hearing.why_idle(statement, index)
        if isinstance(statement, Erasure):
            self._projector.renew(erase(self._batch, statement), self._batch.registry)
        else:
            self._projector.enter(statement, index, self._batch.registry)

    def barrier(self) -> None:
        """What came before a statement is decided before the statement counts."""
        self._batch.flush()
        self._projector.flush(self._batch.registry)
        self._projector.renew(self._disclosed, self._batch.registry)
        self._disclosed.clear()

    def judge(self) -> None:
        """Judge all of it once it is decided, and see what is left of licences."""
        batch, acts = self._batch, self._projector.judgeable
        self._judged = judge_new(self._ledger, batch, acts, self._answers.partial)
        self._drawn = drawn_by(batch.connection, batch.registry, range(batch.start, batch.size))

    def _check_after(self, after: Checkpoint, admitted: Admitted, number: int) -> None:
        """A head that the signer saw must be of this history."""
        if after is self._batch.seen or after == self._batch.seen:
            return  # as most that come one after the other name one head
        if after not in self._heads:
            batch = self._batch
            self._heads[after] = after.size <= batch.start and (
                root_at(batch.connection, batch.registry, batch.start, after.size) == after.root
            )
        if not self._heads[after]:
            refusal = SplitView(
                f"the signer holds a checkpoint of {after.size} entries, signed by this log, that"
                " is not of this history",
                "/chiptrail:after",
            )
            note = notes_of(admitted)[number].encode()
            stop(self._ledger, prove_split(self._ledger, self._batch, note))
            raise _Split(len(self._taken), refusal)
        self._batch.seen = after

    def outcomes(self) -> list[Outcome]:
        """What became of each, once the batch is durable."""
        size, now_ms, now = self._batch.size, self._batch.recorded_at, self._recorded_at
        return [
            taken
            if isinstance(taken, ChiptrailError)
            else Receipt(
                taken[1],
                taken[0],
                now if taken[2] == now_ms else items.moment(taken[2]),
                taken[3],
                size,
                self._found(taken[1]) if taken[3] else (),
                self._why_idle.get(taken[1]) if taken[3] else None,
                self._projector.replaced.get(taken[1]),
                self._drawn.get(taken[1], ()) if taken[3] else (),
            )
            for taken in self._taken
        ]

    def _found(self, index: int) -> tuple[Finding, ...]:
        """Of a new entry: what the rules of custody find, then what is judged, then of its key."""
        told = self._projector.findings.get(index, ())
        codes = [one.code for one in told]
        judged = [one for one in self._judged.get(index, ()) if one.code not in codes]
        return (*told, *judged, *self._of_keys.get(index, ()))
