"""Asking a ledger elsewhere: items, checks and bundles, as its API answers them.

What it says is shown as it says it; whose word that is, is its operator's. A bundle is verified
before it is kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.output import BAD_NEWS, printable, show, show_json, table
from ledger.cli.output import text as styled
from ledger.cli.remote import Elsewhere
from ledger.cli.settings import Settings
from ledger.judge import Verdict
from ledger.names import moment, party_name

if TYPE_CHECKING:
    from ledger.client.known import Known
    from schemas.strict_json import JSON


def chip(settings: Settings, elsewhere: Elsewhere, text: str, as_of: datetime | None) -> None:
    """Show what is known there of the item that *text* means, and end with the exit code."""
    from ledger.client.known import parse_known

    with elsewhere.opened() as remote:
        said = remote.api.dossier(text, as_of)
    several = said.get("matches")
    if isinstance(several, list):
        listed = "".join(f"\n  {printable(str(item))}" for item in several)
        raise click.UsageError(f"{len(several)} items bear the serial {text}; say which:{listed}")
    known = parse_known(said)
    if settings.as_json:
        show_json([said])
    else:
        _tell(known, is_as_of=as_of is not None)
    if known.verdict is Verdict.STOP:
        raise click.exceptions.Exit(BAD_NEWS)


def _tell(known: "Known", *, is_as_of: bool) -> None:
    from ledger.cli import telling

    holder = "nobody, as far as is known" if known.holder is None else _party(known.holder)
    show(telling.heading(printable(known.item), known.verdict), "", f"with  {holder}")
    worst = telling.open_findings(known.findings)
    if worst:
        found = [replace(one, message=printable(one.message)) for one in worst]
        show("", styled("Found", "bold"), telling.findings_table(found, {}))
    if known.looks:
        looks = telling.indented(map(printable, known.looks))
        show("", styled("Look at next", "bold"), looks)
    steps = table("entry", "when (UTC)", "what was signed", fold=["what was signed"])
    for index, at, told in known.steps:
        steps.add_row(str(index), moment(at), printable(told))
    show("", styled("Story", "bold"), steps, "")
    show(telling.footer(known.as_of, known.size, is_as_of=is_as_of, horizon=known.horizon))


def check(
    settings: Settings,
    elsewhere: Elsewhere,
    texts: Sequence[str],
    *,
    show_all: bool,
    **asked: Any,  # noqa: ANN401 - as ``Api.check`` has them
) -> None:
    """Check *texts* there, show what comes back, and end with the exit code."""
    from ledger.cli.checking import show_check
    from ledger.client.known import parse_checked

    with elsewhere.opened() as remote:
        checked = remote.api.check(texts, **asked)
    if settings.as_json:
        show_json(dict(checked.said))
    else:
        show_check(
            parse_checked(_visible(dict(checked.said))),
            {},
            {},
            show_all=show_all,
            document=asked["document"],
            is_as_of=asked["as_of"] is not None,
        )
    if any(line.verdict is Verdict.STOP for line in checked.lines):
        raise click.exceptions.Exit(BAD_NEWS)


def bundle(
    settings: Settings,
    elsewhere: Elsewhere,
    texts: Sequence[str],
    output: Path,
    *,
    as_of: datetime | None,
    disclose: bool,
) -> None:
    """Fetch the bundle of the items that *texts* name, verify it and keep it."""
    from ledger.note import parse_vkey
    from ledger.service import keyring
    from ledger.service.geography import load_atlas
    from ledger.verify import verify_bundle

    with elsewhere.opened() as remote:
        data = remote.api.bundle(texts, as_of, disclose=disclose)
        vkey = remote.vkey
    verified = verify_bundle(data, parse_vkey(vkey), load_atlas())
    keyring.write(output, data)
    items = [subject.item for subject in verified.subjects]
    if settings.as_json:
        show_json({"file": str(output), "items": [*items], "bytes": len(data)})
        return
    what = "1 item" if len(items) == 1 else f"{len(items):,} items"
    click.echo(f"Wrote the proof of {what} to {output}, {len(data):,} bytes. It verifies.")
    click.echo(f"Verify it anywhere: chiptrail verify {output} --vkey {vkey}")


def _party(party: str) -> str:
    return printable(party_name(party, {}))


def _visible(value: "JSON") -> "JSON":
    """*value* with every text in it ``printable``."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_visible(one) for one in value]
    if isinstance(value, dict):
        return {printable(name): _visible(one) for name, one in value.items()}
    return value
