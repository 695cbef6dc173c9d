"""A ledger elsewhere: the options that name it, and how it is reached.

``--ledger`` stands nearer than ``--data``, and that nearer than ``CHIPTRAIL_LEDGER``: whoever names
a folder on the command line means the ledger in it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from ledger.cli.output import warn
from ledger.cli.settings import Settings

if TYPE_CHECKING:
    from ledger.service.remote import Remote

F = TypeVar("F", bound=Callable[..., Any])

_LEDGER = "CHIPTRAIL_LEDGER"
_OPTIONS = (
    click.option(
        "--ledger",
        metavar="URL",
        envvar=_LEDGER,
        help="The ledger elsewhere, by its http or https address.",
    ),
    click.option(
        "--token",
        metavar="TOKEN",
        envvar="CHIPTRAIL_TOKEN",
        help="The API token to show there; others on this machine see what is typed here.",
    ),
    click.option(
        "--token-file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Read the token from the first line of FILE.",
    ),
    click.option(
        "--vkey",
        metavar="VKEY",
        envvar="CHIPTRAIL_VKEY",
        help="The verifier key of its log, from its operator; without it the key that was kept"
        " counts, or at the first contact the one that it says.",
    ),
    click.option(
        "--state",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Where its key and newest head are kept; if not given, a folder of its own in"
        " ~/.local/share/chiptrail (XDG_DATA_HOME).",
    ),
)
_NAMES = ("ledger", "token", "token_file", "vkey", "state")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The ledger at the address *ledger*, and what was said of it."""

    ledger: str
    token: str | None
    token_file: Path | None
    vkey: str | None
    state: Path | None

    @contextmanager
    def opened(self) -> Iterator["Remote"]:
        """That ledger, once it has shown its head.

        Raises: as ``ledger.service.remote.open_remote``.
        """
        from ledger.service.remote import open_remote, state_folder

        folder = self.state or state_folder(_home(), self.ledger)
        token = self._token()
        _warn_of_listeners(self.ledger, token)
        with open_remote(self.ledger, folder, token=token, vkey=self.vkey, sleep=_wait) as remote:
            if remote.is_new:
                warn(
                    f"first contact with {remote.origin}; compare its key with another source:"
                    f" {remote.vkey}"
                )
            yield remote

    def _token(self) -> str | None:
        """The token; a file that is named counts more than the environment."""
        if self.token_file is None:
            return self.token
        from ledger.service import keyring

        said = keyring.read(self.token_file).split(b"\n", 1)[0].strip()
        if not said:
            raise click.UsageError(f"{self.token_file}: the first line is empty")
        return said.decode("ascii", "replace")


def remote_options(command: F) -> F:
    """Give *command* the options; it gets ``elsewhere``, None where the ledger is at hand."""

    @wraps(command)
    def filled(*args: Any, **said: Any) -> Any:  # noqa: ANN401 - click's own
        given = {name: said.pop(name) for name in _NAMES}
        return command(*args, elsewhere=_elsewhere(given), **said)

    decorated: Any = filled
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]  # click decorators are untyped


def _elsewhere(given: dict[str, Any]) -> Elsewhere | None:
    ctx = click.get_current_context()
    typed = click.core.ParameterSource.COMMANDLINE
    is_typed = ctx.get_parameter_source("ledger") is typed
    is_here = ctx.ensure_object(Settings).is_named
    if is_typed and is_here:
        raise click.UsageError("--ledger names a ledger elsewhere, --data or --database one here")
    if given["ledger"] and not is_here:
        return Elsewhere(**given)
    for name in _NAMES[1:]:
        if ctx.get_parameter_source(name) is typed:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --ledger URL")
    return None


def _home() -> Path:
    """Where programs keep data of a user (XDG Base Directory Specification)."""
    said = os.environ.get("XDG_DATA_HOME", "")
    # What is not absolute is to be ignored, says the specification.
    return (Path(said) if said.startswith("/") else Path.home() / ".local/share") / "chiptrail"


def _wait(seconds: float) -> None:
    if seconds >= 1:
        warn(f"no answer yet; trying again in {seconds:.0f} s")
    time.sleep(seconds)


def _warn_of_listeners(url: str, token: str | None) -> None:
    parts = urlsplit(url)
    if token is not None and parts.scheme.lower() == "http" and parts.hostname not in _LOCAL_HOSTS:
        warn("the token goes over http, where others can read it; use https")
