"""Delimiters of several characters: `||`, `::`, `|~|`, ` | ` and the like.

What belongs here: finding them in a sample. What doesn't: whether one of them is the delimiter (sniffing.py).
"""

import re
from collections import Counter
from collections.abc import Sequence

LOOKED_AT = 50
MOST = 4
QUOTED = re.compile(r'"[^"]*"')
LINE_END = re.compile(r"\r\n|\r|\n")
SIGNS = r"|;:~^#@$%&*!<>=¦§¬\\/"
RUN = re.compile(rf"(?<![{SIGNS}])[{SIGNS}]{{2,5}}|[ \t][{SIGNS}]{{1,3}}[ \t]")
DOUBLED = set("|;:~^#@$%&!¦§¬")
MOSTLY = 0.9
IN_ADDRESSES = "://"


def long_delimiters(lines: Sequence[str]) -> tuple[list[str], set[str]]:
    """The delimiters of several characters that may be the sample's, and the marks that occur in them only."""
    plain = _unquoted(lines[:LOOKED_AT])
    text = "\n".join(plain)
    found = [candidate for candidate in _runs(plain) if _is_in_most(plain, candidate)][:MOST]
    covered: set[str] = set()
    for candidate in found:
        marks = [mark for mark in set(candidate) - {" "} if _only_within(text, mark, candidate)]
        covered |= set(marks)
    return found, covered


def _unquoted(lines: Sequence[str]) -> list[str]:
    """The lines that are not blank, with a letter for each quoted cell; such a cell may have several lines."""
    text = "".join(lines)
    pairs = text.count('"') % 2 == 0
    unquoted = [QUOTED.sub("x", text)] if pairs else [QUOTED.sub("x", line) for line in lines]
    return [line for part in unquoted for line in LINE_END.split(part) if line]


def _only_within(text: str, mark: str, candidate: str) -> bool:
    return text.count(mark) == text.count(candidate) * candidate.count(mark)


def _runs(plain: Sequence[str]) -> list[str]:
    """The runs of signs in the sample, most frequent first; empty cells make one of two delimiters or more."""
    runs: Counter[str] = Counter()
    for line in plain:
        for run in RUN.findall(line):
            sign = run[0]
            if run == IN_ADDRESSES:
                continue
            if run == sign * len(run):
                if sign in DOUBLED:
                    runs[sign * 2] += 1
            else:
                runs[run] += 1
    return [run for run, _ in runs.most_common(3 * MOST)]


def _is_in_most(plain: Sequence[str], candidate: str) -> bool:
    """Whether the first line and most others have the candidate, equally often."""
    counts = Counter(line.count(candidate) for line in plain)
    count, lines = counts.most_common(1)[0]
    return count > 0 and lines >= MOSTLY * len(plain) and candidate in plain[0]
