"""Whether a ledger is fit to work with: what is still to be done once it was founded.

found = readiness(ledger)
found.registrar_key_is_here, found.witnesses, found.backup
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.service.backup import Backup, last_backup
from ledger.service.founding import OPERATOR
from ledger.service.ledger import Ledger
from ledger.service.witnesses import load_policy
from ledger.store import users
from ledger.store.cosignatures import load_last_cosignatures

# Where ``chiptrail init`` puts it, if nothing else is said.
REGISTRAR_KEY = "registrar.key"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A witness: what it signed last was of *size* entries, *at* what time; None: nothing yet."""

    name: str
    url: str
    size: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a ledger of *size* entries is.

    *parties* are those beside the operator and the registrar, *signing* those of them that have a
    live key, *people* all users of theirs. *registrar_users* are those who can sign for the
    registrar in a browser. *quorum* of the *witnesses* must agree. *backup* None: none is known.
    """

    size: int
    registrar: str
    registrar_key_is_here: bool
    registrar_users: int
    parties: int
    signing: int
    people: int
    witnesses: tuple[Witnessed, ...]
    quorum: int
    backup: Backup | None


def readiness(ledger: Ledger) -> Readiness:
    """How far *ledger* is.

    Raises: CannotOpen when what is beside the database cannot be read.
    """
    policy = load_policy(ledger)
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
        signed = load_last_cosignatures(connection)
        people = [row for row in users.load_users(connection, None) if row.disabled_at is None]
    registry = tip.registry
    own = {OPERATOR, registry.registrar}
    signing = {key.party for key in registry.by_index.values() if key.revoked is None}
    seen = []
    for witness in policy.witnesses if policy else ():
        last = signed.get(witness.vkey)
        at = None if last is None else datetime.fromtimestamp(last.at, UTC)
        seen.append(Witnessed(witness.name, witness.url, None if last is None else last.size, at))
    return Readiness(
        size=tip.head.size,
        registrar=registry.registrar,
        registrar_key_is_here=(ledger.directory.path / REGISTRAR_KEY).exists(),
        registrar_users=sum(row.party == registry.registrar for row in people),
        parties=len(registry.parties.keys() - own),
        signing=len(signing & registry.parties.keys() - own),
        people=sum(row.party not in own for row in people),
        witnesses=tuple(seen),
        quorum=policy.quorum if policy else 0,
        backup=last_backup(ledger),
    )
