"""Who is witnessed, and who witnesses: programs for faults to happen to.

The witness lies in the ledger's folder, as nobody would have it, so that what is left of both is
judged together; it answers in the program that asks. What it answers is told at once, as is what
the ledger says that it keeps of it: neither may be forgotten.
"""

import base64
from enum import StrEnum

import httpx
import pytest

from ledger.service import capture as capturing
from ledger.service.clock import Clock
from ledger.service.cosigning import cosign
from ledger.service.ledger import Ledger
from ledger.service.reading import open_tree
from ledger.service.witness import Witness
from ledger.service.witnesses import Poll, change_policy
from ledger.store import log
from ledger.witness import encode_request, parse_request
from schemas.errors import Conflict
from tests.bench.workload import BEGINNING
from tests.faults.stage import Place
from tests.faults.subject import User, recovery, run
from tests.witnesses import Street

NAME, STEPS = "witness", 5
# Always the same time, as its key is: one seed gives the same bytes.
CLOCK = Clock(wall=BEGINNING.timestamp, monotonic=lambda: 0.0)


class Neighbour(Street):
    """The street of *user*, in which nothing but its witness is."""

    def __init__(self, user: User) -> None:
        super().__init__(user.place.data, pytest.MonkeyPatch(), CLOCK)
        self._user = user

    def move_in(self, *vkeys: str) -> None:
        """Have the witness answer, and tell what it answers."""
        self.witness(NAME, *vkeys)
        self.says(NAME, self._answer_aloud)

    def _answer_aloud(self, request: httpx.Request) -> httpx.Response:
        answer = self.pass_on(NAME, request)
        body = b"".join(answer.stream)  # type: ignore[arg-type]  # it gives bytes
        if answer.status_code == httpx.codes.OK:
            note = parse_request(request.content).note
            tell_answer(self._user, self.witnesses[NAME], note.text, body.decode())
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


def tell_answer(user: User, witness: Witness, text: str, line: str) -> None:
    """Tell that *witness* has cosigned *text*."""
    user.tell("cosigned", witness=witness.vkey, note=f"{text}\n{line}")


# Being witnessed ---------------------------------------------------------------------------------


def named(place: Place) -> list[bytes]:
    """Make a witness and name it to the ledger; it cosigns what there is."""
    return run(_naming, place)


def _naming(user: User) -> None:
    _making(user)
    street, ledger = neighbourly(user), user.open()
    one = street.named(NAME)
    change_policy(ledger, [(one.vkey, one.url)])
    tell_kept(user, cosign(ledger))
    ledger.database.dispose()


class Answering(StrEnum):
    """Who answers when the witness is asked."""

    ITSELF = "the witness"
    NOBODY = "nobody"
    IMPOSTOR = "somebody with another key"


def neighbourly(user: User, who: Answering = Answering.ITSELF) -> Neighbour:
    """The street of the witness, where *who* answers for it."""
    street = Neighbour(user)
    if who is Answering.ITSELF and (user.place.data / NAME).exists():
        street.move_in()
    elif who is Answering.IMPOSTOR:
        street.path = user.place.folder / "impostor"
        street.path.mkdir()
        street.move_in(user.place.stage.vkey)
        # It knows as much as an old copy does, so that its key alone is wrong.
        street.witnesses[NAME].add_checkpoint(encode_request(0, (), user.place.stage.note.encode()))
    return street


def tell_kept(user: User, poll: Poll) -> None:
    """Tell what the ledger says that it keeps for good."""
    for answer in poll.answers:
        if answer.signature is None:
            user.tell("refused", why=answer.words)
            continue
        kept = base64.b64encode(answer.signature).decode()
        user.tell("kept", size=poll.head.size, witness=answer.witness.vkey, signature=kept)


def cosigned(user: User) -> None:
    """A few are captured, and each head is cosigned."""
    neighbourly(user)
    ledger = user.open()
    for data in user.place.stage.submissions[:3]:
        user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
        tell_kept(user, cosign(ledger))
        user.tell("note", note=ledger.note().decode())
    ledger.database.dispose()


def cosigned_again(user: User) -> None:
    """After a fault: the work goes on, and its head is cosigned."""
    neighbourly(user)
    recovery(user)
    cosigning(user)


def cosigning(user: User) -> None:
    """The newest head is cosigned."""
    neighbourly(user)
    ledger = user.open()
    tell_kept(user, cosign(ledger))
    ledger.database.dispose()


# Being a witness ---------------------------------------------------------------------------------


def witnessing(user: User) -> None:
    """The last few heads of the ledger are cosigned, one after the other."""
    witness = Witness.open(user.place.data / NAME, CLOCK)
    for body in _requests(user.open()):
        line = witness.add_checkpoint(body)
        tell_answer(user, witness, parse_request(body).note.text, line)
    witness.logs()


def _requests(ledger: Ledger) -> list[bytes]:
    """What asks for a cosignature of each head but the first, from the one before it."""
    with ledger.database.reading() as connection:
        heads = log.load_heads(connection, 0, ledger.head.size)[-STEPS:]
        bodies = []
        old = 0
        for head in heads:
            tree = open_tree(connection, ledger.registry, head.size)
            proof = tree.consistency_proof(old) if old else ()
            bodies.append(encode_request(old, tuple(proof), ledger.note_of(head)))
            old = head.size
    ledger.database.dispose()
    return bodies


def witnessing_again(user: User) -> None:
    """After a fault: it is asked for all of it once more, and cosigns what it had not."""
    witness = Witness.open(user.place.data / NAME, CLOCK)
    for body in _requests(user.open()):
        size = witness.logs()[0].size
        try:
            line = witness.add_checkpoint(body)
        except Conflict as exc:
            if exc.size != size:
                user.tell("problem", why=f"forgotten: says {exc.size} entries, not {size}")
            continue
        tell_answer(user, witness, parse_request(body).note.text, line)
    recovery(user)


def made(place: Place) -> list[bytes]:
    """Make a witness that knows the log and has cosigned nothing."""
    return run(_making, place)


def _making(user: User) -> None:
    Witness.found(user.place.data / NAME, f"{NAME}.example", lambda size: b"w" * size)
    Witness.open(user.place.data / NAME).add_log(user.place.stage.vkey)
