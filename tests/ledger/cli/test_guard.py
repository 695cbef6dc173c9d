import subprocess
import sys
from pathlib import Path

import pytest

from ledger.cli.guard import HOME, PACKAGES, altered, folders, misplaced


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages: ours, with the RECORD that our wheel left."""
    rows = ["chiptrail-0.1.0.dist-info/RECORD,,", "../../../bin/chiptrail,sha256=x,200"]
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f'"""Our {name}."""\n')
        rows.append(f"{name}/__init__.py,sha256=x,{len(name) + 12}")
        rows.append(f"{name}/__pycache__/__init__.cpython-311.pyc,,")
    (tmp_path / "chiptrail-0.1.0.dist-info").mkdir()
    (tmp_path / "chiptrail-0.1.0.dist-info" / "RECORD").write_text("\n".join(rows) + "\n")
    return tmp_path


def in_site(site: Path):
    return lambda name: [str(site / name)]


def test_packages_as_installed_pass(site):
    (site / "web" / "__pycache__").mkdir()
    (site / "web" / "__pycache__" / "__init__.cpython-312.pyc").write_bytes(b"compiled")

    assert altered(site) == []
    assert misplaced(site, in_site(site)) == []


def test_this_environment_passes():
    assert altered(HOME) == []
    assert misplaced(HOME, folders) == []


def test_a_file_of_another_distribution_in_our_folder_is_seen(site):
    (site / "web" / "template.py").write_text("Template = object")

    assert altered(site) == ["web/template.py: not as installed"]


def test_a_file_of_ours_written_over_is_seen(site):
    (site / "web" / "__init__.py").write_text('__version__ = "0.76"\n')

    assert altered(site) == ["web/__init__.py: not as installed"]


def test_a_file_that_left_with_another_distribution_is_missed(site):
    (site / "schemas" / "__init__.py").unlink()

    assert altered(site) == ["schemas/__init__.py: not as installed"]


def test_a_checkout_has_no_record_to_compare_with(site):
    (site / "chiptrail-0.1.0.dist-info" / "RECORD").unlink()
    (site / "web" / "new_module.py").write_text("")

    assert altered(site) == []


def test_a_package_found_first_elsewhere_is_seen(site):
    elsewhere = {"web": ["/elsewhere/web"]}

    complaints = misplaced(site, lambda name: elsewhere.get(name, [str(site / name)]))

    assert complaints == [f"web: found in /elsewhere/web, want {site / 'web'}"]


def test_a_package_that_is_gone_is_seen(site):
    complaints = misplaced(site, lambda name: [] if name == "web" else [str(site / name)])

    assert complaints == [f"web: found in no folder, want {site / 'web'}"]


def test_the_command_stops_with_exit_code_3_and_says_why(tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "__init__.py").write_text("")
    run = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import ledger.cli.guard as g; g.main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", f"{run}; guard.main()"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert f"web: found in {tmp_path / 'web'}, want" in done.stderr
    assert "an environment of its own" in done.stderr
