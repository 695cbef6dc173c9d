"""A bit flips on its way to the disk: what is stored is not what was meant.

No root may be signed over it (the log Yeti 2022 was lost to one flipped bit): the batch fails, and
when memory is sound again the work goes on.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from ledger.service import capture as capturing
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from tests.faults.aftermath import violations_after
from tests.faults.plan import Outcome, Run, hear_all
from tests.faults.subject import User, Workload, recovery, run

WHAT = "a bit flips between memory and disk"
BYTES = ("identity", "signature", "payload")


def missing() -> str | None:
    """Nothing is needed for this."""
    return None


def cases(of: Run) -> list[str]:
    """So many flips."""
    return [f"memory/{n}" for n in range(400 if of.is_deep else 10)]


def play(of: Run, name: str) -> Outcome:
    """Flip one bit of an entry as it is stored; it may not be acked."""
    with of.stages.copy("few") as place:
        seen = place.seen()
        hear_all(seen, run(_misstoring(of.chance(name)), place, mutant=of.mutant))
        acked = len(seen.acks)
        found = violations_after(place, seen, Workload(recovery), of.mutant)
    if acked:
        found = (*found, "unsafe: acked what was not stored")
    return Outcome(name, Counter(flips=1), found)


def _misstoring(dice: Random) -> Callable[[User], None]:
    def act(user: User) -> None:
        ledger = user.open()
        insert = log.insert_entries

        def flipping(connection: Connection, rows: Sequence[EntryRow]) -> None:
            insert(connection, [_flip(row, dice) for row in rows])

        log.insert_entries = flipping
        outcomes = capturing.capture(ledger, user.place.stage.submissions[:1], actor="user")
        user.hear(ledger, outcomes)

    return act


def _flip(row: EntryRow, dice: Random) -> EntryRow:
    """*row* with another bit in one of its columns; indexes aside, which the table refuses."""
    name = dice.choice((*BYTES, "recorded_at"))
    if name == "recorded_at":
        return row._replace(recorded_at=row.recorded_at ^ 1 << dice.randrange(40))
    value = bytearray(getattr(row, name))
    value[dice.randrange(len(value))] ^= 1 << dice.randrange(8)
    return row._replace(**{name: bytes(value)})
