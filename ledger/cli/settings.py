"""Where things are and how to answer: the options that every command shares.

They may stand before or after the command; what stands nearer wins, then the environment::

    chiptrail --data ./mine chip A-0042        chiptrail chip A-0042 --data ./mine --json
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.service.ledger import Ledger

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_DATA = Path("chiptrail-data")
DISK_RESERVE = "CHIPTRAIL_DISK_RESERVE"


@dataclass(slots=True)
class Settings:
    """What the shared options say; None is not said.

    *is_named*: the ledger at hand is named on the command line, not by the environment.
    """

    data: Path | None = None
    database: str | None = None
    as_json: bool = False
    is_named: bool = False

    @property
    def folder(self) -> Path:
        """The data directory to use."""
        return self.data or DEFAULT_DATA

    def open_ledger(self) -> "Ledger":
        """The ledger in the data directory.

        Raises: CannotOpen.
        """
        from ledger.service.opening import open_ledger

        return open_ledger(self.folder, self.database, reserve=disk_reserve())


def disk_reserve() -> int | None:
    """The bytes of the disk to keep free of entries; None is not said.

    Raises: UsageError.
    """
    said = os.environ.get(DISK_RESERVE)
    if not said:
        return None
    if not (said.isascii() and said.isdecimal()):
        raise click.UsageError(f"{DISK_RESERVE}: got {said!r}, want a whole number of MiB")
    return int(said) << 20


pass_settings = click.make_pass_decorator(Settings, ensure=True)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ANN401 - of any option
        if value is None or value is False:
            return
        settings = ctx.ensure_object(Settings)
        setattr(settings, name, value)
        typed = click.core.ParameterSource.COMMANDLINE
        if name != "as_json" and ctx.get_parameter_source(param.name or "") is typed:
            settings.is_named = True

    return keep


def _option(name: str, field: str, **said: Any) -> Callable[[F], F]:  # noqa: ANN401 - click's own
    return click.option(name, expose_value=False, callback=_keep(field), **said)


def _data_option(envvar: str | None = None) -> Callable[[F], F]:
    return _option(
        "--data",
        "data",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        envvar=envvar,
        help="The ledger's folder; ./chiptrail-data if not given.",
    )


def _database_option(envvar: str | None = None) -> Callable[[F], F]:
    return _option(
        "--database",
        "database",
        metavar="URL",
        envvar=envvar,
        help="The database, if it is not the SQLite file in the folder:"
        " postgresql://USER@HOST/NAME.",
    )


json_option = _option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
"""For commands that need no ledger."""


def shared_options(command: F) -> F:
    """For the group: the options, with their environment variables."""
    data, database = _data_option("CHIPTRAIL_DATA"), _database_option("CHIPTRAIL_DATABASE_URL")
    return data(database(json_option(command)))


def ledger_options(command: F) -> F:
    """For a command that works on a ledger."""
    return _data_option()(_database_option()(json_option(command)))


if TYPE_CHECKING:
    _Param = click.ParamType[datetime]
else:
    _Param = click.ParamType  # generic from click 8.5 on


class Moment(_Param):
    """A time: RFC 3339, a day, or an offset from now such as ``+3d``, ``-2h``; UTC if not said."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> "datetime":
        """The aware UTC time that *value* spells."""
        from datetime import UTC, datetime

        from schemas.errors import MalformedParameter
        from schemas.spelling import read_moment

        try:
            return read_moment(str(value), datetime.now(UTC))
        except MalformedParameter as exc:
            self.fail(exc.message, param, ctx)


MOMENT = Moment()
