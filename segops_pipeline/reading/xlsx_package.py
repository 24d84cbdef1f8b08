"""The parts of an Excel workbook's package that all sheets share: number formats and shared strings.

What belongs here: getting at the parts, within limits (ECMA-376 part 2; part 1, 18.4 and 18.8). What doesn't: the
sheets (workbook_xlsx.py, xlsx_rows.py).
"""

import re
import zipfile
from collections.abc import Callable, Iterator

from segops_pipeline.errors import DamagedFile
from segops_pipeline.reading.archive import chunks_of
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.number_format import BUILT_IN, CellFormat, cell_format
from segops_pipeline.reading.text_store import TextStore
from segops_pipeline.reading.xml_events import XML_CHUNK_BYTES, XmlPump, local

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Package:
    """The parts of a workbook's zip, by name in whatever case and with whatever slashes; counts what is read."""

    def __init__(self, archive: zipfile.ZipFile, file_name: str, limits: Limits, size_bytes: int) -> None:
        self.file_name, self.limits = file_name, limits
        self._archive = archive
        self._parts = {self._plain(info.filename): info for info in archive.infolist()}
        self._size_bytes = size_bytes
        self._done = 0.0

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return self._plain(name) in self._parts

    def chunks(self, name: str, *, counted: bool = False) -> Iterator[bytes]:
        """A part's bytes, a piece at a time; when `counted`, progress is that of this part.

        Raises:
            DamagedFile: there is no such part.
        """
        info = self._parts.get(self._plain(name))
        if info is None:
            raise DamagedFile(f"The workbook has no part {name}.", "Save it again in Excel.", file=self.file_name)
        read = 0
        for chunk in chunks_of(self._archive, info, self.file_name, self.limits, XML_CHUNK_BYTES):
            read += len(chunk)
            if counted:
                self._done = read / max(1, info.file_size)
            yield chunk

    def bytes_done(self) -> int:
        """About how many of the file's bytes have been read."""
        return int(self._done * self._size_bytes)

    def parse(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        """Give each element of a small part to `start`, by its local name."""
        for _ in XmlPump(_Starts(start), self.file_name).run(self.chunks(name)):
            pass

    @staticmethod
    def _plain(name: str) -> str:
        return name.replace("\\", "/").lstrip("/").lower()


class _Starts:
    """A handler that looks at the beginnings of elements only."""

    def __init__(self, start: Callable[[str, dict[str, str]], None]) -> None:
        self._start = start

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._start(local(name), attributes)

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


def read_formats(package: Package) -> list[CellFormat]:
    """The number format of each cell style, in their order."""
    codes = dict(BUILT_IN)
    numbers: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "General")
        elif name in ("cellXfs", "cellStyles", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            numbers.append(whole(attributes.get("numFmtId")))

    if package.has("xl/styles.xml"):
        package.parse("xl/styles.xml", start)
    return [cell_format(codes.get(number, "General")) for number in numbers]


def whole(text: str | None) -> int:
    """The number of an attribute; 0 where there is none."""
    return int(text) if text is not None and text.isdecimal() else 0


def read_strings(package: Package, strings: TextStore) -> None:
    """Put the shared strings into the store, in their order."""
    handler = _Strings(strings, package)
    if package.has("xl/sharedStrings.xml"):
        for _ in XmlPump(handler, package.file_name).run(package.chunks("xl/sharedStrings.xml")):
            pass
    strings.close_for_writing()


class _Strings:
    """Gathers the shared strings; what shows how a text is spoken is left out."""

    def __init__(self, strings: TextStore, package: Package) -> None:
        self._strings, self._package = strings, package
        self._pieces: list[str] = []
        self._length = 0
        self._is_text = self._is_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - the form of a handler
        name = local(name)
        if name == "si":
            self._pieces, self._length = [], 0
        elif name == "rPh":
            self._is_phonetic = True
        self._is_text = name == "t" and not self._is_phonetic

    def end(self, name: str) -> None:
        name = local(name)
        self._is_text = False
        if name == "si":
            self._strings.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._is_phonetic = False

    def text(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)
            self._length += len(data)
            if self._length > self._package.limits.max_record_characters:
                raise self._package.limits.cell_too_large(self._package.file_name, 1, None, self._pieces[0])


def unescaped(text: str) -> str:
    """The text with characters that XML cannot hold, which Excel writes as `_x000D_`."""
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    return escaped[0] if code == 0 or 0xD800 <= code < 0xE000 else chr(code)
