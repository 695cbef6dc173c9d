"""What a ledger elsewhere says it knows of items: dossiers and checks, as its API answers them.

parse_known(value).steps[0]        # (41, datetime(...), "Made by urn:chiptrail:party:acme ...")
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.act import ActKind
from ledger.client.answers import findings_in, text_or_none, typed, unread
from ledger.finding import Finding
from ledger.holding import Custody, ItemState, Phase
from ledger.judge import Match, Verdict
from ledger.location import Level
from ledger.names import party_name
from ledger.place_story import place_name
from schemas.formats import parse_time
from schemas.place import Place
from schemas.strict_json import JSON

_A_DAY_S = 86400


@dataclass(frozen=True, slots=True)
class Presented:
    """One line of a check, as ``ledger.service.presenting.Line`` has it.

    *state* is as much as is said of it; *place* is in words, empty where nobody signed any.
    """

    text: str
    item: str | None
    answer: Match
    verdict: Verdict
    findings: tuple[Finding, ...]
    state: ItemState | None
    troubled: Mapping[str, Verdict]
    times: int
    bearers: int
    place: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A check, as ``ledger.service.query.Check`` has it; *said* is the JSON."""

    lines: tuple[Presented, ...]
    presented: int
    shipments: int | None
    verdicts: Mapping[Verdict, int]
    missing: tuple[str, ...]
    size: int
    as_of: datetime
    said: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of *item*, as of a time and a size; *steps* are entries: when, and in words."""

    item: str
    verdict: Verdict
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
        lines = [typed(dict, one) for one in typed(list, said["lines"])]
        twice = [typed(dict, one) for one in typed(list, said["presentedTwice"])]
        times = {(one["text"], one["item"]): typed(int, one["times"]) for one in twice}
        bearers = Counter(typed(str, one["text"]) for one in lines)
        shipments = said["shipments"]
        return Checked(
            lines=tuple([_presented(one, times, bearers) for one in lines]),
            presented=typed(int, said["presented"]),
            shipments=None if shipments is None else typed(int, shipments),
            verdicts={
                Verdict(name): typed(int, count)
                for name, count in typed(dict, said["verdicts"]).items()
                if name in _VERDICTS
            },
            missing=tuple(typed(str, one) for one in typed(list, said["notPresented"])),
            size=typed(int, said["size"]),
            as_of=parse_time(typed(str, said["asOf"])),
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
            verdict=_verdict(said["verdict"]),
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


def _presented(
    said: Mapping[str, JSON], times: Mapping[tuple[JSON, JSON], int], bearers: Mapping[str, int]
) -> Presented:
    text = typed(str, said["text"])
    return Presented(
        text=text,
        item=text_or_none(said["item"]),
        answer=_answer(said["answer"]),
        verdict=_verdict(said["verdict"]),
        findings=findings_in(said["findings"]),
        state=_state(said["state"]),
        troubled={item: _verdict(one) for item, one in typed(dict, said["troubled"]).items()},
        times=times.get((text, said["item"]), 1),
        bearers=bearers[text],
        place=_place(said["place"]),
    )


def _verdict(value: JSON) -> Verdict:
    """The verdict; one that is not known here is as bad as not known."""
    said = typed(str, value)
    return Verdict(said) if said in _VERDICTS else Verdict.UNKNOWN


def _answer(value: JSON) -> Match:
    said = typed(str, value)
    return Match(said) if said in _ANSWERS else Match.UNKNOWN


_VERDICTS, _ANSWERS = frozenset(map(str, Verdict)), frozenset(map(str, Match))


def _state(value: JSON) -> ItemState | None:
    if value is None:
        return None
    said = typed(dict, value)
    ended = text_or_none(said["ended"])
    return ItemState(
        Custody(
            Phase(typed(str, said["phase"])),
            typed(str, said["holder"]),
            text_or_none(said["consignee"]),
        ),
        typed(int, said["lastIndex"]),
        parse_time(typed(str, said["lastAt"])),
        parent=text_or_none(said["parent"]),
        ended=None if ended is None else ActKind(ended),
    )


def _place(value: JSON) -> str:
    """The newest place, in a line."""
    if value is None:
        return ""
    said = typed(dict, value)
    if said["withheld"] is not None:
        return "place withheld"
    if said["latest"] is None:
        return ""
    latest = typed(dict, said["latest"])
    place = Place(
        _number(latest["latitude"]),
        _number(latest["longitude"]),
        _number(latest["accuracyM"]),
        text_or_none(latest["countryCode"]),
        text_or_none(latest["name"]),
    )
    level, days = typed(str, latest["level"]), typed(int, latest["ageSeconds"]) // _A_DAY_S
    return "".join(
        [
            f"at {place_name(place)}",
            "" if place.accuracy_m is None else f", within {place.accuracy_m:,.0f} m",
            f"; {level if level == Level.INSPECTED else Level.DECLARED}",
            f" by {party_name(typed(str, latest['signedBy']), {})}, ",
            "less than a day ago" if days < 1 else f"{days:,} day{'s' if days > 1 else ''} ago",
            f", {level}" if level not in (Level.INSPECTED, Level.DECLARED) else "",
        ]
    )


def _number(value: JSON) -> float | None:
    if value is None:
        return None
    return float(value) if isinstance(value, int) else typed(float, value)


def _holder(state: JSON) -> str | None:
    return None if state is None else text_or_none(typed(dict, state)["holder"])


def _looks(value: JSON) -> tuple[str, ...]:
    looks = [typed(dict, one)["look"] for one in typed(list, value)]
    return tuple(look for look in looks if isinstance(look, str))


def _step(value: JSON) -> tuple[int, datetime, str]:
    said = typed(dict, value)
    at = parse_time(typed(str, said["recordedAt"]))
    return typed(int, said["index"]), at, typed(str, said["told"])
