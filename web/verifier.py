"""The browser's verifier as one file that works from a disk, without a server or a connection.

It is put together from the modules that the page /verify loads (web/static/verify), as they are in
the installed package: nothing else has to be kept in step. The modules import each other by names
in braces and export functions, constants and classes where they are declared, which is all that is
understood here. Its policy lets it open no connection. Example::

    Path("verify.html").write_bytes(verifier_page("en", told_scripts("en")))
"""

import base64
import posixpath
import re
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path

from ledger.advice import LOOKS
from schemas import strict_json

_STATIC = Path(str(files("web") / "static"))
_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from |\* as (\w+) from )?"([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const|class) (\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_AWAITS = re.compile(r"^\w.*\bawait ", re.MULTILINE)

_POLICY = (
    "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; worker-src blob:;"
    " img-src data:; base-uri 'none'; form-action 'none'"
)
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{icons}
<main>
<noscript>Without JavaScript nothing can be verified here; chiptrail verify needs none.</noscript>
<div id="verifier"></div>
</main>
{words}
<script type="application/json" id="looks">{looks}</script>
<script type="text/plain" id="worker">{worker}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def verifier_page(language: str, words: Mapping[str, Mapping[str, str]]) -> bytes:
    """The page in *language*, a BCP 47 tag.

    *words* are those of each kind that the modules ask for (``web.pages.languages.told_scripts``).
    """
    style, script = _read("style.css"), join_modules("verify/file.js")
    icons = _read("icons.svg").replace("<svg ", '<svg id="icons" hidden ', 1)
    page = _PAGE.format(
        language=language,
        title=escape(words.get("words", {}).get("Verify", "Verify")),
        style=_inside(style, "style"),
        policy=_POLICY.format(_hash(style), _hash(script)),
        icons=icons,
        words="\n".join(
            f'<script type="application/json" id="{kind}">{_data(some)}</script>'
            for kind, some in words.items()
        ),
        looks=_data(LOOKS),
        worker=_inside(join_modules("verify/worker.js"), "script"),
        script=_inside(script, "script"),
    )
    return page.encode()


def join_modules(name: str) -> str:
    """The module *name* of web/static and all that it imports as one script.

    Raises: ValueError for a form of import or export that is not understood.
    """
    made: dict[str, str] = {}
    _join(name, made, ())
    return "".join(made.values())


def _join(name: str, made: dict[str, str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"{name} imports itself by way of {above[-1]}")
    source = _read(name)
    exports = ", ".join(found[2] for found in _EXPORT.finditer(source))
    for found in _IMPORT.finditer(source):
        imported = _path(name, found[3])
        if imported not in made:
            _join(imported, made, (*above, name))
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(lambda found: _bound(name, found), source))
    left = _LEFT.search(body)
    if left is not None:
        raise ValueError(f"{name}: cannot be joined: {left[0]}")
    wait, kind = ("await ", "async ") if _AWAITS.search(source) else ("", "")
    inside = f"{body}\nreturn {{ {exports} }};\n"
    made[name] = f"const {_variable(name)} = {wait}({kind}() => {{\n{inside}}})();\n"


def _bound(name: str, found: re.Match[str]) -> str:
    """What takes the place of an import: its names, out of what the other module returned."""
    names, whole, imported = found.groups()
    variable = _variable(_path(name, imported))
    if whole:
        return f"const {whole} = {variable};\n"
    return f"const {{{names}}} = {variable};\n" if names else ""


def _path(name: str, imported: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), imported))


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def _data(words: Mapping[str, str]) -> str:
    return strict_json.dump(dict(words)).decode().replace("<", "\\u003c")


def _inside(text: str, tag: str) -> str:
    if f"</{tag}" in text.lower():
        raise ValueError(f"ends the element <{tag}> that it stands in")
    return text
