"""Prove: bundles, checkpoints, the public log, the audit."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.help import Command
from ledger.cli.looking import as_of_option, demand_no_reader, reader_option
from ledger.cli.making import serials
from ledger.cli.output import BAD_NEWS, progress, show_json
from ledger.cli.remote import Elsewhere, remote_options
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.service.audit import AuditReport
    from ledger.service.ledger import Ledger


@click.command(cls=Command)
@serials("texts")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    required=True,
    help="Where to write it; by custom NAME.chiptrail.json.",
)
@click.option(
    "--disclose",
    is_flag=True,
    help="With the withheld fields that the reader may see; whoever gets the file reads them.",
)
@as_of_option
@reader_option
@remote_options
@ledger_options
@pass_settings
def bundle(
    settings: Settings,
    *,
    texts: tuple[str, ...],
    output: Path,
    disclose: bool,
    as_of: "datetime | None",
    reader: str | None,
    elsewhere: Elsewhere | None,
) -> None:
    """Write a proof that anybody can verify, offline.

    It tells the stories of the items named, with --reader as far as that party may see them; the
    proof says so. What signers withheld is not in it without --disclose. Whoever gets it needs the
    ledger's verifier key (`chiptrail checkpoint --vkey`) from you by another way, and no database.
    With --ledger a ledger elsewhere makes it; it is verified before it is kept.

    For example:

        chiptrail bundle A-0042 -o A-0042.chiptrail.json
        chiptrail bundle scanned.txt -o pallet.chiptrail.json
        chiptrail bundle A-7 --reader norway --disclose -o A-7.chiptrail.json
    """
    if elsewhere is not None:
        from ledger.cli import asking

        demand_no_reader(reader)
        given = naming.texts_in(texts)
        asking.bundle(settings, elsewhere, given, output, as_of=as_of, disclose=disclose)
        return
    from ledger.service import keyring
    from ledger.service.bundling import make_bundle

    ledger = settings.open_ledger()
    who = naming.reader_named(ledger, reader)
    items = naming.items_named(ledger, naming.texts_in(texts), who)
    data = make_bundle(ledger, items, as_of=as_of, reader=who, disclose=disclose)
    keyring.write(output, data)
    if settings.as_json:
        show_json({"file": str(output), "items": list(items), "bytes": len(data)})
        return
    what = "1 item" if len(items) == 1 else f"{len(items):,} items"
    click.echo(f"Wrote the proof of {what} to {output}, {len(data):,} bytes.")
    click.echo(f"Verify it anywhere: chiptrail verify {output} --vkey {ledger.vkey}")


@click.command(cls=Command)
@click.option("--vkey", is_flag=True, help="Print the log's verifier key instead.")
@ledger_options
@pass_settings
def checkpoint(settings: Settings, *, vkey: bool) -> None:
    """Print the newest checkpoint.

    It is the log's signed word on all its entries, with the lines of the witnesses that have
    cosigned it (`chiptrail cosign`).

    For example:

        chiptrail checkpoint > checkpoint
        chiptrail checkpoint --vkey
    """
    ledger = settings.open_ledger()
    note = ledger.note().decode()
    if settings.as_json:
        show_json(
            {
                "origin": ledger.origin,
                "size": ledger.head.size,
                "root": ledger.head.root.hex(),
                "vkey": ledger.vkey,
                "checkpoint": note,
            }
        )
    else:
        click.echo(ledger.vkey if vkey else note, nl=vkey)


@click.command(cls=Command)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--entries", is_flag=True, help="Also the entries' leaves: hashes and signatures, no content."
)
@ledger_options
@pass_settings
def publish(settings: Settings, *, directory: Path, entries: bool) -> None:
    """Write the public log as static files.

    Any web server can serve them; the layout is C2SP tlog-tiles. It has hashes alone: no serial, no
    party, no place. Running it again adds what is new.

    For example:

        chiptrail publish ./public
        chiptrail publish /srv/www/log --entries
    """
    from ledger.service.publish import publish as run

    ledger = settings.open_ledger()
    files = 0
    with progress("publishing", "files") as tell:
        for step in run(ledger, directory, entries=entries):
            files = step.done
            tell(files, step.total)
    answer: dict[str, JSON] = {
        "directory": str(directory),
        "files": files + 1,
        "size": ledger.head.size,
    }
    if settings.as_json:
        show_json(answer)
        return
    click.echo(f"Published {ledger.head.size:,} entries in {directory}: {files + 1:,} files.")
    click.echo(f"Whoever reads it needs the verifier key {ledger.vkey}")


@click.command(cls=Command)
@click.option(
    "--repair",
    is_flag=True,
    help="Then make indexes, tiles and projections anew from the entries, where they differ.",
)
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@ledger_options
@pass_settings
def audit(settings: Settings, *, repair: bool, yes: bool) -> None:
    """Recompute everything from entry 0.

    Whatever differs is named, and the exit code is 1. Every signature, every hash, every
    checkpoint, every finding. Nothing is changed, but with --repair: that makes anew what follows
    from the entries, if these give the root that was signed. An entry is never changed.

    For example:

        chiptrail audit
        chiptrail audit --repair
    """
    ledger = settings.open_ledger()
    report = _audit(ledger)
    repaired: tuple[str, ...] = ()
    if repair and report.mendable:
        if not yes:
            _show_audit(report)
            click.echo("To be made anew from the entries, which are as they were signed:", err=True)
            click.echo("  all indexes, all tiles and all projections", err=True)
            click.confirm("Repair?", abort=True, err=True)
        repaired = report.mendable
        report = _repair(ledger)
    if settings.as_json:
        show_json(
            {
                "entries": report.entries,
                "checkpoints": report.checkpoints,
                "tiles": report.tiles,
                "problems": list(report.problems),
                "repaired": list(repaired),
            }
        )
    else:
        if repaired:
            click.echo(
                "Repaired: all indexes, tiles and projections were made anew from the entries."
            )
        _show_audit(report)
        if repair and report.problems:
            click.echo("This cannot be made anew from the entries; restore a backup.")
    if report.problems:
        raise click.exceptions.Exit(BAD_NEWS)


def _audit(ledger: "Ledger") -> "AuditReport":
    from ledger.service.audit import AuditReport, audit

    report: AuditReport | None = None
    with progress("auditing", "entries") as tell:
        for step in audit(ledger):
            if isinstance(step, AuditReport):
                report = step
            else:
                tell(step.done, step.total)
    assert report is not None
    return report


def _repair(ledger: "Ledger") -> "AuditReport":
    from ledger.service.repair import repair

    with progress("repairing", "entries") as tell:
        for step in repair(ledger):
            tell(step.done, step.total)
    return _audit(ledger)


def _show_audit(report: "AuditReport") -> None:
    counts = (
        (report.entries, "entries"),
        (report.checkpoints, "checkpoints"),
        (report.tiles, "full tiles"),
    )
    click.echo(f"Audited: {', '.join(f'{count:,} {what}' for count, what in counts)}.")
    if not report.problems:
        click.echo("Everything agrees: signatures, hashes, order, checkpoints, findings.")
        return
    noun = "contradiction" if len(report.problems) == 1 else "contradictions"
    click.secho(f"{len(report.problems)} {noun}:", fg="red", bold=True)
    for words in report.problems:
        click.echo(f"  {words}")
