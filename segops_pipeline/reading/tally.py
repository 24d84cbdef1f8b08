"""Issues of one kind, counted: a file with 100,000 damaged rows has a few issues, not 100,000.

What belongs here: counting and the first few places. What doesn't: what is an issue.
"""

from segops_pipeline.errors import Issue, Level

SHOWN = 10


class Tally:
    """Every place where one kind of issue occurs: the first `SHOWN` one by one, then how many there are."""

    def __init__(self, code: str, level: Level, summary: str, suggestion: str | None = None) -> None:
        """`summary` ends the sentence that begins with a count: "1,234 rows …"."""
        self.count = 0
        self._code = code
        self._level: Level = level
        self._summary = summary
        self._suggestion = suggestion
        self._shown: list[Issue] = []
        self._last_line = 0

    def add(self, line: int, message: str, value: str | None = None, column: str | None = None) -> None:
        """Count the place in `line`; `message` is kept when it is one of the first."""
        self.count += 1
        self._last_line = line
        if self.count <= SHOWN:
            shown = value if value is None or len(value) <= 200 else f"{value[:199]}…"
            self._shown.append(
                Issue(self._code, message, self._level, line, column, shown, suggestion=self._suggestion)
            )

    def add_another(self, line: int) -> bool:
        """Count the place in `line` if it is not one of the first, for which `add` is to be called."""
        if self.count < SHOWN:
            return False
        self.count += 1
        self._last_line = line
        return True

    def issues(self) -> list[Issue]:
        """The first places, and one issue with the count where there are more."""
        if self.count <= SHOWN:
            return list(self._shown)
        places = f"the first {SHOWN} are listed, the last is line {self._last_line:,}"
        message = f"{self.count:,} {self._summary} ({places})."
        return [*self._shown, Issue(self._code, message, self._level, suggestion=self._suggestion)]
