"""Key files on the command line: the options, and where a passphrase comes from.

In this order: ``--passphrase-file``, ``CHIPTRAIL_PASSPHRASE``, a prompt on the terminal. A
passphrase is never an argument, where every process on the machine could read it.
"""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger.cli.output import warn
from schemas.errors import ParseError, TooLarge, WrongPassphrase

if TYPE_CHECKING:
    from ledger.keys import KeyFile

F = TypeVar("F", bound=Callable[..., Any])

PASSPHRASE = "CHIPTRAIL_PASSPHRASE"  # noqa: S105 - the name of the setting

key_option = click.option(
    "--key",
    "key_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    required=True,
    envvar="CHIPTRAIL_KEY",
    help="The key file to sign with.",
)
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Read the key file's passphrase from the first line of FILE; else"
    " CHIPTRAIL_PASSPHRASE, else it is asked for.",
)


def signing_options(command: F) -> F:
    """``--key`` and where its passphrase is."""
    return key_option(passphrase_option(command))


def open_key(path: Path, passphrase_file: Path | None) -> "KeyFile":
    """The key at *path*, asking for its passphrase if it has one.

    Raises: CannotOpen, MalformedKey, WrongPassphrase.
    """
    from ledger.service import keyring

    try:
        if keyring.is_encrypted(path):
            said = _said_passphrase(passphrase_file)
            key = keyring.open_key_file(path, said or _ask(f"Passphrase of {path}"))
        else:
            key = keyring.open_key_file(path, None)
    except (ParseError, TooLarge) as exc:
        raise type(exc)(f"{path}: {exc}") from exc
    _warn_of_others(path)
    return key


def _warn_of_others(path: Path) -> None:
    """Say so if other people of this machine can read the private key at *path*."""
    mode = path.stat().st_mode
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        warn(f"{path}: others can read this private key; chmod 600 takes that away")


def new_passphrase(passphrase_file: Path | None, what: str) -> bytes:
    """A passphrase for a new key file, asked for twice on a terminal.

    Raises: WrongPassphrase when there is none, and nobody to ask.
    """
    return _said_passphrase(passphrase_file) or _ask(f"New passphrase for {what}", confirm=True)


def _said_passphrase(passphrase_file: Path | None) -> bytes | None:
    if passphrase_file is not None:
        from ledger.service import keyring

        first = keyring.read(passphrase_file).split(b"\n", 1)[0].rstrip(b"\r")
        if not first:
            raise WrongPassphrase(f"{passphrase_file}: the first line is empty")
        return first
    said = os.environ.get(PASSPHRASE)
    return said.encode() if said else None


def _ask(words: str, *, confirm: bool = False) -> bytes:
    if not sys.stdin.isatty():
        raise WrongPassphrase(f"{words} is needed, and there is no terminal to ask on")
    answer: str = click.prompt(words, hide_input=True, confirmation_prompt=confirm, err=True)
    return answer.encode()
