"""The places that one can name: the sites of a party, and the world's airports and seaports.

Of the airports those with an IATA code, out of the installed airportsdata, read once a process;
seaports out of UN/LOCODE, if whoever runs the ledger has put the UNECE's files into its folder::

    known = places_of(ledger, "urn:chiptrail:party:acme")
    resolve_place("SIN", known)
"""

import csv
import logging
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import airportsdata

from ledger.gazetteer import Known, Port
from ledger.service.ledger import Ledger
from ledger.unlocode import read_seaports

UNLOCODE = "unlocode"
"""The folder of the list's files, as the UNECE publishes them, in that of the ledger."""
_LOG = logging.getLogger(__name__)


def places_of(ledger: Ledger, party: str) -> Known:
    """What *party* can name: of the sites those that it named or runs."""
    with ledger.database.reading() as connection:
        named = ledger.renew(connection).registry.places().values()
    sites = {site.id: site for site in named if party in (site.party, site.operated_by)}
    return Known(sites, load_ports(Path(ledger.directory.path) / UNLOCODE), ledger.atlas)


def load_ports(folder: Path) -> Mapping[str, Port]:
    """All airports that have an IATA code, and the seaports of the files in *folder*, by code."""
    files = sorted(folder.glob("*.csv"))
    return _ports(tuple([(path, path.stat().st_mtime_ns) for path in files]))


@lru_cache(maxsize=4)
def _ports(files: tuple[tuple[Path, int], ...]) -> Mapping[str, Port]:
    """The same; *files* are named with when they were written, so that new ones are read."""
    found = {**load_airports()}
    for path, _ in files:
        seaports = read_seaports(csv.reader(_text(path.read_bytes()).splitlines()))
        _LOG.info("unlocode=%s seaports=%s", path.name, len(seaports))
        found |= seaports
    return found


def _text(data: bytes) -> str:
    """*data* as text: older issues of the list are not in UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


@cache
def load_airports() -> Mapping[str, Port]:
    """All airports that have an IATA code, by it."""
    return {
        code: Port(code, row["name"], row["city"], row["country"], row["lat"], row["lon"])
        for code, row in airportsdata.load("IATA").items()
    }
