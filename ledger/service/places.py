"""The places that one can name: the sites of a party, and the world's airports.

Of the airports those with an IATA code, out of the installed airportsdata, read once a process::

    known = places_of(ledger, "urn:chiptrail:party:acme")
    resolve_place("SIN", known)

Seaports are missing: no wheel that is kept up carries UN/LOCODE. A port is a site or coordinates.
"""

from collections.abc import Mapping
from functools import cache

import airportsdata

from ledger.gazetteer import Airport, Known
from ledger.service.ledger import Ledger


def places_of(ledger: Ledger, party: str) -> Known:
    """What *party* can name: of the sites those that it named or runs."""
    with ledger.database.reading() as connection:
        named = ledger.renew(connection).registry.places().values()
    sites = {site.id: site for site in named if party in (site.party, site.operated_by)}
    return Known(sites, load_airports(), ledger.atlas)


@cache
def load_airports() -> Mapping[str, Airport]:
    """All airports that have an IATA code, by it."""
    return {
        code: Airport(code, row["name"], row["city"], row["country"], row["lat"], row["lon"])
        for code, row in airportsdata.load("IATA").items()
    }
