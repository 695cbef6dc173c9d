"""A ledger that shows two histories is found out: by a watcher, by a verifier, by the next signer.

``DEEP=1`` tries well over 1,000 forks on each, in some minutes; ``SEED`` is theirs::

    DEEP=1 SEED=1 pytest tests/ledger/service/test_malicious_ledger.py -s -m "not postgresql"
"""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, seed
from hypothesis import strategies as st

from ledger import dsse, merkle
from ledger.evidence import verify_evidence
from ledger.service.capture import capture
from ledger.service.reading import open_tree
from ledger.service.watch import Answer, Watch, look
from ledger.verify import verify_bundle
from schemas import strict_json
from schemas.bundle import BundledHead
from schemas.envelope import PayloadType, Submission, encode_submission
from schemas.errors import SplitView, VerificationFailed
from schemas.statement import Role
from tests.forger import CHIP, OTHER, Forger
from tests.forger import VERIFIER as FORGERS
from tests.geography import ATLAS
from tests.ledger.malicious import (
    SEED,
    VERIFIER,
    Attack,
    Shelf,
    bend,
    bent_histories,
    digest,
    forks,
    is_beginning,
    signed,
)
from tests.logs import consistency_path
from tests.world import CHIPS, World, party


def tally(counts):
    """Say what was tried: for ``make faults``, which keeps a record of it."""
    told = ", ".join(f"{count} {attack}" for attack, count in sorted(counts.items()) if count)
    print(f"\n{sum(counts.values())} forks ({told}), seed {SEED}")


# Watch -------------------------------------------------------------------------------------------


def test_no_bent_history_passes_a_watcher(tmp_path):
    counts = Counter()

    @seed(SEED)
    @forks(quick=200)
    @given(bent_histories(), st.booleans())
    def show(bent, keeps_tiles):
        attack, kept, shown = bent
        state = tmp_path / "head"
        state.write_bytes(signed(kept))
        shelf = Shelf(shown)
        if keeps_tiles:
            shelf.files = Shelf(kept).files | shelf.files
        seen = list(look(shelf.published(), Watch(VERIFIER, state)))[-1]
        counts[attack] += not is_beginning(kept, shown)

        assert says(kept, shown, seen)
        assert state.read_bytes() == (signed(kept) if seen.is_bad else signed(shown))

    show()
    tally(counts)


def says(kept, shown, seen):
    """Whether *seen* is what the two lists of records say."""
    if is_beginning(kept, shown):
        wanted = [Answer.UNCHANGED, Answer.GROWN, Answer.ROLLED_BACK]
        order = (len(shown) > len(kept)) - (len(shown) < len(kept))
        return seen.answer is wanted[order]
    found = verify_evidence(seen.evidence.read_bytes(), VERIFIER)
    # Entries that were taken back with their tiles: nothing is left to compare with.
    is_told = len(shown) >= len(kept) or seen.is_same is not None
    answer = Answer.FORK if is_told else Answer.ROLLED_BACK
    return (seen.answer, found.is_proven) == (answer, is_told)


def test_a_proven_fork_names_the_root_that_the_larger_tree_has(tmp_path):
    state = tmp_path / "head"

    @seed(SEED)
    @forks(quick=60)
    @given(bent_histories())
    def show(bent):
        _, kept, shown = bent
        assume(len(shown) >= len(kept) and not is_beginning(kept, shown))
        state.write_bytes(signed(kept))
        seen = list(look(Shelf(shown).published(), Watch(VERIFIER, state)))[-1]
        found = verify_evidence(seen.evidence.read_bytes(), VERIFIER)

        beginning = sorted([kept, shown], key=lambda h: (len(h), root_of(h)))[1][: len(kept)]
        assert root_of(beginning) == found.root

    show()


def root_of(history):
    return merkle.root_of([merkle.leaf_hash(record) for record in history])


# Verify ------------------------------------------------------------------------------------------


def honest(steps):
    """A forger with *steps* events on the chip after its making."""
    forger = Forger.begun()
    forger.event("fab", [CHIP, OTHER], "commissioning", action="ADD")
    for _ in range(steps):
        forger.event("fab", [CHIP], "storing")
    return forger


HONEST = honest(9)
ENROLLED = 5  # entries before the first event


def honest_path(bent, size):
    return consistency_path(HONEST.hashes, size)


