"""What people type for a place, as where it is: a site by its name, a port, coordinates.

    resolve_place("SIN", known)                 # Spot(kind=Kind.AIRPORT, latitude=1.35019, ...)
    resolve_place("Hall 4", known)              # a site of one's own
    resolve_place("1.36, 103.99, 50 m", known)  # also 1.36 N 103.99 E, 1°21'36"N ..., geo:1.36,...

Nothing is guessed: what several places are called is refused with their names. Where it is said to
be in a country that the coordinates are not in, a hint says whether they fit the other way round.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ledger.atlas import Atlas
from ledger.wording import also, any_of, phrase
from schemas.errors import MalformedParameter
from schemas.geo import SWAPPED, is_geo, parse_geo
from schemas.place import Place
from schemas.statement import Site
from schemas.strict_json import JSON

ACCURACY_M = 1000.0
"""How far off typed coordinates may be where that is not said."""
AIRPORT_M = 5000.0
"""From the reference point of an airport to the far end of its cargo areas."""
SEAPORT_M = 10_000.0
"""The same of a seaport: its coordinates are those of a town, to the minute."""
_SHOWN = 5


class Kind(StrEnum):
    """How a place was named."""

    SITE = "site"
    AIRPORT = "airport"
    SEAPORT = "seaport"
    COORDINATES = "coordinates"


class Port(NamedTuple):
    """An airport by its IATA *code*, or a seaport by its UN/LOCODE.

    *country* as in ISO 3166-1, degrees on WGS 84.
    """

    code: str
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    kind: Kind = Kind.AIRPORT


@dataclass(frozen=True, slots=True)
class Known:
    """What places are known by name: *sites* by id, *ports* by their codes; and the borders."""

    sites: Mapping[str, Site]
    ports: Mapping[str, Port]
    atlas: Atlas


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as it goes into an event: *text* types it again, *site* is the id of one.

    *country* None is not said. *hint* says what looks wrong with it, None if nothing does.
    """

    kind: Kind
    text: str
    name: str
    latitude: float
    longitude: float
    accuracy_m: float
    country: str | None = None
    site: str | None = None
    hint: str | None = None

    def place(self) -> Place:
        """It as it is read from an event."""
        return Place(self.latitude, self.longitude, self.accuracy_m, self.country, self.site)

    def location(self) -> dict[str, JSON]:
        """It as ``chiptrail:location``."""
        said: dict[str, JSON] = {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "accuracyM": self.accuracy_m,
        }
        return said if self.country is None else {**said, "countryCode": self.country}


def resolve_place(
    text: str, known: Known, *, country: str | None = None, accuracy_m: float | None = None
) -> Spot:
    """The one place that *text* means; *country* and *accuracy_m* are said beside it.

    Raises: MalformedParameter (nothing is called so, several are, or no such coordinates).
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if not text:
        raise MalformedParameter("place: say a site, a port or coordinates")
    spot = read_coordinates(text) or _only(text, _named(text, known))
    if accuracy_m is not None:
        spot = replace(spot, accuracy_m=accuracy_m)
    return spot if country is None else located(spot, country.upper(), known.atlas)


def suggest_places(text: str, known: Known, limit: int = 8) -> tuple[Spot, ...]:
    """At most *limit* places that *text* is the beginning of a name of, the likeliest first."""
    words = _words(text)
    if not words:
        return tuple(_of_site(one) for one in _sites(known))[:limit]
    code = text.strip().upper()
    exact = [known.ports[code]] if code in known.ports else []
    sites = [one for one in _sites(known) if _fits(words, one.name)]
    ports = [one for one in known.ports.values() if _fits(words, _said(one))]
    ports.sort(key=lambda one: _rank(words, one))
    spots = (*map(_of_site, sites), *map(_of_port, dict.fromkeys((*exact, *ports))))
    return spots[:limit]


def _rank(words: list[str], port: Port) -> tuple[bool, bool, bool, int, str]:
    is_elsewhere = _words(port.city)[: len(words)] != words
    is_small = "international" not in _words(port.name)
    return is_elsewhere, port.kind is Kind.SEAPORT, is_small, len(port.name), port.code


# By name ------------------------------------------------------------------------------------------


def _named(text: str, known: Known) -> list[Spot]:
    """The places of that very name, else those that have all its words."""
    sites = [one for one in _sites(known) if one.name.casefold() == text.casefold()]
    if sites:
        return [_of_site(one) for one in sites]
    code = _IN_BRACKETS.search(text)
    port = known.ports.get((code[1] if code else text).upper())
    if port is not None:
        return [_of_port(port)]
    words = _words(text)
    return [
        *[_of_site(one) for one in _sites(known) if _has(words, one.name)],
        *[_of_port(one) for one in known.ports.values() if _has(words, _said(one))],
    ]


_IN_BRACKETS = re.compile(r"\(([A-Za-z]{3}(?:[A-Za-z0-9]{2})?)\)$")


def _only(text: str, found: list[Spot]) -> Spot:
    if len(found) == 1:
        return found[0]
    if not found:
        raise MalformedParameter(
            f"place: no site of yours and no port is called {text!r}; give a name, an IATA code"
            " or UN/LOCODE, or latitude and longitude such as 1.36, 103.99"
        )
    names = "; ".join(one.name for one in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise MalformedParameter(f"place: several are called {text!r}: {names}{more}; say which")


def _sites(known: Known) -> list[Site]:
    return sorted(known.sites.values(), key=lambda one: one.name.casefold())


def _of_site(site: Site) -> Spot:
    where = site.latitude, site.longitude, float(site.radius_m)
    return Spot(Kind.SITE, site.name, site.name, *where, site.country, site.id)


def _of_port(port: Port) -> Spot:
    where = port.latitude, port.longitude, SEAPORT_M if port.kind is Kind.SEAPORT else AIRPORT_M
    return Spot(port.kind, port.code, f"{port.name} ({port.code})", *where, port.country)


@lru_cache(maxsize=65536)
def _said(port: Port) -> str:
    return f"{port.code} {port.name} {port.city}"


def _words(text: str) -> list[str]:
    """The words of *text* without accents: "Zürich" is typed as "zurich" as well."""
    return _plain(text).split()


@lru_cache(maxsize=131072)  # all ports are gone through for every letter that is typed
def _plain(text: str) -> str:
    """The same as text, a blank before and after each word."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    words = re.findall(r"\w+", "".join(c for c in bare if not unicodedata.combining(c)))
    return f" {' '.join(words)} "


