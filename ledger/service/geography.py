"""The atlas of the product: tzdata's table of zones, read once a process.

What is found of a place rests on borders, so a rule pack names those that it was made for
(docs/rules.md). A ledger judges by no others::

    atlas_for(pack).countries(22.532, 114.117, 1000)
"""

from functools import cache
from importlib import resources

import tzdata

from ledger.atlas import Atlas
from ledger.rules import RulePack
from schemas.errors import CannotOpen


@cache
def load_atlas() -> Atlas:
    """The atlas, over the zone.tab of the installed tzdata."""
    return Atlas((resources.files(tzdata) / "zoneinfo" / "zone.tab").read_bytes())


def atlas_for(pack: RulePack) -> Atlas:
    """The installed atlas, to judge by *pack* with.

    Raises: CannotOpen if the pack names borders of another version.
    """
    atlas = load_atlas()
    if pack.geography in (None, atlas.version):
        return atlas
    raise CannotOpen(
        f"the rules {pack.id} judge by the borders {pack.geography!r}, installed are"
        f" {atlas.version!r}; install the versions of tzfpy and tzdata in requirements.lock, or"
        f" judge by those installed: geography = {atlas.version!r} in a file of the folder rules"
    )
