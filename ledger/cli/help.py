"""Help texts: what is indented in a docstring is shown line by line, as examples want it.

click rewraps paragraphs unless one begins with a backspace; here every indented one does::

    For example:

        chiptrail chip A-0042
"""

import inspect
from typing import Any

import click

_MARK = "\b\n"


def literal(text: str | None) -> str | None:
    """*text* with every indented paragraph marked to be left alone."""
    if text is None:
        return None
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(_MARK + part if part.startswith(" ") else part for part in paragraphs)


class Several(click.Argument):
    """An argument given once or more; its metavar says so."""

    def make_metavar(self, ctx: click.Context) -> str:
        """``SERIAL...``."""
        return f"{super().make_metavar(ctx)}..."


class Command(click.Command):
    """A command whose indented help stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.help = literal(self.help)


class Group(click.Group):
    """A group whose indented help stays as it is; its commands are as above."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.help = literal(self.help)
