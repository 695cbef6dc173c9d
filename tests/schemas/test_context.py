"""Contexts: joined so that the later part holds, as JSON-LD reads them."""

import pytest

from schemas.context import join_contexts


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("urn:a:", [], ["urn:a:"]),
        (["urn:a:", "urn:b:"], "urn:c:", ["urn:a:", "urn:b:", "urn:c:"]),
        (["urn:a:", "urn:b:"], ["urn:a:"], ["urn:b:", "urn:a:"]),
        ({"a": 1}, [{"a": True}, {"a": 1.0}], [{"a": True}, {"a": 1}]),
        ([], [], []),
    ],
)
def test_joined_contexts_keep_the_last_of_what_is_twice(outer, inner, expected):
    assert join_contexts(outer, inner) == expected
