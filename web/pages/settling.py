"""Settling a finding: the registrar or an inspector says that it is, and why, under its signature.

GET   /findings/<index>/settle?code=...&item=...   what is to be settled, and the reason
POST  the same                                     to the sign panel; nothing is recorded yet
"""

from collections.abc import Iterable

from flask import Response, request
from flask_babel import gettext as _

from ledger.finding import Code
from ledger.service.entry import Signed, load_entry, signers
from ledger.service.listing import Sought, findings
from ledger.service.paging import START
from ledger.service.recorded import recorded
from ledger.service.tokens import Scope
from schemas.errors import NotFound
from schemas.statement import Resolution, draft_of
from web.access import caller, ledger, needs, reader
from web.pages.frame import make_blueprint, page
from web.pages.preparing import prepare_all

blueprint = make_blueprint("settling")

_MOST_ITEMS = 100
_MOST_FINDINGS = 200


@blueprint.get("/findings/<int:index>/settle")
@needs(Scope.WRITE)
def ask(index: int) -> Response:
    """What is to be settled, by whom, and why."""
    return _form(_entry(index), {})


@blueprint.post("/findings/<int:index>/settle")
@needs(Scope.WRITE)
def prepare(index: int) -> Response:
    """The statement, for the sign panel."""
    entry, reason = _entry(index), request.form.get("reason", "").strip()
    if not reason:
        return _form(entry, {"reason": _("Say why it is settled: others will look it up.")})
    said = draft_of(
        Resolution, entry=entry.identity, code=_code(), reason=reason, items=tuple(_items())
    )
    return page("trade/settle_sign.html", index=index, prepared=prepare_all([said]))


def may_settle(indexes: Iterable[int]) -> frozenset[int]:
    """Of the entries at *indexes* those on which the caller settles what was found: not its own."""
    who, registry = caller(), ledger().registry
    if Scope.WRITE not in who.scopes or not registry.may_resolve(who.party):
        return frozenset()
    signed = signers(ledger(), indexes).items()
    return frozenset(index for index, party in signed if registry.may_resolve(who.party, party))


def _form(entry: Signed, faults: dict[str, str]) -> Response:
    items = _items()
    found = findings(
        ledger(),
        Sought(codes=frozenset({Code(_code())})),
        after=START,
        limit=_MOST_FINDINGS,
        reader=reader(),
        item=items[0] if items else None,
    )
    lines = [one for one in found.lines if one.index == entry.index]
    return page(
        "trade/settle.html",
        400 if faults else 200,
        entry=entry,
        code=_code(),
        items=items,
        lines=lines,
        faults=faults,
    )


def _entry(index: int) -> Signed:
    """Entry *index*, if the caller sees it and is not judge in its own cause.

    Raises: NotFound.
    """
    recorded(ledger(), index, reader())
    found = load_entry(ledger(), str(index))
    if not ledger().registry.may_resolve(caller().party, found.party):
        raise NotFound(
            "the registrar or an inspector settles what was found on an entry, and not its signer"
        )
    return found


def _code() -> str:
    code = request.args.get("code", "")
    if code not in {one.value for one in Code}:
        raise NotFound("there is no finding of that code")
    return code


def _items() -> list[str]:
    return request.args.getlist("item")[:_MOST_ITEMS]
