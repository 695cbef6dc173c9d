"""Look at parties: who they are, their keys, and what they allow each other."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.help import Command
from ledger.cli.output import show, show_json, table
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.errors import NotFound
from schemas.formats import format_time
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.registry import EnrolledKey, Mandate, Registry
    from schemas.statement import Grant, Licence, Site

_KEYID_DIGITS = 16


@click.command(cls=Command)
@click.argument("name", metavar="[PARTY]", required=False)
@ledger_options
@pass_settings
def party(settings: Settings, *, name: str | None) -> None:
    """Show who a party is.

    Its roles, its keys and how they are vouched for, whom it lets sign for it and for whom it may,
    its licences, sites and grants. Without PARTY, all parties in a list.

    For example:

        chiptrail party
        chiptrail party acme --json
    """
    ledger = settings.open_ledger()
    registry = ledger.registry
    if name is None:
        found = sorted(registry.parties)
    else:
        found = [naming.party_named(ledger, name)]
        if found[0] not in registry.parties:
            raise NotFound(f"no party {found[0]} is enrolled")
    if settings.as_json:
        said = [_to_json(registry, one) for one in found]
        show_json(said if name is None else said[0])
    elif name is None:
        _list(registry, found)
    else:
        _tell(registry, found[0])


def _keys(registry: "Registry", party: str) -> "list[EnrolledKey]":
    return [key for key in registry.by_index.values() if key.party == party]


def _mandates(registry: "Registry", party: str, side: int) -> "Iterator[tuple[str, Mandate]]":
    """Those of *party* as principal (*side* 0) or agent (1), each with the other party."""
    for pair, mandate in registry.mandates().items():
        if pair[side] == party and mandate.acts:
            yield pair[1 - side], mandate


def _licences(registry: "Registry", party: str) -> "list[tuple[int, Licence]]":
    return [(i, one) for i, one in registry.licences.items() if party in (one.holder, *one.drawers)]


def _sites(registry: "Registry", party: str) -> "list[tuple[int, Site]]":
    return [(i, one) for i, one in registry.sites.items() if party in (one.party, one.operated_by)]


def _grants(registry: "Registry", party: str) -> "list[tuple[int, Grant]]":
    return [(i, one) for i, one in registry.grants.items() if party in (one.party, one.grantee)]


# For people --------------------------------------------------------------------------------------


def _list(registry: "Registry", parties: list[str]) -> None:
    rows = table("party", "name", "roles", "live keys", right=["live keys"], fold=["name", "roles"])
    for party in parties:
        known = registry.parties[party]
        live = sum(key.revoked is None for key in _keys(registry, party))
        rows.add_row(party, known.names[0], ", ".join(sorted(known.roles)), str(live))
    show(rows)


def _tell(registry: "Registry", party: str) -> None:
    rows = table("", "", fold=[""])
    rows.show_header = False
    for label, words in _facts(registry, party):
        rows.add_row(label, words)
    show(party, "", rows)


def _facts(registry: "Registry", party: str) -> Iterator[tuple[str, str]]:
    from ledger.names import party_name
    from ledger.statement_story import tell_statement

    known = registry.parties[party]
    names = registry.names
    yield "name", ", ".join(known.names)
    yield "roles", ", ".join(sorted(known.roles)) or "none"
    for prefix in known.prefixes:
        yield "item ids", f"{prefix}..."
    for key in _keys(registry, party):
        yield "key", _key(key)
    for agent, mandate in _mandates(registry, party, 0):
        yield "lets sign", f"{party_name(agent, names)}: {_mandate(mandate)}"
    for principal, mandate in _mandates(registry, party, 1):
        yield "signs for", f"{party_name(principal, names)}: {_mandate(mandate)}"
    for index, licence in _licences(registry, party):
        yield "licence", f"{tell_statement(licence, names)} (entry {index})"
    for index, site in _sites(registry, party):
        yield "site", f"{tell_statement(site, names)} {site.id} (entry {index})"
    for index, grant in _grants(registry, party):
        yield "grant", f"{tell_statement(grant, names)} (entry {index})"
    yield "said in", f"entries {', '.join(map(str, known.indexes))}"


def _key(key: "EnrolledKey") -> str:
    vouched = "" if key.endorsed else ", on the registrar's word alone"
    revoked = "" if key.revoked is None else f", revoked by entry {key.revoked}"
    since = "" if key.suspected_since is None else f", suspected since {_at(key.suspected_since)}"
    return f"{key.key.keyid[:_KEYID_DIGITS]} since entry {key.index}{vouched}{revoked}{since}"


def _mandate(mandate: "Mandate") -> str:
    acts = ", ".join(sorted(mandate.acts))
    period = f"{_at(mandate.starts_at)} to {_at(mandate.ends_at)}"
    return f"{acts}, {period} (entry {mandate.said_in})"


def _at(at: "datetime") -> str:
    from ledger.names import moment

    return f"{moment(at)} UTC"


# For programs ------------------------------------------------------------------------------------


def _to_json(registry: "Registry", party: str) -> JSON:
    from schemas.statement import encode_statement
    from schemas.strict_json import load

    def told(
        said: "list[tuple[int, Licence]] | list[tuple[int, Site]] | list[tuple[int, Grant]]",
    ) -> list[JSON]:
        return [{"index": index, "statement": load(encode_statement(one))} for index, one in said]

    known = registry.parties[party]
    return {
        "id": party,
        "names": list(known.names),
        "roles": [*sorted(known.roles)],
        "itemPrefixes": list(known.prefixes),
        "indexes": list(known.indexes),
        "keys": [_key_to_json(key) for key in _keys(registry, party)],
        "agents": [_mandate_to_json(*one) for one in _mandates(registry, party, 0)],
        "principals": [_mandate_to_json(*one) for one in _mandates(registry, party, 1)],
        "licences": told(_licences(registry, party)),
        "sites": told(_sites(registry, party)),
        "grants": told(_grants(registry, party)),
    }


def _key_to_json(key: "EnrolledKey") -> JSON:
    since = key.suspected_since
    return {
        "keyid": key.key.keyid,
        "index": key.index,
        "endorsed": key.endorsed,
        "revoked": key.revoked,
        "suspectedSince": None if since is None else format_time(since),
    }


def _mandate_to_json(other: str, mandate: "Mandate") -> JSON:
    return {
        "party": other,
        "acts": [*sorted(mandate.acts)],
        "from": format_time(mandate.starts_at),
        "until": format_time(mandate.ends_at),
        "index": mandate.said_in,
    }
