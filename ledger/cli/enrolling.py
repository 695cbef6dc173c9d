"""Enrol: what the registrar says of parties and keys, of rule packs and landmarks."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.founding import PARTY_ID, REGISTRAR_KEY
from ledger.cli.help import Group
from ledger.cli.keyfiles import open_key, passphrase_option
from ledger.cli.output import show_json
from ledger.cli.settings import MOMENT, Settings, ledger_options, pass_settings
from schemas.errors import NotFound, WrongLedger

if TYPE_CHECKING:
    from ledger.service.capture import Receipt
    from ledger.service.enrolment import Registrar
    from ledger.service.ledger import Ledger
    from schemas.key_request import KeyRequest
    from schemas.statement import CountryFact

# The roles of schemas.statement.Role, which takes too long to load for --help; a test compares.
ROLES = (
    "maker",
    "packer",
    "distributor",
    "exporter",
    "carrier",
    "consignee",
    "end-user",
    "inspector",
    "auditor",
    "operator",
    "registrar",
)

# Fewer would let a slip of the hand revoke somebody else's key.
_KEYID_DIGITS = 8

registrar_option = click.option(
    "--registrar-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The registrar's key file; registrar.key in the ledger's folder if not given.",
)


@click.group(cls=Group)
def enroll() -> None:
    """Admit parties and keys, revoke keys, name rule packs.

    The registrar signs all of it.
    """


@enroll.command()
@click.argument("party", type=PARTY_ID)
@click.option("--name", "names", multiple=True, required=True, help="A name; the first is shown.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(ROLES),
    metavar="ROLE",
    help=f"What it does: {', '.join(ROLES)}; may be given several times.",
)
@click.option(
    "--prefix",
    "prefixes",
    multiple=True,
    metavar="PREFIX",
    help="Beginning of the item ids that it may commission, e.g."
    " https://id.gs1.org/01/09506000134352/21/; of pallets (SSCC) the extension digit comes before"
    " the company prefix, https://id.gs1.org/00/10614141. May be given several times.",
)
@click.option("--country", metavar="CC", help="Country of its seat, two capitals.")
@click.option("--hq-country", metavar="CC", help="Country of its head office.")
@click.option("--parent-country", metavar="CC", help="Country of its ultimate parent.")
@click.option(
    "--ultimate-parent",
    metavar="PARTY|NAME",
    help="Who controls it in the end: parties with one parent do not vouch for each other.",
)
@click.option("--source", metavar="TEXT", help="Where the countries were read.")
@click.option("--source-date", metavar="DATE", help="When they were read, as 2026-01-31.")
@click.option("--lei", metavar="TEXT", help="Legal entity identifier.")
@click.option("--gln", metavar="TEXT", help="Global location number.")
@click.option("--eori", metavar="TEXT", help="EORI number.")
@click.option("--duns", metavar="TEXT", help="D-U-N-S number.")
@registrar_option
@passphrase_option
@ledger_options
@pass_settings
def party(
    settings: Settings,
    /,
    *,
    party: str,
    names: tuple[str, ...],
    roles: tuple[str, ...],
    prefixes: tuple[str, ...],
    country: str | None,
    hq_country: str | None,
    parent_country: str | None,
    ultimate_parent: str | None,
    source: str | None,
    source_date: str | None,
    registrar_key: Path | None,
    passphrase_file: Path | None,
    **identifiers: str | None,
) -> None:
    """Say who PARTY is; saying it again takes the place of what was said before.

    For example:

        chiptrail enroll party oslo --name "Oslo Compute" --role consignee
        chiptrail enroll party acme --name Acme --role maker --prefix "$PREFIX"
    """
    from schemas.statement import Role, Subject

    read = source, source_date
    subject = Subject(
        id=party,
        names=names,
        roles=tuple(Role(role) for role in roles),
        item_prefixes=prefixes,
        country=_fact(country, *read),
        hq_country=_fact(hq_country, *read),
        ultimate_parent_country=_fact(parent_country, *read),
        ultimate_parent=ultimate_parent,
        identifiers={name: text for name, text in identifiers.items() if text},
    )
    ledger = settings.open_ledger()
    clerk = _registrar(settings, ledger, registrar_key, passphrase_file)
    _show(settings, clerk.enroll_party(subject), f"Enrolled {party}")


def _fact(code: str | None, source: str | None, read_on: str | None) -> "CountryFact | None":
    from schemas.statement import CountryFact

    if code is None:
        return None
    if source is None or read_on is None:
        raise click.UsageError("a country needs --source and --source-date")
    try:
        return CountryFact(code, source, date.fromisoformat(read_on))
    except ValueError as exc:
        raise click.BadParameter(
            f"got {read_on!r}, want a day such as 2026-01-31", param_hint="--source-date"
        ) from exc


@enroll.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@registrar_option
@passphrase_option
@ledger_options
@pass_settings
def key(
    settings: Settings, file: Path, registrar_key: Path | None, passphrase_file: Path | None
) -> None:
    """Enrol the key in FILE: a request from `chiptrail keygen --origin`, or a key file.

    A second key of a party should be endorsed by one that it has (keygen --endorse-with); else it
    rests on the registrar's word alone, and is marked so.

    For example:

        chiptrail enroll key acme.key.request
        chiptrail enroll key acme.key --registrar-key reg.key
    """
    ledger = settings.open_ledger()
    request = _request_in(file, ledger, passphrase_file)
    if request.origin != ledger.origin:
        raise WrongLedger(f"{file} is a request to {request.origin}, this is {ledger.origin}")
    clerk = _registrar(settings, ledger, registrar_key, passphrase_file)
    receipt = clerk.enroll_key(
        request.party, request.public_key, request.proof, request.endorsement
    )
    _show(settings, receipt, f"Enrolled a key of {request.party}")


def _request_in(file: Path, ledger: "Ledger", passphrase_file: Path | None) -> "KeyRequest":
    from ledger.keys import key_proof_message
    from ledger.service import keyring
    from schemas.key_request import KeyRequest, is_key_request, parse_key_request

    data = keyring.read(file)
    if is_key_request(data):
        return parse_key_request(data)
    opened = open_key(file, passphrase_file)
    message = key_proof_message(ledger.origin, opened.name, opened.key.public.keyid)
    proof = opened.key.sign(message)
    return KeyRequest(ledger.origin, opened.name, opened.key.public.raw, proof)


@enroll.command()
@click.argument("keyid")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for those who look it up.")
@click.option(
    "--suspected-since",
    type=MOMENT,
    metavar="TIME",
    help="Since when others may have had it: what it signed from then on is marked.",
)
@click.option(
    "--key",
    "own_key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Sign with the key itself instead of the registrar's: a key may revoke itself.",
)
@registrar_option
@passphrase_option
@ledger_options
@pass_settings
def revoke(
    settings: Settings,
    *,
    keyid: str,
    reason: str,
    suspected_since: datetime | None,
    own_key: Path | None,
    registrar_key: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Take the key KEYID out of use from now on; what it signed before stays as it is.

    Of a landmark: what it measured counts only in what is recorded by then.

    KEYID may be cut short, to eight digits or more, as long as it is clear which key is meant.

    For example:

        chiptrail enroll revoke 3f9a1c2e --reason "laptop stolen on 2 March"
    """
    if re.fullmatch(f"[0-9A-Fa-f]{{{_KEYID_DIGITS},64}}", keyid) is None:
        raise click.BadParameter(
            f"got {keyid!r}, want {_KEYID_DIGITS} to 64 hex digits of the key id",
            param_hint="KEYID",
        )
    ledger = settings.open_ledger()
    keys, marks = ledger.registry.keys, ledger.registry.marks
    matches = [known for known in {**keys, **marks} if known.startswith(keyid.lower())]
    if len(matches) != 1:
        raise NotFound(f"{len(matches)} enrolled keys begin with {keyid!r}, want exactly one")
    clerk = _registrar(settings, ledger, own_key or registrar_key, passphrase_file)
    whose = keys[matches[0]].party if matches[0] in keys else "a landmark"
    receipt = clerk.revoke_key(matches[0], reason, suspected_since)
    _show(settings, receipt, f"Revoked key {matches[0]} of {whose}")


