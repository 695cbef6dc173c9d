"""The page on which a shipment is ticked off, and what is to be signed of it.

``step``: to ``check`` it, to ``leave`` out lines in doubt, to ``edit`` it again; ``csv`` and
``xlsx`` give those lines as a file.
"""

from collections.abc import Sequence

from flask import Response, request
from flask_babel import ngettext

from ledger.names import item_name
from ledger.service.shipments import Shipment
from schemas.errors import Refusal
from schemas.strict_json import JSON
from web.pages.desk import desk
from web.pages.doubts import FAULT_COLUMNS
from web.pages.fields import FIELDS, PAPERS, WHEN, label_of
from web.pages.filling import Fault, Filling
from web.pages.foresight import foresee
from web.pages.frame import page
from web.pages.lists import table_file
from web.pages.naming import reason
from web.pages.sent import Sent, sent
from web.pages.ticking import How, Ticking
from web.tables import KINDS

_SHOWN = 50
_ROWS = 500


def received(shipment: Shipment) -> Response:
    """The form to receive *shipment*; or what was filled in: in order, or what is wrong with it."""
    if request.method != "POST":
        return _form_page(Ticking(shipment, desk(), Sent({"what": ("all",)}), {}))
    ticking = Ticking.of_form(shipment, desk(), sent())
    step = ticking.form.step
    if step in KINDS:
        rows = [[row.number, row.text, why] for row, why in ticking.doubts]
        return table_file(step, "lines-in-doubt", FAULT_COLUMNS, rows)
    if step == "edit":
        return _form_page(ticking)
    return _checked(ticking)


def _checked(ticking: Ticking) -> Response:
    filling = Filling(ticking.form.said, ticking.desk)
    drafts = ticking.drafts(filling)
    faults = list(filling.faults)
    if ticking.doubts:
        count = len(ticking.doubts)
        why = ngettext(
            "one line is not of this shipment, or in doubt",
            "%(num)s lines are not of this shipment, or in doubt",
            count,
        )
        faults.append(Fault("arrived", why))
    if faults:
        return _form_page(ticking, faults)
    try:
        ahead = foresee(drafts, filling.withheld())
        faults = [Fault("arrived", reason(one.message)) for one in ahead.refusals]
    except Refusal as exc:
        faults = [Fault("arrived", reason(exc.message))]
    if faults:
        return _form_page(ticking, faults)
    return page(
        "making/received.html",
        ticking=ticking,
        form=ticking.form,
        one=ticking.shipment,
        answers=filling.answers,
        ahead=ahead,
        hows=list(How),
        label_of=label_of,
    )


def _form_page(ticking: Ticking, faults: Sequence[Fault] = ()) -> Response:
    return page(
        "making/receive.html",
        400 if faults else 200,
        ticking=ticking,
        form=ticking.form,
        one=ticking.shipment,
        now=ticking.desk.now,
        faults=faults,
        wrong=dict(reversed([(fault.field, fault.text) for fault in faults])),
        doubts=ticking.doubts[:_SHOWN],
        doubt_count=len(ticking.doubts),
        good_count=len(ticking.outstanding) - len(ticking.left),
        units=_units(ticking),
        shown=ticking.outstanding[:_ROWS],
        papers=PAPERS,
        fields=FIELDS,
        when=WHEN,
        label_of=label_of,
        name_of=item_name,
    )


def _units(ticking: Ticking) -> list[JSON]:
    """What can be ticked, for JavaScript: each id with its serial, and with all that is inside."""
    return [
        [unit, item_name(unit), [[one, item_name(one)] for one in ticking.contents.get(unit, ())]]
        for unit in ticking.outstanding
    ]
