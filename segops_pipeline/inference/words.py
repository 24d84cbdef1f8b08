"""Lists of words as data.

What belongs here: how a list of words is written in code. What doesn't: any list.
"""


def words(text: str) -> frozenset[str]:
    """The words of a text that blanks separate."""
    return frozenset(text.split())
