"""The frame of every page: where one can go, search, language, theme; what pages load; errors.

blueprint = make_blueprint("checking")          # its errors are pages

@blueprint.get("/check")
@needs(Scope.READ)
def ask() -> Response:
    return page("checking/ask.html", lines=lines)

What pages load comes out of installed packages and from here alone; its address has a version, so
that a browser keeps it for good.
"""

import functools
import gzip
import mimetypes
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from flask import (
    Blueprint,
    Flask,
    Response,
    g,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask_babel import format_decimal, lazy_gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from ledger.service.tokens import Caller, Scope
from schemas import strict_json
from schemas.errors import ChiptrailError, Refusal, Unauthenticated
from web.access import demand_same_origin, known_caller, ledger
from web.pages.kept import keep
from web.pages.languages import (
    LANGUAGES,
    country_name,
    language,
    told_scripts,
)
from web.problems import note, note_fault, refuse_early, status_of

FORM_LIMIT = 2 << 20
THEMES = ("light", "dark")
STATIC = Path(str(files("web") / "static"))
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self'"
)
_TEXTS = (".css", ".js", ".svg")
_FOR_GOOD, _A_YEAR_S = "public, max-age=31536000, immutable", 365 * 86400
_PREFERENCES = {"language": frozenset(LANGUAGES), "theme": frozenset({*THEMES, ""})}

blueprint = Blueprint("frame", __name__)


@dataclass(frozen=True, slots=True)
class Way:
    """Somewhere that the frame leads to, for callers with *scope*; None: for everybody."""

    endpoint: str
    text: object
    scope: Scope | None = Scope.READ


WAYS: Sequence[Way] = (
    Way("checking.ask", lazy_gettext("Check")),
    Way("making.ship", lazy_gettext("Ship"), Scope.WRITE),
    Way("making.receive", lazy_gettext("Receive"), Scope.WRITE),
    Way("making.record", lazy_gettext("Record"), Scope.WRITE),
    Way("unit.units", lazy_gettext("Goods")),
    Way("trade.shipments", lazy_gettext("Shipments")),
    Way("trade.licences", lazy_gettext("Licences")),
    Way("trade.findings", lazy_gettext("Findings")),
    Way("trade.parties", lazy_gettext("Parties")),
    Way("keyring.keys", lazy_gettext("Keys")),
    Way("administration.overview", lazy_gettext("Administration"), Scope.ADMIN),
    Way("verifying.verify", lazy_gettext("Verify"), None),
    Way("logbook.log", lazy_gettext("Log"), None),
)


def make_blueprint(name: str) -> Blueprint:
    """A blueprint whose errors are pages; who has to sign in first is sent there and back.

    A form of more than ``FORM_LIMIT`` bytes is refused unread, where its view takes no more.
    """
    made = Blueprint(name, __name__)
    made.before_request(_bound)
    made.register_error_handler(ChiptrailError, _refused)
    made.register_error_handler(HTTPException, _refused_early)
    made.register_error_handler(Exception, _failed)
    return made


def _bound() -> None:
    request.max_content_length = request.max_form_memory_size = FORM_LIMIT


def page(template: str, status: int = 200, **values: object) -> Response:
    """The page that *template* makes of *values*; anybody's, or the caller's who is signed in."""
    answer = Response(render_template(template, **values), status)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def own_path(text: str) -> str:
    """*text* if it is a path of this site, else the home page: nobody is sent elsewhere."""
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_ours and text.isprintable() else url_for("entrance.home")


def asset(name: str) -> str:
    """The address of the file *name* of web/static."""
    return url_for("frame.static", version=_version(), name=name)


@blueprint.get("/static/<version>/<path:name>")
def static(version: str, name: str) -> Response:
    """What pages load, packed where that pays and the browser takes it."""
    packed = _packed().get(name) if request.accept_encodings["gzip"] else None
    if packed is None:
        answer = send_from_directory(STATIC, name, conditional=True)
    else:
        answer = Response(packed, mimetype=mimetypes.guess_type(name)[0])
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _FOR_GOOD if version == _version() else "no-cache"
    return answer


@functools.cache
def _packed() -> Mapping[str, bytes]:
    """Every text of web/static by its name, in gzip; no secret is in any."""
    texts = [path for path in STATIC.rglob("*") if path.suffix in _TEXTS]
    return {
        path.relative_to(STATIC).as_posix(): gzip.compress(path.read_bytes(), mtime=0)
        for path in texts
    }


