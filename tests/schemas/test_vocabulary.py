"""Code lists: complete, and one word for one code."""

import pytest

from schemas import vocabulary
from schemas.vocabulary import BIZ_STEPS, DISPOSITIONS, SOURCE_DEST_TYPES, bare_word


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("BIZ_STEPS", 41),
        ("DISPOSITIONS", 33),
        ("BIZ_TRANSACTION_TYPES", 13),
        ("MEASUREMENTS", 72),
        ("COMPONENTS", 14),
    ],
)
def test_a_code_list_is_complete(codes, expected):
    assert len(getattr(vocabulary, codes)) == expected


@pytest.mark.parametrize(
    ("text", "kind", "codes", "expected"),
    [
        ("shipping", "BizStep", BIZ_STEPS, "shipping"),
        ("https://ref.gs1.org/cbv/BizStep-shipping", "BizStep", BIZ_STEPS, "shipping"),
        ("cbv:Disp-in_transit", "Disp", DISPOSITIONS, "in_transit"),
        ("cbv:SDT-possessing_party", "SDT", SOURCE_DEST_TYPES, "possessing_party"),
        ("cbv:BizStep-shipping", "Disp", DISPOSITIONS, "cbv:BizStep-shipping"),
        ("cbv:BizStep-smuggling", "BizStep", BIZ_STEPS, "cbv:BizStep-smuggling"),
        ("CBV:BizStep-shipping", "BizStep", BIZ_STEPS, "CBV:BizStep-shipping"),
        ("urn:chiptrail:bizstep:refusing", "BizStep", BIZ_STEPS, "urn:chiptrail:bizstep:refusing"),
    ],
)
def test_a_code_folds_to_its_bare_word(text, kind, codes, expected):
    assert bare_word(text, kind, codes) == expected
