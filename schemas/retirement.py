"""The record of a retired origin: what its log signed last, and which entries are lost.

The file ``retired`` in a ledger's folder, which its successor's genesis repeats::

    {"origin": text, "checkpoint": note, "missing"?: {"start": 660, "stop": 674}, "retiredAt": time}

``missing`` are the entries from start on and before stop. Example::

    retirement = parse_retirement(data)
"""

from dataclasses import dataclass
from typing import Annotated

from schemas import strict_json
from schemas.enrolment import Gap
from schemas.errors import MalformedEvent, MalformedStatement
from schemas.form import record_of
from schemas.statement_fields import NOTE, ORIGIN, Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """The last *checkpoint* of a retired *origin*, a note; *missing* None where nothing is lost."""

    origin: Annotated[str, ORIGIN]
    checkpoint: Annotated[str, NOTE]
    missing: Annotated[Gap, record_of(Gap)] | None = None
    retired_at: Moment


_RETIREMENT = record_of(Retirement)


def parse_retirement(data: bytes) -> Retirement:
    """The record in *data*.

    Raises: MalformedJson, TooLarge, MalformedStatement.
    """
    value = strict_json.load_object(data)
    try:
        _RETIREMENT.check(value)
    except MalformedEvent as exc:
        raise MalformedStatement(exc.message, exc.pointer) from exc
    retirement: Retirement = _RETIREMENT.read(value)
    return retirement


def encode_retirement(retirement: Retirement) -> bytes:
    """*retirement* as it stands in its file."""
    return strict_json.dump(_RETIREMENT.write(retirement)) + b"\n"
