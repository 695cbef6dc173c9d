"""Look at the rules that everything is judged by, and at what others would change."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ledger.cli.help import Group
from ledger.cli.output import folded, progress, show, show_json, table, warn
from ledger.cli.settings import MOMENT, Settings, ledger_options, pass_settings
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.controls import Dated
    from ledger.rules import RulePack
    from ledger.service.rule_diff import Change


@click.group(cls=Group, invoke_without_command=True)
@click.option("--on", type=MOMENT, metavar="DAY", help="In force on this day; today if not given.")
@ledger_options
@pass_settings
@click.pass_context
def rules(ctx: click.Context, settings: Settings, *, on: datetime | None) -> None:
    """Show the rules in force, or what others would change.

    Each has its citation. They are those of the product, and of the files in the folder `rules` of
    the ledger. Nothing in them is legal advice.

    For example:

        chiptrail rules --on 2026-02-02
        chiptrail rules diff used new-rules
    """
    if ctx.invoked_subcommand is not None:
        return
    pack = settings.open_ledger().pack
    day = (on or datetime.now(UTC)).astimezone(UTC).date()
    rows = [(kind, name, words, row) for kind, name, words, row in _rows(pack)]
    rows = [row for row in rows if row[3].is_in_force(day)]
    if settings.as_json:
        said: list[JSON] = [_to_json(*row) for row in rows]
        show_json({"pack": pack.id, "sha256": pack.sha256.hex(), "rows": said})
        return
    shown = table("id", "says", "since", "until", "source", fold=["says", "source"])
    for _, name, words, row in rows:
        until = "" if row.effective_to is None else str(row.effective_to)
        shown.add_row(name, words, str(row.effective_from), until, row.source)
    show(f"Pack {pack.id}, {pack.sha256.hex()}, on {day}. No legal advice.", "", shown)


def _rows(pack: "RulePack") -> "Iterator[tuple[str, str, str, Dated]]":
    """Kind, id and content of every row; of a rule the last that is in force counts."""
    for rule in pack.rules:
        figures = ", ".join(f"{name} {value}" for name, value in rule.parameters.items())
        yield "rule", rule.id, f"{rule.title}: {figures}", rule
    for group in pack.countries:
        yield "countries", group.group, " ".join(group.members), group
    for control in pack.controls:
        yield "control", control.id, control.title, control
    for terms in pack.exceptions:
        yield "exception", terms.id, terms.title, terms
    for one in pack.listed:
        yield "listed", one.list, ", ".join((*one.names, *one.identifiers)), one


def _to_json(kind: str, name: str, words: str, row: "Dated") -> JSON:
    return {
        "kind": kind,
        "id": name,
        "says": words,
        "from": str(row.effective_from),
        "until": None if row.effective_to is None else str(row.effective_to),
        "citation": row.citation,
        "checked": str(row.checked),
        "unverified": row.is_unverified,
    }


@rules.command()
@click.argument("one")
@click.argument("other")
@click.option("--on", type=MOMENT, metavar="TIME", help="Judged as of then; now if not given.")
@ledger_options
@pass_settings
def diff(settings: Settings, *, one: str, other: str, on: datetime | None) -> None:
    """Show which shipments would be judged otherwise by OTHER than by ONE, and why.

    Each is `used`, the rules of the ledger; `base`, those of the product alone; or a file, or a
    folder of files, that would stand in the folder `rules`. Where they name other borders, that is
    said too; places are judged by those that are installed.

    For example:

        chiptrail rules diff base used
        chiptrail rules diff used ./new-rules --on 2026-06-01
    """
    from ledger.service.rule_diff import border_change, differences, load_rules

    ledger = settings.open_ledger()
    packs = load_rules(ledger, one), load_rules(ledger, other)
    change_of_borders = border_change(*packs, ledger)
    if change_of_borders is not None:
        warn(change_of_borders)
    found: tuple[Change, ...] = ()
    with progress("Judging", "items") as tell:
        for step in differences(ledger, *packs, on or ledger.clock.now()):
            if isinstance(step, tuple):
                found = step
            else:
                tell(step.done, step.total)
    if settings.as_json:
        show_json([_change_to_json(change) for change in found])
        return
    names = ledger.registry.names
    for change in found:
        click.echo(_told(change, names))
    entries = len({change.found.index for change in found})
    noun = "shipment" if entries == 1 else "shipments"
    click.echo(f"{entries or 'No'} {noun} would be judged otherwise.")


def _told(change: "Change", names: dict[str, str]) -> str:
    from ledger.names import retell

    found = change.found
    word = "no more" if change.is_gone else "new"
    noun = "item" if change.items == 1 else "items"
    head = f"Entry {found.index}, {change.items:,} {noun}: {word}, {found.code}. "
    return folded(head + retell(found.message, names), 2)


def _change_to_json(change: "Change") -> JSON:
    found = change.found
    return {
        "index": found.index,
        "code": found.code.value,
        "items": change.items,
        "gone": change.is_gone,
        "message": found.message,
    }
