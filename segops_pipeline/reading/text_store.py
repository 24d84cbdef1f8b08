"""Many texts on disk, so that a workbook's shared strings take no memory; got back by their place."""

import mmap
import tempfile
from array import array
from types import TracebackType
from typing import Self

BUFFER_BYTES = 1024 * 1024


class TextStore:
    """Texts that are appended once and then looked up; the file goes with the store."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="segops-", buffering=BUFFER_BYTES)  # noqa: SIM115 - closed in __exit__
        self._ends = array("Q", [0])
        self._bytes: mmap.mmap | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bytes is not None:
            self._bytes.close()
        self._file.close()

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self._ends) - 1:
            raise IndexError(place)
        start, end = self._ends[place], self._ends[place + 1]
        return self._bytes[start:end].decode() if self._bytes is not None else ""

    def append(self, text: str) -> None:
        """Add a text; its place is how many there were."""
        content = text.encode()
        self._file.write(content)
        self._ends.append(self._ends[-1] + len(content))

    def close_for_writing(self) -> None:
        """From here on texts are looked up."""
        self._file.flush()
        if self._ends[-1]:
            self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
