"""Check what lies before one: do these fit, and what is known against them.

GET   /check       the form; with ?serials= the answer, which can be sent on as a link
POST  /check       the answer, also to thousands and to a file

The answer is the same as that of POST /api/v1/check, and made by the same call.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response, request, url_for
from werkzeug.datastructures import FileStorage

from ledger.judge import Match
from ledger.service import query
from ledger.service.dossiers import CHECK_COLUMNS, check_rows
from ledger.service.tokens import Scope
from web.access import ledger, needs, reader
from web.api.checks import answer_to
from web.pages.answer import arrange
from web.pages.frame import make_blueprint, page
from web.pages.inspections import may_inspect
from web.pages.lists import table_file
from web.pages.manifest import TABLE_LIMIT
from web.pages.naming import names
from web.pages.presented import read_presented
from web.tables import KINDS

# A link of more is cut off on its way by some.
_LONGEST_LINK = 2000
_MOST_RAISED = 100

blueprint = make_blueprint("checking")


@blueprint.get("/check")
@needs(Scope.READ)
def ask() -> Response:
    """The form, with what the address says filled in; or the answer, if it names serials."""
    if not request.args.get("serials", "").strip():
        return page("checking/ask.html", fields=request.args, faults=[])
    return _answer(request.args, None)


@blueprint.post("/check")
@needs(Scope.READ)
def answer() -> Response:
    """The answer to what is in the form."""
    request.max_content_length, request.max_form_memory_size = 2 * TABLE_LIMIT, TABLE_LIMIT
    return _answer(request.form, request.files.get("file"))


def _answer(fields: Mapping[str, str], upload: FileStorage | None) -> Response:
    asked = read_presented(fields, upload)
    if asked.faults:
        return page("checking/ask.html", 400, fields=asked.fields, faults=asked.faults)
    checked = answer_to(asked.serials, asked.said)
    kind = fields.get("as", "")
    if kind in KINDS:
        return table_file(kind, "check", CHECK_COLUMNS, check_rows(checked))
    return page(
        "checking/answer.html",
        checked=checked,
        answer=arrange(checked, asked.declared, names()),
        counts=[(one, checked.answers.get(one, 0)) for one in Match if checked.answers.get(one)],
        fields=asked.fields,
        link=_link(asked.fields),
        inspects=may_inspect(),
        meant=_in_capitals([line.text for line in checked.lines if line.item is None]),
    )


def _in_capitals(unknown: Sequence[str]) -> dict[str, str]:
    """Of the texts *unknown* those in capitals that something is known by: case counts."""
    raised = {text: text.upper() for text in unknown[:_MOST_RAISED] if text != text.upper()}
    found = query.resolve(ledger(), list(raised.values()), reader()) if raised else {}
    return {text: capitals for text, capitals in raised.items() if found[capitals]}


def _link(fields: Mapping[str, str]) -> str | None:
    """The address of the answer, if it is short enough to be sent on."""
    said = urlencode({name: text for name, text in fields.items() if text}, safe=":")
    link = f"{url_for('checking.ask')}?{said}"
    return link if len(link) <= _LONGEST_LINK else None
