"""Bundles, step 12: which corrections took effect, who agreed, and what inspectors settled."""

from dataclasses import replace

import pytest

from ledger.finding import Code
from ledger.judge import Verdict
from ledger.testimony import asserted
from ledger.verify import verify_bundle
from schemas.bundle_statement import Basis, Taking
from tests.forger import CHIP, OTHER, VERIFIER, Forger, party
from tests.geography import ATLAS
from tests.ledger.bent_bundles import BOX, MADE, found, made, refused, to, without


class Case:
    """The lot goes to ``shop``, which signs for it; ``fab`` says that it went to ``hall``."""

    def __init__(self, *, is_received: bool = True):
        forger = self.forger = made()
        for name in ("shop", "hall"):
            forger.enroll(name)
        forger.enroll("customs", roles=["inspector"])
        self.shipped = forger.event("fab", [CHIP, OTHER], "shipping", **to("shop"))
        self.received = self.shipped
        if is_received:
            self.received = forger.event("shop", [CHIP, OTHER], "receiving")
        self.right = forger.event("fab", [CHIP, OTHER], "shipping", **to("hall"))
        self.correction = forger.correct("fab", self.shipped, self.right)

    def concur(self, who: str, correction: int | None = None) -> int:
        identity = self.forger.identity(self.correction if correction is None else correction)
        return self.forger.statement("concurrence", who, correction=identity.hex())

    def taking(self, since: int | None = None, **changes) -> Taking:
        since = self.correction if since is None else since
        return replace(Taking(self.correction, self.shipped, (self.right,), since), **changes)

    def bundle(self, *takings: Taking, findings=(), **options) -> bytes:
        statement = {"corrections": takings, "findings": tuple(findings)}
        return self.forger.bundle(statement=statement, **options)

    def waits(self, closed_by: int | None = None, **more):
        """What has to be claimed while it waits."""
        more = {"cites": (self.shipped,), "closed_by": closed_by, **more}
        return found("correction/open", self.correction, **more)

    def claimed(self):
        """What has to be claimed of the shipment in its place, while that counts where it is."""
        return [found("custody/not-holder", self.right, cites=(self.received,))]

    def fallen(self, agreed: int):
        """What has to be claimed of the receipt, once ``shop`` agreed that it falls."""
        more = {"cites": (self.right,), "closed_by": agreed}
        wrong = found("custody/not-consignee", self.received, on_items=False, **more)
        return [wrong, found("custody/challenged", self.received, **more)]


def early() -> Case:
    """Nobody has signed for it yet."""
    return Case(is_received=False)


def subject(data: bytes):
    return verify_bundle(data, VERIFIER, ATLAS).subjects[0]


# In force ----------------------------------------------------------------------------------------


def test_what_took_effect_counts_in_the_place_of_what_it_corrects():
    case = early()
    told = subject(case.bundle(case.taking()))
    steps = {step.entry.index: (step.corrected_by, step.about) for step in told.steps}

    assert (told.state.custody.consignee, told.verdict) == (party("hall"), Verdict.CLEAR)
    assert steps[case.shipped] == (case.correction, None)
    assert steps[case.correction] == (None, case.shipped)


def test_a_correction_that_others_agreed_to_is_proved_with_their_signatures():
    case = Case()
    agreed = case.concur("shop")
    data = case.bundle(case.taking(agreed), findings=[case.waits(agreed), *case.fallen(agreed)])
    told = subject(data)

    assert told.state.custody.consignee == party("hall")
    assert told.steps[-1].entry.index == agreed
    assert told.steps[-1].about == case.correction


def test_that_nobody_else_had_to_agree_is_the_operators_word():
    case = early()
    lines = asserted(verify_bundle(case.bundle(case.taking()), VERIFIER, ATLAS))

    assert any("nobody but those shown here had to agree: Operator says so" in one for one in lines)


def test_step_12_refuses_a_correction_to_which_whoever_built_on_it_did_not_agree():
    case = Case()
    step, why = refused(case.bundle(case.taking()))

    assert (step, why.endswith(f"{party('shop')} did not concur")) == (12, True)


@pytest.mark.parametrize("who", ["hall", "customs"])
def test_step_12_refuses_the_consent_of_somebody_else(who):
    case = Case()

    assert "did not concur" in refused(case.bundle(case.taking(case.concur(who))))[1]


