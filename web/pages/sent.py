"""What was sent in a form, as text, so that the form can be shown again as it was typed.

form = sent()
form.value("to")
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

_BODY_LIMIT = 32 << 20

Said = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """What is *said* in each field, by its name; some fields are there several times."""

    said: Said

    def value(self, name: str) -> str:
        """What stands in field *name*."""
        return next(iter(self.said.get(name, ())), "")

    @property
    def step(self) -> str:
        """What it was sent for."""
        return self.value("step") or "check"

    @property
    def first(self) -> dict[str, str]:
        """What stands first in each field."""
        return {name: values[0] for name, values in self.said.items() if values}

    def says(self, *names: str) -> bool:
        """Whether something stands in one of these fields."""
        return any(self.value(name).strip() for name in names)

    def rows(self, *names: str) -> list[tuple[str, ...]]:
        """The rows of the fields *names* in whose last something stands; and an empty one."""
        filled = zip(*[self.said.get(name, ()) for name in names], strict=False)
        return [*[row for row in filled if row[-1].strip()], ("",) * len(names)]

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """All that was said but in the fields *but*, to go along to the next page."""
        return [
            (name, value)
            for name, values in self.said.items()
            if name not in ("step", *but)
            for value in values
            if value
        ]


def sent() -> Sent:
    """All that was sent in this request."""
    request.max_content_length = request.max_form_memory_size = _BODY_LIMIT
    return Sent(
        {
            name: tuple([value.replace("\0", "\N{REPLACEMENT CHARACTER}") for value in values])
            for name, values in request.form.lists()
        }
    )
