"""The rows of a file's table, as they are.

What belongs here: `read_rows`, for those who want a table and no import. What doesn't: naming columns,
fitting rows to them and keeping them (staging.py).
"""

from collections.abc import Iterator
from pathlib import Path

from segops_pipeline.reading.delimited import RecordTooLong
from segops_pipeline.reading.dialect import examine
from segops_pipeline.reading.encoding import open_text
from segops_pipeline.reading.limits import Limits


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of the file's table as text, its own header first where it has one; nothing is added.

    Blank rows, the header once more and what stands above the table are left out. An empty file has no rows.

    Raises:
        BinaryFile: the bytes are no text.
        UnsupportedFormat: the text is HTML, XML or JSON.
        WrongEncoding: the bytes are no text in the encoding that they should have.
        CellTooLarge: a record is larger than any table's.
    """
    path = Path(path)
    limits = Limits()
    examined = examine(path, path.name)
    if examined.layout is None:
        return
    with open_text(path, examined.encoding.name) as text:
        reader = examined.reader(text, limits.max_record_characters)
        header: list[str] | None = None
        try:
            for place, (_, cells) in enumerate(reader):
                if place == examined.dialect.header_row:
                    header = cells
                elif cells == header:
                    continue
                if place >= examined.layout.first_row and any(cell.strip() for cell in cells):
                    yield cells
        except RecordTooLong as error:
            raise limits.cell_too_large(path.name, error.line, None, error.start) from None
