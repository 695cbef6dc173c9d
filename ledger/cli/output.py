"""What goes to the terminal: tables that fit it, progress, JSON, and the one way errors take.

Answers go to standard output, progress and errors to standard error. Colour and progress bars are
for terminals only; ``NO_COLOR`` and ``COLUMNS`` are respected. Nothing of a payload is ever read
as markup.
"""

import os
import shutil
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn, Protocol

import click

from schemas import strict_json
from schemas.errors import (
    CannotOpen,
    ChiptrailError,
    IntegrityError,
    ReadOnly,
    VerificationFailed,
    WrongPassphrase,
)
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text

OK, BAD_NEWS, USAGE, CANNOT_OPEN = 0, 1, 2, 3
# What a pipe or a file gets: wide enough for a table, narrow enough to read.
PIPED_WIDTH = 120
_NARROWEST = 20
_SLOW_S = 1.0

# What to do about it, where the message alone does not say so.
_REMEDIES = {
    "wrong-passphrase": "give it with --passphrase-file or CHIPTRAIL_PASSPHRASE",
    "unknown-key": "have the registrar enrol it: chiptrail enroll key, or enroll landmark",
    "unknown-party": "have the registrar enrol the party: chiptrail enroll party",
    "not-registrar": "sign with the registrar's key: --registrar-key",
    "bad-after": "fetch the checkpoint again and sign anew",
    "wrong-ledger": "sign it anew for this ledger",
    "key-taken": "make a new key: chiptrail keygen",
}


def console(*, error: bool = False) -> "Console":
    """A console that takes text as it is."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def show(*parts: "RenderableType") -> None:
    """Print *parts* on standard output, one below the other."""
    out = console()
    if out.is_terminal:
        out.print(*parts, sep="\n")
        return
    with out.capture() as captured:
        out.print(*parts, sep="\n")
    # Tables are padded to their width, which a file or a diff does not want.
    click.echo("\n".join(line.rstrip() for line in captured.get().split("\n")), nl=False)


def show_json(value: JSON) -> None:
    """Print *value* on one line."""
    click.echo(strict_json.dump(value))


def table(*columns: str, right: Iterable[str] = (), fold: Iterable[str] = ()) -> "Table":
    """An empty table of *columns*; those in *right* are numbers, those in *fold* may wrap."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    right, fold = set(right), set(fold)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column not in fold,
            overflow="fold",
        )
    return made


def points(words: Iterable[str]) -> "Table":
    """*words* below each other, each behind a dash."""
    from rich.table import Table

    made = Table.grid(padding=(0, 1, 0, 0))
    made.add_column()
    made.add_column(overflow="fold")
    for line in words:
        made.add_row("  -", line)
    return made


def text(words: str, style: str = "") -> "Text":
    """*words* in one style."""
    from rich.text import Text

    return Text(words, style=style)


def folded(words: str, indent: int) -> str:
    """*words* in lines that fit the terminal behind *indent* blanks, which the first lacks."""
    width = shutil.get_terminal_size((PIPED_WIDTH, 0)).columns
    room = max(width - indent, _NARROWEST)
    lines = textwrap.wrap(words, room, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)


# Errors ------------------------------------------------------------------------------------------


def exit_code(error: ChiptrailError) -> int:
    """3 where the place is at fault, 1 where what was given or asked is."""
    return CANNOT_OPEN if isinstance(error, CannotOpen | ReadOnly | IntegrityError) else BAD_NEWS


def problem(error: ChiptrailError) -> dict[str, JSON]:
    """*error* in JSON, in the words of RFC 9457."""
    from ledger.service.answers import problem_to_json

    said = problem_to_json(error)
    return {**said, "title": printable(str(said["title"]))}


def sentence(error: ChiptrailError) -> str:
    """*error* as ``code: message``."""
    step = error.step if isinstance(error, VerificationFailed) else 0
    return f"{error.code}: {f'step {step}, ' if step else ''}{error}"


def fail(error: ChiptrailError, *, as_json: bool) -> NoReturn:
    """Say what is wrong and how to mend it, and end the command."""
    if as_json:
        click.echo(strict_json.dump(problem(error)), err=True)
    else:
        click.echo(f"chiptrail: {printable(sentence(error))}", err=True)
        remedy = _REMEDIES.get(error.code)
        # Only one that was not given can be given.
        if remedy and not (isinstance(error, WrongPassphrase) and "needed" not in str(error)):
            click.echo(f"  {remedy}", err=True)
    raise click.exceptions.Exit(exit_code(error))


def fail_usage(error: click.ClickException) -> NoReturn:
    """Say in JSON what was not understood, and end the command."""
    said: dict[str, JSON] = {
        "type": "urn:chiptrail:problem:usage",
        "code": "usage",
        "title": printable(error.format_message()),
    }
    click.echo(strict_json.dump(said), err=True)
    raise click.exceptions.Exit(error.exit_code)


def hush() -> None:
    """Let what is still to be written go nowhere: standard output takes no more."""
    with suppress(OSError, ValueError):  # not a file, under a test
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printable(words: str) -> str:
    """*words* with what could steer a terminal made visible; they may come from anybody's file."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in words
    )


def warn(words: str) -> None:
    """A remark on standard error."""
    click.echo(f"chiptrail: {printable(words)}", err=True)


# Progress ----------------------------------------------------------------------------------------


class Tell(Protocol):
    """To be told how many are done, of how many; None is not known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Note how far it is."""


@contextmanager
def progress(label: str, unit: str) -> Iterator[Tell]:
    """Yields a function to be told how far it is; on a terminal a bar shows after a second.

    The bar says how many *unit* a second there are, and when it will be done.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda done, total=None: None  # noqa: ARG005 - nobody watches
        return
    bar = _Bar(label, unit)
    try:
        yield bar.update
    finally:
        bar.stop()


class _Bar:
    """A progress bar that costs nothing until a second has gone by."""

    def __init__(self, label: str, unit: str) -> None:
        self._label, self._unit = label, unit
        self._start = time.monotonic()
        self._progress: Progress | None = None

    def update(self, done: int, total: int | None = None) -> None:
        """Draw *done* of *total*, if it has taken long enough."""
        elapsed = time.monotonic() - self._start
        if self._progress is None:
            if elapsed < _SLOW_S:
                return
            self._progress = _draw(self._label)
        of = "" if total is None else f" of {total:,}"
        self._progress.update(
            self._progress.task_ids[0],
            completed=done,
            total=total,
            count=f"{done:,}{of} {self._unit}",
            rate=f"{done / elapsed:,.0f}/s",
        )

    def stop(self) -> None:
        """Wipe the bar away."""
        if self._progress is not None:
            self._progress.stop()


def _draw(label: str) -> "Progress":
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    made = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[count]}  {task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=console(error=True),
        transient=True,
    )
    made.add_task(label, total=None, count="", rate="")
    made.start()
    return made
