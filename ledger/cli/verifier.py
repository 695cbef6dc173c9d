"""Verifier: the browser's verifier as one file."""

from hashlib import sha256
from pathlib import Path

import click

from ledger.cli.help import Command
from ledger.cli.output import show_json
from ledger.cli.settings import Settings, json_option, pass_settings


@click.command(cls=Command)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    required=True,
    help="Where to write it, such as verify.html.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh-Hant", "zh-Hans"]),
    default="en",
    show_default=True,
    help="What it speaks.",
)
@json_option
@pass_settings
def verifier(settings: Settings, *, output: Path, language: str) -> None:
    """Write the browser's verifier as one file.

    It opens from a disk in any newer browser, takes a bundle and the log's verifier key, and does
    steps 1 to 11 of `chiptrail verify` there; what was found and who holds what is not recomputed,
    and it says so. It opens no connection. Serials can be compared with what the bundle is about.

    For example:

        chiptrail verifier -o verify.html
        chiptrail verifier -o verify.html --language zh-Hant
    """
    from ledger.service import keyring
    from web.pages.languages import told_scripts
    from web.verifier import verifier_page

    data = verifier_page(language, told_scripts(language))
    keyring.write(output, data)
    digest = sha256(data).hexdigest()
    if settings.as_json:
        show_json({"file": str(output), "bytes": len(data), "sha256": digest})
        return
    click.echo(f"Wrote the verifier to {output}, {len(data):,} bytes, SHA-256 {digest}.")
    click.echo("Open it in a browser; it needs no connection.")
