"""The verifier as one file: modules joined into a script, and nothing that leads out of it."""

import re

import pytest

from web import verifier
from web.pages.languages import LANGUAGES
from web.verifier import join_modules, verifier_page


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A folder of modules to join."""
    monkeypatch.setattr(verifier, "_STATIC", tmp_path)
    return tmp_path


def test_modules_are_joined_in_the_order_in_which_they_need_each_other(source):
    (source / "a.js").write_text('import { b } from "./sub/b.js";\nimport "./c.js";\nb();\n')
    (source / "sub").mkdir()
    (source / "sub" / "b.js").write_text('import * as c from "../c.js";\nexport function b() {}\n')
    (source / "c.js").write_text("export const c = await 1;\n")
    joined = join_modules("a.js")

    assert ["$c", "$sub_b", "$a"] == re.findall(r"^const (\$\S+) =", joined, re.MULTILINE)
    assert "const $c = await (async () => {" in joined
    assert "return { b };" in joined


@pytest.mark.parametrize(
    "text", ["export default 1;\n", 'export { a } from "./a.js";\n', 'import b from "./b.js";\n']
)
def test_a_form_that_is_not_understood_is_refused(source, text):
    (source / "a.js").write_text(text)
    with pytest.raises(ValueError, match=re.escape("a.js: cannot be joined")):
        join_modules("a.js")


def test_modules_that_import_each_other_are_refused(source):
    (source / "a.js").write_text('import { b } from "./b.js";\n')
    (source / "b.js").write_text('import { a } from "./a.js";\n')
    with pytest.raises(ValueError, match="imports itself"):
        join_modules("a.js")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_leads_nowhere(language):
    page = verifier_page(language, {"words": {"Stop": "</script>"}}).decode()

    assert [] == re.findall(r"(?:src|href)=\"(?!data:|\$)[^\"#]", page)
    assert f'<html lang="{language}">' in page
    assert "default-src 'none'" in page
    assert '{"Stop":"\\u003c/script>"}' in page
