"""Watch: hold a published log to its word, from outside."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from ledger.cli.accusing import head_to_json
from ledger.cli.help import Command
from ledger.cli.output import BAD_NEWS, progress, sentence, show_json, warn
from ledger.cli.settings import Settings, json_option, pass_settings
from ledger.cli.verifying import verifier_of, vkey_option, wanted, witness_options
from schemas.errors import ChiptrailError

if TYPE_CHECKING:
    from ledger.note import Verifier
    from ledger.service.progress import Progress
    from ledger.service.watch import Look
    from schemas.strict_json import JSON

    Step: TypeAlias = Progress | Look | ChiptrailError


@click.command(cls=Command)
@click.argument("log", metavar="LOG")
@vkey_option
@witness_options
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the newest good head is kept; ./ORIGIN+KEYID.checkpoint if not given, with _ for"
    " each / in the origin.",
)
@click.option("--entries", is_flag=True, help="Also check the entries that are new.")
@click.option(
    "--follow",
    type=click.IntRange(1),
    metavar="SECONDS",
    help="Keep on looking, this often; without it, look once.",
)
@json_option
@pass_settings
def watch(
    settings: Settings,
    *,
    log: str,
    vkey: str,
    witnesses: tuple[str, ...],
    quorum: int | None,
    state: Path | None,
    entries: bool,
    follow: int | None,
) -> None:
    """Hold a published log to its word.

    LOG is a folder that `chiptrail publish` wrote, or the http or https address of one. The head
    seen is kept; at the next look the log must go on from it, proved from its tiles. Exit code 0
    if it does, 1 if it was rolled back or shows another history, 3 if it cannot be read, which
    proves nothing. Of another history an evidence file is left beside the head kept, for
    `chiptrail verify`. With --follow it goes on until the first bad news, or Ctrl-C.

    For example:

        chiptrail watch /srv/www/log --vkey "ledger.example.com+1f2e3d4c+Ab"
        chiptrail watch https://ledger.example.com/log --vkey "$V" --follow 300
        chiptrail watch ./public --vkey "$V" --witness "$W" --state acme.head
    """
    from ledger.client.log import open_log
    from ledger.service import watch as watching

    verifier = verifier_of(vkey, "--vkey")
    watched = watching.Watch(
        verifier,
        state or _default_state(verifier),
        tuple(verifier_of(witness, "--witness") for witness in witnesses),
        wanted(witnesses, quorum),
        entries,
    )
    with open_log(log) as published:
        steps: Iterable[Step] = watching.look(published, watched)
        if follow is not None:
            steps = watching.follow(published, watched, follow)
        last = _tell(steps, watched.state, as_json=settings.as_json)
    if last is not None and last.is_bad:
        raise click.exceptions.Exit(BAD_NEWS)


def _default_state(verifier: "Verifier") -> Path:
    return Path(f"{verifier.name.replace('/', '_')}+{verifier.key_id.hex()}.checkpoint")


def _tell(steps: "Iterable[Step]", state: Path, *, as_json: bool) -> "Look | None":
    """Say what each look came to; the last one."""
    from ledger.service.watch import Look

    last = None
    with progress("checking", "entries") as tell:
        for step in steps:
            if isinstance(step, ChiptrailError):
                warn(sentence(step))
            elif isinstance(step, Look):
                last = step
                if as_json:
                    show_json(_to_json(step))
                else:
                    click.secho(_sentence(step, state), fg="red" if step.is_bad else None)
            else:
                tell(step.done, step.total)
    return last


def _sentence(look: "Look", state: Path) -> str:
    from ledger.service.watch import Answer

    seen, kept = look.seen, look.kept
    had = 0 if kept is None else kept.size
    match look.answer:
        case Answer.FIRST:
            said = f"first look, {seen.size:,} entries; the head is kept in {state}"
        case Answer.UNCHANGED:
            said = f"unchanged, {seen.size:,} entries"
        case Answer.GROWN:
            said = f"grown from {had:,} to {seen.size:,} entries, and goes on from what it was"
        case Answer.ROLLED_BACK:
            said = f"ROLLED BACK: it shows {seen.size:,} entries, and had shown {had:,}; "
            said += (
                "they are the beginning of those: an old copy is served"
                if look.is_same
                else "whether of the same history cannot be told without its tiles"
            )
        case Answer.FORK:
            said = f"FORK: it shows {seen.size:,} entries that are another history than the {had:,}"
            said += " that it had shown"
    return f"{seen.origin}: {said}{_remarks(look)}."


def _remarks(look: "Look") -> str:
    said = f"; cosigned by {look.cosigned}" if look.cosigned else ""
    if look.entries:
        noun = "entry" if look.entries == 1 else "entries"
        said += f"; {look.entries:,} new {noun} checked"
    return said + (f"; both heads are kept in {look.evidence}" if look.evidence else "")


def _to_json(look: "Look") -> "JSON":
    return {
        "answer": look.answer.value,
        "origin": look.seen.origin,
        "seen": head_to_json(look.seen),
        "kept": None if look.kept is None else head_to_json(look.kept),
        "sameHistory": look.is_same,
        "cosigned": look.cosigned,
        "entries": look.entries,
        "evidence": None if look.evidence is None else str(look.evidence),
    }