def _has(words: list[str], name: str) -> bool:
    there = _plain(name)
    return bool(words) and all(f" {word} " in there for word in words)


def _fits(words: list[str], name: str) -> bool:
    there = _plain(name)
    return all(f" {word}" in there for word in words)


# Coordinates --------------------------------------------------------------------------------------

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_ANGLE = (
    rf"([NSEWnsew])?\s*([+-]?{_NUMBER})\s*°?\s*(?:({_NUMBER})\s*['\u2032]\s*)?"
    rf"(?:({_NUMBER})\s*(?:[\"\u2033]|''|\u2032\u2032)\s*)?([NSEWnsew])?"
)
_PAIR = re.compile(rf"{_ANGLE}(?:\s*[,;/]\s*|\s+){_ANGLE}(?:\s*[,;±]\s*(-?{_NUMBER})\s*(k?m)?)?")


def read_coordinates(text: str) -> Spot | None:
    """The place that *text* gives in degrees; None if it is a name.

    Raises: MalformedParameter.
    """
    if is_geo(text):
        try:
            latitude, longitude, radius_m = parse_geo(text)
        except ValueError as exc:
            raise MalformedParameter(f"place: {exc}") from exc
        return _spot(latitude, longitude, ACCURACY_M if radius_m is None else radius_m)
    found = _PAIR.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if found is None:
        return None
    one, other = _angle(found.groups()[:5]), _angle(found.groups()[5:10])
    if one.axis == "EW" or other.axis == "NS":
        one, other = other, one
    if one.axis == "EW" or other.axis == "NS":
        raise MalformedParameter("place: want one latitude (N or S) and one longitude (E or W)")
    radius_m = float(found[11] or ACCURACY_M) * (1000 if found[12] == "km" else 1)
    return _spot(one.degrees, other.degrees, radius_m)


class _Angle(NamedTuple):
    degrees: float
    axis: str


def _angle(parts: tuple[str | None, ...]) -> _Angle:
    before, whole, minutes, seconds, after = parts
    letter = (before or after or "").upper()
    value = abs(float(whole or 0)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    is_negative = (whole or "").startswith("-") != (letter in ("S", "W"))
    axis = next((axis for axis in ("NS", "EW") if letter and letter in axis), "")
    return _Angle(round(-value if is_negative else value, 7), axis)


def _spot(latitude: float, longitude: float, radius_m: float) -> Spot:
    if not -90 <= latitude <= 90:
        told = phrase(
            "got a latitude of %(degrees)s, want degrees from -90 to 90", degrees=f"{latitude:g}"
        )
        is_mirrored = abs(latitude) <= 180 and abs(longitude) <= 90
        raise MalformedParameter(f"place: {also(told, SWAPPED) if is_mirrored else told}")
    if not -180 <= longitude <= 180:
        raise MalformedParameter(
            f"place: got a longitude of {longitude:g}, want degrees from -180 to 180"
        )
    if radius_m <= 0:
        raise MalformedParameter(
            f"place: got an accuracy of {radius_m:g} m, want more than 0: how far off it may be"
        )
    text = f"{latitude:.7g},{longitude:.7g},{radius_m:g}"
    name = f"{latitude:.7g}, {longitude:.7g}"
    return Spot(Kind.COORDINATES, text, name, latitude, longitude, radius_m)


# Which country ------------------------------------------------------------------------------------


def located(spot: Spot, country: str, atlas: Atlas) -> Spot:
    """*spot* said to be in *country*, with a hint where that does not fit."""
    there = atlas.countries(spot.latitude, spot.longitude, spot.accuracy_m)
    if country in there:
        return replace(spot, country=country)
    where = any_of(sorted(there)) or phrase("the open sea")
    hint = phrase(
        "the coordinates are in %(countries)s, not in %(country)s",
        countries=where,
        country=country,
    )
    if abs(spot.longitude) <= 90:
        turned = atlas.countries(spot.longitude, spot.latitude, spot.accuracy_m)
        hint = also(hint, SWAPPED) if country in turned else hint
    return replace(spot, country=country, hint=hint)
