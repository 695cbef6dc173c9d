"""Dossiers and checks for programs: as ``chip --json`` and the API have them.

Times are RFC 3339, parties and items their ids; ``told`` is the sentence that people are shown.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ledger.advice import ACTIONS, MATCH_ACTIONS, PRESENTED_TWICE, SHARED_SERIAL
from ledger.finding import Code, Finding, Tier
from ledger.holding import ItemState
from ledger.identity import NAMES, spelled
from ledger.judge import Match, Verdict
from ledger.outcome import Outcome, agreements, idle, outcomes
from ledger.place_story import place_to_json
from ledger.service.answers import findings_to_json
from ledger.service.presenting import Counts, Line
from ledger.service.query import Check, Dossier
from ledger.service.steps import Said, Step
from ledger.statement_story import tell_statement
from ledger.story import tell
from schemas.formats import format_time
from schemas.strict_json import JSON


def dossier_to_json(found: Dossier) -> dict[str, JSON]:
    """One item's dossier."""
    return {
        "item": found.item,
        "verdict": found.verdict.value,
        "state": state_to_json(found.state),
        "place": place_to_json(found.place, found.as_of),
        "container": found.container,
        "contents": list(found.contents),
        "troubled": _troubled(found.troubled),
        "findings": findings_to_json(found.findings),
        "look": _looks(found.findings),
        "steps": [
            _step_to_json(found.item, step, outcome, found.names)
            for step, outcome in zip(
                found.steps, outcomes(found.steps, agreements(found.said)), strict=True
            )
        ],
        "numbers": {
            NAMES[kind]: {"number": bound.number, "entry": bound.entry}
            for kind, bound in found.numbers.items()
        },
        "statements": [
            _said_to_json(said, found.names, idle(said, found.said, found.steps))
            for said in found.said
        ],
        "asOf": format_time(found.as_of),
        "size": found.size,
        "horizon": found.horizon,
    }


def history_to_json(found: Dossier) -> dict[str, JSON]:
    """The entries that bear on one item, as in its dossier."""
    told = dossier_to_json(found)
    return {name: told[name] for name in ("item", "steps", "statements", "asOf", "size", "horizon")}


def state_to_json(state: ItemState | None) -> JSON:
    """Where an item is; null if nothing effective was ever recorded of it."""
    if state is None:
        return None
    custody = state.custody
    return {
        "phase": custody.phase.value,
        "holder": custody.holder,
        "consignee": custody.consignee,
        "via": list(custody.via),
        "shipment": custody.shipment,
        "owner": state.owner,
        "user": None if state.title is None else state.title.user,
        "parent": state.parent,
        "status": [*sorted(state.status)],
        "ended": None if state.ended is None else state.ended.value,
        "origin": state.origin,
        "lastIndex": state.last,
        "lastAt": format_time(state.last_at),
    }


def _step_to_json(item: str, step: Step, outcome: Outcome, names: Mapping[str, str]) -> JSON:
    return {
        "index": step.index,
        "recordedAt": format_time(step.recorded_at),
        "eventTime": format_time(step.act.event_at),
        "act": step.act.kind.value,
        "signedBy": step.act.actor,
        "through": step.through,
        "effective": outcome.stands,
        "fellBy": outcome.fell_by,
        "correctedBy": step.corrected_by,
        "corrects": step.corrects,
        "told": tell(step.act, step.event, names, item=step.through or item, outcome=outcome),
        "findings": findings_to_json(step.findings),
        "numbers": {
            NAMES[kind]: number
            for one in step.event.identities
            for kind, number in spelled(one).items()
        },
        "disclosed": {
            name: step.event.body[name]
            for name in sorted(step.event.commitments)
            if name in step.event.body and name != "chiptrail:identities"
        },
        "withheld": list(step.withheld),
        "erased": [
            {"name": one.name, "index": one.index, "at": format_time(one.at)} for one in step.erased
        ],
    }


def _said_to_json(said: Said, names: Mapping[str, str], why_idle: str | None) -> JSON:
    return {
        "index": said.index,
        "recordedAt": format_time(said.recorded_at),
        "signedBy": said.statement.party,
        "about": said.about,
        "withoutEffect": why_idle,
        "told": tell_statement(said.statement, names, said.about, idle=why_idle),
    }


