"""Lines kept in memory, read like a file."""

from collections.abc import Sequence


class TextLines:
    """A sample of a text's lines, each with its line end, for readers that take a file."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = iter(lines)

    def readline(self, size: int = -1, /) -> str:  # noqa: ARG002 - a sample is short
        """The next line; '' at the end."""
        return next(self._lines, "")

    def read(self, size: int = -1, /) -> str:
        """The next line too: a sample is read line by line."""
        return self.readline(size)
