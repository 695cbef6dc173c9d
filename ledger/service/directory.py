"""Who is enrolled, with which keys, and under which licences: the registrar's word, page by page.

Parties and keys are for everybody who has a login: one has to know whom to name, and whose
signature it is. Of a party that is its name, seat and roles; what it may number, and who owns it,
is for itself and for those who see all. Licences are for whom ``ledger.wallet`` lets read them.
Example::

    parties(ledger, role="carrier", after=START, limit=50, reader=reader).lines
    account(ledger, 41, reader).draws          # what was drawn of the licence, and what was left
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.registry import EnrolledKey, Party
from ledger.service.ledger import Ledger
from ledger.service.licences import Balance, balances_in
from ledger.service.looking import looking
from ledger.service.paging import Cursor, Page, cut_page
from ledger.store import draws
from ledger.store.database import Connection
from ledger.store.items import moment
from ledger.store.log import load_recorded_at
from ledger.view import Reader
from ledger.wallet import drawers, licence_key
from ledger.wording import phrase
from schemas.errors import NotFound
from schemas.statement import Licence, Site, Subject

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


@dataclass(frozen=True, slots=True)
class Draw:
    """Entry *index*, recorded at *at*, drew *quantity* for *sender*; below 0 it gave back.

    *drawn* is what was drawn in all with it.
    """

    index: int
    at: datetime
    sender: str
    quantity: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Account:
    """A licence with its *draws*, in the order that counts; *is_whole*: with those of others.

    Who signed it, who holds it and who sees all is shown all of them; a drawer its own.
    """

    wallet: Wallet
    draws: tuple[Draw, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A party with its *keys*; with *subject* and *sites* where *enrolled* is whole.

    *subject* is what the registrar said last; None also of a party that no statement is about.
    """

    enrolled: Enrolled
    keys: tuple[EnrolledKey, ...]
    subject: Subject | None
    sites: tuple[Site, ...]


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


def profile(ledger: Ledger, index: int, reader: Reader) -> Profile:
    """The party that entry *index* was the first to speak of.

    Raises: NotFound.
    """
    with ledger.database.reading() as connection:
        registry = ledger.renew(connection).registry
    for party in registry.parties.values():
        if party.indexes[0] == index:
            break
    else:
        raise NotFound(f"no party was enrolled by entry {index}")
    of = tuple([key for key in registry.by_index.values() if key.party == party.id])
    if not (reader.sees_all or party.id == reader.party):
        return Profile(Enrolled(party, is_whole=False), of, None, ())
    sites = [site for site in registry.places().values() if party.id in _of_site(site)]
    subject = registry.subjects.get(party.index)
    return Profile(Enrolled(party, is_whole=True), of, subject, tuple(sites))


def _of_site(site: Site) -> tuple[str | None, ...]:
    return site.party, site.operated_by


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
    with looking(ledger, reader, phrase("licences")) as connection:
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


def account(ledger: Ledger, index: int, reader: Reader) -> Account:
    """The licence that entry *index* states, as it was stated last, and what was drawn of it.

    Raises: NotFound, the same whether there is none or it is not for this reader.
    """
    day = ledger.clock.now()
    with looking(ledger, reader, phrase("licence %(entry)s", entry=index)) as connection:
        registry = ledger.renew(connection).registry
        asked = registry.licences.get(index)
        for balance in () if asked is None else balances_in(connection, registry, reader):
            said = balance.licence
            if _of_whom(said) == _of_whom(asked):
                break
        else:
            raise NotFound(f"there is no licence {index}, or not for you")
        is_whole = reader.sees_all or reader.party in (said.party, said.holder)
        found = [*_draws(connection, said)]
    shown = tuple([draw for draw in found if is_whole or draw.sender == reader.party])
    return Account(Wallet(balance, tuple(_near(balance, day))), shown, is_whole)


def _of_whom(licence: Licence | None) -> tuple[str, ...]:
    return () if licence is None else (licence.regime, licence.number, licence.holder)


def _draws(connection: Connection, licence: Licence) -> Iterator[Draw]:
    rows = draws.load_draws(connection, licence_key(licence.regime, licence.number))
    rows = [row for row in rows if row.sender in drawers(licence)]
    times = load_recorded_at(connection, [row.idx for row in rows])
    drawn = 0
    for row in rows:
        drawn += row.quantity
        yield Draw(row.idx, moment(times[row.idx]), row.sender, row.quantity, drawn)


def _near(balance: Balance, day: datetime) -> Iterator[str]:
    quantity = balance.licence.quantity
    if quantity is not None and balance.drawn >= NEAR_LIMIT * quantity:
        yield "limit"
    if balance.licence.ends_at - day <= NEAR_EXPIRY:
        yield "expiry"
