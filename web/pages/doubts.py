"""What is doubtful about rows of a form or a file, in words, and as a file to be mended.

told(row, desk.name_of)     # "not in your holdings: Kestrel Components has it"
"""

from collections.abc import Callable, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.service.stock import Doubt, Row, Standing
from web.pages.naming import reason

Called = Callable[[str], str]


_AWAY = {
    Standing.CONSIGNEE: _("not on its way to you"),
    Standing.SENDER: _("not on its way from you"),
    Standing.CARRIER: _("not on its way with you"),
}


def told(row: Row, called: Called, standing: Standing | None = Standing.HOLDER) -> str:
    """What is doubtful about *row* of things that one must have that *standing* to."""
    away = _AWAY.get(standing, gettext("not in your holdings")) if standing else ""
    match row.doubt:
        case Doubt.UNREADABLE:
            said = reason(row.about)
        case Doubt.SEVERAL:
            said = gettext(
                "several things bear this serial; give the full id: %(ids)s", ids=row.about
            )
        case Doubt.REPEATED:
            said = gettext("the same as row %(number)s", number=row.about)
        case Doubt.ELSEWHERE:
            said = gettext("%(away)s: %(party)s has it", away=away, party=called(row.about))
        case Doubt.ENDED:
            said = gettext("it exists no more")
        case Doubt.UNKNOWN if row.about:
            said = gettext("unknown, but %(one)s is known: capitals count", one=row.about)
        case _:
            said = gettext("nothing is recorded by that name, or not for you")
    return str(said)


def faults_rows(
    rows: Sequence[Row], called: Called, standing: Standing | None
) -> list[list[object]]:
    """The doubtful *rows*, for a file that can be mended and uploaded again."""
    return [[row.number, row.text, told(row, called, standing)] for row in rows]


FAULT_COLUMNS = ("row", "serial", "what")
