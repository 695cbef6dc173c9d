"""Backups, restored by command, and what was lost with them recovered: programs for faults.

All that others hold is in the ledger's folder: ``backup``, ``mirror`` (published with its entries)
and ``sent`` (the submissions), so that what is left is judged and copied together.
"""

import shutil
from collections.abc import Sequence

from ledger.service import capture as capturing
from ledger.service import publish as publishing
from ledger.service import restore as restores
from ledger.service.backup import back_up
from ledger.service.ledger import Ledger
from ledger.service.recover import Recovery, recover
from schemas.manifest import Manifest
from tests.bench.workload import ticking
from tests.faults.stage import Place
from tests.faults.subject import User, recovery, run

BACKUP, AGAIN, MIRROR, SENT = "backup", "backup-again", "mirror", "sent"
DATABASE = "ledger.sqlite3"
LOST = slice(0, 4)


# Backing up --------------------------------------------------------------------------------------


def backing_up(user: User) -> None:
    """A backup is made, and told when it is done."""
    ledger = user.open()
    _back_up(user, ledger, BACKUP)
    ledger.database.dispose()


def _back_up(user: User, ledger: Ledger, name: str) -> None:
    *_, manifest = back_up(ledger, user.place.data / name)
    assert isinstance(manifest, Manifest)
    user.tell("backup", name=name, size=manifest.size)


def backing_up_again(user: User) -> None:
    """After a fault: the work goes on, and another is made."""
    recovery(user)
    ledger = user.open()
    _back_up(user, ledger, AGAIN)
    ledger.database.dispose()


# Restoring ---------------------------------------------------------------------------------------


def lost(place: Place) -> list[bytes]:
    """There is a backup, and no database."""
    told = run(backing_up, place)
    take_away(place)
    return told


def take_away(place: Place) -> None:
    """Nothing is left of the database."""
    for path in place.data.glob(f"{DATABASE}*"):
        path.unlink()


def restore(user: User) -> None:
    """Restore the backup by command."""
    folder = user.place.data
    for _ in restores.restore(folder / BACKUP, folder, clock=ticking()):
        pass


def restoring(user: User) -> None:
    """The backup is restored, and one entry recorded."""
    restore(user)
    ledger = user.open()
    user.hear(ledger, capturing.capture(ledger, [user.place.stage.submissions[0]], actor="user"))
    ledger.database.dispose()


def restoring_again(user: User) -> None:
    """After a fault: restored if it was not, and the work goes on."""
    if not (user.place.data / DATABASE).exists():
        restore(user)
    recovery(user)


# Recovering --------------------------------------------------------------------------------------


def behind(place: Place) -> list[bytes]:
    """A database that lacks some entries that were acked; others hold all that they need."""
    early = place.folder / "early"
    shutil.copytree(place.data, early)
    told = run(growing, place)
    take_away(place)
    shutil.copy2(early / DATABASE, place.data)
    return told


def growing(user: User) -> None:
    """A few are captured, and published with their entries."""
    ledger = user.open()
    for data in user.place.stage.submissions[LOST]:
        user.hear(ledger, capturing.capture(ledger, [data], actor="user"))
    hand_out(user, ledger)
    ledger.database.dispose()


def hand_out(user: User, ledger: Ledger) -> None:
    """Let others have what was recorded: published, and as it was sent."""
    for _ in publishing.publish(ledger, user.place.data / MIRROR, entries=True):
        pass
    sent = user.place.stage.submissions[LOST]
    (user.place.data / SENT).write_bytes(b"\n".join(sent) + b"\n")


def recovering(user: User) -> None:
    """What is missing is refilled, and one more entry recorded."""
    ledger = user.open()
    refill(user, ledger)
    user.hear(ledger, capturing.capture(ledger, [user.place.stage.submissions[4]], actor="user"))
    ledger.database.dispose()


def refill(user: User, ledger: Ledger, names: Sequence[str] = (MIRROR, SENT)) -> None:
    """Recover from what others hold, and tell what they lack."""
    sources = [user.place.data / name for name in names]
    *_, found = recover(ledger, sources, keep=True)
    assert isinstance(found, Recovery)
    for text in found.missing:
        user.tell("refused", why=text)


def recovering_again(user: User) -> None:
    """After a fault: refilled if it was not, and the work goes on."""
    refilling(user)
    recovery(user)


def refilling(user: User) -> None:
    """What is missing is refilled."""
    ledger = user.open(is_aloud=False)
    refill(user, ledger)
    ledger.database.dispose()


def giving_word(user: User) -> None:
    """Whoever keeps it says that nothing was signed after what there is."""
    ledger = user.open(is_aloud=False)
    refill(user, ledger, ())
    ledger.database.dispose()
