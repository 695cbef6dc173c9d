"""What was sent and under which papers: shipments, licences, findings, parties, and entries.

GET  /shipments                 with filters in the address; /<list>.csv, /<list>.xlsx all of it
GET  /shipments/<index>         one, and what became of each unit
GET  /licences, /licences/<n>   with what is left of them, and how it was drawn
GET  /parties, /parties/<n>     who is enrolled, by whose word
GET  /findings                  what does not fit, and what to do about it
GET  /entries/<index>           an entry as it was signed, and its place in the log; /bundle of all
                                that it is about
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ledger.act import Act
from ledger.advice import ACTIONS
from ledger.finding import FINDINGS, Code, Finding, Tier
from ledger.proof import encode_proof
from ledger.service import directory, pages, query
from ledger.service import shipments as sending
from ledger.service.bundling import make_bundle
from ledger.service.entry import Contents, load_contents
from ledger.service.fates import Fate
from ledger.service.recorded import recorded
from ledger.service.shipments import Shipment
from ledger.service.tokens import Scope
from ledger.statement_story import tell_statement
from schemas import strict_json
from schemas.envelope import envelope_to_json
from schemas.errors import NotFound, TooLarge
from web.access import caller, ledger, needs, reader
from web.api import list_shapes as shapes
from web.api.entries import TLOG_PROOF
from web.api.items import BUNDLE, MOST_IN_BUNDLE
from web.api.lists import load_findings, load_licences, load_parties, load_shipments
from web.pages.drawdown import draw_down
from web.pages.frame import make_blueprint, page
from web.pages.lists import Filters, Load, as_file, filters, list_file, list_page, table_file
from web.pages.naming import names, paper_meant, party_meant
from web.pages.settling import may_settle

blueprint = make_blueprint("trade")

_UNITS_SHOWN = 100
_UNITS = ("unit", "fate")


@dataclass(frozen=True, slots=True)
class _Table:
    """A list: what it can be asked for, in which words, and how a page of it is loaded."""

    of: pages.List[Any]
    known: Filters
    load: Load[Any]
    meant: dict[str, Callable[[str], str]]


_TABLES = {
    "shipments": _Table(
        pages.SHIPMENTS,
        shapes.Shipments(),
        load_shipments,
        {"partner": party_meant, "document": paper_meant},
    ),
    "findings": _Table(pages.FINDINGS, shapes.Findings(), load_findings, {}),
    "licences": _Table(pages.LICENCES, shapes.Licences(), load_licences, {"holder": party_meant}),
    "parties": _Table(pages.PARTIES, shapes.Parties(), load_parties, {}),
}


@blueprint.get("/<any(shipments,findings,licences,parties):name>.<any(csv,xlsx):kind>")
@needs(Scope.READ)
def table(name: str, kind: str) -> Response:
    """All of a list, as it is filtered, as a file."""
    one = _TABLES[name]
    return list_file(one.of, kind, one.load, _asked(name))


def _asked(name: str) -> dict[str, Any]:
    return filters(_TABLES[name].known, **_TABLES[name].meant)


# Shipments ---------------------------------------------------------------------------------------


@blueprint.get("/shipments")
@needs(Scope.READ)
def shipments() -> Response:
    """What was sent and is to come, the newest first."""
    found = load_shipments(_asked("shipments"))
    return list_page(
        "trade/shipments.html",
        "shipments",
        found,
        parties=sorted(names().values()),
        asks=_asks(),
    )


@blueprint.get("/shipments/<int:index>")
@needs(Scope.READ)
def shipment(index: int) -> Response:
    """One shipment: who sent it to whom, what became of each unit, what is to be done."""
    found = sending.shipment(ledger(), index, reader=reader())
    fate = request.args.get("fate", "")
    units = [unit for unit, its in found.units.items() if fate in ("", its)]
    waiting = [unit for unit, its in found.units.items() if its is Fate.OUTSTANDING]
    start = min(request.args.get("from", 0, int), len(units))
    shown = units[max(start, 0) :][:_UNITS_SHOWN]
    checked = query.check(ledger(), shown, reader=reader()) if shown else None
    return page(
        "trade/shipment.html",
        one=found,
        now=ledger().clock.now(),
        fate=fate,
        fates=[one for one in Fate if found.counts.get(one)],
        lines=() if checked is None else checked.lines,
        total=len(units),
        start=start,
        stop=start + len(shown),
        next_url=_on(index, fate, start + len(shown)) if start + len(shown) < len(units) else None,
        first_url=_on(index, fate, 0) if start else None,
        receives=caller().party == found.consignee and bool(waiting),
        waiting=waiting if len(waiting) <= _UNITS_SHOWN else [],
    )


@blueprint.get("/shipments/<int:index>/units.<any(csv,xlsx):kind>")
@needs(Scope.READ)
def units(index: int, kind: str) -> Response:
    """The units of one shipment, and what became of each, as a file."""
    found: Shipment = sending.shipment(ledger(), index, reader=reader())
    rows = [[unit, fate.value] for unit, fate in found.units.items()]
    return table_file(kind, f"shipment-{index}", _UNITS, rows)


def _on(index: int, fate: str, start: int) -> str:
    asked: dict[str, Any] = {"fate": fate or None, "from": start or None}
    return url_for("trade.shipment", index=index, **asked)


# Licences, parties -------------------------------------------------------------------------------


@blueprint.get("/licences")
@needs(Scope.READ)
def licences() -> Response:
    """What one may ship under, and what is left of it."""
    found = load_licences(_asked("licences"))
    return list_page("trade/licences.html", "licences", found, parties=sorted(names().values()))


@blueprint.get("/licences/<int:index>")
@needs(Scope.READ)
def licence(index: int) -> Response:
    """One licence: what it covers, and how it was drawn down."""
    found, now = directory.account(ledger(), index, reader()), ledger().clock.now()
    said = found.wallet.balance.licence
    chart = None
    if found.is_whole and said.quantity is not None:
        chart = draw_down(found.draws, said.quantity, said.starts_at, said.ends_at, now)
    return page("trade/licence.html", one=found, said=said, chart=chart, now=now)


@blueprint.get("/parties")
@needs(Scope.READ)
def parties() -> Response:
    """Who is enrolled."""
    return list_page("trade/parties.html", "parties", load_parties(_asked("parties")))


@blueprint.get("/parties/<int:index>")
@needs(Scope.READ)
def party(index: int) -> Response:
    """One party: who it is, by whose word, with which keys."""
    found = directory.profile(ledger(), index, reader())
    return page("trade/party.html", one=found, party=found.enrolled.party)


# Findings ----------------------------------------------------------------------------------------


@blueprint.get("/findings")
@needs(Scope.READ)
def findings() -> AnyResponse:
    """What does not fit, the worst first on each page; if nothing is asked, what needs one now."""
    if not request.args:
        return redirect(url_for("trade.findings", state="open", part="present"), 303)
    found = load_findings(_asked("findings"))
    return list_page(
        "trade/findings.html",
        "findings",
        found,
        groups=_by_code(found.lines),
        actions=ACTIONS,
        codes={code.value: code.value for code in Code},
        settles=may_settle(one.index for one in found.lines if one.is_open),
        asks=_asks(),
    )


_TIERS = [*Tier]


def _by_code(lines: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Those of one code, open or settled, together: open ones before, of these the worst."""

    def order(one: Finding) -> tuple[bool, int, Code]:
        return not one.is_open, -_TIERS.index(FINDINGS[one.code]), one.code

    return [tuple(some) for _, some in groupby(sorted(lines, key=order), order)]


