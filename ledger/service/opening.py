"""Opening and founding a ledger by the path of its folder, as commands and servers name it.

ledger = open_ledger(Path("chiptrail-data"))
"""

from pathlib import Path

from ledger.service import founding
from ledger.service.clock import Clock
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory


def open_ledger(
    folder: Path,
    url: str | None = None,
    clock: Clock | None = None,
    *,
    reserve: int | None = None,
) -> Ledger:
    """The ledger in *folder*; read-only ones open too, and say so when written to.

    *reserve*: as ``DataDirectory`` has it.
    Raises: CannotOpen.
    """
    return Ledger.open(DataDirectory(folder, reserve), url, clock)


def found_ledger(
    folder: Path, foundation: Foundation, *, url: str | None = None, reserve: int | None = None
) -> Ledger:
    """Found a ledger in *folder*.

    *reserve*: as ``DataDirectory`` has it.
    Raises: as ``founding.found``.
    """
    return found(DataDirectory(folder, reserve), foundation, url=url)


def demand_rules(folder: Path) -> None:
    """Demand that a ledger in *folder* can judge by the rules there.

    Raises: as ``founding.demand_rules``.
    """
    founding.demand_rules(DataDirectory(folder))