def own_path(bent, size):
    return consistency_path(bent.hashes, min(size, len(bent.hashes)))


def any_path(bent, size):
    return [digest(n) for n in range(3)]


def no_path(bent, size):
    return None


CLAIMS = st.sampled_from([honest_path, own_path, no_path, any_path])


def test_no_bundle_of_a_bent_history_verifies_with_an_event_signed_in_the_other():
    """Whatever proof is given for the head that its signer held, or none."""
    counts = Counter()

    @seed(SEED)
    @forks(quick=60)
    @given(st.sampled_from(list(Attack)), st.integers(ENROLLED, 14), st.integers(6, 15), CLAIMS)
    def show(attack, at, size, claim):
        bent = bent_forger(attack, at)
        kept = HONEST.note(size)
        bent.event("fab", [CHIP], "storing", **{"chiptrail:after": kept})
        assume(not is_beginning(HONEST.hashes[:size], bent.hashes))
        counts[attack] += 1

        with pytest.raises(VerificationFailed) as refused:
            verify_bundle(bent.bundle(contents=with_head(kept, claim(bent, size))), FORGERS, ATLAS)
        assert refused.value.step in (3, 7)

    show()
    tally(counts)


def bent_forger(attack, at):
    """The history that is shown to somebody else, bent at index *at*."""
    other = Forger()
    other.rows, other.hashes = list(HONEST.rows), list(HONEST.hashes)
    other.now, other._nonce = HONEST.now, 1000
    for _ in range(3):
        other.event("fab", [CHIP], "storing")
    more = other.rows[len(HONEST.rows) :]
    other.rows = bend(HONEST.rows, attack, at, more)
    other.hashes = [merkle.leaf_hash(other._leaf(row)) for row in other.rows]
    return other


def with_head(note, path):
    def change(contents):
        if path is None:
            return contents
        head = BundledHead(note.encode(), tuple(path))
        return replace(contents, heads=(*contents.heads, head))

    return change


# chiptrail:after ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("split"), checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for number in range(30):
        made.declare("fab", [f"urn:other:{number}"])
    return made


@pytest.fixture(scope="module")
def leaves(world):
    """The leaf hashes of the world's entries."""
    ledger = world.ledger
    with ledger.database.reading() as connection:
        tree = open_tree(connection, ledger.registry, ledger.head.size)
        return [tree.hash_at(0, index) for index in range(ledger.head.size)]


def test_the_next_signer_who_was_shown_a_bent_history_stops_the_ledger(world, leaves):
    counts = Counter()

    @seed(SEED)
    @forks(quick=60)
    @given(st.sampled_from(list(Attack)), st.integers(0, 30), st.integers(1, 40))
    def submit(attack, at, size):
        others = [digest(n) for n in range(40)]
        # What was truncated is here, and what there had been is what the signer was shown.
        bent = leaves + others if attack is Attack.TRUNCATE else bend(leaves, attack, at, others)
        bent = bent[:size]
        assume(bent)
        note = world.ledger.sign(len(bent), merkle.root_of(bent))
        (outcome,) = send(world, note)
        is_of_ours = is_beginning(leaves, bent) and len(bent) <= len(leaves)
        counts[attack] += not is_of_ours

        assert isinstance(outcome, SplitView) is not is_of_ours
        assert evidence_left(world) == [len(bent) <= len(leaves)] * (not is_of_ours)

    submit()
    tally(counts)


def send(world, note):
    """A submission whose signer saw *note* last, on trial: what is of this history is not kept."""
    made = world.submission("fab", "ObjectEvent", {"epcList": ["urn:a:b"]}, bizStep="storing",
                            action="OBSERVE")  # fmt: skip
    body = strict_json.load_object(made.envelope.payload) | {"chiptrail:after": note.decode()}
    key = world.keys[party("fab")]
    data = Submission(dsse.sign(strict_json.dump(body), PayloadType.EVENT, key), {}, ())
    return capture(world.ledger, [encode_submission(data)], actor="test", dry_run=True)


def evidence_left(world):
    """Whether each file of evidence proves a fork; taken away, so that the ledger goes on."""
    files = world.directory.evidence_files()
    found = [verify_evidence(path.read_bytes(), world.ledger.verifier) for path in files]
    for path in files:
        path.unlink()
    world.ledger.stopped = None
    return [one.is_proven for one in found]