def _troubled(inside: Mapping[str, Verdict]) -> dict[str, JSON]:
    return {item: verdict.value for item, verdict in inside.items()}


def _looks(findings: tuple[Finding, ...]) -> list[JSON]:
    codes = dict.fromkeys(found.code for found in findings if found.is_open and found.on_items)
    return [{"code": code.value, "look": ACTIONS[code].look} for code in codes]


def check_to_json(
    checked: Check, declared: Mapping[str, int | None] | None = None
) -> dict[str, JSON]:
    """The answers to a check, in the order asked; what was *declared* beside what was counted."""
    twice = [line for line in checked.lines if line.times > 1]
    shared = dict.fromkeys(line.text for line in checked.lines if line.bearers > 1)
    return {
        "presented": checked.presented,
        "shipments": checked.shipments,
        "presentedTwice": [
            {"text": line.text, "item": line.item, "times": line.times} for line in twice
        ],
        "sharedSerials": list(shared),
        "verdicts": {verdict.value: count for verdict, count in checked.verdicts.items()},
        "answers": {answer.value: count for answer, count in checked.answers.items()},
        "notPresented": list(checked.missing),
        "counts": {
            name: {
                "presented": getattr(checked.counted, name),
                "expected": getattr(checked.expected, name, None),
                "declared": said,
                "fits": None if said is None else said == getattr(checked.counted, name),
            }
            for name, said in (declared or dict.fromkeys(Counts._fields)).items()
        },
        "look": [
            {"look": look, "serials": [*texts]} for look, texts in to_look_at(checked.lines).items()
        ],
        "lines": [_line_to_json(line, checked.as_of) for line in checked.lines],
        "asOf": format_time(checked.as_of),
        "size": checked.size,
    }


def to_look_at(lines: Iterable[Line]) -> dict[str, list[str]]:
    """What to look at next with the goods at hand, and with which of those presented."""
    looks: dict[str, list[str]] = {}
    for line in lines:
        found = [one for one in line.findings if one.is_open and one.tier in _PRESSING]
        advised = [ACTIONS[one.code].look for one in found]
        if line.answer is not Match.MATCH:
            advised.append(MATCH_ACTIONS[line.answer])
        advised += [PRESENTED_TWICE] * (line.times > 1) + [SHARED_SERIAL] * (line.bearers > 1)
        for look in dict.fromkeys(advised):
            looks.setdefault(look, []).append(line.text)
    return looks


_PRESSING = (Tier.WARNING, Tier.CONTRAINDICATED)

CHECK_COLUMNS = (
    *("text", "item", "answer", "verdict", "times", "bearers", "phase", "holder", "consignee"),
    *("shipment", "place", "findings", "look"),
)


def check_rows(checked: Check) -> list[list[object]]:
    """The answers as rows of cells, one for each of ``CHECK_COLUMNS``.

    What was expected and not presented comes last, without a *text*: nobody gave one.
    """
    look = ACTIONS[Code.SHORT].look
    blank: list[object] = [None] * (len(CHECK_COLUMNS) - 4)
    missing = [[None, item, "missing", *blank, look] for item in checked.missing]
    return [*(_row(line) for line in checked.lines), *missing]


def _row(line: Line) -> list[object]:
    custody = None if line.state is None else line.state.custody
    return [
        line.text,
        line.item,
        line.answer.value,
        line.verdict.value,
        line.times,
        line.bearers,
        None if custody is None else custody.phase.value,
        None if custody is None else custody.holder,
        None if custody is None else custody.consignee,
        None if custody is None else custody.shipment,
        None if line.place is None else line.place.level.value,
        " ".join(dict.fromkeys(one.code for one in line.findings if one.is_open)),
        " ".join(to_look_at([line])),
    ]


def _line_to_json(line: Line, as_of: datetime) -> JSON:
    return {
        "text": line.text,
        "item": line.item,
        "answer": line.answer.value,
        "verdict": line.verdict.value,
        "state": state_to_json(line.state),
        "place": place_to_json(line.place, as_of),
        "findings": findings_to_json(line.findings),
        "troubled": _troubled(line.troubled),
        "look": [*_looks(line.findings), {"code": None, "look": MATCH_ACTIONS[line.answer]}],
    }
