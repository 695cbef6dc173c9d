"""What a text can mean: an item by its id or serial, or by a number that was read from it.

find(connection, ["A-0001"])            # by id and by serial, whoever asks
find_by_number(sight, ["GPU-5f3c"])     # by what entries in view give of an item's numbers
"""

from collections.abc import Container, Mapping, Sequence

from ledger.identity import is_same
from ledger.service.sight import Sight
from ledger.service.views import Seen, load_views
from ledger.store import identities, items
from ledger.store.database import Connection
from schemas.errors import ParseError
from schemas.item import parse_query


def find(connection: Connection, texts: Sequence[str]) -> dict[str, list[str]]:
    """Every item that each of *texts* (any spelling, or a bare serial) names, in view or not."""
    exact: dict[str, str] = {}
    serials: dict[str, str] = {}
    for text in texts:
        try:
            query = parse_query(text)
        except ParseError:
            continue
        if query.item is not None:
            exact[text] = query.item
        if query.serial is not None:
            serials[text] = query.serial
    known = items.load_ids(connection, set(exact.values()))
    found = items.find_serials(connection, set(serials.values()))
    matches: dict[str, list[str]] = {}
    for text in texts:
        named = [exact[text]] if exact.get(text) in known else []
        by_serial = found.get(serials[text], []) if text in serials else []
        matches[text] = list(dict.fromkeys(named + by_serial))
    return matches


def in_view(matches: Mapping[str, Sequence[str]], seen: Container[str]) -> dict[str, list[str]]:
    """*matches* with those of the items alone that are *seen*."""
    return {text: [item for item in found if item in seen] for text, found in matches.items()}


def find_by_number(
    sight: Sight, texts: Sequence[str]
) -> tuple[dict[str, list[str]], Mapping[str, Seen]]:
    """The items of which an entry in view gives each of *texts* as a number, and their views."""
    spellings = {text.strip() for text in texts} | {text.strip().lower() for text in texts}
    spellings = {text for text in spellings if text and "\0" not in text}  # PostgreSQL has no NUL
    found = identities.find_bearers(sight.connection, spellings)
    names = items.load_names(sight.connection, {one for some in found.values() for one in some})
    views = load_views(sight, names.values()) if names else {}
    matches: dict[str, list[str]] = {}
    for text in texts:
        number = text.strip()
        bearers = dict.fromkeys((*found.get(number, ()), *found.get(number.lower(), ())))
        named = [names[one] for one in bearers]
        matches[text] = [one for one in named if one in views and _bears(views[one], number)]
    return matches, views


def _bears(seen: Seen, number: str) -> bool:
    given = [reading.numbers for reading in seen.view.identities.readings]
    return any(is_same(one, number) for numbers in given for one in numbers.values())
