"""The keys of one's party: made and kept in the browser, enrolled by the registrar.

GET        /keys                       those that are enrolled; by keys/page.js, those kept here
GET, POST  /keys/requests              the registrar's: requests, checked, to the sign panel
GET, POST  /keys/<keyid>/revocation    why a key is taken out of use, then to the sign panel
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ledger.keys import key_proof_message, keyid_of, parse_public_key, verify_signature
from ledger.registry import EnrolledKey
from ledger.service import directory
from ledger.service.tokens import Scope
from schemas.errors import KeyTaken, NotFound, Refusal, UnknownParty, WrongLedger
from schemas.key_request import LIMIT, KeyRequest, parse_key_request
from schemas.statement import KeyRevocation, KeyStatement, draft_of
from schemas.strict_json import JSON
from web.access import caller, ledger, needs
from web.pages.frame import make_blueprint, page
from web.pages.lists import PER_PAGE, cursor_of, next_url
from web.pages.naming import reason
from web.pages.preparing import prepare_all

blueprint: Blueprint = make_blueprint("keyring")


@blueprint.get("/keys")
@needs(Scope.READ)
def keys() -> Response:
    """The keys of the caller's party."""
    who, after = caller(), cursor_of("keys")
    found = directory.keys(ledger(), after=after, limit=PER_PAGE, party=who.party)
    return page(
        "keys/keys.html",
        lines=found.lines,
        can_sign=Scope.WRITE in who.scopes,
        is_registrar=_is_registrar(),
        next_url=next_url("keys", found),
    )


def _is_registrar() -> bool:
    return caller().party == ledger().registry.registrar


# Requests ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that holds: who asks, with which key; *others* are those that it has already."""

    request: KeyRequest
    keyid: str
    name: str
    others: tuple[EnrolledKey, ...]


@blueprint.get("/keys/requests")
@needs(Scope.WRITE)
def ask_requests() -> Response:
    """Where the registrar gives the requests that came to it."""
    _demand_registrar()
    return page("keys/requests.html", faults=())


@blueprint.post("/keys/requests")
@needs(Scope.WRITE)
def check_requests() -> Response:
    """The requests, each checked, to be signed."""
    _demand_registrar()
    texts = [(file.filename or "", file.read(LIMIT + 1)) for file in request.files.getlist("file")]
    texts.append((_("What was pasted"), request.form.get("text", "").encode()))
    asked, faults = _read([(name, data) for name, data in texts if data.strip()])
    if faults or not asked:
        said = faults or [_("Give a request, as a file or as text.")]
        return page("keys/requests.html", 400, faults=[("file", one) for one in said])
    prepared = prepare_all([_statement(one.request) for one in asked])
    return page("keys/requests_sign.html", asked=asked, prepared=prepared)


def _demand_registrar() -> None:
    if not _is_registrar():
        raise NotFound(_("keys are enrolled by the registrar: give the request to it"))


def _read(given: Iterable[tuple[str, bytes]]) -> tuple[list[Asked], list[str]]:
    found, faults = [], []
    for name, data in given:
        try:
            found.append(_asked(parse_key_request(data)))
        except Refusal as exc:
            faults.append(_("%(where)s: %(why)s", where=name, why=reason(exc.message)))
    return found, faults


def _asked(said: KeyRequest) -> Asked:
    """What the ledger will ask of the request too, told before anybody signs."""
    registry, keyid = ledger().registry, keyid_of(said.public_key)
    if said.origin != ledger().origin:
        raise WrongLedger(_("it is a request to %(ledger)s", ledger=said.origin))
    if said.party not in registry.parties:
        raise UnknownParty(_("no party %(party)s is enrolled", party=said.party))
    if keyid in registry.keys:
        raise KeyTaken(_("this key is enrolled already"))
    message = key_proof_message(said.origin, said.party, keyid)
    verify_signature(parse_public_key(said.public_key), message, said.proof)
    others = [one for one in registry.keys.values() if one.party == said.party]
    return Asked(said, keyid, registry.parties[said.party].names[0], tuple(others))


def _statement(said: KeyRequest) -> dict[str, JSON]:
    return draft_of(
        KeyStatement,
        subject=said.party,
        public_key=said.public_key,
        proof=said.proof,
        endorsement=said.endorsement,
    )


# Revocation --------------------------------------------------------------------------------------


@blueprint.get("/keys/<keyid>/revocation")
@needs(Scope.WRITE)
def ask_revocation(keyid: str) -> Response:
    """Why the key is to sign nothing any more."""
    return page("keys/revocation.html", key=_revocable(keyid), faults=())


@blueprint.post("/keys/<keyid>/revocation")
@needs(Scope.WRITE)
def revocation(keyid: str) -> Response:
    """The statement that takes the key out of use, to be signed."""
    key, faults = _revocable(keyid), []
    reason, since = request.form.get("reason", "").strip(), request.form.get("since", "").strip()
    if not reason:
        faults.append(("reason", _("Say why: others will look it up.")))
    draft = draft_of(KeyRevocation, keyid=keyid, reason=reason)
    if since:
        draft["suspectedSince"] = f"{since}:00Z"
    try:
        prepared = [] if faults else prepare_all([draft])
    except Refusal as exc:
        if exc.pointer != "/suspectedSince":
            raise
        faults.append(("since", _("Want a time, such as 2026-01-31T12:00.")))
    if faults:
        return page("keys/revocation.html", 400, key=key, faults=faults, reason=reason, since=since)
    return page("keys/sign.html", title=_("Revoke a key"), prepared=prepared)


def _revocable(keyid: str) -> EnrolledKey:
    """A live key that the caller's party may revoke: its own, or any if it is the registrar."""
    found = ledger().registry.keys.get(keyid)
    is_ours = found is not None and (found.party == caller().party or _is_registrar())
    if found is None or found.revoked is not None or not is_ours:
        raise NotFound(_("there is no such key that signs"))
    return found
