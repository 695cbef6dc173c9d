"""The made-up world: what happens in it, and that it is as real as any other ledger."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ledger.finding import Code
from ledger.judge import Verdict
from ledger.keys import parse_public_key
from ledger.outcome import outcomes
from ledger.service.audit import AuditReport, audit
from ledger.service.demo.cast import CAST, sscc
from ledger.service.demo.deeds import DRAFTS
from ledger.service.demo.script import begin
from ledger.service.demo.twists import perform
from ledger.service.demo.world import DemoWorld, Plan, build_demo, is_demo, load_demo, remove_demo
from ledger.service.entry import load_contents
from ledger.service.keyring import open_key_file
from ledger.service.opening import open_ledger
from ledger.service.query import check, dossier
from ledger.statement_story import tell_statement
from ledger.story import tell
from ledger.view import OPERATOR, Reader
from schemas.errors import CannotOpen
from schemas.item import fold_item
from schemas.statement import Role
from tests.oracle import Oracle
from tests.phrases import untold

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)  # that of shown_world


def build(folder, seed=1, now=NOW):
    *_, world = build_demo(folder, Plan(seed=seed, chips=400, now=now))
    assert isinstance(world, DemoWorld)
    return world


@pytest.fixture(scope="module")
def world(shown_world):
    return shown_world


@pytest.fixture(scope="module")
def ledger(world):
    return open_ledger(world.folder)


def test_every_sight_has_the_verdict_it_announces(world, ledger):
    found = {s.item: dossier(ledger, s.item, as_of=NOW).verdict.value for s in world.sights}

    assert found == {sight.item: sight.verdict for sight in world.sights}


def test_every_entry_is_told_in_phrases(ledger):
    names, size = ledger.registry.names, ledger.head.size
    for said in (load_contents(ledger, index, is_told=True) for index in range(size)):
        if said.event is None:
            told, body = tell_statement(said.statement, names), said.statement
        else:
            item = (*said.act.items, said.act.parent)[0]
            told, body = tell(said.act, said.event, names, item=item), said.event.body

        assert [] == untold(told, [*names.values(), str(body)])


def test_what_was_recorded_late_is_in_the_story_of_its_chip(world, ledger):
    (late,) = [sight.item for sight in world.sights if "ten days late" in sight.why]
    told = dossier(ledger, late, as_of=NOW)

    assert [Code.LATE_RECORD] == [found.code for found in told.findings]
    step = told.steps[-1]
    assert (step.recorded_at - step.event.event_at).days == 10
    assert step.index == told.findings[0].index


def test_everything_that_can_go_wrong_in_custody_goes_wrong(world, ledger):
    found = {f.code for s in world.sights for f in dossier(ledger, s.item, as_of=NOW).findings}
    wanted = {
        Code.REDIRECTED, Code.NOT_COUNTERSIGNED, Code.NOT_CONSIGNEE, Code.CORRECTION_OPEN,
        Code.DETAINED, Code.SEIZED, Code.DWELL,
        Code.SHORT, Code.REFUSED, Code.OVERDUE, Code.ALREADY_EXISTS, Code.CHALLENGED,
        Code.AFTER_TERMINAL, Code.NOT_HOLDER, Code.BACKDATED, Code.STOLEN, Code.NO_ORIGIN,
        Code.LICENCE_EXPIRED, Code.LICENCE_OVERDRAWN, Code.RESTRICTED_HEADQUARTERS,
        Code.FOREIGN_PREFIX, Code.IDENTITY_MISMATCH, Code.DAMAGED, Code.PENDING_SHIPMENT,
    }  # fmt: skip

    assert wanted <= found


def told_of(world, ledger, words, reader=OPERATOR):
    """The dossier of the sight with these *words*."""
    (item,) = [sight.item for sight in world.sights if words in sight.why]
    return dossier(ledger, item, as_of=NOW, reader=reader)


def test_what_was_corrected_is_taken_back_and_what_is_too_late_is_not(world, ledger):
    soon = told_of(world, ledger, "and corrected")
    late = told_of(world, ledger, "'corrects' the sale")

    assert (soon.state.custody.holder, late.state.custody.holder) == (
        CAST["japan"].id,
        CAST["norway"].id,
    )
    out = [[one for one in outcomes(told.steps) if one.corrected_by] for told in (soon, late)]
    assert [[one.replaces for one in some] for some in out] == [[False], [True]]


def test_a_sale_in_place_changes_owner_and_user_and_nothing_else(world, ledger):
    state = told_of(world, ledger, "sold where it stands").state

    names = (state.custody.holder, state.owner, state.title.user)
    assert names == tuple(CAST[name].id for name in ("norway", "japan", "malaysia"))


def test_a_mandate_counts_while_it_lasts(world, ledger):
    holders = [
        told_of(world, ledger, words).state.custody.holder
        for words in ("may sign for the exporter", "after its mandate had ended")
    ]

    assert holders == [CAST["norway"].id, CAST["exporter"].id]


def test_the_board_maker_sees_what_was_granted_to_it(world, ledger):
    reader = Reader(CAST["boards"].id)

    assert told_of(world, ledger, "one server to another", reader).verdict is Verdict.CLEAR
    assert told_of(world, ledger, "sold where it stands", reader).state is None


def test_the_exporter_says_what_its_licence_allows_and_others_where_their_sites_are(ledger):
    registry = ledger.registry
    stated = [one for one in registry.licences.values() if one.number == "D1234567"]

    assert {CAST["exporter"].id} == {one.holder for one in stated}
    assert [CAST["exporter"].id, registry.registrar] == [one.party for one in stated]
    assert len(registry.sites) == 3


def test_most_of_it_is_clear(world, ledger):
    script = begin(Random(1), NOW, 400)
    chips = [chip for lot in script.lots for chip in lot.chips]
    verdicts = check(ledger, chips, as_of=NOW).verdicts

    assert sum(verdicts.values()) == len(chips) == 400
    assert verdicts["clear"] / len(chips) > 0.8


def test_the_demo_stands_up_to_the_oracle_and_to_an_audit(world, ledger):
    Oracle(world.folder).check()
    *_, report = audit(ledger)

    assert isinstance(report, AuditReport)
    assert report.problems == ()


def test_it_was_recorded_over_months_and_never_in_the_future(world, ledger):
    first, last = (dossier(ledger, world.sights[n].item).steps[n].recorded_at for n in (0, -1))

    assert first < last <= NOW
    assert ledger.head.recorded_at <= NOW.timestamp() * 1000


def test_everybody_but_the_university_has_a_key_to_sign_with(world, ledger):
    for name, player in CAST.items():
        if not player.has_key:
            continue
        key_file = open_key_file(world.folder / "keys" / f"{name}.key", None)
        enrolled = ledger.registry.keys[key_file.key.public.keyid]

        assert (enrolled.party, key_file.name) == (player.id, player.id)
        assert parse_public_key(enrolled.key.raw) == enrolled.key


def test_the_cast_is_who_the_story_needs():
    roles = Counter(role for player in CAST.values() for role in player.roles)
    users = {player.country for player in CAST.values() if Role.END_USER in player.roles}

    assert (roles[Role.CARRIER], roles[Role.INSPECTOR], len(users)) == (2, 1, 3)


def test_a_seed_gives_the_same_ledger_all_day(world, tmp_path):
    again = build(tmp_path / "again", now=NOW + timedelta(hours=7, seconds=1))

    assert (again.vkey, again.sights) == (world.vkey, world.sights)
    checkpoints = [(w.folder / "checkpoint").read_bytes() for w in (world, again)]
    assert checkpoints[0] == checkpoints[1]


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"chips": 401}, {"now": NOW + timedelta(days=1)}], ids=str
)
def test_another_story_is_signed_with_other_keys(world, tmp_path, other):
    plan = Plan(**{"seed": 1, "chips": 400, "now": NOW} | other)
    next(iter(build_demo(tmp_path / "other", plan)))

    assert open_ledger(tmp_path / "other").vkey != world.vkey


def test_without_a_seed_no_two_demos_have_one_name(tmp_path):
    plan = Plan(seed=None, chips=400, now=NOW)
    for name in "ab":
        next(iter(build_demo(tmp_path / name, plan)))

    assert len({open_ledger(tmp_path / name).origin for name in "ab"}) == 2


def test_a_demo_is_known_by_its_mark(world, tmp_path):
    assert load_demo(world.folder) == world
    assert (is_demo(world.folder), is_demo(tmp_path), load_demo(tmp_path)) == (True, False, None)


def test_only_a_demo_is_removed(tmp_path):
    (tmp_path / "demo.json").write_text("{}")
    with pytest.raises(CannotOpen, match="is no demo"):
        remove_demo(tmp_path)

    assert tmp_path.exists()


def test_a_demo_needs_an_empty_folder(tmp_path):
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(CannotOpen, match="not empty"):
        build(tmp_path)


def test_packages_have_numbers_that_check():
    assert [fold_item(sscc(number)) for number in range(20)] == [sscc(n) for n in range(20)]


def test_a_deed_of_every_kind_has_an_event():
    script = begin(Random(1), NOW, 400)
    perform(script)

    assert {deed.act for deed in script.deeds} == set(DRAFTS)
