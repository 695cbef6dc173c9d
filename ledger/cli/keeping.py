"""Keep: back up, restore, recover."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ledger.cli.help import Command
from ledger.cli.output import BAD_NEWS, CANNOT_OPEN, progress, show_json
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger
    from ledger.service.progress import Progress
    from ledger.service.recover import Recovery
    from schemas.manifest import Manifest

T = TypeVar("T")

# Of entries that could not be found so many are named.
_SHOWN = 20


def _last(label: str, unit: str, steps: "Iterable[Progress | T]") -> T:
    """What comes out of *steps* at the end; progress is shown meanwhile."""
    from ledger.service.progress import Progress

    answer: T | None = None
    with progress(label, unit) as tell:
        for step in steps:
            if isinstance(step, Progress):
                tell(step.done, step.total)
            else:
                answer = step
    assert answer is not None
    return answer


@click.command(cls=Command)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--no-disclosures",
    is_flag=True,
    help="For a copy that goes to others: leave out what was disclosed of withheld fields, which"
    " parties can send again, and users and tokens.",
)
@ledger_options
@pass_settings
def backup(settings: Settings, *, directory: Path, no_disclosures: bool) -> None:
    """Write a backup as the new folder DIR.

    Others may go on writing meanwhile. It has all entries as of one moment and is audited before it
    is there, so it takes as long as an audit. It has no key and no checkpoint file: keep those of
    the ledger's folder apart, log.key and operator.key somewhere safe, the checkpoint file on
    another disk. Whoever reads a backup reads all that the ledger knows. Users and tokens are in
    it, with hashes of what lets them in, and no session or invitation.

    For example:

        chiptrail backup /mnt/backups/2026-03-01
        chiptrail backup ./for-the-host --no-disclosures
    """
    from ledger.service.backup import back_up

    ledger = settings.open_ledger()
    steps = back_up(ledger, directory, disclosures=not no_disclosures)
    manifest = _last("backing up", "rows", steps)
    size = sum(file.size for file in manifest.files)
    if settings.as_json:
        show_json({"directory": str(directory), "bytes": size, **_told(manifest)})
        return
    click.echo(f"Backed up {manifest.size:,} entries to {directory}, {size:,} bytes, and audited.")
    click.echo("Not in it: log.key, operator.key, the checkpoint file. Keep copies of them apart.")


def _told(manifest: "Manifest") -> dict[str, JSON]:
    return {
        "origin": manifest.origin,
        "size": manifest.size,
        "root": manifest.root.hex(),
        "disclosures": manifest.has_disclosures,
        "accounts": manifest.has_accounts,
    }


@click.command(cls=Command)
@click.argument("directory", metavar="BACKUP", type=click.Path(path_type=Path, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Verify all of it and put nothing in place.")
@ledger_options
@pass_settings
def restore(settings: Settings, *, directory: Path, dry_run: bool) -> None:
    """Put a backup in place.

    The ledger's folder must have log.key and operator.key and no database; put the newest
    checkpoint file there too, if it is left. The backup is audited first: all of it is put in place
    or nothing. A ledger that ends before what was signed last is read-only, and so is one without a
    checkpoint file: `chiptrail recover` is the way on. Users and tokens are those of the backup:
    who was shut out since then can get in again.

    For example:

        chiptrail restore /mnt/backups/2026-03-01 --dry-run
        chiptrail restore /mnt/backups/2026-03-01 --data ./chiptrail-data
    """
    from ledger.service.restore import restore as run

    steps = run(directory, settings.folder, settings.database, dry_run=dry_run)
    manifest = _last("restoring", "entries", steps)
    if dry_run:
        if settings.as_json:
            show_json({"restored": False, **_told(manifest)})
        else:
            click.echo(f"The backup is whole: {manifest.size:,} entries. Nothing was put in place.")
        return
    ledger = settings.open_ledger()
    if settings.as_json:
        show_json({"restored": True, **_told(manifest), "readOnly": ledger.stopped})
    else:
        click.echo(f"Restored {manifest.size:,} entries, audited, to {settings.folder}.")
        if manifest.has_accounts:
            click.echo("Users and tokens are as of the backup: who was shut out since can get in.")
        else:
            click.echo("Users and tokens are not in it: invite and make them anew.")
        _show_state(ledger)


def _show_state(ledger: "Ledger") -> None:
    if ledger.stopped is None:
        click.echo("It ends with what was signed last, and goes on.")
    else:
        click.secho(f"READ-ONLY: {ledger.stopped}.", fg="red", bold=True)


@click.command(cls=Command)
@click.argument(
    "sources", metavar="SOURCE...", nargs=-1, type=click.Path(path_type=Path, exists=True)
)
@click.option(
    "--retire",
    is_flag=True,
    help="Give the missing entries up: read-only for good. A successor goes on under another name.",
)
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@ledger_options
@pass_settings
def recover(settings: Settings, *, sources: tuple[Path, ...], retire: bool, yes: bool) -> None:
    """Find what was signed last, and refill what is missing.

    For a ledger that is read-only because its database is old, or its checkpoint file missing or
    old. SOURCE is whatever others hold of it: the folder of a published log (best with --entries),
    files of submissions as `chiptrail sign` writes them, receipts as --json prints them, proofs,
    checkpoints; or a damaged SQLite file, moved away, as far as it can be read. The entries are
    taken in only if all of them are found and give the very root that was signed; nothing is signed
    anew. What is found is shown first.

    If they are not to be found, --retire ends the ledger: `chiptrail init --predecessor` founds
    the one that goes on from it.

    For example:

        chiptrail recover ./public acme.ndjson receipts.ndjson
        chiptrail recover newest-checkpoint
        chiptrail recover damaged.sqlite3 ./public
        chiptrail recover --retire
    """
    from ledger.service.recover import recover as run

    ledger = settings.open_ledger()
    if retire:
        _retire(settings, ledger, sources, yes=yes)
        return
    found = _last("looking", "entries", run(ledger, sources, keep=False))
    if not settings.as_json:
        _show_found(ledger, found)
    is_done = False
    if not found.missing:
        if not (found.is_certain or yes):
            click.confirm(_vouching(found), abort=True, err=True)
        _last("recovering", "entries", run(ledger, sources, keep=True))
        is_done = True
    _show_recovered(settings, ledger, found, is_done=is_done)


def _vouching(found: "Recovery") -> str:
    size = found.head.checkpoint.size
    return (
        f"Nobody here can know whether anything was signed after these {size:,} entries. If there"
        " was, going on makes a second history, and that cannot be undone. Was nothing signed"
        " after them?"
    )


def _show_found(ledger: "Ledger", found: "Recovery") -> None:
    size, head = found.size, found.head
    who = head.source or "the database itself, and nobody else"
    click.echo(f"{ledger.origin}")
    click.echo(f"  in the database  {size:,} entries")
    click.echo(f"  signed last      {head.checkpoint.size:,} entries, says {who}")
    gap = head.checkpoint.size - size
    if not gap:
        click.echo("  missing          nothing")
    elif not found.missing:
        click.echo(f"  missing          {gap:,} entries, all found: they give the signed root")
    else:
        click.echo(f"  missing          {gap:,} entries")
        for words in found.missing[:_SHOWN]:
            click.echo(f"    {words}")
        if len(found.missing) > _SHOWN:
            click.echo(f"    and {len(found.missing) - _SHOWN:,} more")


def _show_recovered(
    settings: Settings, ledger: "Ledger", found: "Recovery", *, is_done: bool
) -> None:
    size = found.head.checkpoint.size
    if settings.as_json:
        show_json(
            {
                "had": found.size,
                "size": size,
                "recovered": size - found.size if is_done else 0,
                "missing": list(found.missing),
                "readOnly": ledger.stopped,
            }
        )
    elif is_done:
        if size > found.size:
            click.echo(f"Put back entries {found.size:,} to {size - 1:,}; nothing was signed anew.")
        _show_state(ledger)
    else:
        click.echo("Nothing was changed. Give more sources; or, if they are lost, --retire.")
    if not is_done:
        raise click.exceptions.Exit(BAD_NEWS)
    if ledger.stopped is not None:
        raise click.exceptions.Exit(CANNOT_OPEN)


def _retire(settings: Settings, ledger: "Ledger", sources: Sequence[Path], *, yes: bool) -> None:
    from ledger.service import retirement

    ending = retirement.last_signed(ledger, sources)
    size, start = ending.head.checkpoint.size, ending.size
    lost = f"entries {start:,} to {size - 1:,} are lost" if start < size else "nothing is lost"
    if not yes:
        click.echo(f"{ledger.origin} signed {size:,} entries; {lost}.", err=True)
        click.echo("Retired, it can be read and audited, and records nothing ever again.", err=True)
        click.confirm(f"Retire {ledger.origin}, for good?", abort=True, err=True)
    retirement.retire(ledger, ending)
    if settings.as_json:
        show_json({"retired": ledger.origin, "size": size, "had": start})
        return
    click.echo(f"Retired {ledger.origin}: {size:,} entries were signed, {lost}.")
    click.echo(
        f"Next: chiptrail init NEW-ORIGIN --data NEW-FOLDER --predecessor {settings.folder}"
        " --registrar-key FILE"
    )
