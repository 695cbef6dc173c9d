"""The description of the API: each operation with schema, an example that fits it, errors."""

import json

import jsonschema
import pytest

from tests.web.test_entries import ENTRIES, commission
from web.api.examples import ANSWERED

JSON = "application/json"
# Members of theirs are names, not fields.
MAPS = {
    "answers",
    "disclosed",
    "fates",
    "names",
    "numbers",
    "remedies",
    "troubled",
    "units",
    "verdicts",
}


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def said(web):
    return web.ask("/api/v1/openapi.json").json


def operations(said):
    return {
        f"{method.upper()} {path}": one
        for path, some in said["paths"].items()
        for method, one in some.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }


def bodies(said):
    """(operation, content of a type) of what is sent and of what is answered with success."""
    for name, one in operations(said).items():
        answers = [answer for status, answer in one["responses"].items() if status[0] == "2"]
        for some in (one.get("requestBody", {}), *answers):
            for kind, content in some.get("content", {}).items():
                yield name, kind, content


def test_whatever_is_for_programs_is_described(said):
    found = {path for name in operations(said) for path in [name.split(" ")[1]]}

    assert {"/healthz", "/metrics", "/log/checkpoint", "/log/vkey", "/log/tile/{name}"} <= found
    assert {"/log/consistency", "/api/v1/entries", "/api/v1/items/{name}"} <= found


def test_what_answers_with_no_body_says_so(said):
    without = {
        name
        for name, one in operations(said).items()
        if not any(answer.get("content") for answer in one["responses"].values() if answer)
        or not any("content" in one["responses"].get(s, {}) for s in ("200", "201"))
    }

    assert without == {name for name, one in operations(said).items() if "204" in one["responses"]}


def test_each_has_a_schema_and_an_example_that_fits_it(said):
    for name, kind, content in bodies(said):
        if kind == JSON:
            schema = {**content["schema"], "components": said["components"]}

            assert "example" in content, name
            jsonschema.Draft202012Validator(schema).validate(content["example"])


def test_each_says_what_its_errors_look_like(said):
    for name, one in operations(said).items():
        assert "Problem" in json.dumps(one["responses"]["default"]), name


def members(value, at=""):
    """The objects in *value* by where they are, of a list those of the first."""
    if isinstance(value, list):
        yield from members(value[0], f"{at}/0") if value else ()
    elif isinstance(value, dict):
        yield at, {*value}
        for key, member in value.items():
            if key not in MAPS:
                yield from members(member, f"{at}/{key}")


def asked(web):
    """What answers of those whose example has more than a few members."""
    web.world.commission("fab", web.world.chips(1))
    web.world.ship("fab", web.world.chips(1), to="shop")
    (chip,) = web.world.chips(1)
    sent = web.ask(ENTRIES, by="fab", data=commission(web, "Z"))
    yield "entries.submit", sent
    tried = web.ask(f"{ENTRIES}/rehearsal", by="fab", data=commission(web, "Y"))
    yield "entries.rehearsal", tried
    yield "entries.entry", web.ask(f"{ENTRIES}/{sent.json['index']}", by="fab")
    yield "entries.proof", web.ask(f"{ENTRIES}/{sent.json['index']}/proof", by="fab")
    yield "items.item", web.ask(f"/api/v1/items/{chip}", by="fab")
    yield "items.history", web.ask(f"/api/v1/items/{chip}/history", by="fab")
    yield "check.check", web.ask("/api/v1/check", by="fab", data=json.dumps({"serials": [chip]}))
    yield "lists.parties", web.ask("/api/v1/parties", by="customs")
    for name in ("items", "shipments", "keys"):
        yield f"lists.{name}", web.ask(f"/api/v1/{name}", by="fab")
    yield "log.consistency_proof", web.ask("/log/consistency?from=1")
    yield "health.health", web.ask("/healthz")


def test_an_example_has_the_members_of_a_real_answer(web):
    for name, answer in asked(web):
        real, example = dict(members(answer.json)), dict(members(ANSWERED[name]))
        both = real.keys() & example.keys()

        assert "" in both
        assert {at: real[at] for at in both} == {at: example[at] for at in both}, name
