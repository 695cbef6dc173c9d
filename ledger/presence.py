"""What it means that goods lie before somebody who says where that is.

Nobody signed it, and nothing is recorded of it: it is held against what was signed, as the claim of
an inspector who stands there would be. Example::

    check_here(view, Place(latitude=22.31, longitude=113.91), pack, atlas, as_of)
    -> (Finding(Code.OUTSIDE_DESTINATION, "whoever asks says that it is at ... in HK ...", 12),)
"""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from ledger.atlas import Atlas
from ledger.finding import Finding
from ledger.holding import Phase
from ledger.judge import View
from ledger.location import Claims, newest, terms_of
from ledger.papers import papers_of
from ledger.rules import RulePack
from ledger.sighting import ASKER, Claim
from ledger.view import EVERYTHING
from ledger.whereabouts import check_location
from schemas.place import Place


def check_here(
    view: View, here: Place, pack: RulePack, atlas: Atlas, as_of: datetime
) -> tuple[Finding, ...]:
    """What is found beside the rest if the item is at *here* at *as_of*.

    Each is shown by the entry that it contradicts. Raises: UnknownRule, MalformedRules.
    """
    state = view.state
    if state is None or state.ended is not None:
        return ()
    papers = papers_of(view.consignments, pack, as_of)
    found = check_location(state, _with(view.claims, here, as_of), pack, atlas, as_of, papers)
    return tuple([_told(one, view, state.last) for one in found if one.index == EVERYTHING])


@lru_cache(maxsize=1024)  # what is found of claims is kept by the claims, which a lot shares
def _with(claims: Claims, here: Place, as_of: datetime) -> Claims:
    claim = Claim(EVERYTHING, as_of, ASKER, ASKER, is_inspector=True, place=here)
    return replace(claims, made=(*claims.made, claim))


def _told(found: Finding, view: View, last: int) -> Finding:
    index = found.cites[0] if found.cites else last
    return replace(found, index=index, cites=(), items=(view.item,))


def is_elsewhere(view: View, here: Place, pack: RulePack, atlas: Atlas, as_of: datetime) -> bool:
    """Whether by the record it stands, held by somebody, in another country than *here*."""
    state, at = view.state, newest(view.claims).latest
    if state is None or state.custody.phase is not Phase.HELD or at is None:
        return False
    terms, place = terms_of(pack, as_of), view.claims.made[at].place
    there = None if place is None else terms.circle(place)
    now = terms.circle(here)
    if now is None or there is None:
        return False
    return atlas.countries(*now).isdisjoint(atlas.countries(*there))
