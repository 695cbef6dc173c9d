"""A process of its own for tests of contention: ``python -m ... DIR URL write|open|send WHAT``.

A writer captures WHAT declarations of its own and prints the index of each; a sender captures the
lines of the file WHAT one by one and does so too; an opener opens the ledger WHAT times and fails
when it is turned away or the checkpoint file goes back.
"""

import os
import sys
import uuid
from pathlib import Path

from ledger.compose import Signer, compose
from ledger.keys import private_key
from ledger.service.capture import Receipt, capture
from ledger.service.clock import Clock
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from schemas.envelope import encode_submission
from schemas.short_form import Details, declare
from tests.world import BEGINNING, party

FAR = BEGINNING.timestamp() + 10 * 86400


def opened(folder: str, url: str) -> Ledger:
    clock = Clock(wall=lambda: FAR, monotonic=lambda: FAR)
    return Ledger.open(DataDirectory(Path(folder)), url, clock=clock)


def write(folder: str, url: str, count: int, key: bytes) -> None:
    ledger = opened(folder, url)
    for number in range(count):
        signer = Signer(
            party("fab"), ledger.origin, ledger.note().decode(), os.urandom, private_key(key)
        )
        event_id = uuid.UUID(bytes=os.urandom(16), version=4).urn
        item = f"urn:contender:{os.getpid()}:{number}"
        submission = compose(declare([item], Details()), signer, event_id, ledger.clock.now())
        outcome = capture(ledger, [encode_submission(submission)], actor="contender")[0]
        assert isinstance(outcome, Receipt), outcome
        print(outcome.index)


def send(folder: str, url: str, lines: Path) -> None:
    ledger = opened(folder, url)
    for line in lines.read_bytes().splitlines():
        outcome = capture(ledger, [line], actor="contender")[0]
        assert isinstance(outcome, Receipt), outcome
        print(outcome.index)


def open_often(folder: str, url: str, count: int) -> None:
    last = 0
    for _ in range(count):
        ledger = opened(folder, url)
        assert ledger.stopped is None, ledger.stopped
        size = ledger.load_checkpoint().size
        assert size >= last, f"the checkpoint file went back from {last} to {size}"
        last = size


if __name__ == "__main__":
    _, *where, role, times = sys.argv
    if role == "write":
        from hashlib import sha256

        write(*where, int(times), sha256(b"key of fab").digest())
    elif role == "send":
        send(*where, Path(times))
    else:
        open_often(*where, int(times))
