"""XML as a stream of events, safely: no entity is expanded, nothing outside the file is looked at.

What belongs here: expat, its guards and the errors of damaged XML. What doesn't: what the elements mean
(xml_feed.py, workbook_xlsx.py, workbook_ods.py). Expat itself and not an element tree: a workbook has millions of
elements, and each event costs.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, Protocol
from xml.parsers import expat

from segops_pipeline.errors import DamagedFile, UnsafeFile

MOST_DEPTH = 200
XML_CHUNK_BYTES = 64 * 1024  # what a handler gathers of it is held in memory
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_SILENT_CHARACTERS = 32 * 1024 * 1024  # of one tag or comment, which expat holds in memory


class Handler(Protocol):
    """What gets the events; names are as in the file, with their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        ...

    def end(self, name: str) -> None:
        """An element ends."""
        ...

    def text(self, data: str) -> None:
        """Text within an element, maybe in several pieces."""
        ...


class XmlPump:
    """Feeds a document to a handler; `line` is the 1-based line that has been reached."""

    def __init__(self, handler: Handler, file_name: str) -> None:
        self._parser = _parser(file_name)
        self._file_name = file_name
        self._parser.StartElementHandler = handler.start
        self._parser.EndElementHandler = handler.end
        self._parser.CharacterDataHandler = handler.text

    @property
    def line(self) -> int:
        """The line of the event that is being handled."""
        return self._parser.CurrentLineNumber

    def run(self, chunks: Iterable[str | bytes]) -> Iterator[None]:
        """Feed all chunks; after each there is time to take what the handler has gathered.

        Raises:
            DamagedFile: the XML is not well-formed.
            UnsafeFile: it declares entities, or has a tag without end.
        """
        parser, name = self._parser, self._file_name
        seen = silent = 0
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
                silent = silent + len(chunk) if parser.CurrentByteIndex == seen else 0
                seen = parser.CurrentByteIndex
                if silent > MOST_SILENT_CHARACTERS:
                    raise UnsafeFile("A tag of the XML is longer than any table's.", "Export it again.", file=name)
                yield
            parser.Parse(b"", True)
            yield
        except expat.ExpatError as error:
            raise _damaged(error, name) from None
        except (LookupError, ValueError) as error:
            if "encoding" not in str(error):
                raise
            raise DamagedFile(f"The XML cannot be read: {error}.", "Export it as UTF-8.", file=name) from None


def local(name: str) -> str:
    """The name without its prefix."""
    return name.rpartition(":")[2]


def begins_well_formed(text: str) -> bool:
    """Whether the text is the beginning of an XML document."""
    parser = _parser("")
    try:
        parser.Parse(FORBIDDEN.sub("", text), False)
    except expat.ExpatError:
        return False
    except UnsafeFile:  # to be said when it is read
        return True
    return True


def _parser(file_name: str) -> Any:  # noqa: ANN401 - expat comes without a type for its parsers
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> NoReturn:
        raise UnsafeFile(
            "The XML declares entities, which could make it grow without end or read other files.",
            "Export it without a document type (DTD).",
            file=file_name,
        )

    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def _damaged(error: expat.ExpatError, file_name: str) -> DamagedFile:
    return DamagedFile(
        f"The XML is not well-formed: {expat.ErrorString(error.code)}.",
        "Export the file again; check that it was fetched completely.",
        file=file_name,
        line=error.lineno,
    )
