"""Pallet: 10,000 chips in 100 trays on one pallet, captured, corrected, and checked at the border.

The first shipment names the wrong consignee; its sender corrects that, and all that the pallet
holds is told anew. What a correction costs is given as a ratio to the capture of the pallet, whose
rows it goes through again. Then a customs officer presents every chip by its serial, with the
document of the shipment::

    times = measure(folder, None, seed=1)
    times.corrected_s / times.captured_s
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.judge import Match, Verdict
from ledger.service.capture import Outcome, Receipt, capture
from ledger.service.query import check, dossier
from schemas.envelope import parse_submission
from schemas.event import parse_event
from schemas.formats import format_time
from schemas.strict_json import load_object
from tests.bench.witness import MeasuredALie
from tests.bench.workload import (
    BEGINNING,
    CLASS,
    Stage,
    build_stage,
    chip,
    event,
    party,
    shipment,
    sign,
)

CHIPS, TRAYS = 10_000, 100
PALLET = f"{CLASS}P1"


@dataclass(frozen=True, slots=True)
class Times:
    """How long each took, in seconds."""

    captured_s: float
    corrected_s: float
    checked_s: float


def measure(folder: Path, url: str | None, seed: int) -> Times:
    """Load a pallet in a fresh ledger in *folder*, correct its shipment, check its chips.

    *url* as in ``ingest``.
    Raises: MeasuredALie.
    """
    stage = build_stage(folder / "data", seed, url)
    captured_s, outcomes = _captured(stage, _loading(stage))
    wrong = sign(stage, 3, "fab", shipment("fab", "packer", [PALLET]))
    _, (sent,) = _captured(stage, [wrong])
    right = sign(stage, 4, "fab", shipment("fab", "board", [PALLET]))
    _captured(stage, [right])
    corrected_s, corrected = _captured(stage, [_correction(stage, wrong, right, sent)])
    if any(isinstance(one, Receipt) and one.findings for one in (*outcomes, sent, *corrected)):
        raise MeasuredALie("something is found of a pallet that is as it should be")
    state = dossier(stage.ledger, chip(0)).state
    if state is None or state.custody.consignee != party("board"):
        raise MeasuredALie(f"after the correction the chip is in the state {state}")
    times = Times(captured_s, corrected_s, _check(stage, right))
    stage.ledger.database.dispose()
    return times


def _captured(stage: Stage, submissions: Sequence[bytes]) -> tuple[float, list[Outcome]]:
    start = time.perf_counter()
    outcomes = capture(stage.ledger, submissions, actor="bench")
    seconds = time.perf_counter() - start
    if not all(isinstance(outcome, Receipt) for outcome in outcomes):
        raise MeasuredALie(f"refused: {outcomes}")
    return seconds, outcomes


def _loading(stage: Stage) -> list[bytes]:
    """Ten lots of chips, a hundred trays and the pallet."""
    chips = [chip(number) for number in range(CHIPS)]
    lots = [chips[start : start + 1000] for start in range(0, CHIPS, 1000)]
    held = CHIPS // TRAYS
    trays = {f"{CLASS}T{n}": chips[n * held : (n + 1) * held] for n in range(TRAYS)}
    steps = (
        [event("ADD", "commissioning", "active", "fab", lot) for lot in lots],
        [_packing(tray, inside) for tray, inside in trays.items()],
        [_packing(PALLET, list(trays))],
    )
    return [sign(stage, step, "fab", one) for step, drafts in enumerate(steps) for one in drafts]


def _packing(parent: str, items: Sequence[str]) -> dict[str, Any]:
    packed = event("ADD", "packing", "in_progress", "fab", items)
    packed["childEPCs"] = packed.pop("epcList")
    return packed | {"type": "AggregationEvent", "parentID": parent}


def _correction(stage: Stage, wrong: bytes, right: bytes, sent: Outcome) -> bytes:
    """What takes back the submission *wrong*, *sent* already, and puts *right* in its place."""
    assert isinstance(sent, Receipt)
    declared = {
        "declarationTime": format_time(BEGINNING),
        "reason": "incorrect_data",
        "correctiveEventIDs": [parse_event(parse_submission(right).envelope.payload).event_id],
        "chiptrail:corrects": sent.identity.hex(),
    }
    draft = load_object(parse_submission(wrong).envelope.payload)
    return sign(stage, 4, "fab", {**draft, "errorDeclaration": declared})


def _check(stage: Stage, submission: bytes) -> float:
    """Seconds of the check of every chip against the document of the shipment."""
    texts = [chip(number).rpartition("/")[2] for number in range(CHIPS)]
    (document,) = parse_event(parse_submission(submission).envelope.payload).documents
    start = time.perf_counter()
    found = check(stage.ledger, texts, document=document)
    seconds = time.perf_counter() - start
    answers = dict(found.answers), dict(found.verdicts), found.missing
    if answers != ({Match.MATCH: CHIPS}, {Verdict.CLEAR: CHIPS}, ()):
        raise MeasuredALie(f"the check answers {answers}")
    return seconds
