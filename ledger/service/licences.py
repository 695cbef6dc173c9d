"""Licences with what is left of them, for those who may know.

balances(ledger)                       # every licence that was stated, the newest word on each
drawn_by(connection, registry, [41])   # what entry 41 draws, and what is left after it
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ledger.registry import Registry
from ledger.service.dealings import Balances
from ledger.service.ledger import Ledger
from ledger.store import draws
from ledger.store.database import Connection
from ledger.store.draws import DrawRow
from ledger.view import OPERATOR, Reader
from ledger.wallet import drawers, governing, is_attested, licence_key, may_read
from schemas.statement import Licence


@dataclass(frozen=True, slots=True)
class Balance:
    """*licence* as entry *index* states it, and what was *drawn* of it in all."""

    index: int
    licence: Licence
    is_attested: bool
    drawn: int

    @property
    def left(self) -> int | None:
        """What is left, below 0 if it is overdrawn; None where no quantity is stated."""
        quantity = self.licence.quantity
        return None if quantity is None else quantity - self.drawn


@dataclass(frozen=True, slots=True)
class Drawing:
    """An entry draws *quantity*, after which the *balance* is as it is; below 0 it gives back."""

    quantity: int
    balance: Balance


def balances(ledger: Ledger, reader: Reader = OPERATOR) -> list[Balance]:
    """Every licence that *reader* may read, once for each holder, as it was stated last."""
    with ledger.database.reading() as connection:
        return balances_in(connection, ledger.renew(connection).registry, reader)


def balances_in(connection: Connection, registry: Registry, reader: Reader) -> list[Balance]:
    """As ``balances``, by what *registry* has."""
    counted = Balances(connection)
    return [
        _balance(registry, counted, index)
        for index in _newest(registry)
        if reader.sees_all or may_read([registry.licences[index]], reader.party)
    ]


def draws_on(ledger: Ledger, licence: Licence) -> list[DrawRow]:
    """What was drawn of *licence*, in the order that counts, by those who may."""
    with ledger.database.reading() as connection:
        rows = draws.load_draws(connection, licence_key(licence.regime, licence.number))
    return [row for row in rows if row.sender in drawers(licence)]


def drawn_by(
    connection: Connection, registry: Registry, indexes: Collection[int]
) -> dict[int, tuple[Drawing, ...]]:
    """What the entries at *indexes* draw or give back, and what is left after all of them."""
    counted, found = Balances(connection), dict[int, tuple[Drawing, ...]]()
    numbers = {licence_key(*number): number for number in registry.licensed}
    for row in draws.load_draws_of(connection, indexes) if numbers else ():
        number = numbers.get(row.licence)
        said_in = None if number is None else governing(registry, number, row.sender)
        if said_in is not None and row.sender in drawers(registry.licences[said_in]):
            one = Drawing(row.quantity, _balance(registry, counted, said_in))
            found[row.idx] = (*found.get(row.idx, ()), one)
    return found


def _newest(registry: Registry) -> Iterator[int]:
    for number, indexes in sorted(registry.licensed.items()):
        holders = dict.fromkeys([registry.licences[index].holder for index in indexes])
        found = [governing(registry, number, holder) for holder in holders]
        yield from sorted({index for index in found if index is not None})


def _balance(registry: Registry, counted: Balances, index: int) -> Balance:
    licence = registry.licences[index]
    return Balance(index, licence, is_attested(registry, licence), counted.total(licence))
