"""Answers for programs: receipts, findings and errors as JSON, by command and over HTTP alike.

Times are RFC 3339, parties and items their ids.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ledger.finding import Finding
from schemas.errors import ChiptrailError, Refusal, VerificationFailed
from schemas.formats import format_time
from schemas.strict_json import JSON

if TYPE_CHECKING:  # to verify a bundle takes no database
    from ledger.service.capture import Receipt


def receipt_to_json(receipt: "Receipt") -> dict[str, JSON]:
    """*receipt* for programs."""
    return {
        "index": receipt.index,
        "identity": receipt.identity.hex(),
        "recordedAt": format_time(receipt.recorded_at),
        "created": receipt.created,
        "size": receipt.size,
        "findings": findings_to_json(receipt.findings),
        "withoutEffect": receipt.why_idle,
        "replaces": None if receipt.replaces is None else receipt.replaces._asdict(),
        "draws": [
            {
                "regime": one.balance.licence.regime,
                "number": one.balance.licence.number,
                "quantity": one.quantity,
                "left": one.balance.left,
            }
            for one in receipt.drawn
        ],
    }


def problem_to_json(error: ChiptrailError) -> dict[str, JSON]:
    """*error*, in the words of RFC 9457."""
    said: dict[str, JSON] = {
        "type": f"urn:chiptrail:problem:{error.code}",
        "code": error.code,
        "title": error.message if isinstance(error, Refusal) else str(error),
    }
    if isinstance(error, Refusal) and error.pointer is not None:
        said["pointer"] = error.pointer
    if isinstance(error, VerificationFailed) and error.step:
        said["step"] = error.step
    return said


def findings_to_json(findings: Iterable[Finding]) -> list[JSON]:
    """*findings* for programs."""
    return [
        {
            "code": found.code.value,
            "tier": found.tier.value,
            "message": found.message,
            "index": found.index,
            "items": list(found.items),
            "cites": list(found.cites),
            "onItems": found.on_items,
            "closedBy": found.closed_by,
        }
        for found in findings
    ]
