"""What a rule pack says of export control: country groups, controls, exceptions, lists.

Source: docs/rules.md. Every row is in force from a day up to, not on, another, and says where it
was read, when somebody checked it, and whether only a secondary source was seen (``Dated``). A
*place* is a country (``MO``) or a group of them (``D:5``). Example::

    control = Control(..., eccns=("3A090.a",), into=("D:5", "MO"), exempt=("A:5", "A:6"))
    control.covers({"3A090"})                    # True: its paragraph is not said, it may be .a
    groups_of("KH", pack.countries, date(2026, 2, 3))        # {"KH": None, "D:1": Countries(...)}
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.wording import later, phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What holds from *effective_from* up to, not on, *effective_to*; None: until further notice.

    *is_unverified*: read in a secondary source only.
    """

    effective_from: date
    effective_to: date | None
    citation: str
    checked: date
    is_unverified: bool = False

    def is_in_force(self, day: date) -> bool:
        """Whether it says anything about *day*."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)

    @property
    def source(self) -> str:
        """Where it stands and how far that was checked, for a message."""
        citation = self.citation.removesuffix(".")
        if self.is_unverified:
            text = later("%(source)s (checked %(date)s, unverified)")
        else:
            text = later("%(source)s (checked %(date)s)")
        return phrase(text, source=citation, date=self.checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Countries(Dated):
    """*members*, ISO 3166-1 alpha-2, are in country group *group*."""

    group: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(Dated):
    """Items of *eccns* need an authorisation of *regime*.

    *into*: to go to these places, but for *exempt*; *headquarters*: for a party whose head office
    or ultimate parent is there, wherever it is itself. With neither: to cross a border, out of
    *leaving* if that is not (). *kinds* are the kinds of authorisation that will do.
    """

    id: str
    title: str
    regime: str
    eccns: tuple[str, ...]
    into: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    headquarters: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("licence", "exception", "permit")

    def covers(self, eccns: Iterable[str]) -> bool:
        """Whether one of *eccns*, as somebody classified an item, is or may be among its own."""
        return any(is_under(said, own) for said in eccns for own in self.eccns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Dated):
    """What holds of every shipment under exception *code* of *regime*; None is not limited.

    *barred_roles*: what neither consignee may be.
    """

    id: str
    title: str
    regime: str
    code: str
    most_items: int | None = None
    most_consignees: int | None = None
    most_end_users: int | None = None
    barred_roles: tuple[str, ...] = ()
    needs_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Dated):
    """One on a list of parties to be screened, by *names* and by *identifiers* such as an LEI."""

    list: str
    names: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    def hit(self, names: Iterable[str], identifiers: Iterable[str]) -> str | None:
        """The name or identifier of its own that is among these, None if none is."""
        ours = {_plain(name): name for name in (*self.names, *self.identifiers)}
        given = map(_plain, (*names, *identifiers))
        return next((ours[one] for one in given if one in ours), None)


def is_under(said: str, own: str) -> bool:
    """Whether the number *said* is *own*, a paragraph of it, or does not say which of its own."""
    return said == own or said.startswith(f"{own}.") or own.startswith(f"{said}.")


def groups_of(
    country: str, countries: Iterable[Countries], day: date
) -> Mapping[str, Countries | None]:
    """The places that *country* is in on *day*, with the row that says so; itself with None."""
    found: dict[str, Countries | None] = {country: None}
    for row in countries:
        if country in row.members and row.is_in_force(day):
            found.setdefault(row.group, row)
    return found


def _plain(name: str) -> str:
    """*name* as it is compared: without case, accents, points and double blanks."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w\s]", " ", kept).split())
