"""Names for the columns of a table: unique, never blank, as near to the file's header as they can be.

What belongs here: that rule and its issues. What doesn't: which field a column is mapped to.
"""

from collections.abc import Sequence

from segops_pipeline.errors import Issue


def name_columns(header: Sequence[str], width: int, line: int) -> tuple[list[str], list[Issue]]:
    """`width` names and what was changed: `price`, `price_2` for the second `price`, `column_3` for none.

    Blanks around a name and line ends within it are not part of it. `line` is where the header starts.
    """
    given = [" ".join(cell.split()) for cell in header[:width]]
    given += [""] * (width - len(given))
    taken = {name for name in given if name}
    names: list[str] = []
    issues: list[Issue] = []
    seen: set[str] = set()
    for position, name in enumerate(given, start=1):
        chosen = name
        if not name:
            chosen = _free(f"column_{position}", taken)
            issues.append(
                Issue(
                    "blank_header",
                    f"Column {position} has no name; it is called {chosen}.",
                    "info",
                    line,
                    chosen,
                )
            )
        elif name in seen:
            chosen = _free(name, taken)
            issues.append(_duplicate(position, name, chosen, line))
        names.append(chosen)
        seen.add(chosen)
        taken.add(chosen)
    return names, issues


def name_without_header(width: int) -> list[str]:
    """The names of a table without a header: `column_1`, `column_2` …"""
    return [f"column_{position}" for position in range(1, width + 1)]


def _free(name: str, taken: set[str]) -> str:
    """The name itself, or with the first number from 2 on that is not taken."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _duplicate(position: int, name: str, chosen: str, line: int) -> Issue:
    return Issue(
        "duplicate_header",
        f"Column {position} is called {name} like another one; here it is called {chosen}.",
        "warning",
        line,
        chosen,
        name,
        suggestion="Check that the right one of these columns is mapped.",
    )
