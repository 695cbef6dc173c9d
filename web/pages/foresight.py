"""What would come of drafts: prepared for the sign panel, and tried without recording anything.

ahead = foresee(drafts, withheld)
ahead.lines                # for sign_panel
ahead.receipts             # what each would get; None where the party has no key to sign with
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.admission import UNSIGNED
from ledger.advice import ACTIONS
from ledger.compose import Prepared
from ledger.finding import Finding, Tier
from ledger.service.capture import Receipt
from ledger.service.ledger import Ledger
from ledger.service.rehearsal import rehearse
from ledger.service.signing import prepare
from schemas.draft import Draft
from schemas.envelope import Envelope, Submission, encode_submission
from schemas.errors import ChiptrailError, Refusal
from schemas.strict_json import JSON
from web.access import caller, ledger
from web.pages.preparing import author, lines_of

_WORST_FIRST = (Tier.CONTRAINDICATED, Tier.WARNING, Tier.NONE, Tier.AFFIRMING)


class Foreseen(NamedTuple):
    """What would be found on so *many* of the drafts, in the same words; *remedy* mends it."""

    finding: Finding
    remedy: str
    many: int


@dataclass(frozen=True, slots=True)
class Foresight:
    """The *lines* of the sign panel; *outcomes* in their order, None where nobody could sign."""

    lines: list[dict[str, JSON]]
    outcomes: list[Receipt | ChiptrailError] | None

    @property
    def receipts(self) -> list[Receipt]:
        """The outcomes that are receipts."""
        return [one for one in self.outcomes or () if isinstance(one, Receipt)]

    @property
    def found(self) -> list[Foreseen]:
        """What would be found, the worst first; the same said of many is said once."""
        found: dict[tuple[str, str], Foreseen] = {}
        for one in [one for receipt in self.receipts for one in receipt.findings]:
            known = found.get((one.code, one.message))
            first, many = (one, 1) if known is None else (known.finding, known.many + 1)
            found[one.code, one.message] = Foreseen(first, ACTIONS[one.code].remedy, many)
        return sorted(found.values(), key=lambda one: _WORST_FIRST.index(one.finding.tier))

    @property
    def idle(self) -> list[str]:
        """Why statements would change nothing."""
        return [one.why_idle for one in self.receipts if one.why_idle is not None]

    @property
    def refusals(self) -> list[Refusal]:
        """The outcomes that are none."""
        return [one for one in self.outcomes or () if isinstance(one, Refusal)]


def prepared(draft: Draft, withheld: Sequence[str] = ()) -> Prepared:
    """*draft*, of which the fields in *withheld* are withheld, as the caller is to sign it.

    Raises: a refusal of what nobody could sign.
    """
    return prepare(draft, author(), ledger().clock.now(), withheld)


def foresee(drafts: Sequence[Draft], withheld: Sequence[str] = ()) -> Foresight:
    """What would come of *drafts*, of which the fields in *withheld* are withheld.

    Raises: a refusal of a draft that nobody could sign.
    """
    return foresee_prepared([prepared(draft, withheld) for draft in drafts])


def foresee_prepared(some: Sequence[Prepared]) -> Foresight:
    """The same of *some* that are prepared already."""
    party = caller().party
    keyid = _live_key(ledger(), party)
    outcomes = None
    if keyid is not None:
        data = [encode_submission(_unsigned(one, keyid)) for one in some]
        outcomes = rehearse(ledger(), data, actor=party, party=party)
    return Foresight(lines_of(some), outcomes)


def _unsigned(one: Prepared, keyid: str) -> Submission:
    envelope = Envelope(one.payload, one.payload_type, keyid, UNSIGNED)
    return Submission(envelope, one.lists, one.disclosures)


def _live_key(ledger: Ledger, party: str) -> str | None:
    """The id of a key that *party* could sign with."""
    registry = ledger.registry
    live = [one.key for one in registry.keys.values() if (one.party, one.revoked) == (party, None)]
    return live[0].keyid if live else None