@enroll.command("rule-pack")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@registrar_option
@passphrase_option
@ledger_options
@pass_settings
def rule_pack(
    settings: Settings, file: Path | None, registrar_key: Path | None, passphrase_file: Path | None
) -> None:
    """Say that FILE is a rule pack to judge by: its id, and the hash of its exact bytes.

    Without FILE, the rules that this ledger judges by, as `chiptrail rules` shows them.

    For example:

        chiptrail enroll rule-pack
    """
    from ledger.rule_files import parse_pack
    from ledger.service import keyring
    from schemas.statement import RulePackStatement, draft_of

    ledger = settings.open_ledger()
    pack = ledger.pack if file is None else parse_pack(keyring.read(file))
    clerk = _registrar(settings, ledger, registrar_key, passphrase_file)
    receipt = clerk.say(draft_of(RulePackStatement, pack=pack.id, sha256=pack.sha256))
    _show(settings, receipt, f"Named rule pack {pack.id}, {pack.sha256.hex()}")


@enroll.command()
@click.argument("name")
@click.option("--place", required=True, metavar="LAT,LON", help="Where it stands, in degrees.")
@click.option("--country", required=True, metavar="CC", help="Its country, two capitals.")
@click.option(
    "--public-key", required=True, metavar="BASE64", help="The key with which it signs; 32 bytes."
)
@registrar_option
@passphrase_option
@ledger_options
@pass_settings
def landmark(
    settings: Settings,
    *,
    name: str,
    place: str,
    country: str,
    public_key: str,
    registrar_key: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Name a landmark: a machine at a known place that measures how far away others are.

    For example:

        chiptrail enroll landmark OSL --place 60,11 --country NO --public-key "$K"
    """
    from schemas.statement import Landmark, draft_of

    spot = naming.spot(place, country)
    draft = draft_of(
        Landmark,
        name=name,
        latitude=spot.latitude,
        longitude=spot.longitude,
        country=country.upper(),
    )
    clerk = _registrar(settings, settings.open_ledger(), registrar_key, passphrase_file)
    _show(settings, clerk.say({**draft, "publicKey": public_key}), f"Named landmark {name}")


def _registrar(
    settings: Settings, ledger: "Ledger", path: Path | None, passphrase_file: Path | None
) -> "Registrar":
    from ledger.service.enrolment import Registrar

    ledger.demand_writable()
    opened = open_key(path or settings.folder / REGISTRAR_KEY, passphrase_file)
    return Registrar(ledger, opened.key)


def _show(settings: Settings, receipt: "Receipt", what: str) -> None:
    if settings.as_json:
        show_json({"index": receipt.index, "size": receipt.size, "created": receipt.created})
    else:
        click.echo(f"{what}: entry {receipt.index}.")
