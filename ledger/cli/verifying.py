"""Verify: what a bundle proves, on whose word the rest is, and what nobody knows."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.accusing import tell_evidence
from ledger.cli.help import Command
from ledger.cli.output import BAD_NEWS, points, show, show_json
from ledger.cli.output import text as styled
from ledger.cli.pointing import understood
from ledger.cli.settings import F, Settings, json_option, pass_settings
from schemas.errors import MalformedKey, VerificationFailed
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.keys import PublicKey
    from ledger.note import Verifier
    from ledger.testimony import Subject, Verified

# What the numbered steps of ledger.verify check, in two or three words each.
STEPS = (
    "form",
    "checkpoint",
    "earlier heads",
    "keys",
    "signatures",
    "places in the log",
    "payloads",
    "statements",
    "items and disclosures",
    "the operator's signature",
    "its scope",
    "custody",
)


vkey_option = click.option(
    "--vkey", required=True, metavar="V", envvar="CHIPTRAIL_VKEY", help="The log's verifier key."
)


def witness_options(command: F) -> F:
    """Whose cosignatures count, and how many of them must be there."""
    witness = click.option(
        "--witness",
        "witnesses",
        multiple=True,
        metavar="V",
        help="A witness's verifier key; may be given several times.",
    )
    quorum = click.option(
        "--quorum",
        type=click.IntRange(0),
        metavar="K",
        help="How many of the witnesses must have cosigned; all of them if not given.",
    )
    return witness(quorum(command))


def wanted(witnesses: Sequence[str], quorum: int | None) -> int:
    """How many witnesses must have cosigned."""
    if quorum is None:
        return len(witnesses)
    if quorum > len(witnesses):
        given = {0: "not given", 1: "given once"}.get(
            len(witnesses), f"given {len(witnesses)} times"
        )
        raise click.UsageError(f"--quorum {quorum}, but --witness was {given}")
    return quorum


def verifier_of(text: str, option: str) -> "Verifier":
    """The verifier key that was typed at *option*.

    Raises: click.BadParameter.
    """
    from ledger.note import parse_vkey

    with understood(option):
        return parse_vkey(text)


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@vkey_option
@witness_options
@click.option(
    "--party-key",
    "party_keys",
    multiple=True,
    metavar="PARTY=KEY",
    help="Trust nobody but this public key (base64) to sign for PARTY; may be given several times.",
)
@click.option("--brief", is_flag=True, help="Leave out the stories.")
@json_option
@pass_settings
def verify(
    settings: Settings,
    *,
    file: Path,
    vkey: str,
    witnesses: tuple[str, ...],
    quorum: int | None,
    party_keys: tuple[str, ...],
    brief: bool,
) -> None:
    """Verify a proof without the ledger.

    FILE is a bundle, or evidence against a log. It takes no database and no connection. Take the
    verifier key from the ledger's operator by another way than the file. Of a bundle the answer
    says what is proved, what rests on whose word, and what is not known; exit code 1 if it does not
    verify, or something in it is contraindicated. Of evidence (`chiptrail watch` writes it) it says
    what it proves and against whom, witnesses that cosigned both histories included; exit code 1 if
    it does not verify, or proves nothing.

    For example:

        chiptrail verify a.chiptrail.json --vkey "ledger.example.com+1f2e3d4c+Ab"
        chiptrail verify a.chiptrail.json --vkey "$V" --witness "$W" --quorum 1
        chiptrail verify log.1f2e3d4c.evidence.json --vkey "$V"
    """
    from ledger.service.geography import load_atlas
    from ledger.verify import verify_bundle
    from schemas.evidence import is_evidence

    least = wanted(witnesses, quorum)
    data, log = _read(file), verifier_of(vkey, "--vkey")
    cosigners = [verifier_of(witness, "--witness") for witness in witnesses]
    if is_evidence(data):
        tell_evidence(data, log, cosigners, as_json=settings.as_json)
        return
    try:
        verified = verify_bundle(
            data,
            log,
            load_atlas(),
            witnesses=cosigners,
            quorum=least,
            party_keys=_pins(party_keys),
        )
    except VerificationFailed as exc:
        # Too few witnesses are no sign of another log.
        if exc.step != _CHECKPOINT_STEP or isinstance(exc.__cause__, VerificationFailed):
            raise
        raise VerificationFailed(f"{exc}; {_whose(data, log.name)}", exc.step) from exc
    if settings.as_json:
        show_json(_to_json(verified))
    else:
        _show(verified, brief=brief)
    if any(subject.verdict.value == "stop" for subject in verified.subjects):
        raise click.exceptions.Exit(BAD_NEWS)


_CHECKPOINT_STEP = 2


def _whose(data: bytes, log: str) -> str:
    """Which log the bundle *data* says it is of, next to the *log* that the key is of."""
    from schemas.bundle import parse_bundle

    said = parse_bundle(data).contents.checkpoint.split(b"\n", 1)[0].decode("utf-8", "replace")
    if said != log:
        return f"the bundle is of the log {said}, the key given is of {log}"
    return f"the bundle says that it is of the log {said}: this may be another key of that name"


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    from ledger.service import keyring

    return keyring.read(file)


def _pins(party_keys: Sequence[str]) -> "Mapping[str, Sequence[PublicKey]]":
    from ledger.cli.founding import PARTY_ID
    from ledger.keys import parse_public_key
    from schemas.formats import decode_base64

    pins: dict[str, list[PublicKey]] = {}
    for text in party_keys:
        party, separator, key = text.partition("=")
        try:
            raw = decode_base64(key if separator else "\n")
        except ValueError as exc:
            raise MalformedKey(f"--party-key: got {text!r}, want PARTY=BASE64") from exc
        pins.setdefault(PARTY_ID.convert(party, None, None), []).append(parse_public_key(raw))
    return pins


def _show(verified: "Verified", *, brief: bool) -> None:
    from datetime import UTC, datetime

    from ledger import testimony

    now = datetime.now(UTC)
    show(
        styled("The bundle verifies.", "bold green"),
        styled(f"{verified.origin}, {verified.size:,} entries, {_witnessed(verified, now)}", "dim"),
        styled(f"Checked: {', '.join(f'({n}) {step}' for n, step in enumerate(STEPS, 1))}.", "dim"),
    )
    for subject in verified.subjects:
        _show_subject(verified, subject, brief=brief)
    for title, words in (
        ("Proved, whoever runs the ledger", testimony.proved(verified)),
        ("On somebody's word", testimony.asserted(verified)),
        ("Not known from this", testimony.unknown(verified)),
    ):
        show("", styled(title, "bold"), points(words))


def _witnessed(verified: "Verified", now: "datetime") -> str:
    age = verified.witnessed_age(now)
    if age is None:
        return "seen by no witness"
    hours = int(age.total_seconds() // 3600)
    since = f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
    return f"last seen by witnesses {since} ago"


def _show_subject(verified: "Verified", subject: "Subject", *, brief: bool) -> None:
    from ledger.cli import standing, telling
    from ledger.identity import only
    from ledger.service.steps import Said
    from schemas.event import Event

    steps = [
        telling.Told(
            step.entry.index,
            step.entry.recorded_at,
            only(step.entry.said, subject.item),
            step.entry.act,
            step.through,
            step.findings,
            erased=step.erased,
            withheld=tuple(sorted(step.entry.withheld - {one.name for one in step.erased})),
            corrected_by=step.corrected_by,
            corrects=step.about,
        )
        for step in subject.steps
        if isinstance(step.entry.said, Event) and step.entry.act is not None
    ]
    said = [
        Said(step.entry.index, step.entry.recorded_at, step.entry.said, step.about)
        for step in subject.steps
        if not isinstance(step.entry.said, Event)
    ]
    show("", telling.heading(subject.item, subject.verdict))
    known = subject.state, steps, verified.names, verified.as_of
    show("", standing.facts(*known, numbers=subject.numbers, place=subject.place))
    worst = telling.open_findings((*subject.findings, *subject.asserted))
    if worst:
        show("", styled("Found", "bold"), telling.findings_table(worst, verified.names))
    if not brief:
        show("", styled("Story", "bold"))
        show(telling.story(subject.item, steps, verified.names, said))


def _to_json(verified: "Verified") -> JSON:
    from ledger import testimony
    from ledger.place_story import place_to_json
    from ledger.service.answers import findings_to_json
    from ledger.service.dossiers import state_to_json
    from schemas.formats import format_time

    seen = verified.witnessed_at
    return {
        "origin": verified.origin,
        "size": verified.size,
        "root": verified.root.hex(),
        "asOf": format_time(verified.as_of),
        "operator": verified.operator,
        "witnessedAt": None if seen is None else format_time(seen),
        "subjects": [
            {
                "item": subject.item,
                "verdict": subject.verdict.value,
                "proven": subject.is_proven,
                "state": state_to_json(subject.state),
                "place": place_to_json(subject.place, verified.as_of),
                "findings": findings_to_json(subject.findings),
                "asserted": findings_to_json(subject.asserted),
                "steps": [step.entry.index for step in subject.steps],
            }
            for subject in verified.subjects
        ],
        "withheld": list(verified.withheld),
        "corrections": [asdict(made) for made in verified.corrections],
        "proved": list(testimony.proved(verified)),
        "onSomebodysWord": list(testimony.asserted(verified)),
        "notKnown": list(testimony.unknown(verified)),
    }
