"""Settings of the web application, as the command line or the environment say them.

settings = from_environment()      # for a server of another make: web/wsgi.py
"""

import os
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import CannotOpen

REQUESTS_A_MINUTE = 6000
_DATA, _DATABASE, _RESERVE = "CHIPTRAIL_DATA", "CHIPTRAIL_DATABASE_URL", "CHIPTRAIL_DISK_RESERVE"
PUBLIC_ENTRIES = "CHIPTRAIL_PUBLIC_ENTRIES"
RATE_LIMIT = "CHIPTRAIL_RATE_LIMIT"
PROXIES = "CHIPTRAIL_PROXIES"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How it is served.

    *public_entries*: leaves are anybody's to read. *proxies*: how many stand in front, each of
    which says for whom it asks. *requests_a_minute* of one caller; 0 is no bound.
    """

    public_entries: bool = False
    proxies: int = 0
    requests_a_minute: int = REQUESTS_A_MINUTE


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ledger is; *reserve* in bytes, None if not said."""

    folder: Path
    database: str | None
    reserve: int | None


def from_environment() -> tuple[Place, WebSettings]:
    """What the environment says, ``docs/operations.md``.

    Raises: CannotOpen, naming the variable.
    """
    reserve = _number(_RESERVE, None)
    place = Place(
        Path(os.environ.get(_DATA) or "chiptrail-data"),
        os.environ.get(_DATABASE) or None,
        None if reserve is None else reserve << 20,
    )
    settings = WebSettings(
        public_entries=os.environ.get(PUBLIC_ENTRIES, "").lower() in ("1", "true", "yes", "on"),
        proxies=_number(PROXIES, 0) or 0,
        requests_a_minute=_number(RATE_LIMIT, REQUESTS_A_MINUTE) or 0,
    )
    return place, settings


def to_environment(place: Place, settings: WebSettings) -> None:
    """Say in the environment what ``from_environment`` reads, for processes that start now."""
    os.environ |= {
        _DATA: str(place.folder),
        _DATABASE: place.database or "",
        _RESERVE: "" if place.reserve is None else str(place.reserve >> 20),
        PUBLIC_ENTRIES: "1" if settings.public_entries else "",
        PROXIES: str(settings.proxies),
        RATE_LIMIT: str(settings.requests_a_minute),
    }


def _number(name: str, default: int | None) -> int | None:
    said = os.environ.get(name)
    if not said:
        return default
    if not (said.isascii() and said.isdecimal()):
        raise CannotOpen(f"{name}: got {said!r}, want a whole number")
    return int(said)
