import ast
import re
import tomllib

import pytest

from tests.architecture import (
    MAY_IMPORT,
    ROOT,
    THIRD_PARTY_HOMES,
    Module,
    imports,
    modules_of,
    violations,
)

MODULES = modules_of(ROOT)
IMPORT_NAMES = {
    "pynacl": "nacl",
    "argon2-cffi": "argon2",
    "pillow": "PIL",
    "pyshp": "shapefile",
    "zxing-cpp": "zxingcpp",
}
DOC = '"""A module."""\n'


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_keeps_the_house_rules(module):
    assert violations(module) == []


def test_every_layer_has_modules_and_every_module_a_layer():
    assert {module.layer for module in MODULES} == set(MAY_IMPORT)


def test_every_folder_of_modules_is_a_package():
    """The wheel takes packages only; a folder without __init__ would be left behind."""
    packages = {module.name for module in MODULES if module.is_package}

    assert {module.name.rpartition(".")[0] for module in MODULES} - {""} <= packages


def test_no_half_of_a_merge_is_left_in_a_file():
    kinds = (".py", ".html", ".js", ".css", ".po", ".toml", ".md")
    files = [
        path
        for top in ("ledger", "web", "schemas", "migrations", "docs", "tests")
        for path in (ROOT / top).rglob("*")
        if path.suffix in kinds
    ]
    marks = re.compile(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)

    assert [path for path in files if marks.search(path.read_text(encoding="utf-8"))] == []


def test_every_runtime_dependency_is_used_at_home():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    specs = [*project["dependencies"], *project["optional-dependencies"]["production"]]
    wanted = {re.split(r"[^a-z0-9-]", spec)[0] for spec in specs}
    targets = [name for m in MODULES for _, name in imports(m, ast.parse(m.source))]
    imported = {name.split(".")[0] for name in targets} & set(THIRD_PARTY_HOMES)

    assert {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in wanted} == imported


PLANTED = {
    "schemas imports upward": ("schemas.item", "from ledger.leaf import parse_leaf", "ledger.leaf"),
    "flat imports the store": ("ledger.merkle", "import ledger.store.tables", "ledger.store"),
    "the store imports the service": ("ledger.store.log", "from ledger import service", "service"),
    "the client imports the store": ("ledger.client.http", "import ledger.store", "ledger.store"),
    "the web touches the store": ("web.pages", "from ledger.store import log", "ledger.store"),
    "the cli touches the store": ("ledger.cli.demo", "from ledger import store", "ledger.store"),
    "the service imports the web": ("ledger.service.query", "import web", "imports web"),
    "a relative import": ("ledger.keys", "from .store import log", "ledger.store"),
    "an import in a function": ("schemas.item", "def f():\n    import web", "imports web"),
    "a migration is imported": ("ledger.store.log", "import migrations.env", "migrations"),
    "SQL outside the store": ("ledger.service.query", "import sqlalchemy.orm", "sqlalchemy"),
    "a second home of crypto": ("ledger.leaf", "from nacl.signing import VerifyKey", "nacl"),
    "the web framework below": ("ledger.service.query", "from flask import g", "flask"),
    "a dependency without a home": ("ledger.cli.demo", "import requests", "no home"),
    "a second JSON parser": ("ledger.cli.demo", "import json", "json"),
    "a second JSON parser, renamed": ("web.api", "from json import loads as read", "json"),
    "the environment": ("ledger.service.query", "import os\nX = os.environ['A']", "os.environ"),
    "the environment, imported": ("ledger.service.query", "from os import getenv", "os.getenv"),
    "a clock": ("ledger.custody", "import time", "imports time"),
    "a clock, by datetime": (
        "ledger.custody",
        "from datetime import UTC, datetime\nX = datetime.now(UTC)",
        "datetime.datetime.now",
    ),
    "a clock, renamed": (
        "schemas.formats",
        "import datetime as dt\nX = dt.datetime.utcnow()",
        "datetime.datetime.utcnow",
    ),
    "a clock as a default": (
        "schemas.formats",
        "from datetime import date as day\nX = dict(factory=day.today)",
        "datetime.date.today",
    ),
    "dice": ("ledger.disclosure", "import secrets", "imports secrets"),
    "dice, by uuid": ("schemas.event", "import uuid\nX = uuid.uuid4()", "uuid.uuid4"),
    "dice, by nacl": ("ledger.keys", "from nacl.utils import random", "nacl.utils.random"),
    "a file": ("schemas.item", "X = open('f')", "uses open"),
    "a file, by path": ("ledger.rules", "from pathlib import Path", "imports pathlib"),
    "a stream": ("ledger.tiles", "import io", "imports io"),
    "a socket": ("ledger.note", "import socket", "imports socket"),
    "a process": ("ledger.note", "import subprocess", "imports subprocess"),
    "a log line": ("ledger.judge", "import logging", "imports logging"),
    "a print": ("ledger.judge", "print('x')", "uses print"),
    "a vague name": ("ledger.utils", "X = 1", "name the idea"),
    "a vague package": ("web.common.forms", "X = 1", "name the idea"),
    "a long module": ("ledger.judge", "X = 1\n" * 350, "351 lines"),
    "a long function": ("ledger.judge", "def f():\n" + "    X = 1\n" * 40, "f has 41 lines"),
}


@pytest.mark.parametrize(("name", "body", "wanted"), PLANTED.values(), ids=PLANTED)
def test_a_planted_violation_is_caught(name, body, wanted):
    found = violations(Module(name, DOC + body))

    assert found
    assert wanted in found[0]


def test_a_module_without_docstring_is_caught():
    assert violations(Module("ledger.leaf", "X = 1")) == ["ledger.leaf:1: has no docstring"]


ALLOWED = {
    "down the arrow": ("ledger.cli.demo", "from ledger.service import capture\nimport web"),
    "within a layer": ("ledger.service.capture", "from . import query"),
    "times as values": ("ledger.custody", "from datetime import datetime, timedelta"),
    "now as an argument": ("ledger.custody", "def f(now):\n    return now.today"),
    "crypto at home": ("ledger.keys", "from nacl.bindings import crypto_sign_open"),
    "settings at home": ("ledger.cli.settings", "import os\nX = os.environ.get('A')"),
    "the parser": ("schemas.strict_json", "import json"),
    "a reader of URIs": ("schemas.item", "from urllib.parse import unquote"),
    "files in the shell": ("ledger.store.files", "from pathlib import Path"),
    "a long docstring": ("ledger.judge", 'def f():\n    """A\n' + "    b\n" * 60 + '    """'),
}


@pytest.mark.parametrize(("name", "body"), ALLOWED.values(), ids=ALLOWED)
def test_what_the_rules_allow_passes(name, body):
    assert violations(Module(name, DOC + body)) == []
