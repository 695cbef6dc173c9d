"""From a deed of the demo to the EPCIS event that its party signs.

Places, customs facts and licences are as a real exporter would give them, and made up. Example::

    draft, withheld = draft_of(deed)       # withheld: names of the fields to commit to
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from ledger.act import ActKind
from ledger.service.demo.cast import ACCURACY_M, CAST, PLACES, PRODUCT
from ledger.service.demo.script import Deed
from schemas import short_form
from schemas.draft import Draft
from schemas.short_form import Details
from schemas.strict_json import JSON

_ACCURACY_M = 150
_CBV_MDA = "urn:epcglobal:cbv:mda:"
# A data centre that tells its own people, and nobody else, where it is.
_DISCREET = "japan"


def draft_of(deed: Deed) -> tuple[Draft, tuple[str, ...]]:
    """The event of *deed*, and what is withheld of it."""
    draft = DRAFTS[deed.act](deed, _details(deed))
    is_discreet = deed.place == _DISCREET and "chiptrail:location" in draft
    return draft, ("chiptrail:location",) if is_discreet else ()


def _details(deed: Deed) -> Details:
    return Details(
        event_at=deed.at,
        disposition=None if deed.condition is None else deed.condition.value,
        location=_location(deed.place),
        documents=deed.documents,
        destinations=_ends(deed),
        via=tuple(CAST[name].id for name in deed.via),
        due_at=deed.due_at,
        final=deed.final,
        product=_product(deed.lot),
        customs=_customs(deed) if deed.is_export else None,
        authorisations=_authorisations(deed) if deed.is_export else (),
        on_behalf_of=_anybody(deed.behalf),
        identities=_identities(deed) if deed.act is not ActKind.REPLACE else (),
        evidence=_evidence(deed) if deed.act is ActKind.DELIVER else (),
    )


def _location(name: str | None) -> Mapping[str, JSON] | None:
    if name is None:
        return None
    (latitude, longitude), country = PLACES[name]
    return {
        "latitude": latitude,
        "longitude": longitude,
        "accuracyM": ACCURACY_M.get(name, _ACCURACY_M),
        "countryCode": country,
    }


def _ends(deed: Deed) -> list[tuple[str, str]]:
    """Who is to own and to use what is shipped; exports are for the consignee's use."""
    if deed.act is not ActKind.SHIP:
        return []
    user = deed.user or (deed.to if deed.is_export else None)
    return short_form.ends(owner=_anybody(deed.owner), user=_anybody(user))


def _identities(deed: Deed) -> tuple[Mapping[str, JSON], ...]:
    return () if deed.uuid is None else ({"item": deed.items[0], "uuid": deed.uuid},)


def _evidence(deed: Deed) -> tuple[Mapping[str, JSON], ...]:
    """A photograph of the stamped delivery note."""
    digest = sha256(deed.items[0].encode()).hexdigest()
    return ({"name": "delivery note", "mediaType": "image/jpeg", "sha256": digest, "size": 81_920},)


def _product(lot: str | None) -> Mapping[str, JSON] | None:
    if lot is None:
        return None
    return {f"{_CBV_MDA}lotNumber": lot, "https://gs1.org/voc/productName": PRODUCT}


def _customs(deed: Deed) -> Mapping[str, JSON]:
    return {
        "itn": f"X{deed.at:%Y%m%d%H%M%S}",
        "hts": ["8542.31.0075"],
        "eccn": ["3A090.a"],
        "value": 100_000,
        "currency": "USD",
        "packages": 1,
        "origin": "TW",
        "mode": "air",
        "regime": "free",
    }


def _authorisations(deed: Deed) -> tuple[Mapping[str, JSON], ...]:
    return ({"regime": "EAR", "kind": "licence", "number": deed.licence},)


# One draft an act --------------------------------------------------------------------------


def _party(name: str | None) -> str:
    assert name is not None
    return CAST[name].id


def _anybody(name: str | None) -> str | None:
    return None if name is None else CAST[name].id


def _parent(deed: Deed) -> str:
    assert deed.parent is not None
    return deed.parent


def _carry(deed: Deed, details: Details) -> Draft:
    assert deed.step is not None
    return {**short_form.declare(deed.items, details), "bizStep": deed.step}


def _inspect(deed: Deed, details: Details) -> Draft:
    assert deed.condition is not None
    return short_form.inspect(deed.items, deed.condition.value, details)


def _report(deed: Deed, details: Details) -> Draft:
    assert deed.status is not None
    return short_form.report(deed.items, [deed.status.value], details)


def _clear(deed: Deed, details: Details) -> Draft:
    assert deed.status is not None
    return short_form.clear(deed.items, [deed.status.value], details)


DRAFTS: Mapping[ActKind, Callable[[Deed, Details], Draft]] = {
    ActKind.COMMISSION: lambda deed, said: short_form.commission(deed.items, said),
    ActKind.REGISTER: lambda deed, said: short_form.register(deed.items, said),
    ActKind.PACK: lambda deed, said: short_form.pack(_parent(deed), deed.items, said),
    ActKind.UNPACK: lambda deed, said: short_form.unpack(_parent(deed), deed.items, said),
    ActKind.INSTALL: lambda deed, said: short_form.install(_parent(deed), deed.items, said),
    ActKind.REMOVE: lambda deed, said: short_form.remove(_parent(deed), deed.items, said),
    ActKind.TRANSFORM: lambda deed, said: short_form.transform(deed.items, deed.outputs, said),
    ActKind.SHIP: lambda deed, said: short_form.ship(
        deed.items, _party(deed.behalf or deed.who), _party(deed.to), said
    ),
    ActKind.DELIVER: lambda deed, said: short_form.deliver(
        deed.items, _party(deed.who), _party(deed.to), said
    ),
    ActKind.CARRY: _carry,
    ActKind.RECEIVE: lambda deed, said: short_form.receive(
        deed.items, _party(deed.who), details=said
    ),
    ActKind.REFUSE: lambda deed, said: short_form.refuse(
        deed.items, _party(deed.who), details=said
    ),
    ActKind.VOID: lambda deed, said: short_form.void(deed.items, said),
    ActKind.TRANSFER: lambda deed, said: short_form.transfer(
        deed.items, owner=_anybody(deed.owner), user=_anybody(deed.user), details=said
    ),
    ActKind.ACCEPT: lambda deed, said: short_form.accept(deed.items, said),
    ActKind.DECLARE: lambda deed, said: short_form.declare(deed.items, said),
    ActKind.INSPECT: _inspect,
    ActKind.DETAIN: lambda deed, said: short_form.detain(deed.items, said),
    ActKind.SEIZE: lambda deed, said: short_form.seize(deed.items, said),
    ActKind.RELEASE: lambda deed, said: short_form.release(deed.items, details=said),
    ActKind.REPORT: _report,
    ActKind.CLEAR: _clear,
    ActKind.REPLACE: lambda deed, said: short_form.replace(deed.items, _identities(deed), said),
    ActKind.DESTROY: lambda deed, said: short_form.destroy(deed.items, said),
}
