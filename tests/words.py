"""What pages say, in every language: ``make words`` brings web/translations up to date.

New words come in without a translation, which a test does not let pass; those that nobody says any
longer go. Example::

    said()["Sign in"]      # {"web/templates/sign_in.html"}
"""

import ast
import inspect
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import BytesIO, StringIO
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ledger.advice import ACTIONS, MATCH_ACTIONS, PRESENTED_TWICE, SHARED_SERIAL
from schemas import errors
from schemas.geo import SWAPPED
from schemas.shape import OTHER_TEXT
from schemas.vocabulary import BIZ_STEPS, DISPOSITIONS
from web.limits import Limit

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "web" / "translations"
_READ = [
    ("**/translations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2"),
    ("**.js", "javascript"),
]
_OPTIONS = {"**.js": {"parse_template_string": True}}
_ALONE = dict.fromkeys(["_", "gettext", "lazy_gettext", "say", "later"])
_CALLS = {**_ALONE, "ngettext": (1, 2)}
# Why a script refuses something (web/static/verify/refusal.js), and what forms it wants (shape.js).
_REASONS = {"Refusal": (1,), **dict.fromkeys(["demand", "refuse", "text", "matching"], (2,))}
# What people are refused with on pages, and what a field of theirs should be.
_REFUSALS = {name for name, one in vars(errors).items() if inspect.isclass(one)} | {"ValueError"}
_REFUSING = """
web/access.py web/limits.py web/scans.py web/tables.py web/api/checks.py web/pages/*.py
ledger/admission.py ledger/gazetteer.py ledger/names.py ledger/registry.py ledger/retraction.py
ledger/service/bundling.py ledger/service/capture.py ledger/service/directory.py
ledger/service/entry.py ledger/service/group_commit.py ledger/service/knowing.py
ledger/service/listing.py ledger/service/paging.py ledger/service/passwords.py
ledger/service/redress.py ledger/service/sessions.py ledger/service/shipments.py
ledger/service/tokens.py ledger/service/users.py
schemas/formats.py schemas/geo.py schemas/gs1.py schemas/item.py
schemas/key_request.py schemas/shape.py schemas/spelling.py
""".split()
_WANTED = {"text": (2,), "number_where": (2,), "misfit": (2,)}


def said() -> dict[str | tuple[str, str], set[str]]:
    """Every text that pages say, or one for one and one for many, with the files where."""
    found = defaultdict(set)
    web, scripts = ROOT / "web", [("**.js", "javascript")]
    everywhere = extract_from_dir(web, _READ, _OPTIONS, keywords=_CALLS)
    reasons = extract_from_dir(web, scripts, _OPTIONS, keywords=_REASONS)
    for path, _, text, _, _ in chain(everywhere, reasons):
        found[text].add(f"web/{path}")
    for text in _refusals():
        found[text].add("schemas/errors.py")
    for text, path in _phrases():
        found[text].add(path)
    for text in _advice():
        found[text].add("ledger/advice.py")
    return dict(found)


def _refusals() -> Iterator[str]:
    """What is refused, in the form of phrases: ``got %(text)s, want a number``."""
    for path in chain.from_iterable(ROOT.glob(pattern) for pattern in _REFUSING):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(name), args=[told, *_]) if name in _REFUSALS:
                    text = re.sub(r"^\w+: ", "", "".join(_worded(told)))
                    if " " in re.sub(r" ?%\(\w+\)s ?", "", text):
                        yield text
    yield from (SWAPPED, OTHER_TEXT, *[one.value for one in Limit])
    wanted = ("extension.py", "python")
    with redirect_stderr(StringIO()):  # two are f-strings, of limits
        for _, _, text, _, _ in extract_from_dir(ROOT / "schemas", [wanted], keywords=_WANTED):
            yield str(text)


def _worded(told: ast.expr) -> Iterator[str]:
    """The parts of a text or an f-string; what stands in it is called by its last name."""
    match told:
        case ast.Constant(str(text)):
            yield text.replace("%", "%%")
        case ast.JoinedStr(parts):
            for part in parts:
                yield from _worded(part)
        case ast.FormattedValue(value):
            yield f"%({re.findall('[a-z][a-z_]*', ast.unparse(value).lower())[-1]})s"


def _phrases() -> Iterator[tuple[str, str]]:
    """What the ledger tells, and what its rules are about: pages say it in every language."""
    calls = {"phrase": None, "later": None}
    with redirect_stderr(StringIO()):  # what stands for a name may be an f-string
        for path, _, text, _, _ in extract_from_dir(ROOT / "ledger", _READ, keywords=calls):
            yield str(text), f"ledger/{path}"
    for code in sorted(BIZ_STEPS | DISPOSITIONS):
        yield code.replace("_", " "), "schemas/vocabulary.py"
    for path in sorted((ROOT / "ledger" / "packs").glob("*.toml")):
        pack = tomllib.loads(path.read_text())
        for row in chain.from_iterable(rows for rows in pack.values() if isinstance(rows, list)):
            yield row["citation"].removesuffix("."), f"ledger/packs/{path.name}"
            if "title" in row:
                yield row["title"], f"ledger/packs/{path.name}"


def _advice() -> Iterator[str]:
    """What to do about findings: the ledger says it in English, pages in every language."""
    yield from (PRESENTED_TWICE, SHARED_SERIAL, *MATCH_ACTIONS.values())
    for action in ACTIONS.values():
        yield from (action.look, action.remedy)


def catalog(language: str) -> Catalog:
    """The words of *language* as they are kept."""
    text = (FOLDER / f"{language}.po").read_bytes()
    return read_po(BytesIO(text), locale=language.replace("-", "_"))


def words_of(message: Message) -> str:
    """Its words, of the languages that have one form for one and for many; "" for none."""
    return message.string if isinstance(message.string, str) else (message.string or ("",))[0]


def _update(language: str) -> int:
    """Bring the catalog of *language* up to date; how many words it lacks."""
    known, wanted = catalog(language), said()
    new = Catalog(known.locale)
    for text in sorted(wanted, key=str):
        old = known.get(text)
        places = [(path, None) for path in sorted(wanted[text])]
        new.add(text, None if old is None else old.string, places)
    with (FOLDER / f"{language}.po").open("wb") as file:
        write_po(file, new, width=0, include_lineno=False, omit_header=True)
    return sum(not words_of(message) for message in new if message.id)


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.po")):
        print(f"{path.name}: {_update(path.stem)} to translate")