def _asks() -> bool:
    """Whether the caller is shown what it asks for by name, and is listed no more than its own."""
    return reader().sees_all and not reader().browses


# Entries -----------------------------------------------------------------------------------------


@blueprint.get("/entries/<int:index>")
@needs(Scope.READ)
def entry(index: int) -> Response:
    """One entry: who signed what, and what proves that it is in the log."""
    found = recorded(ledger(), index, reader())
    if found.submission is None:
        return page("trade/entry_leaf.html", one=found)
    said = load_contents(ledger(), index, is_told=found.is_told)
    return page(
        "trade/entry.html",
        one=found,
        said=said,
        told=_told(said),
        payload=strict_json.spell(strict_json.load(found.submission.envelope.payload)),
        disclosed=_disclosed(said),
        most=_UNITS_SHOWN,
        has_bundle=0 < len(_things(said.act)) <= MOST_IN_BUNDLE,
    )


@blueprint.get("/entries/<int:index>.<any(json,'tlog-proof'):kind>")
@needs(Scope.READ)
def entry_file(index: int, kind: str) -> Response:
    """The envelope of an entry as it was signed, or the proof of its place."""
    found = recorded(ledger(), index, reader())
    if kind == "tlog-proof":
        answer = Response(encode_proof(found.proof), content_type=TLOG_PROOF)
    elif found.submission is None:
        raise NotFound(f"there is no entry {index}, or not for you")
    else:
        envelope = strict_json.dump(envelope_to_json(found.submission.envelope))
        answer = Response(envelope, content_type="application/json")
    return as_file(answer, f"entry-{index}.{kind}")


@blueprint.get("/entries/<int:index>/bundle")
@needs(Scope.READ)
def entry_bundle(index: int) -> Response:
    """The history of all that an entry is about, as a file that verifies without the ledger."""
    found = recorded(ledger(), index, reader())
    act = None if found.submission is None else load_contents(ledger(), index, is_told=False).act
    things = _things(act)
    if not things:
        raise NotFound(f"entry {index} is about no item, or not for you")
    if len(things) > MOST_IN_BUNDLE:
        raise TooLarge(f"a bundle is of {MOST_IN_BUNDLE} items at most: ask for that of some")
    data = make_bundle(ledger(), things, reader=reader())
    return as_file(Response(data, content_type=BUNDLE), f"entry-{index}.chiptrail.json")


def _things(act: Act | None) -> tuple[str, ...]:
    """What an entry is about: the items that it names, else their container."""
    if act is None:
        return ()
    return (*act.items, *act.outputs) or (() if act.parent is None else (act.parent,))


def _told(said: Contents) -> str | None:
    """The statement as a sentence; None where it is an event."""
    return None if said.statement is None else tell_statement(said.statement, names())


def _disclosed(said: Contents) -> dict[str, str]:
    """What the event commits to and somebody showed, by name."""
    if said.event is None:
        return {}
    body, withheld = said.event.body, said.event.commitments
    return {name: strict_json.spell(body[name]) for name in sorted(withheld) if name in body}
