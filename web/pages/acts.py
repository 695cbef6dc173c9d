"""The acts that are recorded in a form or a spreadsheet: which fields each has, and its draft.

    act = ACTS["pack"]
    act.fields                                  # ("container",)
    act.make(filling, items)                    # [{"type": "AggregationEvent", ...}]

What a field is called and asks for is in ``web.pages.fields``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.service.stock import Standing
from schemas import short_form
from schemas.draft import Draft
from web.pages.filling import Filling

Make = Callable[[Filling, Sequence[str]], Draft]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: *about* says what it does; *fields* are its own, besides the things it is about.

    *standing* is what one has to be to the things; None: they are new. *icon* is its picture.
    """

    name: str
    title: object
    about: object
    icon: str
    standing: Standing | None
    fields: tuple[str, ...]
    make: Make
    needs_units: bool = True
    is_statement: bool = False

    @property
    def lists_units(self) -> bool:
        """Whether it is about things."""
        return self.needs_units or not self.is_statement


# Drafts ------------------------------------------------------------------------------------------


def _commission(filling: Filling, items: Sequence[str]) -> Draft:
    details = filling.details(product=filling.product() or None, identities=filling.numbers)
    return short_form.commission(items, details)


def _register(filling: Filling, items: Sequence[str]) -> Draft:
    return short_form.register(items, filling.details(identities=filling.numbers))


def _ship(filling: Filling, items: Sequence[str]) -> Draft:
    to, due_at = filling.somebody("to"), filling.moment("due", is_end=True)
    owner, user = filling.party("owner"), filling.party("end_user")
    details = filling.details(
        via=filling.parties("via"),
        due_at=due_at,
        destinations=short_form.ends(owner=owner, user=user),
        authorisations=filling.authorisations(),
        customs=filling.customs(),
    )
    if due_at is not None and due_at < (details.event_at or filling.desk.now):
        filling.fault("due", gettext("it is before it was sent"))
    if to == filling.acting:
        filling.fault("to", gettext("that is you"))
    return short_form.ship(items, filling.acting, to, details)


def _deliver(filling: Filling, items: Sequence[str]) -> Draft:
    to, details = filling.somebody("to"), filling.details()
    if not details.evidence:
        filling.fault("evidence", gettext("a document or photo has to show it"))
    return short_form.deliver(items, filling.acting, to, details)


def _receive(filling: Filling, items: Sequence[str]) -> Draft:
    condition = "damaged" if filling.ticked("damaged") else None
    source, final = filling.party("from"), filling.ticked("final")
    details = filling.details(final=final, disposition=condition, identities=filling.numbers)
    return short_form.receive(items, filling.acting, source, details)


def _refuse(filling: Filling, items: Sequence[str]) -> Draft:
    return short_form.refuse(items, filling.acting, filling.party("from"), filling.details())


def _transfer(filling: Filling, items: Sequence[str]) -> Draft:
    owner, user = filling.party("owner"), filling.party("end_user")
    if owner is None and user is None:
        filling.fault("owner", gettext("say who is to own it, or to use it"))
    details = filling.details(authorisations=filling.authorisations())
    return short_form.transfer(items, owner=owner, user=user, details=details)


def _declare(filling: Filling, items: Sequence[str]) -> Draft:
    details = filling.details(identities=filling.numbers)
    if not filling.text("place"):
        filling.fault("place", gettext("say where it is"))
    return short_form.declare(items, details)


def _replace(filling: Filling, items: Sequence[str]) -> Draft:
    if {one["item"] for one in filling.numbers} != {*items}:
        filling.fault("numbers", gettext("say of each which numbers it has now"))
    return short_form.replace(items, filling.numbers, filling.details())


def _transform(filling: Filling, items: Sequence[str]) -> Draft:
    return short_form.transform(items, filling.new_items("outputs"), filling.details())


def _plain(form: Callable[..., Draft], filling: Filling, items: Sequence[str]) -> Draft:
    return form(items, filling.details())


def _within(form: Callable[..., Draft], filling: Filling, items: Sequence[str]) -> Draft:
    return form(filling.thing("container"), items, filling.details())


def _reported(form: Callable[..., Draft], filling: Filling, items: Sequence[str]) -> Draft:
    words = [word for word in filling.several("report") if word in short_form.REPORTS]
    if not words or len(words) < len(filling.several("report")):
        filling.fault("report", gettext("say what: %(words)s", words=", ".join(short_form.REPORTS)))
        words = ["lost"]
    filling.answers["report"] = [*words]
    return form(items, words, filling.details())


# The table ---------------------------------------------------------------------------------------

