"""Workbooks of every kind become rows of text: the sheet with the table, cells as they are shown."""

import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from segops_pipeline.errors import (
    BadFile,
    BinaryFile,
    CellTooLarge,
    DamagedFile,
    EncryptedFile,
    FileTooLarge,
    TooManyRows,
    UnknownSheet,
    UnsafeFile,
)
from segops_pipeline.reading import detect_dialect, parse_upload, read_rows
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.reading.uploads import settings_of, stage, write
from segops_pipeline_tests.reading.workbooks import archive, compound_file, ods, ods_table, repacked, saved, xls, xlsx

TABLE = [["sku", "name"], ["A-1", "Lamp"], ["A-2", "Desk"]]


def rows_of(folder: Path, content: bytes) -> list[list[str]]:
    return list(read_rows(write(folder, content)))


@pytest.mark.parametrize("content", [xlsx({"Sheet1": TABLE}), xls(TABLE), ods(ods_table("Sheet1", TABLE))])
def test_a_workbook_is_read_whatever_it_is_called(tmp_path: Path, content: bytes) -> None:
    staged = stage(tmp_path, content)
    assert (staged.parsed.headers, staged.rows, staged.lines) == (TABLE[0], TABLE[1:], [2, 3])
    dialect = staged.parsed.dialect
    assert (dialect.kind, dialect.sheet, dialect.header_row) == ("workbook", "Sheet1", 0)
    assert (dialect.encoding, dialect.delimiter, dialect.quote) == ("", "", "")


def test_a_text_that_is_called_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    path = write(tmp_path, "sku;name\nA;Lamp\nB;Desk\n", "prices.xlsx")
    assert detect_dialect(path).kind == "delimited"
    assert list(read_rows(path)) == [["sku", "name"], ["A", "Lamp"], ["B", "Desk"]]


def test_the_first_visible_sheet_with_a_table_is_read_and_the_others_named(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["See the next sheet"])
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    for name, prefix in (("Old", "O"), ("Prices", "P"), ("More", "M")):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row in TABLE:
            sheet.append([f"{prefix}{cell}" for cell in row])
    staged = stage(tmp_path, saved(book))
    assert staged.parsed.dialect.sheet == "Prices"
    (told,) = staged.issues("other_sheets")
    assert "More" in told.message
    assert "Old" not in told.message


@pytest.mark.parametrize("make", [xlsx, lambda sheets: ods("".join(ods_table(n, r) for n, r in sheets.items()))])
def test_a_person_chooses_the_sheet_by_its_name(tmp_path: Path, make: object) -> None:
    content = make({"One": TABLE, "Two": [["a", "b"], ["1", "2"], ["3", "4"]]})  # type: ignore[operator]
    path, rows_path = write(tmp_path, content), tmp_path / "rows.parquet"
    parsed = parse_upload(path, rows_path, settings_of(tmp_path), "x", choice=DialectChoice(sheet="two"))
    assert (parsed.headers, parsed.dialect.sheet) == (["a", "b"], "Two")
    with pytest.raises(UnknownSheet) as caught:
        parse_upload(path, rows_path, settings_of(tmp_path), "x", choice=DialectChoice(sheet="Three"))
    assert "One, Two" in caught.value.remedy


def test_a_hidden_sheet_of_a_spreadsheet_is_passed_over(tmp_path: Path) -> None:
    content = ods(ods_table("Old", TABLE, 'table:style-name="hidden"') + ods_table("New", TABLE))
    assert detect_dialect(write(tmp_path, content)).sheet == "New"


def test_a_header_below_a_title_is_found_and_rows_keep_their_number(tmp_path: Path) -> None:
    rows = [["Price list 2024"], [], ["sku", "name", "price"], ["A", "Lamp", 5], ["B", "Desk", 6]]
    staged = stage(tmp_path, xlsx({"S": rows}))
    assert staged.parsed.headers == ["sku", "name", "price"]
    assert (staged.parsed.dialect.header_row, staged.lines) == (2, [4, 5])


