"""What holds of every story when it has been told: its ledger is sound, its chips proved."""

from ledger.note import parse_vkey
from ledger.outcome import is_effective
from ledger.service.audit import AuditReport, audit
from ledger.service.bundling import make_bundle
from ledger.service.query import Dossier, dossier
from ledger.verify import verify_bundle
from tests.geography import ATLAS
from tests.world import World


def check_proof(world: World) -> None:
    """An audit finds nothing, and a bundle of each chip says offline what the ledger says."""
    world.check()
    assert audited(world) == ()
    for item in world.chips(9):
        known = dossier(world.ledger, item)
        if known.steps:
            _check_bundle(world, known)


def audited(world: World) -> tuple[str, ...]:
    """What an audit of everything from entry 0 finds."""
    *_, report = audit(world.ledger)
    assert isinstance(report, AuditReport)
    return report.problems


def _check_bundle(world: World, known: Dossier) -> None:
    """Only an act that did not stand may leave open what became of the chip.

    It may not have stood because of goods of others, which are not shown.
    """
    data = make_bundle(world.ledger, [known.item], as_of=known.as_of)
    (told,) = verify_bundle(data, parse_vkey(world.ledger.vkey), ATLAS).subjects
    if told.is_proven:
        assert (told.state, told.verdict) == (known.state, known.verdict)
    else:
        assert not all(is_effective(step.findings) for step in known.steps)
