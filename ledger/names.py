"""What people call parties, items, papers, places and times, in place of their ids.

Names of parties come in as a mapping from party id to name. Example::

    item_name("https://id.gs1.org/00/106141412345678908")      # "SSCC 106141412345678908"
    retell("urn:chiptrail:party:skua has it", names)           # "Skua Air Freight has it"
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ledger.replay import OTHERS
from ledger.wording import begun, later, listed, phrase
from schemas.errors import MalformedParameter, NotFound
from schemas.formats import check_party_id
from schemas.gs1 import CANONICAL
from schemas.item import plain_serial

Names = Mapping[str, str]

# The names of so many items fit into a sentence.
_SHOWN = 3

PARTY_PREFIX = "urn:chiptrail:party:"
_DOCUMENT_PREFIX = "urn:chiptrail:doc:"
_DAYS = (
    later("%(day)s Jan %(year)s"),
    later("%(day)s Feb %(year)s"),
    later("%(day)s Mar %(year)s"),
    later("%(day)s Apr %(year)s"),
    later("%(day)s May %(year)s"),
    later("%(day)s Jun %(year)s"),
    later("%(day)s Jul %(year)s"),
    later("%(day)s Aug %(year)s"),
    later("%(day)s Sep %(year)s"),
    later("%(day)s Oct %(year)s"),
    later("%(day)s Nov %(year)s"),
    later("%(day)s Dec %(year)s"),
)


def party_name(party: str, names: Names) -> str:
    """What to call *party*: its name, else the end of its id."""
    return names.get(party) or party.removeprefix(PARTY_PREFIX)


def party_meant(text: str, names: Mapping[str, Sequence[str]]) -> str:
    """The party that *text* means, of those with *names* by id: an id, its last part, or a name.

    Case does not count. A full id need not be enrolled: goods go to parties without keys too.

    Raises: NotFound, MalformedParameter (several bear the name; no party id).
    """
    if text in names:
        return text
    wanted = text.casefold()
    matches = [
        party
        for party, called in names.items()
        if party.rpartition(":")[2].casefold() == wanted
        or any(name.casefold() == wanted for name in called)
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise MalformedParameter(f"{text} is the name of several: {', '.join(matches)}")
    if ":" not in text:
        known = ", ".join(sorted(party.rpartition(":")[2] for party in names)) or "none like it"
        raise NotFound(f"no party {text!r} is enrolled; there are {known}")
    try:
        return check_party_id(text)
    except ValueError as exc:
        raise MalformedParameter(str(exc)) from exc


def item_name(item: str) -> str:
    """What to call *item*: its serial as it stands on it, or ``SSCC 106...`` of a package."""
    if item.startswith(CANONICAL):
        ai, _, rest = item.removeprefix(CANONICAL).partition("/")
        if ai == "00":
            return f"SSCC {rest}"
        if ai in ("8003", "8004"):
            return phrase("asset %(serial)s", serial=plain_serial(item))
    return plain_serial(item)


def several(items: Sequence[str]) -> str:
    """The names of the first few of *items*, and how many others there are; empty for none."""
    shown = [item_name(item) for item in items if item != OTHERS][:_SHOWN]
    left = len(items) - len(shown)
    if left == 0:
        return listed(shown)
    if not shown:
        return phrase("other items")
    if OTHERS in items:
        others = phrase("others")
    elif left == 1:
        others = phrase("1 other")
    else:
        others = phrase("%(count)s others", count=f"{left:,}")
    return listed([*shown, others])


def day(at: datetime) -> str:
    """``3 Mar 2026``, in UTC."""
    at = at.astimezone(UTC)
    return phrase(_DAYS[at.month - 1], day=at.day, year=at.year)


def moment(at: datetime) -> str:
    """``3 Mar 2026 09:12``, in UTC."""
    return f"{day(at)} {at.astimezone(UTC):%H:%M}"


def document_name(uri: str) -> str:
    """``AWB 618-12345675`` for ``urn:chiptrail:doc:awb:618-12345675``; another URI as it is."""
    if not uri.startswith(_DOCUMENT_PREFIX):
        return uri
    kind, _, number = uri.removeprefix(_DOCUMENT_PREFIX).partition(":")
    return f"{'inv.' if kind == 'inv' else kind.upper()} {number}"


# A party id in JSON, or in a sentence, of which the last point or colon is none of it.
_PARTIES = re.compile(rb"(?:urn:chiptrail:party:|https?://)[A-Za-z0-9._:/-]*[A-Za-z0-9_/-]")
_IDS = re.compile(r"https?://[^\s,;()]+|urn:[^\s,;()]+")


_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")


def named(words: str, names: Names) -> str:
    """*words* with names of parties and items for ids, and times as elsewhere."""
    words = _IDS.sub(lambda found: _called(found[0], names), words)
    return _TIME.sub(_retimed, words)


def names_in(data: bytes, names: Names) -> dict[str, str]:
    """Those of *names* whose parties *data*, which is JSON, names by their ids."""
    found = {match.decode() for match in _PARTIES.findall(data)}
    return {party: names[party] for party in sorted(found & names.keys())}


def retell(message: str, names: Names) -> str:
    """A finding's *message* as a sentence, ``named``."""
    words = named(message, names)
    # Parties may be named in lower case; what we say ourselves begins with a capital.
    return words if message.startswith(PARTY_PREFIX) else begun(words)


def _retimed(found: re.Match[str]) -> str:
    try:
        return f"{moment(datetime.fromisoformat(f'{found[1]}+00:00'))} UTC"
    except ValueError:
        return found[0]


def _called(uri: str, names: Names) -> str:
    bare = uri.rstrip(".:")
    tail = uri[len(bare) :]
    if bare in names or bare.startswith(PARTY_PREFIX):
        return party_name(bare, names) + tail
    return (item_name(bare) if bare.startswith((CANONICAL, "urn:chiptrail:chip:")) else bare) + tail
