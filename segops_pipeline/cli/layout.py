"""The options by which a person says how a file is laid out, and the words in which that is shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from segops_pipeline.reading.choice import DialectChoice

EncodingOption = Annotated[str | None, typer.Option("--encoding", help="Encoding of the file, such as cp1252.")]
DelimiterOption = Annotated[
    str | None, typer.Option("--delimiter", help="Its delimiter; also tab, pipe, space, comma, semicolon.")
]
QuoteOption = Annotated[str | None, typer.Option("--quote", help="Its quotation mark; also double, single, none.")]
HeaderRowOption = Annotated[
    int | None, typer.Option("--header-row", help="Row of its header, counted from 1, blank rows included.")
]
NoHeaderOption = Annotated[bool, typer.Option("--no-header", help="The file has no header.")]
SheetOption = Annotated[
    str | None,
    typer.Option("--sheet", help="Sheet of a workbook, file in an archive, or records in JSON and XML."),
]


def choice_of(
    encoding: str | None,
    delimiter: str | None,
    quote: str | None,
    header_row: int | None,
    sheet: str | None,
    *,
    no_header: bool,
) -> "DialectChoice":
    """What the options say.

    Raises:
        WrongUsage: one of them cannot be, with what can.
    """
    from segops_pipeline.reading.choice import DialectChoice

    return DialectChoice.of_words(
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header_row=header_row,
        no_header=no_header,
        sheet=sheet,
    )


def dialect_line(dialect: Mapping[str, Any]) -> str:
    """How a file was read, in one line."""
    parts = [
        dialect.get("member") and f"file {dialect['member']}",
        dialect["kind"].replace("_", " "),
        dialect.get("sheet") and f"'{dialect['sheet']}'",
        dialect["encoding"],
        dialect["delimiter"] and f"delimiter {dialect['delimiter']!r}",
        dialect["quote"] and f"quote {dialect['quote']}",
    ]
    if dialect["header_row"] is not None:
        parts.append(f"header in row {dialect['header_row'] + 1}")
    elif dialect["kind"] in ("delimited", "workbook", "html"):
        parts.append("no header")
    return ", ".join(part for part in parts if part)