def test_numbers_dates_and_booleans_are_as_their_cells_show_them(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["code", "price", "date", "share", "there", "text"])
    for number in (1, 2):
        sheet.append([number, 1234.5 * number, datetime.date(2024, 3, number), 0.125, True, "a\nb"])
        cells = sheet[number + 1]
        cells[0].number_format, cells[1].number_format = "00000", "#,##0.00 €"
        cells[2].number_format, cells[3].number_format = "dd.mm.yyyy", "0.0%"
    wanted = ["00002", "2,469.00 €", "02.03.2024", "12.5%", "TRUE", "a\nb"]
    assert rows_of(tmp_path, saved(book))[2] == wanted


def test_the_formats_of_an_old_workbook_are_its_own(tmp_path: Path) -> None:
    formats = {(1, 0): "00000", (1, 1): "dd.mm.yyyy", (2, 0): "00000", (2, 1): "dd.mm.yyyy"}
    content = xls([["code", "date", "there"], [7.0, 45355.0, True], [8.0, 45356.0, False]], formats)
    assert rows_of(tmp_path, content)[1:] == [["00007", "04.03.2024", "TRUE"], ["00008", "05.03.2024", "FALSE"]]


def test_an_open_document_cell_is_what_it_shows_unless_that_could_be_read_in_two_ways(tmp_path: Path) -> None:
    def cell(kind: str, value: str, shown: str) -> str:
        name = "date-value" if kind == "date" else "value"
        attributes = f'office:value-type="{kind}" office:{name}="{value}"'
        return f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"

    clear = [cell("date", "2024-03-04", "04.03.2024"), cell("float", "1.5", "1,50"), cell("currency", "3", "3,00 €")]
    doubtful = [cell("date", "2024-03-04", "03/04/24"), cell("float", "1234", "1.234"), cell("float", "1E6", "1E+06")]
    content = ods(ods_table("S", [["a", "b", "c"], clear, doubtful]))
    assert rows_of(tmp_path, content)[1:] == [["04.03.2024", "1,50", "3,00 €"], ["2024-03-04", "1234", "1E6"]]


def test_repeated_cells_and_rows_of_a_spreadsheet_are_what_they_stand_for(tmp_path: Path) -> None:
    twice = '<table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>'
    blank = '<table:table-cell table:number-columns-repeated="16000"/>'
    table = ods_table("S", [["a", "b", "c"], ["1", twice, blank], ["2", blank]])
    table = table.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="2">').replace(
        '<table:table-row table:number-rows-repeated="2">', "<table:table-row>", 1
    )
    table = table.replace("</table:table>", '<table:table-row table:number-rows-repeated="1048000"/></table:table>')
    staged = stage(tmp_path, ods(table))
    assert staged.rows == [["1", "x", "x"]] * 2 + [["2", "", ""]] * 2
    assert staged.lines == [2, 3, 4, 5]


def test_comments_of_a_spreadsheet_are_no_text_and_spaces_are_kept(tmp_path: Path) -> None:
    cell = (
        "<table:table-cell><office:annotation><text:p>Ask Bob</text:p></office:annotation>"
        '<text:p>two<text:s text:c="3"/>words</text:p><text:p>below</text:p></table:table-cell>'
    )
    assert rows_of(tmp_path, ods(ods_table("S", [["a", "b"], ["1", cell], ["2", "y"]])))[1] == [
        "1",
        "two   words\nbelow",
    ]


def test_a_formula_is_its_stored_value(tmp_path: Path) -> None:
    content = xlsx({"S": [["sku", "total"], ["A", "=1+1"], ["B", "=2+2"]]})
    sheet = archive_member(content, "xl/worksheets/sheet1.xml").replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    sheet = sheet.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    staged = stage(tmp_path, repacked(content, {"xl/worksheets/sheet1.xml": sheet}))
    assert staged.rows == [["A", "2"], ["B", ""]]
    (told,) = staged.issues("formula_without_value")
    assert told.line == 3


def archive_member(content: bytes, name: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name)


def merged_book() -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Price list 2024"],
        ["Group", "sku", "Price", None],
        [None, None, "EUR", "USD"],
        ["Lamps", "L-1", 1, 2],
        [None, "L-2", 3, 4],
        ["Desks", "D-1", 5, 6],
    ):
        sheet.append(row)
    for cells in ("A1:D1", "C2:D2", "A4:A5"):
        sheet.merge_cells(cells)
    return book


