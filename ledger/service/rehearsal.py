"""What would come of entries that are yet to be signed: for who is asked to sign them elsewhere.

    rehearse(ledger, submissions, actor=party, party=party)     # as a dry run of capture answers

A submission names the key that is to sign; its signature is not looked at. It is the transaction of
a capture and always rolled back: nothing that is not signed is ever recorded.
"""

from collections.abc import Sequence

from ledger.admission import rehearse as admit_unsigned
from ledger.service.admitting import Admission, gate_of
from ledger.service.capture import Outcome, Request, sequence
from ledger.service.ledger import Ledger
from ledger.service.workers import collecting_seldom
from schemas.errors import Refusal


@collecting_seldom()
def rehearse(
    ledger: Ledger, submissions: Sequence[bytes], *, actor: str, party: str
) -> list[Outcome]:
    """What would come of *submissions*, as one batch, once *party* has signed them; in order.

    Raises: ReadOnly, IntegrityError.
    """
    ledger.demand_writable()
    gate = gate_of(ledger, ledger.registry, party)
    admissions: list[Admission] = []
    for data in submissions:
        try:
            admissions.append(admit_unsigned(data, gate))
        except Refusal as exc:
            admissions.append(exc)
    request = Request(submissions, admissions, actor, party, admit_unsigned)
    return sequence(ledger, [request], dry_run=True)[0]
