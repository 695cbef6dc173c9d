"""Wallet: the balance of a licence that was drawn on 100,000 times.

The draws are rows of the projection, as 100,000 shipments of one unit each would leave them; none
is signed, since what is measured only reads them. ``total`` is what was drawn in all, ``walk`` what
had been drawn up to and with one shipment, of a licence that is overdrawn::

    times = measure(stage, draws=100_000)
    times.total_ms, times.walk_ms
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ledger.order import ordinal
from ledger.service.dealings import Balances
from ledger.store import draws
from ledger.store.draws import DrawRow
from ledger.wallet import licence_key
from schemas.statement import Licence, LicenceKind
from tests.bench.witness import MeasuredALie
from tests.bench.workload import BEGINNING, Stage

DRAWS = 100_000
_ROUNDS = 5
_HOLDER = "urn:chiptrail:party:distributor"


@dataclass(frozen=True, slots=True)
class Times:
    """In milliseconds, the median of five."""

    total_ms: float
    walk_ms: float


def measure(stage: Stage, count: int = DRAWS) -> Times:
    """How long it takes to know the balance after *count* draws.

    Raises: MeasuredALie.
    """
    enough, short = _licence(count), _licence(count - 1)
    key, database = licence_key(enough.regime, enough.number), stage.ledger.database
    start = 1 << 20  # behind whatever the stage has recorded
    rows = [DrawRow(key, ordinal(start + n), start + n, _HOLDER, 1) for n in range(count)]
    with database.writing() as connection:
        draws.save_draws(connection, [row.idx for row in rows], rows)
    last = rows[-1].ordinal
    with database.reading() as connection:
        total = _time_of(lambda: Balances(connection).total(enough), count)
        walk = _time_of(lambda: Balances(connection).up_to(short, last), count)
    return Times(total, walk)


def _licence(quantity: int) -> Licence:
    return Licence(
        ledger="l",
        party=_HOLDER,
        nonce="n",
        id="i",
        issued_at=BEGINNING,
        after=None,
        holder=_HOLDER,
        regime="EAR",
        kind=LicenceKind.LICENCE,
        number="D1",
        eccns=(),
        quantity=quantity,
        starts_at=BEGINNING,
        ends_at=BEGINNING + timedelta(days=365),
    )


def _time_of(look: Callable[[], int], expected: int) -> float:
    taken = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        found = look()
        taken.append((time.perf_counter() - start) * 1000)
        if found != expected:
            raise MeasuredALie(f"{found} were drawn, want {expected}")
    return statistics.median(taken)
