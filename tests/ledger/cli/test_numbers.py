"""Numbers of items by command: out of a CSV into entries, and back in the story of the chip."""

import pytest

from ledger.cli.numbers import COLUMNS
from ledger.identity import NAMES

GTIN = "09520001000010"
LOT = """\
item,printedSerial,nvmlSerial,uuid
NEW-1,NEW-1,1650522000001,GPU-11
NEW-2,NEW-2,1650522000002,GPU-22
"""


@pytest.fixture
def act(run, world):
    """Run a short form as one of the demo's people."""

    def act(name, who, *words, **more):
        key = world / "keys" / f"{who}.key"
        return run(name, "--data", world, "--key", key, *words, **more)

    return act


@pytest.fixture
def csv(tmp_path):
    def csv(text):
        path = tmp_path / "numbers.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return csv


@pytest.fixture
def made(act, csv):
    result = act("commission", "fab", "--gtin", GTIN, "--numbers", csv(LOT))
    assert result.exit_code == 0, result.stderr


@pytest.fixture
def chip(ask, world):
    return lambda text: ask("chip", text, "--data", world)


def test_the_columns_are_those_of_the_field():
    assert COLUMNS == tuple(NAMES.values())


def test_a_lot_is_commissioned_with_its_numbers(made, chip, run, world):
    (told,) = chip("NEW-2")
    numbers = {name: one["number"] for name, one in told["numbers"].items()}

    assert numbers == {"printedSerial": "NEW-2", "nvmlSerial": "1650522000002", "uuid": "gpu-22"}
    page = run("chip", "NEW-2", "--data", world).stdout
    assert "printed NEW-2, NVML 1650522000002, UUID GPU-22 (entry" in " ".join(page.split())
    assert "GPU-11" not in page


def test_the_numbers_of_a_lot_are_in_no_signed_entry(made, run, world, tmp_path):
    """Who is shown the story of one chip does not read of the others."""
    run("bundle", "NEW-1", "--data", world, "--disclose", "-o", tmp_path / "one.json")

    assert b"R1BVLTIy" not in (tmp_path / "one.json").read_bytes()  # GPU-22 in base64


READ = {
    "with other headings": "Item; Printed serial ;UUID\nNEW-1;NEW-1;gpu-99\n",
    "as a spreadsheet saves it": "\ufeffuuid\titem\nGPU-99\tNEW-1\n",
    "quoted, with empty lines": '"item","uuid"\r\n\r\n"NEW-1","GPU-99"\r\n',
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_what_an_inspector_reads_shows_the_moved_sticker(act, csv, made, chip, text):
    result = act("inspect", "customs", "--result", "conformant", "--numbers", csv(text))
    (told,) = chip("NEW-1")

    assert (result.exit_code, told["verdict"]) == (0, "check")
    assert ["identity/mismatch"] == [one["code"] for one in told["findings"]]
    assert {"uuid": "GPU-99"}.items() <= {
        k: v.upper() for k, v in told["steps"][-1]["numbers"].items()
    }.items()


def test_numbers_from_standard_input_along_with_other_serials(act, made, chip):
    result = act("declare", "fab", "--place", "24.78,121.0", "--numbers", "-", "NEW-2",
                 stdin="item,pdi\nNEW-1,0xA1\n")  # fmt: skip

    assert result.exit_code == 0, result.stderr
    assert ["declare", "declare"] == [
        chip(text)[0]["steps"][-1]["act"] for text in ("NEW-1", "NEW-2")
    ]
    assert ("0xa1", None) == (chip("NEW-1")[0]["numbers"]["pdi"]["number"],
                              chip("NEW-2")[0]["numbers"].get("pdi"))  # fmt: skip


def test_what_arrives_is_received_by_what_was_read_from_it(act, csv, made, chip):
    act("ship", "fab", "--to", "kestrel", "NEW-1")
    result = act("receive", "distributor", "--numbers", csv("item,uuid\nNEW-1,GPU-11\n"))

    assert (result.exit_code, chip("NEW-1")[0]["verdict"]) == (0, "clear")


def test_a_chip_is_found_by_a_number_that_was_read_from_it(made, chip, run, world):
    assert [one["item"] for one in chip("GPU-22")] == [one["item"] for one in chip("NEW-2")]
    assert "1 clear" in run("check", "1650522000001", "--data", world).stdout


BAD = {
    "nothing in it": ("", "numbers.csv: it is empty"),
    "no item column": ("uuid\nGPU-1\n", "line 1: want a column item"),
    "another column": ("item,colour\nNEW-3,red\n", "line 1: got a column 'colour', want item,"),
    "too few cells": ("item,uuid\nNEW-3\n", "line 2: got 1 columns, want 2"),
    "no item": ("item,uuid\n\n,GPU-1\n", "line 3: it names no item"),
    "no number": ("item,uuid\nNEW-3,\n", "line 2: binds the item to nothing"),
    "a bad hash": ("item,attestationCertSha256\nNEW-3,xyz\n", "line 2, attestationCertSha256: got"),
    "an item twice": ("item,uuid\nNEW-3,G1\nNEW-3,G2\n", "two of its lines are about one item"),
    "a quotation mark alone": ('item,uuid\nNEW-3,"G1\n', "line 2: "),
    "no text": (b"\x00\x01", "this is no text file"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_csv_is_refused_with_file_line_and_column(act, csv, size, text, words):
    before = size()
    result = act("commission", "fab", "--gtin", GTIN, "--numbers", csv(text))

    assert (result.exit_code, size()) == (1, before)
    assert "numbers.csv" in result.stderr
    assert words in result.stderr


def test_without_serials_and_numbers_nothing_is_signed(act):
    assert act("commission", "fab", "--gtin", GTIN).exit_code == 2
    assert act("inspect", "customs", "--result", "conformant").exit_code == 2
