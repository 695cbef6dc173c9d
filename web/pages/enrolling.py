"""Enrolling a party: who it is, where it sits and who owns it, each with where that was read.

GET, POST  /administration/parties     the form, with what was said last; then to be signed

The registrar signs it: its own users here, with a key in the browser; whoever else runs the ledger
takes the draft to the key.
"""

from collections.abc import Mapping
from datetime import date

from flask import Response, request
from flask_babel import get_locale
from flask_babel import gettext as _

from ledger.names import PARTY_PREFIX
from ledger.service.founding import OPERATOR
from ledger.service.tokens import Caller, Scope
from schemas.country import COUNTRIES
from schemas.errors import Forbidden, Refusal
from schemas.formats import check_party_id
from schemas.statement import CountryFact, PartyStatement, Role, Subject, draft_of
from web.access import caller, ledger, needs
from web.pages.frame import make_blueprint, page
from web.pages.naming import reason
from web.pages.preparing import prepare_all

blueprint = make_blueprint("enrolling")

FACTS = ("country", "hq_country", "ultimate_parent_country")
IDENTIFIERS = ("lei", "gln", "eori", "duns")


@blueprint.get("/administration/parties")
@needs(Scope.ADMIN)
def ask() -> Response:
    """The form; of a party that is there with what was said of it last."""
    _demand_office()
    return _form(_said_last(request.args.get("party", "")))


@blueprint.post("/administration/parties")
@needs(Scope.ADMIN)
def prepare() -> Response:
    """What the form says, to be signed."""
    _demand_office()
    form, faults = _sent(), dict[str, str]()
    subject = _subject(form, faults)
    if faults:
        return _form(form, faults)
    try:
        prepared = prepare_all([draft_of(PartyStatement, subject=subject)])
    except Refusal as exc:
        return _form(form, {_field_of(exc.pointer): reason(exc.message)})
    registrar = ledger().registry.registrar
    return page(
        "administration/party_sign.html",
        subject=subject,
        prepared=prepared,
        registrar=registrar,
        is_registrar=caller().party == registrar,
    )


def _sent() -> dict[str, str]:
    form = {name: text.strip() for name, text in request.form.items()}
    return form | {"roles": " ".join(request.form.getlist("roles"))}


# Members of a statement and the fields of the form that say them.
_FIELDS = {"names": "names", "roles": "roles", "itemPrefixes": "prefixes", "identifiers": "lei"}
_FIELDS |= {"country": "country", "hqCountry": "hq_country", "ultimateParent": "ultimate_parent"}
_FIELDS |= {"ultimateParentCountry": "ultimate_parent_country"}


def _field_of(pointer: str | None) -> str:
    """The field that says what stands at *pointer*, such as ``/subject/itemPrefixes/0``."""
    parts = (pointer or "").split("/")
    return _FIELDS.get((*parts, "", "", "")[2], "id")


def may_enrol(who: Caller) -> bool:
    """Whether *who* looks after the parties of the ledger."""
    is_office = who.party in (ledger().registry.registrar, OPERATOR)
    return is_office and Scope.ADMIN in who.scopes


blueprint.add_app_template_global(may_enrol)


def _demand_office() -> None:
    if not may_enrol(caller()):
        raise Forbidden("parties are enrolled by the registrar, and by who runs the ledger")


def _subject(form: Mapping[str, str], faults: dict[str, str]) -> Subject:
    """What the form says; *faults* are added to by field."""
    roles = form["roles"].split()
    party = form.get("id", "")
    party = party if ":" in party else f"{PARTY_PREFIX}{party}"
    try:
        check_party_id(party)
    except ValueError:
        faults["id"] = _("Want letters, digits and . _ - such as acme, or a whole id.")
    if not _lines(form, "names"):
        faults["names"] = _("Say what it is called.")
    if not roles or not {*roles} <= {*Role}:
        faults["roles"] = _("Choose what it does, one or more.")
    facts = {name: _fact(form, name, faults) for name in FACTS}
    found = {name: form[name] for name in IDENTIFIERS if form.get(name)}
    return Subject(
        party,
        _lines(form, "names"),
        tuple([Role(role) for role in roles if role in {*Role}]),
        _lines(form, "prefixes"),
        **facts,
        ultimate_parent=form.get("ultimate_parent") or None,
        identifiers=found,
    )


def _fact(form: Mapping[str, str], name: str, faults: dict[str, str]) -> CountryFact | None:
    code = form.get(name, "").upper()
    if not code:
        return None
    if code not in COUNTRIES:
        faults[name] = _("Want a country by its two letters, such as SG.")
        return None
    source, day = form.get(f"{name}_source", ""), form.get(f"{name}_date", "")
    if not source:
        faults[f"{name}_source"] = _("Say where that was read.")
    try:
        return CountryFact(code, source, date.fromisoformat(day))
    except ValueError:
        faults[f"{name}_date"] = _("Say on which day it was read, such as 2026-01-31.")
    return None


def _lines(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    lines = [line.strip() for line in form.get(name, "").splitlines()]
    return tuple(dict.fromkeys([line for line in lines if line]))


def _said_last(party: str) -> dict[str, str]:
    """The form of what the registrar said of *party* last; empty for one that is not there."""
    registry = ledger().registry
    known = registry.parties.get(party)
    subject = None if known is None else registry.subjects.get(known.index)
    if subject is None:
        return {}
    form = {"id": subject.id, "names": "\n".join(subject.names)}
    form |= {"roles": " ".join(subject.roles), "prefixes": "\n".join(subject.item_prefixes)}
    form |= {"ultimate_parent": subject.ultimate_parent or "", **subject.identifiers}
    for name in FACTS:
        fact: CountryFact | None = getattr(subject, name)
        if fact is not None:
            form |= {name: fact.code, f"{name}_source": fact.source}
            form[f"{name}_date"] = fact.on.isoformat()
    return form


def _form(said: Mapping[str, str], faults: Mapping[str, str] | None = None) -> Response:
    locale = get_locale()
    countries = {} if locale is None else {code: locale.territories[code] for code in COUNTRIES}
    return page(
        "administration/party_form.html",
        400 if faults else 200,
        said=said,
        chosen=said.get("roles", "").split(),
        faults=faults or {},
        roles=[*Role],
        facts=FACTS,
        identifiers=IDENTIFIERS,
        countries=sorted(countries.items()),
    )
