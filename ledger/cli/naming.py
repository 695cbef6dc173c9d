"""What people type, as what is recorded: serials in any spelling, parties by name, places.

A serial that several items bear is never guessed: all of them are listed. Example::

    items_named(ledger, ["A00-0007"])        # ("https://id.gs1.org/01/09520001000017/21/A00-0007",)
    party_named(ledger, "Fjordhall Data Centre")
"""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.matching import match_party
from schemas.errors import MalformedItems, MalformedParameter, NotFound, TooLarge
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.gazetteer import Spot
    from ledger.service.ledger import Ledger
    from ledger.view import Reader

FILE_LIMIT = 64 << 20
_PLACE = "--place"


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
            from ledger.service import keyring

            texts += _pasted(keyring.read(Path(argument)), argument)
        else:
            # What is not UTF-8 comes as lone surrogates, which neither database nor JSON take.
            texts.append(argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    return texts


def is_file(argument: str) -> bool:
    """Whether *argument* names a file: one that is there, or whose name can be no serial's."""
    if "://" in argument or argument.lower().startswith("urn:"):
        return False
    try:
        path = Path(argument)
        is_there = path.is_file() or path.is_fifo()  # a shell's <(command) is a pipe
    except (OSError, ValueError):  # too long to be a file's name
        return False
    return is_there or argument.endswith((".csv", ".txt", ".tsv"))


def _pasted(data: bytes, name: str) -> list[str]:
    from schemas.item import split_pasted

    if len(data) > FILE_LIMIT:
        raise TooLarge(f"{name}: over {FILE_LIMIT >> 20} MiB")
    return split_pasted(decoded(data, name))


_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What no text has: control characters but line ends, tabs and what scanners send.
_NO_TEXT = re.compile(rb"[\x00-\x03\x05-\x08\x0e-\x1a]")


def decoded(data: bytes, name: str) -> str:
    """The text in *data*, UTF-8 or UTF-16, as spreadsheets save it.

    Raises: MalformedItems (not text).
    """
    try:
        if data.startswith(_BYTE_ORDER_MARKS):
            return data.decode("utf-16")
        if b"\0" in data:
            raise MalformedItems(f"{name}: this is no text file")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        # Some older encoding, of which the serials are the ASCII part.
        if data.startswith(_BYTE_ORDER_MARKS) or _NO_TEXT.search(data):
            raise MalformedItems(f"{name}: this is no text file") from exc
        return data.decode("latin-1")


def items_named(
    ledger: "Ledger", texts: Sequence[str], reader: "Reader | None" = None
) -> tuple[str, ...]:
    """The one item in view of *reader* that each of *texts* means; a full id need not be recorded.

    Raises: NotFound (a bare serial that nothing bears), UsageError (one that several bear),
    MalformedItems.
    """
    from ledger.service.query import resolve
    from ledger.view import OPERATOR

    found = resolve(ledger, list(texts), reader or OPERATOR)
    missing = [text for text in texts if not found[text]]
    meant = in_capitals(ledger, missing, reader or OPERATOR)
    return tuple(dict.fromkeys(only(text, found[text], meant.get(text)) for text in texts))


def in_capitals(ledger: "Ledger", texts: Sequence[str], reader: "Reader") -> dict[str, str]:
    """Those of *texts* in capitals that *reader* knows something by: case counts."""
    from ledger.service.query import resolve

    raised = {text: text.upper() for text in texts if text != text.upper()}
    found = resolve(ledger, list(raised.values()), reader) if raised else {}
    return {text: capitals for text, capitals in raised.items() if found[capitals]}


def only(text: str, matches: Sequence[str], meant: str | None = None) -> str:
    """The one of *matches* that *text* means, or the new item whose full id it is.

    *meant* as in ``in_capitals``.
    Raises: NotFound, UsageError (there are several), MalformedItems.
    """
    from schemas.spelling import whole_item

    if len(matches) > 1:
        listed = "".join(f"\n  {item}" for item in matches)
        raise click.UsageError(f"{len(matches)} items bear the serial {text}; say which:{listed}")
    if matches:
        return matches[0]
    item = whole_item(text)
    if item is None:
        raise NotFound(
            f"no item with the serial {text} is recorded; {typing_error(meant)}, or give the full"
            " id of a new one"
        )
    return item


def typing_error(meant: str | None) -> str:
    """What to do where nothing is known by a text; *meant* as in ``in_capitals``."""
    return "look for a typing error" if meant is None else f"{meant} is: capitals count"


def new_items(texts: Sequence[str], gtin: str | None, prefix: str | None) -> tuple[str, ...]:
    """The ids of items that may be new: full ids, or bare serials under *gtin* or *prefix*.

    Raises: MalformedItems, UsageError.
    """
    from schemas.item import is_whole, parse_query
    from schemas.spelling import number_of

    if gtin is not None and prefix is not None:
        raise click.UsageError("--gtin and --prefix were given; want one of them")
    under = _class_of(gtin, "--gtin") if gtin is not None else _class_of(prefix, "--prefix")
    for text in texts if under is None else ():
        if not is_whole(text) and parse_query(text).item is None:
            raise MalformedItems(f"{text} is a serial alone; add --gtin or --prefix")
    return tuple(dict.fromkeys([number_of(text, under) for text in texts]))


def evidence(path: Path) -> dict[str, JSON]:
    """The file at *path* as evidence: its name, type, hash and size.

    Raises: CannotOpen.
    """
    from hashlib import sha256
    from mimetypes import guess_type

    from ledger.service import keyring

    data = keyring.read(path)
    kind = guess_type(path.name)[0] or "application/octet-stream"
    digest = sha256(data).hexdigest()
    return {"name": path.name, "mediaType": kind, "sha256": digest, "size": len(data)}


def _class_of(text: str | None, option: str) -> str | None:
    """The beginning of the ids of the class that *option* gives.

    Raises: BadParameter.
    """
    from schemas.spelling import class_of

    if text is None:
        return None
    if text.isdigit() != (option == "--gtin"):
        raise click.BadParameter(f"got {text!r}, want {_CLASSES[option]}", param_hint=option)
    try:
        return class_of(text)
    except MalformedParameter as exc:
        raise click.BadParameter(exc.message, param_hint=option) from exc


_CLASSES = {
    "--gtin": "8, 12, 13 or 14 digits",
    "--prefix": "a prefix of canonical ids up to the end of a class or maker:"
    " urn:chiptrail:chip:acme:",
}


# Parties -----------------------------------------------------------------------------------------


def party_named(ledger: "Ledger", text: str) -> str:
    """The party that *text* means, as ``match_party`` has it."""
    return match_party(text, ledger.registry.called)


def reader_named(ledger: "Ledger", text: str | None) -> "Reader":
    """The party that *text* means as a reader; without one whoever runs the ledger, who sees all.

    Raises: NotFound (it is not enrolled), UsageError, BadParameter.
    """
    from ledger.view import OPERATOR, Reader

    if text is None:
        return OPERATOR
    party = party_named(ledger, text)
    known = ledger.registry.parties.get(party)
    if known is None:
        raise NotFound(f"no party {party} is enrolled")
    return Reader(party, known.roles)


# Places and documents ----------------------------------------------------------------------------


def spot(text: str, country: str | None = None) -> "Spot":
    """The place ``LATITUDE,LONGITUDE[,METRES]``, said to be in *country*.

    Raises: BadParameter; also where it is in *country* only with the coordinates swapped.
    """
    from ledger.gazetteer import located, read_coordinates
    from ledger.service.geography import load_atlas
    from schemas.geo import SWAPPED

    wanted = f"got {text!r}, want LATITUDE,LONGITUDE[,METRES] such as 1.36,103.99,50"
    try:
        found = read_coordinates(text.strip())
    except MalformedParameter as exc:
        raise click.BadParameter(exc.message.removeprefix("place: "), param_hint=_PLACE) from exc
    if found is None:
        raise click.BadParameter(wanted, param_hint=_PLACE)
    if country is not None:
        found = located(found, country.upper(), load_atlas())
    if found.hint is not None and SWAPPED in found.hint:
        raise click.BadParameter(found.hint, param_hint=_PLACE)
    return found


def document_named(text: str) -> str:
    """The URI of the document that *text* names, as ``read_document`` has it.

    Raises: BadParameter.
    """
    from schemas.spelling import read_document

    try:
        return read_document(text)
    except MalformedParameter as exc:
        raise click.BadParameter(exc.message) from exc
