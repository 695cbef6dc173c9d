"""The acts that can be recorded in a form or a spreadsheet: which fields each has, and its draft.

    act = ACTS["pack"]
    act.fields                                  # ("container",)
    act.make(filling, items)                    # [{"type": "AggregationEvent", ...}]

What a field is called and how it is asked for is in ``web.pages.fields`` and the templates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.service.stock import Standing
from schemas import short_form
from schemas.draft import Draft
from web.pages.filling import Filling

Make = Callable[[Filling, Sequence[str]], list[Draft]]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: *name* and *title*; *fields* are those of its own, besides what it is about.

    *standing* is what one has to be to the things; None: they are new.
    """

    name: str
    title: object
    about: object
    standing: Standing | None
    fields: tuple[str, ...]
    make: Make
    needs_units: bool = True


def _ship(filling: Filling, items: Sequence[str]) -> list[Draft]:
    owner, user = filling.party("owner"), filling.party("end_user")
    to, due_at = filling.somebody("to"), filling.moment("due", is_end=True)
    details = filling.details(
        via=filling.parties("via"),
        due_at=due_at,
        destinations=short_form.ends(owner=owner, user=user),
        authorisations=filling.authorisations(),
        customs=filling.customs(),
    )
    if due_at is not None and due_at < (details.event_at or filling.desk.now):
        filling.fault("due", gettext("it is before it was sent"))
    if to == filling.desk.party:
        filling.fault("to", gettext("that is you"))
    return [short_form.ship(items, filling.acting, to, details)]


ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act(
            "ship",
            _("Ship"),
            _("Send things on their way; you answer for them until the consignee signs."),
            Standing.HOLDER,
            ("to", "end_user", "owner", "via", "due", "authorisations", "customs"),
            _ship,
        ),
    )
}
