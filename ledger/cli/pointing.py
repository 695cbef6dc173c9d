"""Which option a refused value came from: who typed ``--place`` is not told of a JSON pointer.

A short form makes an event or a statement of its options, and what is wrong with one is found when
that is read back. Example::

    at_option(MalformedEvent("want degrees from -90 to 90", "/chiptrail:location/latitude"), ship)
    # malformed-event: --place: want degrees from -90 to 90
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from schemas.errors import Refusal

# By the beginning of the pointer, the longest that fits: options that fill it, in any command.
_OPTIONS = {
    "/eventTime": ("--at",),
    "/readPoint": ("--place",),
    "/chiptrail:location": ("--place",),
    "/chiptrail:location/countryCode": ("--country",),
    "/bizTransactionList": ("--document",),
    "/destinationList": ("--to", "--owner", "--end-user"),
    "/chiptrail:onBehalfOf": ("--on-behalf-of",),
    "/chiptrail:via": ("--via",),
    "/chiptrail:dueBy": ("--due",),
    "/chiptrail:authorisations": ("--licence", "--permit", "--exception", "--nlr"),
    "/chiptrail:evidence": ("--evidence",),
    "/chiptrail:identities": ("--numbers",),
    "/chiptrail:transcripts": ("--transcript",),
    "/chiptrail:commitments": ("--withhold",),
    "/ilmd": ("--product", "--lot", "--eccn"),
    "/parentID": ("--into", "--from"),
    "/acts": ("--act",),
    "/agent": ("PARTY",),
    "/from": ("--from",),
    "/until": ("--until",),
    "/countries": ("--country",),
    "/country": ("--country",),
    "/latitude": ("--place",),
    "/longitude": ("--place",),
    "/radiusM": ("--place",),
    "/eccns": ("--eccn",),
    "/number": ("REGIME:NUMBER",),
    "/regime": ("REGIME:NUMBER",),
    "/quantity": ("--quantity",),
    "/unit": ("--unit",),
    "/conditions": ("--condition",),
    "/sites": ("--site",),
    "/items": ("--prefix", "SERIAL"),
    "/itemPrefixes": ("--prefix",),
    "/consignees": ("--consignee",),
    "/endUsers": ("--end-user",),
    "/drawers": ("--drawer",),
    "/holder": ("--holder",),
    "/grantee": ("--to",),
    "/name": ("NAME",),
    "/reason": ("--reason",),
    "/signatures": ("--key",),
}


@contextmanager
def understood(option: str) -> Iterator[None]:
    """What is refused inside was typed at *option*, and is no word of what is looked at.

    Raises: click.BadParameter.
    """
    try:
        yield
    except Refusal as exc:
        raise click.BadParameter(exc.message, param_hint=option) from exc


def at_option(refusal: Refusal, command: click.Command) -> Refusal:
    """*refusal* with the option of *command* that gave the value; as it is if none is known."""
    pointer = refusal.pointer or ""
    name = next(iter(_names(pointer, command)), None)
    return refusal if name is None else type(refusal)(f"{name}: {refusal.message}")


def _names(pointer: str, command: click.Command) -> Iterator[str]:
    there = {opt for param in command.params for opt in (*param.opts, param.metavar)}
    for start in sorted(_OPTIONS, key=len, reverse=True):
        if f"{pointer}/".startswith(f"{start}/"):
            told = [option for option in _OPTIONS[start] if option in there]
            if told:
                yield _which(pointer, start, " or ".join(told))
    if "--set" in there and pointer:
        yield f"--set {pointer[1:]}"


def _which(pointer: str, start: str, option: str) -> str:
    """*option*, with the name where that is the end of the pointer."""
    if option != "--withhold":
        return option
    return f"{option} {pointer.removeprefix(start).removeprefix('/')}".strip()