_ALL = (
    Act(
        "ship",
        _("Ship"),
        _("Send things on their way; you answer for them until the consignee signs."),
        "truck",
        Standing.HOLDER,
        ("to", "due", "end_user", "owner", "via", "authorisations", "customs"),
        _ship,
    ),
    Act(
        "receive",
        _("Receive"),
        _("Sign for what arrived; what is not listed is still on its way."),
        "box",
        Standing.CONSIGNEE,
        ("from", "damaged", "final", "numbers"),
        _receive,
    ),
    Act(
        "refuse",
        _("Refuse"),
        _("Do not take what was sent to you: it goes back to its sender."),
        "close",
        Standing.CONSIGNEE,
        ("from",),
        _refuse,
    ),
    Act(
        "deliver",
        _("Deliver"),
        _("Show that you handed things over to somebody who does not sign."),
        "done",
        Standing.CARRIER,
        ("to",),
        _deliver,
    ),
    Act(
        "void",
        _("Call off a shipment"),
        _("Take back a shipment of yours that has not left."),
        "back",
        Standing.SENDER,
        (),
        partial(_plain, short_form.void),
    ),
    Act(
        "commission",
        _("Commission"),
        _("Enter new items as their maker."),
        "chip",
        None,
        ("under", "lot", "product", "class_eccn", "numbers"),
        _commission,
    ),
    Act(
        "register",
        _("Register"),
        _("Enter items that you hold and whose maker has not entered them."),
        "plus",
        None,
        ("under", "numbers"),
        _register,
    ),
    Act(
        "pack",
        _("Pack"),
        _("Put things into a box or onto a pallet: they go where it goes."),
        "box",
        Standing.HANDLER,
        ("container",),
        partial(_within, short_form.pack),
    ),
    Act(
        "unpack",
        _("Unpack"),
        _("Take things out of a box or pallet; all of them, if none are listed."),
        "box",
        Standing.ANYBODY,
        ("container",),
        partial(_within, short_form.unpack),
        needs_units=False,
    ),
    Act(
        "install",
        _("Install"),
        _("Build things into a board, server or rack."),
        "settings",
        Standing.HANDLER,
        ("container",),
        partial(_within, short_form.install),
    ),
    Act(
        "remove",
        _("Remove"),
        _("Take things out of a board, server or rack; all of them, if none are listed."),
        "settings",
        Standing.ANYBODY,
        ("container",),
        partial(_within, short_form.remove),
        needs_units=False,
    ),
    Act(
        "declare",
        _("Declare a place"),
        _("Say where things are. It is a claim, and shown as one."),
        "pin",
        Standing.ANYBODY,
        ("numbers",),
        _declare,
    ),
    Act(
        "report",
        _("Report"),
        _("Report things stolen, lost, tampered with, or recall them."),
        "check",
        Standing.ANYBODY,
        ("report",),
        partial(_reported, short_form.report),
    ),
    Act(
        "clear",
        _("Clear a report"),
        _("Take back such a report: it is so no longer."),
        "clear",
        Standing.ANYBODY,
        ("report",),
        partial(_reported, short_form.clear),
    ),
    Act(
        "transfer",
        _("Transfer"),
        _("Offer things, which stay where they are, to another owner or end user."),
        "user",
        Standing.ANYBODY,
        ("owner", "end_user", "authorisations"),
        _transfer,
    ),
    Act(
        "accept",
        _("Accept"),
        _(
            "Take what you were offered, as its owner or end user. You do not see it until then:"
            " name it by its full id, which whoever offers it has."
        ),
        "user",
        Standing.ANYBODY,
        (),
        partial(_plain, short_form.accept),
    ),
    Act(
        "transform",
        _("Transform"),
        _("Make things that you hold into others, which take their place."),
        "chip",
        Standing.HOLDER,
        ("outputs", "under"),
        _transform,
    ),
    Act(
        "replace",
        _("New numbers"),
        _("Record that things have other numbers now, after a repair."),
        "chip",
        Standing.ANYBODY,
        ("numbers",),
        _replace,
    ),
    Act(
        "decommission",
        _("Decommission"),
        _("Take things that you hold out of use, for good."),
        "close",
        Standing.HOLDER,
        (),
        partial(_plain, short_form.decommission),
    ),
    Act(
        "destroy",
        _("Destroy"),
        _("Record that things that you held were destroyed, for good."),
        "stop",
        Standing.HOLDER,
        (),
        partial(_plain, short_form.destroy),
    ),
)
ACTS: Mapping[str, Act] = {act.name: act for act in _ALL}