def test_a_label_merged_over_rows_is_repeated_in_each_of_them_and_said(tmp_path: Path) -> None:
    staged = stage(tmp_path, saved(merged_book()))
    assert [row[0] for row in staged.rows][-3:] == ["Lamps", "Lamps", "Desks"]
    assert len(staged.issues("merged_cells")) == 1


def test_a_header_merged_over_columns_names_each_of_them(tmp_path: Path) -> None:
    staged = stage(tmp_path, saved(merged_book()))
    assert staged.parsed.headers == ["Group", "sku", "Price EUR", "Price USD"]
    assert (staged.parsed.dialect.header_row, staged.lines) == (1, [4, 5, 6])


def test_a_header_merged_over_rows_is_one_name(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["sku", "Size", None], [None, "W", "H"], ["A", 1, 2], ["B", 3, 4]):
        book.worksheets[0].append(row)
    for cells in ("A1:A2", "B1:C1"):
        book.worksheets[0].merge_cells(cells)
    assert stage(tmp_path, saved(book)).parsed.headers == ["sku", "Size W", "Size H"]


def test_merged_cells_of_an_old_workbook_are_known_too(tmp_path: Path) -> None:
    rows = [["group", "sku"], ["Lamps", "L-1"], [None, "L-2"], ["Desks", "D-1"]]
    assert stage(tmp_path, xls(rows, merged=[(1, 2, 0, 0)])).rows[1] == ["Lamps", "L-2"]


def test_a_row_whose_last_cells_are_empty_is_nothing_to_tell(tmp_path: Path) -> None:
    staged = stage(tmp_path, xlsx({"S": [["sku", "name", "note"], ["A", "Lamp", "x"], ["B", "Desk", None]]}))
    assert staged.rows[1] == ["B", "Desk", ""]
    assert not staged.issues("short_row")


def test_shared_texts_are_whole_without_how_they_are_spoken(tmp_path: Path) -> None:
    strings = (
        "<sst><si><t>sku</t></si><si><t>name</t></si><si><r><t>Desk </t></r><r><t>lamp &amp; more</t></r></si>"
        "<si><t>東京</t><rPh><t>トウキョウ</t></rPh></si><si><t>a_x000D_b</t></si></sst>"
    )
    cells = [[f"<c t='s'><v>{place}</v></c>" for place in row] for row in ((0, 1), (2, 3), (4, 2))]
    rows = "".join(f"<row>{''.join(row)}</row>" for row in cells)
    changes = {
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(),
        "xl/sharedStrings.xml": strings.encode(),
    }
    found = rows_of(tmp_path, repacked(xlsx({"S": TABLE}), changes))
    assert found == [["sku", "name"], ["Desk lamp & more", "東京"], ["a\rb", "Desk lamp & more"]]


def test_a_workbook_in_the_xml_of_excel_2003_is_read(tmp_path: Path) -> None:
    def row(*cells: str, attributes: str = "") -> str:
        return f"<Row {attributes}>{''.join(cells)}</Row>"

    def cell(text: str, kind: str = "String", attributes: str = "") -> str:
        return f'<Cell {attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'

    rows = [
        row(cell("group"), cell("sku"), cell("since"), cell("there")),
        row(cell("Lamps", attributes='ss:MergeDown="1"'), cell("007"), cell("2024-03-04T00:00:00.000", "DateTime")),
        row(cell("8", "Number", 'ss:Index="2"'), cell("1", "Boolean", 'ss:Index="4"'), attributes='ss:Index="3"'),
    ]
    namespace = "urn:schemas-microsoft-com:office:spreadsheet"
    content = (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{namespace}" '
        f'xmlns:ss="{namespace}"><Worksheet ss:Name="S"><Table>{"".join(rows)}</Table></Worksheet></Workbook>'
    )
    staged = stage(tmp_path, content)
    assert (staged.parsed.dialect.kind, staged.parsed.dialect.sheet) == ("workbook", "S")
    assert staged.rows == [["Lamps", "007", "2024-03-04", ""], ["Lamps", "8", "", "TRUE"]]


def test_a_protected_workbook_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(EncryptedFile, match="password"):
        rows_of(tmp_path, compound_file("EncryptedPackage", bytes(4096)))


def test_an_old_office_file_that_is_no_workbook_is_named(tmp_path: Path) -> None:
    with pytest.raises(BinaryFile, match="no workbook"):
        rows_of(tmp_path, compound_file("WordDocument", bytes(4096)))


