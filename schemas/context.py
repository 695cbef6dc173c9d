"""The ``@context`` of an event: its form, what it must bind, and how a document's is carried.

EPCIS 2.0 JSON binding, ``@context``: a URI, an object, or an array of both without repetition.
JSON-LD 1.1 section 3.1: of two parts that bind one prefix the later one holds. Chiptrail's fields
are written with the prefix ``chiptrail``, which must mean ``urn:chiptrail:ns:1:``:

    ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
     {"chiptrail": "urn:chiptrail:ns:1:"}]
"""

from schemas.errors import MalformedEvent
from schemas.formats import is_familiar_uri
from schemas.shape import misfit, pointer
from schemas.strict_json import JSON

GS1_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NAMESPACE = "urn:chiptrail:ns:1:"
PREFIX = "chiptrail"
_USUAL = [GS1_CONTEXT, {PREFIX: NAMESPACE}]


def check_context(value: JSON) -> None:
    """A JSON-LD context in the forms that EPCIS allows.

    Raises: MalformedEvent.
    """
    if not isinstance(value, list):
        _check_part(value, "")
        return
    for index, part in enumerate(value):
        _check_part(part, pointer(index))
    if len({_same(part) for part in value}) != len(value):
        raise MalformedEvent("holds a value twice", "")


def _check_part(value: JSON, where: str) -> None:
    if not isinstance(value, dict) and not (isinstance(value, str) and is_familiar_uri(value)):
        raise MalformedEvent(misfit(value, "a URI or an object").message, where)


def check_namespace(value: JSON) -> None:
    """A context that binds ``chiptrail`` to our namespace, and nowhere to another one.

    Raises: MalformedEvent.
    """
    if value == _USUAL:
        return
    check_context(value)
    bindings = [part[PREFIX] for part in _parts(value) if isinstance(part, dict) and PREFIX in part]
    if not bindings or any(binding != NAMESPACE for binding in bindings):
        raise MalformedEvent(f'want {{"{PREFIX}": "{NAMESPACE}"}} in it, and no other', "")


def join_contexts(outer: JSON, inner: JSON) -> JSON:
    """The context under which a member of a document stands: *outer* first, then its own *inner*.

    An empty array is no context. A part that would stand there twice keeps its last place: what
    it binds is what holds.
    """
    last = {_same(part): part for part in reversed([*_parts(outer), *_parts(inner)])}
    return list(reversed(last.values()))


def _parts(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else [value]


def _same(value: JSON) -> object:
    """A key that two values share when JSON Schema calls them equal: 1 is 1.0 but not true."""
    match value:
        case bool():
            return ("boolean", value)
        case list():
            return ("array", *map(_same, value))
        case dict():
            return frozenset((name, _same(member)) for name, member in value.items())
        case _:
            return value
