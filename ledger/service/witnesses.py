"""The witnesses of a ledger: who they are, what they say, and when that forbids to sign.

Restoring the database together with its checkpoint file can only be noticed by somebody who
remembers more: a witness (docs/architecture.md, invariant 2). So where witnesses are named,

- a checkpoint file that was not written here since this start of the machine (``DataDirectory``'s
  seal is broken: it was restored, copied, or a crash came in between) takes the word of at least
  one witness before anything is signed on top of it;
- one that knows more entries than the database, or others, forbids it, whenever it says so, until
  it agrees or is dropped.

    for answer in ask_witnesses(ledger).answers: print(answer.witness.name, answer.words)
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.checkpoint import Checkpoint, encode_checkpoint
from ledger.client.witness import Answer, Question, Standing, ask_all
from ledger.policy import Policy, encode_policy, parse_policy, policy_of, witness_of
from ledger.service.ledger import Ledger
from ledger.service.reading import open_tree
from ledger.store import files
from ledger.store.cosignatures import load_witnessed_sizes
from ledger.store.log import Head
from schemas.errors import CannotOpen, NotFound, ReadOnly, Refusal

_RETIRE = "bring back the newest copy, or retire this origin"


@dataclass(frozen=True, slots=True)
class Poll:
    """What the witnesses said of *head*, in the order of the policy; nobody without a policy."""

    head: Head
    policy: Policy | None
    answers: tuple[Answer, ...]

    def of(self, *standings: Standing) -> tuple[Answer, ...]:
        """The answers with one of *standings*."""
        return tuple([answer for answer in self.answers if answer.standing in standings])

    @property
    def standing(self) -> Standing:
        """Where the ledger stands: the worst that any witness says, else whether one agrees."""
        said = {answer.standing for answer in self.answers}
        order = (Standing.BEHIND, Standing.DIFFERS, Standing.AGREES, Standing.REFUSES)
        return next((one for one in order if one in said), Standing.UNREACHABLE)

    @property
    def is_quorum(self) -> bool:
        """Whether as many witnesses agree as the policy wants."""
        wanted = 0 if self.policy is None else self.policy.quorum
        return len(self.of(Standing.AGREES)) >= wanted

    def why_not(self) -> str | None:
        """Why nothing may be signed after this, None when it may; with the way out."""
        for answer in self.of(Standing.BEHIND, Standing.DIFFERS):
            name = answer.witness.name
            fault = f"if it is the witness that is wrong: chiptrail cosign --drop {name}"
            what = (
                "this is an old copy, and to sign would fork the log"
                if answer.standing is Standing.BEHIND
                else "another history was signed with this log's key"
            )
            return f"witness {name} {answer.words}; {what}: {_RETIRE}; {fault}"
        return None


# The policy --------------------------------------------------------------------------------------


def load_policy(ledger: Ledger) -> Policy | None:
    """The policy of *ledger*, None when it has no witnesses.

    Raises: CannotOpen when its file cannot be read, or is of another log.
    """
    path = ledger.directory.witnesses
    try:
        policy = parse_policy(files.load(path))
    except NotFound:
        return None
    except Refusal as exc:
        raise CannotOpen(f"{path}: {exc}") from exc
    if policy.log != ledger.verifier:
        raise CannotOpen(f"{path}: names another log than {ledger.vkey}")
    return policy


def change_policy(
    ledger: Ledger,
    named: Sequence[tuple[str, str]] = (),
    dropped: Sequence[str] = (),
    quorum: int | None = None,
) -> Policy | None:
    """Name witnesses as (vkey, URL), drop some by name; what is said stays, durably.

    One that has the name of another takes its place. *quorum* None: it stays if the witnesses do,
    else it is more than half of them. Without witnesses there is no policy.
    Raises: NotFound when no witness has a name to drop; MalformedNote, WeakKey, TooLarge,
    CannotOpen. Then nothing is changed.
    """
    added = {one.name: one for one in (witness_of(*pair) for pair in named)}
    with ledger.directory.locked():
        old = load_policy(ledger)
        chosen = {one.name: one for one in old.witnesses} if old else {}
        for name in dropped:
            if chosen.pop(name, None) is None:
                raise NotFound(f"no witness is named {name}")
        chosen |= added
        if quorum is None:
            is_same = old is not None and {*chosen} == {one.name for one in old.witnesses}
            quorum = old.quorum if old and is_same else len(chosen) // 2 + 1
        policy = policy_of(ledger.verifier, list(chosen.values()), quorum) if chosen else None
        if policy is None:
            ledger.directory.witnesses.unlink(missing_ok=True)
            return None
        if old is None:  # until now it went on without asking anybody
            ledger.directory.seal()
        files.save_durably(ledger.directory.witnesses, encode_policy(policy), 0o644)
    return policy


# Asking ------------------------------------------------------------------------------------------


def ask_witnesses(ledger: Ledger, *, pause: Callable[[float], None] = time.sleep) -> Poll:
    """Ask every witness to cosign the newest head, and so where it stands. Keeps nothing.

    A ledger that is read-only may ask too: what is sent was signed before.
    Raises: CannotOpen (policy), IntegrityError when the database contradicts itself.
    """
    policy = load_policy(ledger)
    # Under the lock no other process is between its commit and its checkpoint file.
    with ledger.directory.locked(), ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        remembered = load_witnessed_sizes(connection)
    head, registry = tip.head, tip.registry

    def prove(old_size: int) -> Sequence[bytes]:
        with ledger.database.reading() as connection:
            return open_tree(connection, registry, head.size).consistency_proof(old_size)

    text = encode_checkpoint(Checkpoint(ledger.origin, head.size, head.root))
    question = Question(
        ledger.note_of(head), text, head.size, lambda: ledger.clock.now().timestamp(), prove
    )
    witnesses = policy.witnesses if policy else ()
    return Poll(head, policy, ask_all(witnesses, question, remembered, pause=pause))


def demand_agreement(ledger: Ledger) -> None:
    """Let a ledger with a broken seal sign again only when a witness says that it is the newest.

    Raises: ReadOnly, with the way out.
    """
    poll = ask_witnesses(ledger)
    heed(ledger, poll)
    if not poll.of(Standing.AGREES):
        said = "; ".join([f"{one.witness.name} {one.words}" for one in poll.answers])
        raise ReadOnly(
            "this ledger was restored, copied or stopped without warning, and no witness says that"
            f" it is the newest ({said}); nothing is signed until one does: chiptrail cosign"
        )


def heed(ledger: Ledger, poll: Poll) -> None:
    """Let *ledger* sign from now on or not, in any process, as the witnesses say.

    One that knew more, or another history, is remembered: it may be silent the next time, and
    others may have seen less.
    Raises: ReadOnly when there is such a one that does not agree by now; CannotOpen.
    """
    agreed = {answer.witness.name for answer in poll.of(Standing.AGREES)}
    new = {answer.witness.name for answer in poll.of(Standing.BEHIND, Standing.DIFFERS)}
    named = {one.name for one in poll.policy.witnesses} if poll.policy else set()
    with ledger.directory.locked():
        objectors = (ledger.directory.objectors() & named) - agreed
        why = poll.why_not()
        if why is not None:
            ledger.directory.break_seal(objectors | new)
            raise ReadOnly(why)
        if objectors:
            name = min(objectors)
            raise ReadOnly(
                f"witness {name} said that this is not the newest of this log, and has not agreed"
                f" since: {_RETIRE}; if it is the witness that is wrong: chiptrail cosign --drop"
                f" {name}"
            )
        if agreed:
            ledger.directory.seal()
