"""What people type, as what is recorded: serials in any spelling, parties by name, places.

A serial that several items bear is never guessed: all of them are listed. Example::

    items_named(ledger, ["A00-0007"])        # ("https://id.gs1.org/01/09520001000017/21/A00-0007",)
    party_named(ledger, "Fjordhall Data Centre")
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import MalformedItems, NotFound, TooLarge
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger

_SSCC_DIGITS = 18
FILE_LIMIT = 64 << 20
_DEFAULT_ACCURACY_M = 1000.0


# Serials -----------------------------------------------------------------------------------------


def texts_in(arguments: Iterable[str], stdin: bool = True) -> list[str]:
    """The serials among *arguments*, and those pasted into files that they name; ``-`` is stdin.

    Raises: CannotOpen for what looks like a file and is none; TooLarge.
    """
    texts: list[str] = []
    for argument in arguments:
        if argument == "-" and stdin:
            texts += _pasted(sys.stdin.buffer.read(FILE_LIMIT + 1), "stdin")
        elif is_file(argument):
            from ledger.service import keyring  # noqa: PLC0415

            texts += _pasted(keyring.read(Path(argument)), argument)
        else:
            texts.append(argument)
    return texts


def is_file(argument: str) -> bool:
    """Whether *argument* names a file: one that is there, or whose name can be no serial's."""
    if "://" in argument or argument.lower().startswith("urn:"):
        return False
    return Path(argument).is_file() or argument.endswith((".csv", ".txt", ".tsv"))


def _pasted(data: bytes, name: str) -> list[str]:
    from schemas.item import split_pasted  # noqa: PLC0415

    if len(data) > FILE_LIMIT:
        raise TooLarge(f"{name}: over {FILE_LIMIT >> 20} MiB")
    return split_pasted(data.decode("utf-8-sig", "replace"))


def items_named(ledger: "Ledger", texts: Sequence[str]) -> tuple[str, ...]:
    """The one item that each of *texts* means; a full id need not be recorded yet.

    Raises: NotFound (a bare serial that nothing bears), UsageError (one that several bear),
    MalformedItems.
    """
    from ledger.service.query import resolve  # noqa: PLC0415

    found = resolve(ledger, list(texts))
    return tuple(dict.fromkeys(_only(text, found[text]) for text in texts))


def _only(text: str, matches: Sequence[str]) -> str:
    from schemas.item import parse_query  # noqa: PLC0415

    if len(matches) > 1:
        listed = "".join(f"\n  {item}" for item in matches)
        raise click.UsageError(f"{len(matches)} items bear the serial {text}; say which:{listed}")
    if matches:
        return matches[0]
    item = parse_query(text).item or _package(text)
    if item is None:
        raise NotFound(f"no item with the serial {text} is recorded; a new one needs its full id")
    return item


def _package(text: str) -> str | None:
    """The SSCC that 18 digits alone are; None for anything else.

    Raises: MalformedItems (check digit).
    """
    from schemas.gs1 import CANONICAL, is_checked  # noqa: PLC0415

    if len(text) != _SSCC_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    if not is_checked(text):
        raise MalformedItems(f"{text} has the length of an SSCC and a wrong check digit")
    return f"{CANONICAL}00/{text}"


def new_items(texts: Sequence[str], gtin: str | None, prefix: str | None) -> tuple[str, ...]:
    """The ids of items that may be new: full ids, or bare serials under *gtin* or *prefix*.

    Raises: MalformedItems.
    """
    from schemas.item import parse_query, read_item  # noqa: PLC0415

    if gtin is not None:
        prefix = f"https://id.gs1.org/01/{gtin.zfill(14)}/21/"
    found = []
    for text in texts:
        query = parse_query(text)
        if query.item is not None:
            found.append(query.item)
        elif prefix is None:
            raise MalformedItems(f"{text} is a serial alone; add --gtin or --prefix")
        else:
            found.append(read_item(f"{prefix}{query.serial}"))
    return tuple(dict.fromkeys(found))


# Parties -----------------------------------------------------------------------------------------


def party_named(ledger: "Ledger", text: str) -> str:
    """The party that *text* means: an id, its last part, or a name, whatever its case.

    A full id need not be enrolled: goods go to parties without keys too.

    Raises: NotFound, UsageError (several bear the name), BadParameter.
    """
    from schemas.formats import check_party_id  # noqa: PLC0415

    parties = ledger.registry.parties
    if text in parties:
        return text
    wanted = text.casefold()
    matches = [
        party.id
        for party in parties.values()
        if party.id.rpartition(":")[2].casefold() == wanted
        or any(name.casefold() == wanted for name in party.names)
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise click.UsageError(f"{text} is the name of several: {', '.join(matches)}")
    if ":" not in text:
        known = ", ".join(sorted(party.id.rpartition(":")[2] for party in parties.values()))
        raise NotFound(f"no party {text!r} is enrolled; there are {known}")
    try:
        return check_party_id(text)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from exc


def names_of(ledger: "Ledger") -> dict[str, str]:
    """The name to show of every party."""
    return {party.id: party.names[0] for party in ledger.registry.parties.values()}


# Places and documents ----------------------------------------------------------------------------


def location(text: str, country: str | None) -> dict[str, JSON]:
    """The location ``LATITUDE,LONGITUDE[,METRES]``.

    Raises: BadParameter.
    """
    try:
        latitude, longitude, *rest = (float(part) for part in text.split(","))
        (accuracy_m,) = rest or [_DEFAULT_ACCURACY_M]
    except ValueError as exc:
        raise click.BadParameter(
            f"got {text!r}, want LATITUDE,LONGITUDE[,METRES] such as 1.36,103.99,50",
            param_hint="--place",
        ) from exc
    said: dict[str, JSON] = {
        "latitude": latitude,
        "longitude": longitude,
        "accuracyM": accuracy_m,
    }
    return said if country is None else {**said, "countryCode": country.upper()}


def document_named(text: str) -> str:
    """The URI of a document: ``awb:618-12345675`` is ``urn:chiptrail:doc:awb:618-12345675``.

    Raises: BadParameter.
    """
    from schemas.formats import is_uri  # noqa: PLC0415

    kind, separator, number = text.partition(":")
    if separator and kind.lower() in {"awb", "hawb", "bol", "itn", "entry", "po", "inv"}:
        text = f"urn:chiptrail:doc:{kind.lower()}:{number}"
    if not is_uri(text):
        raise click.BadParameter(
            f"got {text!r}, want awb:NUMBER (or hawb, bol, itn, entry, po, inv) or a URI"
        )
    return text