@blueprint.get(
    "/static/<version>/<any(words,phrases,countries):kind>/<any(en,'zh-Hant','zh-Hans'):language>.json"
)
def words(version: str, kind: str, language: str) -> Response:
    """What JavaScript says or shows in *language*."""
    packed = _packed_words(kind, language)
    if request.accept_encodings["gzip"]:
        answer = Response(packed, mimetype="application/json")
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = Response(gzip.decompress(packed), mimetype="application/json")
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _FOR_GOOD if version == _version() else "no-cache"
    return answer


@functools.cache
def _packed_words(kind: str, language: str) -> bytes:
    return gzip.compress(strict_json.dump(told_scripts(language)[kind]), mtime=0)


@blueprint.post("/preferences")
def prefer() -> AnyResponse:
    """Keep a language or a theme for this browser, and go back."""
    demand_same_origin()
    answer = redirect(own_path(request.form.get("next", "")), 303)
    for name, choices in _PREFERENCES.items():
        value = request.form.get(name)
        if value in choices:
            answer.set_cookie(
                name, value, _A_YEAR_S, secure=request.is_secure, httponly=True, samesite="Lax"
            )
    return answer


def frame(app: Flask) -> None:
    """Give templates of *app* what the frame is made of."""
    app.register_blueprint(blueprint)
    app.register_error_handler(404, _lost)
    app.register_error_handler(405, _lost)
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters |= {
        "count": format_decimal,
        "utc": _utc,
        "country": country_name,
        "segment": functools.partial(quote, safe=""),
    }

    @app.context_processor
    def values() -> dict[str, object]:
        who = known_caller()
        return {
            "ways": _ways(who),
            "who": who,
            "origin": ledger().origin,
            "languages": LANGUAGES,
            "language": language(),
            "theme": _theme(),
            "now": ledger().clock.now(),
        }


def _ways(who: Caller | None) -> list[Way]:
    scopes = frozenset() if who is None else who.scopes
    return [way for way in WAYS if way.scope is None or way.scope in scopes]


def _theme() -> str:
    said = request.cookies.get("theme", "")
    return said if said in THEMES else ""


@functools.cache
def _version() -> str:
    """Of all that pages load, together: modules import each other by relative addresses."""
    found = sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        found.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


# Errors ------------------------------------------------------------------------------------------


def _refused(error: ChiptrailError) -> AnyResponse:
    if isinstance(error, Unauthenticated):
        wanted = request.full_path.rstrip("?")
        if request.method in ("GET", "HEAD"):
            goal = None if wanted == "/" else wanted
            return redirect(url_for("entrance.ask_in", next=goal), 303)
        if (kept := keep()) is not None:
            return page("sign_in.html", 401, next=wanted, kept=kept)
    said = error.message if isinstance(error, Refusal) else str(error)
    return note(error, _error_page(status_of(error), said, error.code))


_EARLY = {
    400: lazy_gettext(
        "Something of the form did not arrive: load its page again, and send it again."
    ),
    404: lazy_gettext("There is no such page: look for a typing error in its address."),
    405: lazy_gettext(
        "Nothing is shown at this address: use the buttons of the page it belongs to."
    ),
    413: lazy_gettext(
        "That is more than a page takes at once: choose a smaller file, or divide it."
    ),
}


def _refused_early(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    answer = _error_page(status, str(_EARLY.get(status) or error.description or error.name))
    answer.allow.update(getattr(error, "valid_methods", None) or ())
    return answer


def _failed(error: Exception) -> AnyResponse:
    """What nobody foresaw: its reader learns what to do, and nothing of the inside."""
    note_fault(error)
    said = lazy_gettext(
        "A fault of this server stopped this. If you sent something, look whether it is there,"
        " then try again."
    )
    return _error_page(500, str(said))


def _lost(error: HTTPException) -> AnyResponse:
    """No such address, or not for that: a browser gets a page, a program a problem."""
    wanted = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    if wanted == "text/html" and not request.path.startswith("/api/"):
        return _refused_early(error)
    return refuse_early(error)


def _error_page(status: int, said: str, code: str | None = None) -> Response:
    """The page that says what went wrong; where it is our fault, by which name the log has it."""
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if not is_ours:
        with suppress(ChiptrailError):
            known_caller()
    g.setdefault("caller", None)  # to find out who it is may be what fails
    name = g.request_id if is_ours else None
    return page("frame/error.html", status, said=said, code=code, request_id=name)
