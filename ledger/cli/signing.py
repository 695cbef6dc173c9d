"""Sign and record: EPCIS documents and statements into submissions, those into the ledger."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.help import Command, Several
from ledger.cli.keyfiles import open_key, signing_options
from ledger.cli.output import show_json, warn
from ledger.cli.remote import Elsewhere, remote_options
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.errors import Refusal, TooLarge

if TYPE_CHECKING:
    from ledger.compose import Signer

DOCUMENT_LIMIT = 64 << 20


@click.command(cls=Command)
@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The ledger's newest checkpoint, where its folder is not at hand; names the ledger.",
)
@click.option(
    "--withhold",
    multiple=True,
    metavar="NAME",
    help="Sign a commitment to this field in place of it, e.g. chiptrail:location, bizLocation;"
    " may be given several times. chiptrail:customs is always withheld, and chiptrail:identities"
    " of several items.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the submissions to a new FILE instead of standard output.",
)
@signing_options
@remote_options
@ledger_options
@pass_settings
def sign(
    settings: Settings,
    *,
    file: Path,
    checkpoint: Path | None,
    withhold: tuple[str, ...],
    output: Path | None,
    key_path: Path,
    passphrase_file: Path | None,
    elsewhere: Elsewhere | None,
) -> None:
    """Sign EPCIS 2.0 events, or statements.

    The result is what `chiptrail capture` records. FILE, or standard input, is an EPCISDocument, an
    EPCISQueryDocument, one event or a list of events in JSON; or one statement or a list of them.
    What an entry needs is filled in: eventID or id, ledger, party, nonce, the last checkpoint.
    Lists of two or more items are signed as a commitment; the list goes beside it. There is one
    submission a line. With --ledger they are for a ledger elsewhere, which first shows its head.

    For example:

        chiptrail sign event.json --key a.key | chiptrail capture -
        chiptrail sign event.json --key a.key --checkpoint checkpoint -o signed
        chiptrail sign event.json --key a.key --withhold chiptrail:location
        echo '{"statement": "concurrence", ...}' | chiptrail sign --key a.key
    """
    from schemas.draft import drafts_of

    data = _read(file)
    drafts = drafts_of(data, limit=DOCUMENT_LIMIT) if data.strip() else []
    if not drafts:
        raise click.UsageError(f"{'standard input' if str(file) == '-' else file} has no events")
    if elsewhere is not None and checkpoint is None:
        with elsewhere.opened() as remote:
            signer = remote.signer(open_key(key_path, passphrase_file))
    else:
        signer = _signer(settings, checkpoint, key_path, passphrase_file)
    lines = _signed(drafts, signer, withhold)
    if output is None:
        out = sys.stdout.buffer
        for line in lines:
            out.write(line + b"\n")
        out.flush()
    else:
        from ledger.service import keyring

        keyring.write_new(output, b"".join(line + b"\n" for line in lines))
        if settings.as_json:
            show_json({"signed": len(lines), "party": signer.party, "output": str(output)})
    plural = "s" if len(lines) != 1 else ""
    warn(f"signed {len(lines)} {_noun(drafts[0])}{plural} as {signer.party}")


def _read(file: Path) -> bytes:
    from ledger.service import keyring

    if str(file) != "-":
        return keyring.read(file)
    data = sys.stdin.buffer.read(DOCUMENT_LIMIT + 1)
    if len(data) > DOCUMENT_LIMIT:
        raise TooLarge(f"over {DOCUMENT_LIMIT >> 20} MiB on standard input")
    return data


def _signer(
    settings: Settings, checkpoint: Path | None, key_path: Path, passphrase_file: Path | None
) -> "Signer":
    from ledger.service import keyring, signing

    if checkpoint is not None:
        note = keyring.read(checkpoint)
        return signing.signer_after(note, open_key(key_path, passphrase_file))
    ledger = settings.open_ledger()
    return signing.signer_at(ledger, open_key(key_path, passphrase_file))


def _signed(drafts: list[dict], signer: "Signer", withhold: tuple[str, ...]) -> list[bytes]:  # type: ignore[type-arg] # drafts are JSON objects
    """Every submission, or none: a refused event stops before anything is written."""
    from datetime import UTC, datetime

    from ledger.service.signing import sign as sign_draft
    from schemas.envelope import encode_submission

    lines = []
    for number, draft in enumerate(drafts, 1):
        try:
            submission = sign_draft(draft, signer, datetime.now(UTC), withhold)
        except Refusal as exc:
            if len(drafts) == 1:
                raise
            raise type(exc)(f"{_noun(draft)} {number}: {exc.message}", exc.pointer) from exc
        lines.append(encode_submission(submission))
    return lines


def _noun(draft: dict) -> str:  # type: ignore[type-arg] # a JSON object
    from schemas.draft import is_statement

    return "statement" if is_statement(draft) else "event"


@click.command(cls=Command)
@click.argument("files", metavar="FILE", nargs=-1, required=True, cls=Several)
@click.option("--dry-run", is_flag=True, help="Show what would come of it; record nothing.")
@click.option(
    "--undisclosed",
    is_flag=True,
    help="Leave out the withheld fields; capture the same file again without this to show them.",
)
@ledger_options
@pass_settings
def capture(
    settings: Settings, *, files: tuple[str, ...], dry_run: bool, undisclosed: bool
) -> None:
    """Record signed submissions.

    They are read one a line, from FILE... or from - (standard input). Each gets an index and a
    receipt, or a refusal with its reason; a refused one leaves no trace and holds nobody up. What
    was recorded before keeps its index, so after an interruption the same files may simply be
    captured again. Withheld fields come beside an entry and are shown to whoever sees it; those
    that come later are added. With --json there is one line of answer for each. Exit code 1 if
    anything was refused or is contraindicated.

    For example:

        chiptrail capture signed.ndjson
        chiptrail sign event.json --key a.key | chiptrail capture - --dry-run
        chiptrail capture signed.ndjson --undisclosed
    """
    from ledger.cli.recording import Recording
    from ledger.cli.submissions import called, open_submissions

    ledger = settings.open_ledger()
    recording = Recording(settings, ledger, dry_run=dry_run, undisclosed=undisclosed)
    recording.run([(called(name), open_submissions(name)) for name in files])
