"""Evidence reads in one way, and what is wrong with it is pointed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import strict_json
from schemas.errors import MalformedEvidence, Refusal, TooLarge
from schemas.evidence import Evidence, Prefix, encode_evidence, is_evidence, parse_evidence

HASHES = st.binary(min_size=32, max_size=32)
NOTES = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=9).map(str.encode)
PREFIXES = st.builds(Prefix, HASHES, st.lists(HASHES, max_size=3).map(tuple))
HASH = "A" * 43 + "="
GOOD = {"evidence": "chiptrail/1", "checkpoints": ["a", "b"], "root": HASH, "consistency": [HASH]}


@given(st.builds(Evidence, st.tuples(NOTES, NOTES), st.none() | PREFIXES))
def test_what_is_written_reads_back(evidence):
    data = encode_evidence(evidence)

    assert (evidence, True) == (parse_evidence(data), is_evidence(data))


BENT = {
    "another version": ({"evidence": "chiptrail/2"}, "/evidence"),
    "a root without its proof": ({"consistency": None}, ""),
    "a proof without its root": ({"root": None}, ""),
    "an unknown name": ({"more": 1}, ""),
    "one note": ({"checkpoints": ["a"]}, "/checkpoints"),
    "three notes": ({"checkpoints": ["a", "b", "c"]}, "/checkpoints"),
    "a note that is no text": ({"checkpoints": ["a", 1]}, "/checkpoints"),
    "a short root": ({"root": "AAAA"}, "/root"),
    "a root that is no base64": ({"root": "!"}, "/root"),
    "a root in another spelling": ({"root": "A" * 42 + "B="}, "/root"),
    "a root that is no text": ({"root": 1}, "/root"),
    "a bad hash": ({"consistency": [HASH, "AAAA"]}, "/consistency/1"),
    "a proof that is no list": ({"consistency": HASH}, "/consistency"),
    "a proof too long": ({"consistency": [HASH] * 65}, "/consistency"),
}


@pytest.mark.parametrize(("changes", "where"), BENT.values(), ids=BENT)
def test_what_does_not_fit_is_pointed_at(changes, where):
    value = {name: v for name, v in {**GOOD, **changes}.items() if v is not None}

    with pytest.raises(MalformedEvidence) as caught:
        parse_evidence(strict_json.dump(value))
    assert where == caught.value.pointer


@given(st.binary(max_size=60) | st.sampled_from([b"", b"[]", b"{}", b'{"evidence":', b"null"]))
def test_anything_else_is_refused(data):
    with pytest.raises(Refusal):
        parse_evidence(data)


def test_evidence_has_a_limit():
    with pytest.raises(TooLarge):
        parse_evidence(b" " * (1 << 20) + b"{}")


@pytest.mark.parametrize(
    ("data", "is_one"),
    [(b'\n{ "evidence" : 1}', True), (b'{"bundle":"evidence"}', False), (b'["evidence"]', False)],
)
def test_evidence_is_known_by_its_first_member(data, is_one):
    assert is_one is is_evidence(data)
