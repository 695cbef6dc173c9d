"""What is printed on labels is read back, by the reader of codes and by that of texts."""

import io
import zlib

import pytest
import zxingcpp
from PIL import Image

from schemas.errors import MalformedPicture, TooLarge
from schemas.item import parse_query
from web import scans, symbols
from web.scans import Code, open_picture, read_codes

PAGE = "https://ledger.example/items/urn%3Achiptrail%3Achip%3Aacme%3Ax1%3AA%252F1"
CHIP = "urn:chiptrail:chip:acme:x1:A%2F1"
GTIN = "https://id.gs1.org/01/09506000134352/21/"
ITEMS = {
    "a serialised product": f"{GTIN}A-0042",
    "a package": "https://id.gs1.org/00/106141412345678908",
    "an asset": "https://id.gs1.org/8004/9506000AB-1",
    "a part with a serial": "https://id.gs1.org/8010/9506000AB/8011/12",
    "a serial that looks like the next element": f"{GTIN}A%2810%297",
    "a serial of signs": f"{GTIN}%3Cb%3E%25%26%22",
    "a chip without GS1 numbers": CHIP,
    "any other URI": "https://example.com/items/42",
    "what only looks like a GS1 key": "https://id.gs1.org/01/09506000134353/21/A-0042",
}


def picture(*drawn, kind="PNG"):
    """The SVGs *drawn*, one beside the other, as the bytes of a picture."""
    sheet = Image.new("L", (60 * 8 * len(drawn), 60 * 8), 255)
    for number, svg in enumerate(drawn):
        left = number * 480 + 20
        for x, y, width in modules(svg):
            sheet.paste(0, (left + x * 8, 20 + y * 8, left + (x + width) * 8, 28 + y * 8))
    data = io.BytesIO()
    sheet.save(data, kind)
    return data.getvalue()


def modules(svg):
    """Where dark modules begin in an SVG of ours, and how many: ``M4 4h7v1h-7z``."""
    for step in svg.rsplit(' d="', 1)[1].split("z")[:-1]:
        x, rest = step.removeprefix("M").split(" ")
        y, width = rest.split("v")[0].split("h")
        yield int(x), int(y), int(width)


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
@pytest.mark.parametrize("draw", [symbols.datamatrix, symbols.qr])
def test_a_symbol_is_read_back_as_the_item(draw, item):
    (code,) = read_codes(open_picture(picture(draw(item))))

    assert item == code.text or item == parse_query(code.text).item


@pytest.mark.parametrize(("item", "is_gs1"), [(ITEMS["a package"], True), (CHIP, False)])
def test_a_datamatrix_of_a_gs1_id_says_that_it_is_one(item, is_gs1):
    image = Image.open(io.BytesIO(picture(symbols.datamatrix(item))))

    assert is_gs1 == (zxingcpp.read_barcode(image).content_type == zxingcpp.ContentType.GS1)


def test_a_label_without_gs1_numbers_leads_to_the_page_of_its_item():
    assert PAGE == symbols.link_of(CHIP, PAGE)
    assert CHIP == parse_query(PAGE).item


def test_a_label_says_in_words_what_its_codes_say():
    said = symbols.label(f"{GTIN}A-0042", PAGE)

    assert "A-0042" == said.serial
    assert (("GTIN", "09506000134352"), ("", "(01)09506000134352(21)A-0042")) == said.lines


def test_a_serial_that_is_markup_stays_text_in_a_symbol():
    assert "<b" not in symbols.qr(f"{GTIN}%3Cb%3E") + symbols.datamatrix("urn:x:<b>")


def test_codes_are_told_as_one_reads_each_once():
    drawn = [symbols.qr("B"), symbols.datamatrix(ITEMS["a package"]), symbols.qr("B")]
    data = picture(*drawn, kind="JPEG")

    assert (Code("B", "QR Code"), Code("(00)106141412345678908", "Data Matrix")) == (
        read_codes(open_picture(data))
    )


@pytest.mark.parametrize("turn", [-8, 0, 5, 90, 180, 275])
def test_codes_are_told_as_one_reads_on_a_picture_that_is_askew(turn):
    rows = [[symbols.datamatrix(f"urn:x:{row}{column}") for column in "abc"] for row in "123"]
    sheet = Image.new("L", (3 * 480, 3 * 480), 255)
    for number, row in enumerate(rows):
        sheet.paste(Image.open(io.BytesIO(picture(*row))), (0, number * 480))
    data = io.BytesIO()
    sheet.rotate(turn, expand=True, fillcolor=255).save(data, "PNG")
    told = [code.text for code in read_codes(open_picture(data.getvalue()))]

    assert [f"urn:x:{row}{column}" for row in "123" for column in "abc"] == told


SOUND = picture(symbols.qr("B"))
REFUSED = {
    "nothing": b"",
    "text": b"<svg/>",
    "a picture of another kind": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "a head alone": SOUND[:24],
    "one that is cut short": SOUND[: len(SOUND) // 2],
    "a JPEG that is cut short": picture(symbols.qr("B"), kind="JPEG")[:300],
    "one with flipped bits": SOUND[:60] + bytes(40) + SOUND[100:],
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_no_picture_is(data):
    with pytest.raises(MalformedPicture):
        read_codes(open_picture(data))


def test_a_picture_without_codes_has_none():
    assert () == read_codes(open_picture(picture(' d="')))


@pytest.mark.parametrize("side", [5_000, 60_000])
def test_a_picture_of_too_many_pixels_is_not_decoded(side):
    data = bytearray(SOUND)
    data[16:24] = side.to_bytes(4) * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    with pytest.raises(TooLarge, match="pixels"):
        open_picture(bytes(data))


def test_a_picture_of_too_many_bytes_is_not_opened(monkeypatch):
    monkeypatch.setattr(scans, "BYTES_LIMIT", 10)
    with pytest.raises(TooLarge):
        open_picture(SOUND)
