"""What partners are told to type, typed: every block of docs/partners.md, in one shell."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.service.opening import open_ledger
from tests.architecture import ROOT
from tests.web.serving import served

PAGE = (ROOT / "docs/partners.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
TOOLS = ("bash", "curl", "jq", "openssl")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]

if MISSING and os.environ.get("CHIPTRAIL_REQUIRE_ALL") == "1":
    raise pytest.UsageError(f"what partners are told cannot be tried: no {', '.join(MISSING)}")
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")


def script(url, vkey):
    """All blocks as one script, with the address and key of the ledger of the test."""
    lines = ["set -euo pipefail"]
    for number, (kind, block) in enumerate(BLOCKS):
        lines.append(f"echo block {number}")
        lines.append(block if kind == "sh" else f"python - <<'EOF'\n{block}EOF")
    text = "\n".join(lines).replace("https://ledger.example.com", url)
    return re.sub(r"(?m)^export VKEY=.*$", f"export VKEY={vkey}", text)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """How the whole page went, the registrar's part too."""
    folder = tmp_path_factory.mktemp("partners")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHIPTRAIL_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment |= {"CHIPTRAIL_DATA": str(folder / "data"), "NO_PROXY": "*", "no_proxy": "*"}
    words = ["chiptrail", "init", "ledger.example.com/custody", "--unencrypted"]
    subprocess.run(words, env=environment, check=True, capture_output=True, timeout=60)
    ledger = open_ledger(folder / "data")
    with served(ledger) as url:
        return subprocess.run(
            ["bash", "-c", script(url, ledger.vkey)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def test_every_block_works_in_order(run):
    assert (0, "") == (run.returncode, run.stderr if run.returncode else ""), run.stdout
    assert f"block {len(BLOCKS) - 1}\n" in run.stdout


def test_the_log_s_signature_verifies_and_python_is_told_the_verdict(run):
    assert "Signature Verified Successfully" in run.stdout
    assert re.search(r"^\d+ clear$", run.stdout, re.MULTILINE)


def test_all_blocks_are_run_and_none_has_another_form():
    assert {"sh", "python"} == {kind for kind, _ in BLOCKS}
    assert 2 * len(BLOCKS) == PAGE.count("```")
