"""The browser's verifier against the one in Python: the same bundles, the same answers."""

import base64
import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.finding import FINDINGS, Tier
from ledger.note import COSIGNATURE_V1, encode_vkey
from ledger.verify import verify_bundle
from schemas.envelope import PayloadType
from schemas.errors import VerificationFailed
from tests.browser.modules import ADDRESS, filled_in
from tests.forger import (
    BEGINNING,
    CHIP,
    CHIPS,
    ORIGIN,
    VERIFIER,
    VKEY,
    Forger,
    party,
    private_key,
)
from tests.geography import ATLAS
from tests.ledger.bent_bundles import (
    FAB_KEY,
    GENESIS,
    MADE,
    WITNESS,
    WITNESS_VERIFIER,
    cosigned,
    found,
    made,
    shipped,
    with_entry,
    without,
    witness_line,
)

KEYS = Path(__file__).parents[1] / "vectors" / "keys.json"
SCAN = "]d2010950600013435221A-1\x1d10LOT"
CUSTODY = 12  # the one step that a browser leaves to others
RUN = """
async ([bundles, trust]) => {
  const { verifyBundle } = await import("/verify/verify.js");
  const steps = [];
  for (const bundle of bundles) {
    const bytes = Uint8Array.from(atob(bundle), (character) => character.charCodeAt(0));
    const { failed } = await verifyBundle(bytes, trust);
    steps.push(failed === null ? null : failed.step);
  }
  return steps;
}
"""


@pytest.fixture(scope="module")
def modules(chromium):
    """A page that can import what is in web/static, and no more."""
    page = chromium.new_page()
    page.route(f"{ADDRESS}**", filled_in("en"))
    page.goto(ADDRESS)
    yield page
    page.close()


def in_browser(modules, bundles, **trust):
    """The step that refuses each bundle; None if all hold."""
    spelled = [base64.b64encode(data).decode() for data in bundles]
    return modules.evaluate(RUN, [spelled, {"vkey": VKEY, **trust}])


def in_python(data, **trust):
    try:
        verify_bundle(data, VERIFIER, ATLAS, **trust)
    except VerificationFailed as exc:
        return None if exc.step == CUSTODY else exc.step
    return None


def same(modules, bundles):
    assert [in_python(data) for data in bundles] == in_browser(modules, bundles)


# What is good ------------------------------------------------------------------------------------


def withheld():
    forger = made()
    return forger.bundle(contents=without(forger, forger.event("fab", [CHIP], "storing")))


def corrected():
    forger = made()
    forger.correct("fab", MADE)
    return forger.bundle()


def test_a_bundle_holds_and_shows_what_is_in_it(modules):
    said = modules.evaluate(
        """async ([bundle, vkey]) => {
          const { verifyBundle } = await import("/verify/verify.js");
          const { entriesAbout, tell } = await import("/verify/story.js");
          const bytes = Uint8Array.from(atob(bundle), (character) => character.charCodeAt(0));
          const { verified } = await verifyBundle(bytes, { vkey });
          const steps = entriesAbout(verified, verified.subjects[0]);
          return steps.map(({ entry, through }) => tell(entry, verified.names, through));
        }""",
        [
            base64.b64encode(shipped().bundle(statement={"containers": (CHIPS + "BOX",)})).decode(),
            VKEY,
        ],
    )

    assert [
        "Made by Fab. Place as it says: GLN 9521321000017.",
        "Packed by Fab into BOX.",
        "Shipped by Fab to Shop. Due 3 Mar 2026.",
    ] == said


def test_what_python_takes_a_browser_takes(modules):
    pretty = json.dumps(json.loads(made().bundle()), indent=2, ensure_ascii=True).encode()

    same(modules, [made().bundle(), shipped().bundle(), withheld(), corrected(), pretty])


# What is wrong in one way ------------------------------------------------------------------------


def with_event(**body):
    forger = made()
    forger.event("fab", [CHIP], "storing", **body)
    return forger.bundle()


def with_statement(kind, **fields):
    forger = made()
    forger.statement(kind, **fields)
    return forger.bundle()


def with_key(key, **changes):
    forger = made()
    forger.key("fab", key, **changes)
    return forger.bundle()


def with_genesis(**changes):
    forger = Forger()
    forger.genesis(**changes)
    return forger.bundle()


