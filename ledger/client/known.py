"""What a ledger elsewhere says it knows of items: dossiers and checks, as its API answers them.

parse_known(value).steps[0]        # (41, datetime(...), "Made by urn:chiptrail:party:acme ...")
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.client.answers import findings_in, text_or_none, typed, unread
from ledger.finding import Finding
from schemas.formats import parse_time
from schemas.strict_json import JSON


@dataclass(frozen=True, slots=True)
class Presented:
    """One line of a check: *text* as it was given, and the *holder*, None if none is known.

    *looks* are what to look at next.
    """

    text: str
    item: str | None
    answer: str
    verdict: str
    holder: str | None
    findings: tuple[Finding, ...]
    looks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A check: counts by verdict and answer, what was *missing*; *said* is the JSON."""

    presented: int
    verdicts: Mapping[str, int]
    answers: Mapping[str, int]
    missing: tuple[str, ...]
    lines: tuple[Presented, ...]
    said: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of *item*, as of a time and a size; *steps* are entries: when, and in words."""

    item: str
    verdict: str
    holder: str | None
    findings: tuple[Finding, ...]
    looks: tuple[str, ...]
    steps: tuple[tuple[int, datetime, str], ...]
    as_of: datetime
    size: int
    horizon: int | None


def parse_checked(value: JSON) -> Checked:
    """The check in *value*.

    Raises: Unreachable.
    """
    try:
        said = typed(dict, value)
        return Checked(
            presented=typed(int, said["presented"]),
            verdicts=_counts(said["verdicts"]),
            answers=_counts(said["answers"]),
            missing=tuple(typed(str, one) for one in typed(list, said["notPresented"])),
            lines=tuple(_presented(one) for one in typed(list, said["lines"])),
            said=said,
        )
    except (KeyError, ValueError) as exc:
        raise unread("check", exc) from exc


def parse_known(value: JSON) -> Known:
    """The dossier in *value*.

    Raises: Unreachable.
    """
    try:
        said, horizon = typed(dict, value), typed(dict, value)["horizon"]
        return Known(
            item=typed(str, said["item"]),
            verdict=typed(str, said["verdict"]),
            holder=_holder(said["state"]),
            findings=findings_in(said["findings"]),
            looks=_looks(said["look"]),
            steps=tuple(_step(one) for one in typed(list, said["steps"])),
            as_of=parse_time(typed(str, said["asOf"])),
            size=typed(int, said["size"]),
            horizon=None if horizon is None else typed(int, horizon),
        )
    except (KeyError, ValueError) as exc:
        raise unread("dossier", exc) from exc


def _counts(value: JSON) -> dict[str, int]:
    return {name: typed(int, count) for name, count in typed(dict, value).items()}


def _presented(value: JSON) -> Presented:
    said = typed(dict, value)
    return Presented(
        text=typed(str, said["text"]),
        item=text_or_none(said["item"]),
        answer=typed(str, said["answer"]),
        verdict=typed(str, said["verdict"]),
        holder=_holder(said["state"]),
        findings=findings_in(said["findings"]),
        looks=_looks(said["look"]),
    )


def _holder(state: JSON) -> str | None:
    return None if state is None else text_or_none(typed(dict, state)["holder"])


def _looks(value: JSON) -> tuple[str, ...]:
    looks = [typed(dict, one)["look"] for one in typed(list, value)]
    return tuple(look for look in looks if isinstance(look, str))


def _step(value: JSON) -> tuple[int, datetime, str]:
    said = typed(dict, value)
    at = parse_time(typed(str, said["recordedAt"]))
    return typed(int, said["index"]), at, typed(str, said["told"])
