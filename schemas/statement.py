"""Statements: what is said about parties, keys and entries, the log's first entry among them.

docs/formats.md, "Statements". Each kind is a class whose annotations are its wire form:
``schemas.enrolment`` has what the registrar says, ``schemas.authority`` what any party may; here is
the table of them. Who is heard, and whether proofs verify, is ``ledger.registry``'s. Example::

    payload = encode_statement(KeyRevocation(..., keyid=keyid, reason="laptop stolen"))
    parse_statement(payload).reason
    draft_of(KeyRevocation, keyid=keyid, reason="laptop stolen")      # for ledger.compose
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from schemas import strict_json
from schemas.authority import (
    Concurrence,
    Erasure,
    Grant,
    Licence,
    LicenceKind,
    MandateStatement,
    Resolution,
    Site,
    check_period,
)
from schemas.enrolment import (
    CountryFact,
    Endorsement,
    Gap,
    Genesis,
    KeyRevocation,
    KeyStatement,
    Landmark,
    PartyStatement,
    Role,
    RulePackStatement,
    Subject,
    check_genesis,
)
from schemas.errors import MalformedEvent, MalformedStatement
from schemas.form import Form, members_of, record_of, write_members
from schemas.strict_json import JSON

__all__ = [
    "KINDS",
    "Concurrence",
    "CountryFact",
    "Endorsement",
    "Erasure",
    "Gap",
    "Genesis",
    "Grant",
    "KeyRevocation",
    "KeyStatement",
    "Landmark",
    "Licence",
    "LicenceKind",
    "MandateStatement",
    "PartyStatement",
    "Resolution",
    "Role",
    "RulePackStatement",
    "Site",
    "Statement",
    "Subject",
    "draft_of",
    "encode_statement",
    "parse_statement",
]

Statement: TypeAlias = (
    Genesis
    | PartyStatement
    | KeyStatement
    | KeyRevocation
    | RulePackStatement
    | Landmark
    | MandateStatement
    | Licence
    | Site
    | Grant
    | Concurrence
    | Resolution
    | Erasure
)

KINDS: Mapping[str, type[Statement]] = {
    "genesis": Genesis,
    "party": PartyStatement,
    "key": KeyStatement,
    "key-revocation": KeyRevocation,
    "rule-pack": RulePackStatement,
    "landmark": Landmark,
    "mandate": MandateStatement,
    "licence": Licence,
    "site": Site,
    "grant": Grant,
    "concurrence": Concurrence,
    "resolution": Resolution,
    "erasure": Erasure,
}
"""Every kind by its word."""

_TOGETHER = {Genesis: check_genesis, MandateStatement: check_period, Licence: check_period}
_FORMS: Mapping[str, Form] = {
    word: record_of(kind, _TOGETHER.get(kind)) for word, kind in KINDS.items()
}
_WORDS = {kind: word for word, kind in KINDS.items()}


def parse_statement(payload: bytes) -> Statement:
    """The statement in *payload*.

    Raises: MalformedJson, MalformedStatement (with the pointer of what does not fit), TooLarge.
    """
    value = strict_json.load_object(payload)
    word = value.pop("statement", None)
    form = _FORMS.get(word) if isinstance(word, str) else None
    if form is None:
        raise MalformedStatement(f"want one of {', '.join(KINDS)}", "/statement")
    try:
        form.check(value)
    except MalformedEvent as exc:
        raise MalformedStatement(exc.message, exc.pointer) from None
    read: Statement = form.read(value)
    return read


def encode_statement(statement: Statement) -> bytes:
    """The payload of *statement*; ``parse_statement`` reads it back (times to the millisecond).

    Nothing is checked here: read it back before it is signed.
    """
    kind = type(statement)
    members = members_of(kind)
    said = {member.attribute: getattr(statement, member.attribute) for member in members}
    return strict_json.dump(draft_of(kind, **said))


def draft_of(kind: type[Statement], /, **said: Any) -> dict[str, JSON]:  # noqa: ANN401 - of any kind
    """A statement of *kind* that says *said*, by attribute, and lacks its preamble.

    Nothing is checked here either.
    """
    return {"statement": _WORDS[kind], **write_members(members_of(kind), said)}