def later(change):
    forger = made()
    change(forger)
    forger.event("fab", [CHIP], "storing")
    return forger.bundle()


def revoke(who, signer="registrar"):
    keyid = private_key(who).public.keyid
    return lambda forger: forger.statement("key-revocation", signer, keyid=keyid, reason="lost")


def back_in_time(forger):
    forger.now -= timedelta(days=1)


def proof(**changes):
    (good,) = made().entry(MADE).items["epcList"]
    return {"items": {"epcList": (replace(good, **changes),)}}


def changed(**fields):
    """The contents changed before they are signed for."""
    return made().bundle(contents=lambda contents: replace(contents, **fields))


def retold(change):
    """The contents changed after they were signed for."""
    return made().bundle(after=lambda b: replace(b, contents=change(b.contents)))


def with_head(change):
    return made().bundle(contents=lambda c: replace(c, heads=(change(c.heads[0]), *c.heads[1:])))


STRANGER = {"subject": {"id": party("x"), "names": ["X"], "roles": []}}
BENT = [
    b"{}",
    made().bundle()[:-1],
    made().bundle().replace(b'"heads":', b'"heads":[],"heads":'),
    made().bundle().replace(b'"index":5', b'"index":5.0'),
    changed(checkpoint=made().note(key=private_key("thief")).encode()),
    changed(checkpoint=b"no note"),
    with_head(lambda head: replace(head, consistency=head.consistency[1:])),
    with_head(lambda head: replace(head, note=made().note(1, private_key("thief")).encode())),
    later(revoke("fab")),
    made().bundle(contents=without(made(), FAB_KEY)),
    made().bundle(contents=without(made(), GENESIS)),
    later(lambda f: f.event("fab", [CHIP], "storing", key=private_key("thief"))),
    made().bundle(contents=with_entry(MADE, recorded_at=BEGINNING + timedelta(days=9))),
    made().bundle(contents=with_entry(MADE, inclusion=())),
    later(back_in_time),
    with_event(type="NoEvent"),
    with_event(**{"chiptrail:ledger": "ledger.example/other"}),
    with_event(**{"chiptrail:party": party("operator")}),
    with_event(**{"chiptrail:commitments": {"readPoint": "no digest"}}),
    changed(heads=made().heads()[:-1]),
    later(lambda f: f.append({"bundle": "chiptrail/1"}, PayloadType.BUNDLE, private_key("fab"))),
    with_genesis(logKey=encode_vkey(ORIGIN, private_key("thief").public)),
    with_statement("party", signer="fab", **STRANGER),
    with_statement("genesis", origin=ORIGIN),
    with_key(private_key("new"), proof=base64.b64encode(bytes(64)).decode()),
    with_key(private_key("fab")),
    later(revoke("operator", signer="fab")),
    made().bundle(contents=with_entry(MADE, **proof(id=CHIPS + "A9"))),
    made().bundle(contents=with_entry(MADE, **proof(salt=bytes(15)))),
    made().bundle(contents=with_entry(MADE, **proof(position=7))),
    made().bundle(contents=with_entry(MADE, disclosures=("bm90IGEgZGlzY2xvc3VyZQ",))),
    made().bundle(contents=with_entry(MADE, disclosures=made().entry(MADE).disclosures * 2)),
    made().bundle(contents=with_entry(FAB_KEY, disclosures=made().entry(MADE).disclosures)),
    made().bundle(signer=private_key("fab")),
    made().bundle(kind=PayloadType.EVENT),
    later(revoke("operator")),
    *[
        made().bundle(statement=lie)
        for lie in (
            {"size": 99},
            {"root": bytes(32)},
            {"indexes": (0, 1, 2, 3, 4)},
            {"rule_pack_sha256": bytes(32)},
            {"contents_sha256": bytes(32)},
            {"horizon": 3},
        )
    ],
    retold(with_entry(MADE, items={})),
    retold(with_entry(MADE, disclosures=())),
    retold(lambda contents: replace(contents, rule_pack=contents.rule_pack + b"# more\n")),
    retold(lambda contents: replace(contents, checkpoint=cosigned(made()))),
]


def test_what_is_wrong_in_one_way_is_refused_by_the_same_step(modules):
    wanted = [in_python(data) for data in BENT]

    assert None not in wanted
    assert wanted == in_browser(modules, BENT)


