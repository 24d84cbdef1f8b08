"""XML feeds become tables: the repeated element is the record, what is in it the columns."""

import json
from pathlib import Path

import pytest

from segops_pipeline.errors import DamagedFile, EmptyFile, TooManyColumns, UnknownSheet, UnsafeFile
from segops_pipeline.reading import ParsedUpload, detect_dialect, parse_upload, read_rows
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.reading.uploads import settings_of, stage, write

GOOGLE = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title><link>https://x.org</link>
<item><g:id>1</g:id><title>Lamp &amp; bulb</title><g:price>10 EUR</g:price>
  <g:additional_image_link>https://x.org/1,a.jpg</g:additional_image_link>
  <g:additional_image_link>https://x.org/2.jpg</g:additional_image_link>
  <g:tax><g:country>US</g:country><g:rate>5</g:rate></g:tax></item>
<item><g:id>2</g:id><title><![CDATA[<b>Desk</b>]]></title><g:sale_price>9 EUR</g:sale_price>
  <g:additional_image_link>https://x.org/3.jpg</g:additional_image_link></item>
</channel></rss>"""


def chosen(path: Path, sheet: str) -> ParsedUpload:
    settings = settings_of(path.parent)
    return parse_upload(path, path.with_name("rows.parquet"), settings, "x", choice=DialectChoice(sheet=sheet))


def rows_of(folder: Path, content: str | bytes) -> list[list[str]]:
    return list(read_rows(write(folder, content)))


def test_a_merchant_feed_becomes_a_row_per_item(tmp_path: Path) -> None:
    header, lamp, desk = rows_of(tmp_path, GOOGLE)
    assert header == ["id", "title", "price", "additional_image_link", "tax.country", "tax.rate", "sale_price"]
    assert lamp[:3] == ["1", "Lamp & bulb", "10 EUR"]
    assert lamp[4:] == ["US", "5", ""]
    assert desk[:3] == ["2", "<b>Desk</b>", ""]
    assert [json.loads(row[3]) for row in (lamp, desk)] == [
        ["https://x.org/1,a.jpg", "https://x.org/2.jpg"],
        ["https://x.org/3.jpg"],
    ]


def test_the_dialect_names_the_record_and_rows_have_its_line(tmp_path: Path) -> None:
    staged = stage(tmp_path, GOOGLE)
    assert (staged.parsed.dialect.kind, staged.parsed.dialect.sheet) == ("xml", "rss/channel/item")
    assert staged.lines == [3, 7]


def test_an_atom_feed_becomes_a_row_per_entry(tmp_path: Path) -> None:
    entry = '<entry><id>{}</id><link rel="alternate" href="https://x.org/{}"/></entry>'
    content = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entry.format(1, 1)}{entry.format(2, 2)}</feed>'
    )
    assert rows_of(tmp_path, content) == [
        ["id", "link.rel", "link.href"],
        ["1", "alternate", "https://x.org/1"],
        ["2", "alternate", "https://x.org/2"],
    ]


def test_a_feed_of_one_item_has_one_row(tmp_path: Path) -> None:
    content = "<rss><channel><title>T</title><item><id>1</id><name>Lamp</name></item></channel></rss>"
    assert rows_of(tmp_path, content) == [["id", "name"], ["1", "Lamp"]]


def test_any_repeated_element_is_a_record(tmp_path: Path) -> None:
    content = (
        "<catalog><head a='1'/><products>"
        "<product id='1'><name>Lamp</name><price currency='EUR'>5</price><image url='u1'/><image url='u2'/></product>"
        "<product id='2'><name>Desk</name></product></products></catalog>"
    )
    assert rows_of(tmp_path, content) == [
        ["id", "name", "price", "price.currency", "image"],
        ["1", "Lamp", "5", "EUR", '[{"url": "u1"}, {"url": "u2"}]'],
        ["2", "Desk", "", "", ""],
    ]


def test_offers_are_records_and_not_their_many_parameters(tmp_path: Path) -> None:
    parameters = "".join(f"<param name='p{number}'>v</param>" for number in range(6))
    offers = "".join(f"<offer id='{number}'><price>1</price>{parameters}</offer>" for number in range(3))
    categories = "<category id='1'>Lamps</category><category id='2'>Desks</category>"
    content = f"<yml_catalog><shop><categories>{categories}</categories><offers>{offers}</offers></shop></yml_catalog>"
    path = write(tmp_path, content)
    assert detect_dialect(path).sheet == "yml_catalog/shop/offers/offer"
    parsed = chosen(path, "category")
    assert (parsed.headers, parsed.sample_rows) == (["id", "category"], [["1", "Lamps"], ["2", "Desks"]])
    with pytest.raises(UnknownSheet):
        chosen(path, "thing")


def test_names_that_differ_by_their_prefix_alone_keep_it(tmp_path: Path) -> None:
    item = "<item><title>a</title><g:title>b</g:title></item>"
    content = f'<rss xmlns:g="urn:g"><channel>{item * 2}</channel></rss>'
    assert rows_of(tmp_path, content)[:2] == [["title", "g:title"], ["a", "b"]]


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-1", "utf-8", "utf-16"])
def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><a><b><c>Säge</c></b><b><c>é</c></b></a>'
    assert rows_of(tmp_path, content.encode(encoding)) == [["c"], ["Säge"], ["é"]]


def test_an_encoding_declared_wrongly_is_not_believed(tmp_path: Path) -> None:
    content = '<?xml version="1.0" encoding="utf-8"?><a><b><c>Säge</c></b><b><c>é</c></b></a>'
    assert rows_of(tmp_path, content.encode("cp1252"))[1:] == [["Säge"], ["é"]]


def test_characters_that_xml_forbids_are_left_out_and_told(tmp_path: Path) -> None:
    staged = stage(tmp_path, "<a><b><c>x\x0by</c></b><b><c>z</c></b></a>")
    assert staged.rows == [["xy"], ["z"]]
    assert len(staged.issues("control_characters")) == 1


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x><y><z>&b;</z></y></x>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><y><z>&a;</z></y></x>',
        "<?xml version='1.0'?>" + "<a>" * 10_000,
    ],
)
def test_xml_that_is_built_to_harm_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnsafeFile):
        rows_of(tmp_path, content)


def test_a_document_type_without_entities_is_harmless(tmp_path: Path) -> None:
    content = '<?xml version="1.0"?><!DOCTYPE shop SYSTEM "shops.dtd"><shop><o><id>1</id></o><o><id>2</id></o></shop>'
    assert rows_of(tmp_path, content) == [["id"], ["1"], ["2"]]


def test_damaged_xml_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile) as caught:
        rows_of(tmp_path, '<?xml version="1.0"?>\n<a><b><c>1</c></b>\n<b><c>Salt & pepper</c></b></a>')
    assert caught.value.line == 3


def test_xml_without_a_record_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        rows_of(tmp_path, '<?xml version="1.0"?><products/>')


def test_more_names_than_columns_are_allowed_are_refused(tmp_path: Path) -> None:
    record = "<r>" + "".join(f"<c{number}>1</c{number}>" for number in range(12)) + "</r>"
    with pytest.raises(TooManyColumns):
        stage(tmp_path, f"<a>{record}{record}</a>", max_columns=10)


def test_a_table_whose_cells_are_marked_up_stays_a_table(tmp_path: Path) -> None:
    assert detect_dialect(write(tmp_path, "<b>Name</b>;<b>Price</b>\nA;1\nB;2\n")).kind == "delimited"