def test_step_12_refuses_a_consent_that_came_later():
    case = Case()
    case.concur("shop")

    assert "did not concur" in refused(case.bundle(case.taking()))[1]


def test_step_12_refuses_a_consent_that_is_withheld():
    case = Case()
    index = case.concur("shop")
    data = case.bundle(case.taking(index), contents=without(case.forger, index))

    assert "did not concur" in refused(data)[1]


def test_the_consent_may_be_older_than_the_correction_takes():
    """Two corrections by one entry: the second is free once the first has taken effect."""
    case = Case()
    again = case.forger.correct("shop", case.received)
    takings = (Taking(again, case.received, (), again), case.taking(again))
    told = subject(case.bundle(*takings, findings=[case.waits(again)]))

    assert told.state.custody.consignee == party("hall")


@pytest.mark.parametrize(
    "changes",
    [
        {"entry": MADE + 40},
        {"target": MADE},
        {"correctives": (MADE,)},
        {"since": 0},
        {"since": 99},
    ],
    ids=[
        "no entry",
        "another target",
        "not named",
        "too early",
        "no such entry",
    ],
)
def test_a_correction_that_was_bent_is_refused(changes):
    case = early()

    assert refused(case.bundle(case.taking(**changes)))[0] in (1, 12)


def test_step_12_refuses_a_correction_that_is_none():
    case = early()
    bent = case.taking(entry=case.right, correctives=())

    assert "is no correction" in refused(case.bundle(bent))[1]


def test_step_12_refuses_the_correction_of_somebody_elses_entry():
    case = early()
    foreign = case.forger.correct("shop", case.shipped)

    assert "of its party's" in refused(case.bundle(Taking(foreign, case.shipped, (), foreign)))[1]


def test_step_12_refuses_the_correction_of_a_correction():
    case = early()
    twice = case.forger.correct("fab", case.correction)

    assert "of its party's" in refused(case.bundle(Taking(twice, case.correction, (), twice)))[1]


def test_step_12_refuses_a_corrective_of_somebody_else():
    """An event id is scoped by party."""
    case = early()
    other = case.forger.event("shop", [CHIP], "storing", eventID=Forger.event_id(case.right))
    bent = case.taking(other, correctives=(case.right, other))

    assert "in its place" in refused(case.bundle(bent))[1]


def test_step_12_refuses_a_correction_whose_target_is_withheld():
    case = early()
    data = case.bundle(case.taking(), contents=without(case.forger, case.shipped))

    assert "of its party's" in refused(data)[1]


def test_step_12_refuses_a_correction_that_takes_effect_twice():
    case = early()

    assert "nothing more" in refused(case.bundle(case.taking(), case.taking()))[1]


# Waiting -----------------------------------------------------------------------------------------


def test_a_correction_that_is_not_said_to_be_in_force_waits():
    case = Case()
    told = subject(case.bundle(findings=[*case.claimed(), case.waits()]))

    assert told.state.custody.holder == party("shop")
    assert [f.closed_by for f in told.findings if f.code is Code.CORRECTION_OPEN] == [None]


def test_step_12_refuses_to_pass_over_a_correction():
    """Nor can what it corrects be left where it was, as if it had not been said."""
    case = Case()

    assert refused(case.bundle(findings=case.claimed()))[0] == 12
    assert refused(case.bundle(findings=[*case.claimed(), case.waits(case.correction)]))[0] == 12


def test_a_later_correction_of_the_same_entry_takes_the_place_of_one_that_waits():
    case = Case()
    again = case.forger.correct("fab", case.shipped)
    waits = found("correction/open", again, cites=(case.shipped,))
    told = subject(case.bundle(findings=[*case.claimed(), case.waits(again), waits]))

    assert [f.closed_by for f in told.findings if f.code is Code.CORRECTION_OPEN] == [again, None]


def test_a_correction_of_somebody_elses_entry_counts_against_itself_alone():
    case = early()
    foreign = case.forger.correct("shop", case.shipped)
    claim = found("correction/open", foreign, on_items=False)
    told = subject(case.bundle(case.taking(), findings=[claim]))

    assert (told.state.custody.consignee, told.verdict) == (party("hall"), Verdict.CLEAR)