def test_findings_that_do_not_follow_are_left_to_python(modules):
    invented = made().bundle(statement={"findings": (found("custody/not-holder", MADE),)})
    with pytest.raises(VerificationFailed, match="custody") as caught:
        verify_bundle(invented, VERIFIER, ATLAS)

    assert caught.value.step == CUSTODY
    assert [None] == in_browser(modules, [invented])


def test_no_change_of_a_byte_is_taken_by_one_and_not_by_the_other(modules):
    small, chance = made().bundle(), random.Random(7)
    # Of the rule pack a browser looks at the hash alone, in a later step.
    pack = range(small.index(b'"rulePack"'), small.index(b'"entries"'))
    places = [at for at in chance.sample(range(len(small)), 200) if at not in pack]
    bent = [
        small[:at] + chance.randbytes(chance.randrange(3)) + small[at + chance.randrange(9) :]
        for at in places
    ]

    same(modules, bent)


def test_other_witnesses_and_quorums_come_to_the_same(modules):
    twin = encode_vkey("w2", WITNESS.public, COSIGNATURE_V1)
    vkey = encode_vkey("witness.example/w", WITNESS.public, COSIGNATURE_V1)
    forger = made()
    notes = [
        forger.note().encode(),
        cosigned(forger),
        cosigned(forger, witness_line(forger, size=1)),
        cosigned(forger, witness_line(forger), witness_line(forger, "w2")),
    ]
    bundles = [
        forger.bundle(contents=lambda c, note=note: replace(c, checkpoint=note)) for note in notes
    ]

    assert [2, None, 2, None] == in_browser(modules, bundles, witnesses=[vkey], quorum=1)
    assert [2, 2, 2, 2] == in_browser(modules, bundles, witnesses=[vkey, twin], quorum=2)
    assert [None, None] == [
        in_python(data, witnesses=[WITNESS_VERIFIER], quorum=1) for data in (bundles[1], bundles[3])
    ]


def test_a_party_signs_with_a_key_that_the_reader_knows_or_not_at_all(modules):
    def pin(key):
        return [[party("fab"), base64.b64encode(private_key(key).public.raw).decode()]]

    assert [None] == in_browser(modules, [made().bundle()], pins=pin("fab"))
    assert [4] == in_browser(modules, [made().bundle()], pins=pin("thief"))


# Its parts ---------------------------------------------------------------------------------------


def test_weak_keys_are_refused_as_everywhere(modules):
    known = json.loads(KEYS.read_text())
    keys = [*known["smallOrder"], *[one["key"] for one in known["weak"]]]
    refused = modules.evaluate(
        """async (keys) => {
          const { publicKey } = await import("/verify/ed25519.js");
          const { decodeHex } = await import("/verify/bytes.js");
          const tried = await Promise.allSettled(keys.map((key) => publicKey(decodeHex(key, 32))));
          return tried.filter(({ status }) => status !== "rejected");
        }""",
        keys,
    )

    assert [] == refused


def test_every_finding_weighs_as_much_as_in_python(modules):
    names = {Tier.CONTRAINDICATED: "stop", Tier.WARNING: "check"}
    weights = modules.evaluate(
        """async (codes) => {
          const { weightOf } = await import("/verify/findings.js");
          return codes.map((code) => weightOf({ code }));
        }""",
        [code.value for code in FINDINGS],
    )

    assert [names.get(tier, "clear") for tier in FINDINGS.values()] == weights


def test_serials_are_compared_with_what_the_bundle_is_about(modules):
    gs1 = "https://id.gs1.org/01/09506000134352/21/"
    answers = modules.evaluate(
        """async ([subjects, pasted]) => {
          const { checkSerials, splitSerials } = await import("/verify/serials.js");
          const checked = checkSerials(splitSerials(pasted), { subjects, entries: [] });
          return [checked.lines.map(({ answer, times }) => [answer, times]), checked.missing];
        }""",
        [
            [CHIP, f"{gs1}A-1", f"{gs1}%3Cimg%3E", f"{gs1}77", f"{CHIPS}77"],
            f'A1, (01)9506000134352 (21)A-1\n"<img>"\t77;NONE {CHIP.lower()}\n{SCAN}',
        ],
    )

    assert [
        [
            ["match", 1],
            ["match", 2],
            ["match", 1],
            ["ambiguous", 1],
            ["unknown", 1],
            ["unknown", 1],
        ],
        [f"{gs1}77", f"{CHIPS}77"],
    ] == answers
