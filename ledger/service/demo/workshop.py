"""The demo's stories of building in, taking out, sending back and mending.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind, Condition
from ledger.service.demo import plot
from ledger.service.demo.cast import CAST, board, server
from ledger.service.demo.script import Script, Sight, see
from schemas.statement import Grant

_DAY = timedelta(days=1)


def _swapped_board(script: Script) -> list[Sight]:
    """A board is moved from one server to another, and the board maker may see where it is."""
    chips, at = plot.few(script, 2, 47, "norway")
    machines, boards = (server(1), server(2)), (board(1), board(2))
    for chip, on, machine in zip(chips, boards, machines, strict=True):
        at = script.add(at, "norway", ActKind.INSTALL, (chip,), parent=on)
        at = script.add(at, "norway", ActKind.INSTALL, (on,), parent=machine, place="norway")
    at += 9 * _DAY
    at = script.add(at, "norway", ActKind.REMOVE, boards[:1], parent=machines[0], place="norway")
    at = script.add(at, "norway", ActKind.INSTALL, boards[:1], parent=machines[1], place="norway")
    said = {"grantee": CAST["boards"].id, "items": machines, "ends_at": at + 365 * _DAY}
    script.say(at, "norway", Grant, said)
    return [see("clear", chips[0], "on a board that was moved from one server to another")]


def _sent_back(script: Script) -> list[Sight]:
    """Two chips go back to the fab: one gets a new number inside, one is made into another."""
    chips, at = plot.few(script, 2, 44, "norway", uuid="GPU-5f3b0c1e-0001")
    made = f"{chips[1].rpartition('-')[0]}-R001"
    papers = (f"urn:chiptrail:doc:rma:{script.now:%Y}-{script.rng.randrange(1000, 10000)}",)
    at += 6 * _DAY
    at = plot.send(script, at, "norway", "fab", chips, "air", documents=papers)
    damaged = Condition.DAMAGED
    at = plot.receive(script, at + 3 * _DAY, "fab", chips, condition=damaged, documents=papers)
    at = script.add(at + 2 * _DAY, "fab", ActKind.REPLACE, chips[:1], uuid="GPU-5f3b0c1e-1001")
    at = script.add(at, "fab", ActKind.TRANSFORM, chips[1:], outputs=(made,), place="fab")
    at = plot.send(script, at + _DAY, "fab", "norway", (chips[0], made), "air", documents=papers)
    plot.receive(script, at + 3 * _DAY, "norway", (chips[0], made))
    return [
        see("clear", chips[0], "sent back, mended, and in use again with a new number inside"),
        see("clear", made, "made out of a chip that had been sent back"),
    ]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (_swapped_board, _sent_back)
