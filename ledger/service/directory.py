"""Who is enrolled, with which keys, and under which licences: the registrar's word, page by page.

Parties and keys are for everybody who has a login: one has to know whom to name, and whose
signature it is. Of a party that is its name, seat and roles; what it may number, and who owns it,
is for itself and for those who see all. Licences are for whom ``ledger.wallet`` lets read them.
Example::

    parties(ledger, role="carrier", after=START, limit=50, reader=reader).lines
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.registry import EnrolledKey, Party
from ledger.service.ledger import Ledger
from ledger.service.licences import Balance, balances_in
from ledger.service.looking import looking
from ledger.service.paging import Cursor, Page, cut_page
from ledger.view import Reader

# What is near its end: so much of it drawn, or so soon over.
NEAR_LIMIT = 0.9
NEAR_EXPIRY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Paper:
    """Which licences; None leaves the question open. *near* is ``limit`` or ``expiry``."""

    regime: str | None = None
    number: str | None = None
    holder: str | None = None
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Wallet:
    """The *balance* of a licence, and what of it is *near*: ``limit``, ``expiry`` or both."""

    balance: Balance
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A *party* as it is shown; *is_whole*: with what is not everybody's to know."""

    party: Party
    is_whole: bool


def parties(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    *,
    after: Cursor,
    limit: int,
    reader: Reader,
    role: str | None = None,
    text: str | None = None,
) -> Page[Enrolled]:
    """A page of the parties with that *role*, and *text* in the name or id, the newest first."""
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
    sought = (text or "").casefold()
    found = [
        (party.indexes[0], Enrolled(party, reader.sees_all or party.id == reader.party))
        for party in tip.registry.parties.values()
        if role is None or role in party.roles
        if any(sought in name.casefold() for name in (party.id, *party.names))
    ]
    lines, rest = cut_page(found, after, limit)
    return Page(lines, rest, tip.head.size, ledger.clock.now())


def keys(
    ledger: Ledger, *, after: Cursor, limit: int, party: str | None = None
) -> Page[EnrolledKey]:
    """A page of the keys that were ever enrolled, of *party* if one is named, the newest first."""
    with ledger.database.reading() as connection:
        tip = ledger.renew(connection)
    found = [(key.index, key) for key in tip.registry.by_index.values()]
    lines, rest = cut_page([one for one in found if party in (None, one[1].party)], after, limit)
    return Page(lines, rest, tip.head.size, ledger.clock.now())


def licences(  # noqa: PLR0913 - each says one thing of the page
    ledger: Ledger,
    wanted: Paper,
    *,
    after: Cursor,
    limit: int,
    reader: Reader,
    as_of: datetime | None = None,
) -> Page[Wallet]:
    """A page of the licences that *reader* may read, and what is left of them, the newest first."""
    day = as_of or ledger.clock.now()
    with looking(ledger, reader, "licences") as connection:
        tip = ledger.renew(connection)
        found = [
            (balance.index, Wallet(balance, tuple(_near(balance, day))))
            for balance in balances_in(connection, tip.registry, reader)
            if wanted.regime in (None, balance.licence.regime)
            if wanted.number in (None, balance.licence.number)
            if wanted.holder in (None, balance.licence.holder)
        ]
    if wanted.near is not None:
        found = [one for one in found if wanted.near in one[1].near]
    lines, rest = cut_page(found, after, limit)
    return Page(lines, rest, tip.head.size, day)


def _near(balance: Balance, day: datetime) -> Iterator[str]:
    quantity = balance.licence.quantity
    if quantity is not None and balance.drawn >= NEAR_LIMIT * quantity:
        yield "limit"
    if balance.licence.ends_at - day <= NEAR_EXPIRY:
        yield "expiry"
