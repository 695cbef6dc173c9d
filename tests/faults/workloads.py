"""What is killed at every call, and has its power cut and its calls fail, by name.

WORKLOADS["capture"].act
"""

import sqlite3
from contextlib import closing

from tests.faults import keeping, witnessed
from tests.faults.stage import Place
from tests.faults.subject import (
    Workload,
    bulk,
    founded,
    founding,
    migrating,
    published,
    shared,
    singles,
    wrapping,
)


def _make_old(place: Place) -> list[bytes]:
    """As another version left it: its projections are to be made anew."""
    return _change(place, "UPDATE projection SET value = '0'")


def _make_older(place: Place) -> list[bytes]:
    """As the first version left it, before there were cosignatures."""
    return _change(
        place,
        "DROP TABLE cosignature",
        "DROP TABLE token",
        'DROP TABLE "user"',
        "DROP TABLE invitation",
        "DROP TABLE session",
        "UPDATE alembic_version SET version_num = '0001'",
    )


def _change(place: Place, *statements: str) -> list[bytes]:
    with closing(sqlite3.connect(place.data / "ledger.sqlite3")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
    return []


WORKLOADS = {
    "capture": Workload(singles),
    "shared": Workload(shared),
    "wrap": Workload(wrapping),
    "tile": Workload(singles, "edge"),
    "bulk": Workload(bulk),
    "publish": Workload(published, "edge"),
    "found": Workload(founding, after=founded, is_empty=True),
    "migrate": Workload(migrating, prepare=_make_old),
    "upgrade": Workload(migrating, prepare=_make_older),
    "cosign": Workload(witnessed.cosigned, after=witnessed.cosigned_again, prepare=witnessed.named),
    "witness": Workload(
        witnessed.witnessing, after=witnessed.witnessing_again, prepare=witnessed.made
    ),
    "backup": Workload(keeping.backing_up, after=keeping.backing_up_again),
    "restore": Workload(
        keeping.restoring,
        after=keeping.restoring_again,
        prepare=keeping.lost,
        is_mending=True,
    ),
    "recover": Workload(
        keeping.recovering,
        after=keeping.recovering_again,
        prepare=keeping.behind,
        is_mending=True,
    ),
}
