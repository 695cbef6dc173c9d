"""What an event says for people to read that decides nothing: products, lots, licences.

EPCIS keeps these in free-form members, so they are looked up here and nowhere else; what does not
have the expected shape is passed over, since it was recorded all the same. Places are read by
``schemas.place``. Example::

    {"ilmd": {"lotNumber": "L7"}, ...} -> Particulars(place=None, ends={}, lot="L7", ...)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.event import Event
from schemas.place import Place, read_places
from schemas.strict_json import JSON

_END_USER = "urn:chiptrail:sdt:end_user"
_CONSIGNEE = "urn:chiptrail:sdt:ultimate_consignee"


@dataclass(frozen=True, slots=True)
class Particulars:
    """*ends* maps end_user, ultimate_consignee, location, owning_party to who or where.

    *lot* and *product* are the maker's words; None is not said. *licences* are authorisations as
    ``("EAR", "licence", "D1234567")``: regime, kind, and what number or code it has.
    """

    place: Place | None
    ends: Mapping[str, str]
    lot: str | None
    product: str | None
    licences: tuple[tuple[str, ...], ...]


def read_particulars(event: Event) -> Particulars:
    """What *event* says in the open."""
    ends = {kind.rpartition(":")[2]: end for kind, end in event.destinations if kind in _NAMED_ENDS}
    ilmd = event.body.get("ilmd")
    facts: Mapping[str, JSON] = ilmd if isinstance(ilmd, dict) else {}
    return Particulars(
        place=next(iter(sorted(read_places(event), key=lambda one: one.point is None)), None),
        ends=ends,
        lot=_fact(facts, "lotNumber"),
        product=_fact(facts, "productName"),
        licences=_licences(event),
    )


_NAMED_ENDS = frozenset({_END_USER, _CONSIGNEE, "location", "owning_party"})


def _licences(event: Event) -> tuple[tuple[str, ...], ...]:
    entries: Any = event.body.get("chiptrail:authorisations", ())
    return tuple(
        tuple([entry[name] for name in ("regime", "kind", "number", "code") if name in entry])
        for entry in entries
    )


def _fact(facts: Mapping[str, JSON], name: str) -> str | None:
    """The member of that local name, whatever prefix its vocabulary has."""
    for key, value in facts.items():
        if re.split("[:/#]", key)[-1] == name and isinstance(value, str):
            return value
    return None