@pytest.mark.parametrize(
    ("part", "looks"),
    [("word/document.xml", "Word"), ("xl/workbook.bin", "xlsb"), ("ppt/presentation.xml", "PowerPoint")],
)
def test_other_office_documents_are_named(tmp_path: Path, part: str, looks: str) -> None:
    with pytest.raises(BinaryFile, match=looks):
        rows_of(tmp_path, archive({"[Content_Types].xml": "<Types/>", part: "<x/>"}))


@pytest.mark.parametrize(
    "rows",
    [
        b"<row r='1'><c",
        b"<row r='1'><c r='A1' t='s'><v>99</v></c></row>",
        b"<row r='1'><c r='ZZZZ1'><v>9</v></c></row>",
        b"<row r='5'/><row r='2'/>",
    ],
)
def test_a_broken_sheet_is_a_named_error(tmp_path: Path, rows: bytes) -> None:
    sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    with pytest.raises(DamagedFile) as caught:
        rows_of(tmp_path, repacked(xlsx({"S": TABLE}), {"xl/worksheets/sheet1.xml": sheet}))
    assert caught.value.remedy


@pytest.mark.parametrize("content", [xls(TABLE), xlsx({"S": TABLE}), ods(ods_table("S", TABLE))])
@pytest.mark.parametrize("kept", [0.3, 0.7])
def test_a_workbook_that_was_cut_off_is_a_named_error(tmp_path: Path, content: bytes, kept: float) -> None:
    with pytest.raises(BadFile) as caught:
        rows_of(tmp_path, content[: int(len(content) * kept)])
    assert caught.value.remedy


@pytest.mark.parametrize("encoding", [b"UTm-8", b"shift_jis"])
def test_a_workbook_in_an_encoding_that_is_not_known_is_a_named_error(tmp_path: Path, encoding: bytes) -> None:
    sheet = b'<?xml version="1.0" encoding="' + encoding + b'"?><worksheet/>'
    with pytest.raises(DamagedFile, match="encoding"):
        rows_of(tmp_path, repacked(xlsx({"S": TABLE}), {"xl/worksheets/sheet1.xml": sheet}))


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(UnsafeFile, match="entities"):
        rows_of(tmp_path, repacked(xlsx({"S": TABLE}), {"xl/worksheets/sheet1.xml": bomb}))


def test_a_workbook_that_is_a_bomb_is_refused_by_what_it_claims(tmp_path: Path) -> None:
    sheet = b"<worksheet><sheetData>" + b"<row/>" * 5_000_000
    with pytest.raises(UnsafeFile, match="300 times"):
        rows_of(tmp_path, repacked(xlsx({"S": TABLE}), {"xl/worksheets/sheet1.xml": sheet}))


def test_rows_beyond_the_limit_are_refused_with_their_number(tmp_path: Path) -> None:
    with pytest.raises(TooManyRows) as caught:
        stage(tmp_path, xlsx({"S": [*TABLE, ["A-3", "Bed"]]}), max_rows=2)
    assert caught.value.line == 4


def test_rows_that_are_repeated_without_end_are_refused(tmp_path: Path) -> None:
    row = '<table:table-row table:number-rows-repeated="9999999">'
    table = row.join(ods_table("S", TABLE).rsplit("<table:table-row>", 1))
    with pytest.raises(TooManyRows):
        stage(tmp_path, ods(table), max_rows=100)


def test_a_cell_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CellTooLarge):
        stage(tmp_path, xlsx({"S": [["sku", "name"], ["A", "x" * 2000], ["B", "y"]]}), max_cell_bytes=1000)


def test_an_old_workbook_has_a_limit_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge, match="SEGOPS_MAX_XLS_BYTES"):
        stage(tmp_path, xls(TABLE), max_xls_bytes=1000)


def test_a_choice_without_meaning_for_a_workbook_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, xlsx({"S": TABLE}))
    choice = DialectChoice(delimiter=";", encoding="cp1252")
    parsed = parse_upload(path, tmp_path / "rows.parquet", settings_of(tmp_path), "x", choice=choice)
    (told,) = [issue for issue in parsed.issues if issue.code == "ignored_choice"]
    assert "delimiter ';'" in told.message
