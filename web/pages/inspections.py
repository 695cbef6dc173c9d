"""What inspectors record of goods before them: what they found, and that they keep them.

Photos are hashed in the browser and numbers read from the device come in a table, as for any act
(``web.pages.acts``). Whoever looks may say what it found; to detain, seize and release is for
inspectors. Example::

    INSPECTIONS["inspect"].make(filling, items)       # an event with what was found
"""

from collections.abc import Callable, Mapping, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.service.stock import Standing
from ledger.service.tokens import Scope
from schemas import short_form
from schemas.draft import Draft
from schemas.statement import Role
from web.access import caller, reader
from web.pages.acts import Act
from web.pages.fields import FIELDS
from web.pages.filling import Filling

_RESULTS = frozenset([value for value, _words in FIELDS["result"].options])


def _inspect(filling: Filling, items: Sequence[str]) -> Draft:
    result = filling.shown("result")
    if result not in _RESULTS:
        filling.fault("result", gettext("say what was found"))
    return short_form.inspect(items, result, filling.details(identities=filling.numbers))


def _held(form: Callable[..., Draft]) -> Callable[[Filling, Sequence[str]], Draft]:
    return lambda filling, items: form(items, details=filling.details(identities=filling.numbers))


def _act(name: str, title: object, about: object, icon: str, form: Callable[..., Draft]) -> Act:
    return Act(name, title, about, icon, Standing.ANYBODY, ("numbers",), _held(form))


INSPECTIONS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act(
            "inspect",
            _("Inspect"),
            _("Say whether it is what the record says, with photos and numbers that you read."),
            "search",
            Standing.ANYBODY,
            ("result", "numbers"),
            _inspect,
        ),
        _act(
            "detain",
            _("Detain"),
            _("Hold things back where they are, until the same authority releases them."),
            "stop",
            short_form.detain,
        ),
        _act(
            "seize",
            _("Seize"),
            _("Take things away: by the record the authority has them from then on."),
            "stop",
            short_form.seize,
        ),
        _act(
            "release",
            _("Release"),
            _("Let things go that the same authority detained or seized."),
            "clear",
            short_form.release,
        ),
    )
}
OF_INSPECTORS = frozenset({"detain", "seize", "release"})
"""What without that role has no effect, so that nobody else is asked to sign it."""


def may_inspect() -> bool:
    """Whether the caller signs as an inspector."""
    return Role.INSPECTOR in reader().roles and Scope.WRITE in caller().scopes
