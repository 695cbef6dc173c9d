"""The atlas of the product: tzdata's table of zones, read once a process."""

from functools import cache
from importlib import resources

import tzdata

from ledger.atlas import Atlas


@cache
def load_atlas() -> Atlas:
    """The atlas, over the zone.tab of the installed tzdata."""
    return Atlas((resources.files(tzdata) / "zoneinfo" / "zone.tab").read_bytes())
