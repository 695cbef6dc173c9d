"""Contexts: joined and bound so that the later part holds, as JSON-LD reads them."""

import pytest

from schemas.context import GS1_CONTEXT, bind_namespace, check_namespace, join_contexts

OURS = {"chiptrail": "urn:chiptrail:ns:1:"}


@pytest.mark.parametrize("context", [GS1_CONTEXT, [GS1_CONTEXT], {"a": "urn:a:"}, []])
def test_a_context_without_our_prefix_is_bound(context):
    bound = bind_namespace(context)

    assert bound[-1] == OURS
    assert check_namespace(bound) is None


@pytest.mark.parametrize("context", [OURS, [OURS, GS1_CONTEXT], [{"chiptrail": "urn:other:"}]])
def test_a_context_that_binds_our_prefix_stays_as_it_is(context):
    assert bind_namespace(context) is context


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
