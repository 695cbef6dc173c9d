"""Goods: the page of an item or a container, and the list of all that one has in view.

GET  /items                 with filters in the address; /items.csv, /items.xlsx all of it
GET  /items/<id>            what is known of one, in any spelling; ?day= or ?size= what was known
"""

from collections.abc import Iterator

from flask import Response, request

from ledger.holding import HELD_BACK, ItemState
from ledger.judge import Verdict
from ledger.service import pages, query
from ledger.service.knowing import NOW, Known
from ledger.service.listing import PHASES
from ledger.service.tokens import Scope
from ledger.wording import later
from schemas.errors import MalformedParameter, NotFound
from schemas.formats import parse_decimal
from schemas.spelling import read_end
from web.access import ledger, needs, reader
from web.addresses import path_of
from web.api import list_shapes as shapes
from web.api.lists import load_items
from web.pages.acts import Act
from web.pages.dossier import arrange
from web.pages.fields import label_of, word_of
from web.pages.frame import make_blueprint, page
from web.pages.inspections import INSPECTIONS, may_inspect
from web.pages.lists import filters, list_file, list_page
from web.pages.naming import names, party_meant
from web.pages.places import journey_in
from web.pages.settling import may_settle

blueprint = make_blueprint("unit")

# What is read from a device, as the form has it.
_READ = ("serial", "printedSerial", "nvmlSerial", "uuid")
_NOTHING = later("nothing is recorded by that name, or not for you")


@blueprint.get("/items")
@needs(Scope.READ)
def units() -> Response:
    """The goods in view that lie by themselves, or directly inside of one."""
    found = load_items(filters(shapes.Items(), holder=party_meant))
    return list_page(
        "unit/units.html",
        "items",
        found,
        phases=PHASES,
        verdicts=[one.value for one in Verdict],
        parties=sorted(names().values()),
        parent=request.args.get("parent"),
    )


@blueprint.get("/items.<any(csv,xlsx):kind>")
@needs(Scope.READ)
def table(kind: str) -> Response:
    """All of the list, as it is filtered, as a file."""
    return list_file(pages.ITEMS, kind, load_items, filters(shapes.Items(), holder=party_meant))


@blueprint.get("/items/<path:name>")
@needs(Scope.READ)
def item(name: str) -> Response:
    """What is known of one item; of several that bear the serial, which is meant."""
    matches = query.resolve(ledger(), [name], reader())[name]
    if not matches:
        raise NotFound(_NOTHING)
    if len(matches) > 1:
        ways = [(path_of(one), one) for one in matches]
        return page("frame/search_results.html", 300, text=name, found=ways)
    known = _known()
    found = query.dossier(ledger(), matches[0], known=known, reader=reader())
    if not found.steps and found.state is None and known != NOW:
        raise NotFound(_NOTHING)
    shown = arrange(found)
    return page(
        "unit/item.html",
        one=found,
        shown=shown,
        journey=journey_in(found),
        head=ledger().head,
        label_of=label_of,
        word_of=word_of,
        is_now=known == NOW,
        inspects=may_inspect(),
        settles=may_settle(one.index for one in shown.open),
        acts=_held(found.state),
        numbers=f"{','.join(_READ)}\n{found.item},,,",
    )


def _held(state: ItemState | None) -> Iterator[Act]:
    """What an inspector can do with what is in that *state*: hold it back, or let it go."""
    marks = frozenset() if state is None else state.status & HELD_BACK
    yield from (INSPECTIONS[act] for act in ("detain", "seize") if not marks)
    yield from (INSPECTIONS["release"],) if marks else ()


def _known() -> Known:
    """What is asked about: the log at a size, or at the end of a day; a time is that time.

    Raises: MalformedParameter.
    """
    size, day = (request.args.get(name, "").strip() for name in ("size", "day"))
    if size and day:
        raise MalformedParameter("size: not together with a day")
    if size:
        try:
            return Known(size=parse_decimal(size))
        except ValueError as exc:
            raise MalformedParameter(f"size: got {size!r}, want a number") from exc
    now = ledger().clock.now()
    return Known(at=min(now, read_end(day, now))) if day else NOW