def test_a_corrective_that_came_later_waits_by_itself():
    """It is to have been destroyed, but ``hall`` has it, and has a say in it."""
    case = early()
    forger, late = case.forger, len(case.forger.rows) + 3
    again = forger.correct("fab", case.right, late)
    forger.event("fab", [CHIP, OTHER], "shipping", **to("hall"))
    received = forger.event("hall", [CHIP, OTHER], "receiving")
    forger.event("fab", [CHIP, OTHER], "destroying", action="DELETE")
    wrong = found("custody/not-holder", late, cites=(received,))
    claims = [wrong, found("correction/open", late, cites=(again, case.right))]
    taken = Taking(again, case.right, (), again)
    bent = replace(taken, correctives=(late,), since=late)
    told = subject(case.bundle(case.taking(), taken, findings=claims))

    assert told.state.custody.holder == party("hall")
    assert "did not concur" in refused(case.bundle(case.taking(), taken, bent))[1]


# Settled -----------------------------------------------------------------------------------------


def mistake() -> tuple[Forger, int]:
    """``hall`` signs for what goes to ``shop``."""
    case = early()
    forger = case.forger
    del forger.rows[case.right :], forger.hashes[case.right :]
    return forger, forger.event("hall", [CHIP, OTHER], "receiving")


def settled(forger: Forger, entry: int, who: str, **more) -> int:
    fields = {"code": "custody/not-consignee", "reason": "the wrong desk", **more}
    return forger.statement("resolution", who, entry=forger.identity(entry).hex(), **fields)


def claims(index: int, closed_by: int | None = None):
    cites = (index - 1,)
    wrong = found("custody/not-consignee", index, cites=cites, on_items=False)
    warned = found("custody/challenged", index, cites=cites)
    return (replace(wrong, closed_by=closed_by), warned)


@pytest.mark.parametrize("items", [[CHIP], []], ids=["named", "all"])
def test_what_an_inspector_settles_is_settled(items):
    forger, index = mistake()
    by = settled(forger, index, "customs", **({"items": items} if items else {}))
    told = subject(forger.bundle(statement={"findings": claims(index, by)}))

    assert {f.code: f.closed_by for f in told.findings}[Code.NOT_CONSIGNEE] == by
    assert (told.steps[-1].entry.index, told.steps[-1].about) == (by, index)


@pytest.mark.parametrize("who", ["hall", "shop", "fab"])
def test_step_12_refuses_what_the_accused_or_a_stranger_would_settle(who):
    forger, index = mistake()
    by = settled(forger, index, who)

    assert refused(forger.bundle(statement={"findings": claims(index, by)}))[0] == 12
    assert subject(forger.bundle(statement={"findings": claims(index)})).is_proven


def test_step_12_refuses_a_resolution_by_an_inspector_that_is_accused():
    forger, _ = mistake()
    index = forger.event("customs", [CHIP, OTHER], "receiving")
    by = settled(forger, index, "customs")
    mine = [replace(c, index=index, closed_by=by) for c in claims(index - 1)]

    assert refused(forger.bundle(statement={"findings": (*claims(index - 1), *mine)}))[0] == 12


def test_step_12_refuses_a_resolution_about_another_item_or_code():
    forger, index = mistake()
    by = settled(forger, index, "customs", items=[OTHER])
    other = settled(forger, index, "customs", code="custody/not-holder")

    for one in (by, other):
        assert refused(forger.bundle(statement={"findings": claims(index, one)}))[0] == 12


# Failed ------------------------------------------------------------------------------------------


def installed() -> tuple[Forger, int]:
    """Its holder says that it put it into a box of which nothing is told."""
    forger = made()
    return forger, forger.event("fab", [CHIP], "packing", action="ADD", parentID=BOX)


def test_a_packing_that_failed_by_the_operators_word_leaves_it_proven():
    forger, index = installed()
    claim = found("custody/outside-container", index, basis=Basis.LEDGER, on_items=False)
    verified = verify_bundle(forger.bundle(statement={"findings": (claim,)}), VERIFIER, ATLAS)

    assert verified.subjects[0].state.custody.holder == party("fab")
    assert f"By entry {index} A1 was put into nothing: Operator says so." in asserted(verified)


@pytest.mark.parametrize(
    "bent", [{"code": "time/late-record"}, {"index": MADE}], ids=["another code", "another entry"]
)
def test_step_12_refuses_to_pass_over_it_on_the_word_for_something_else(bent):
    forger, index = installed()
    claim = found("custody/outside-container", index, basis=Basis.LEDGER, on_items=False)

    assert refused(forger.bundle(statement={"findings": (replace(claim, **bent),)}))[0] == 12
