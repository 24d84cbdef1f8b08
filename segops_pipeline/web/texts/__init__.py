"""Every text of the pages, in each language: one file per page, `<page>.toml`, one entry per text.

    [drop_here]
    en = "Drop a file here, or browse"
    de = "Datei hierher ziehen oder auswählen"

`text("de", "wizard.drop_here")` is that text; `{name}` in it is filled by a named argument. To add a language, add its
line to every entry; a test says what is missing. What doesn't belong here: messages of errors and issues, which come
with the code that raises them.
"""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from segops_pipeline.access.users import LANGUAGES

Translate = Callable[..., str]


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """All texts by their key, `<page>.<entry>`, each by language."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        for entry, by_language in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[f"{file.stem}.{entry}"] = by_language
    return found


def text(language: str, key: str, **values: Any) -> str:  # noqa: ANN401 - whatever can be shown
    """A text in a language, English where that lacks it; `values` fill its places.

    Raises:
        KeyError: there is no such text.
    """
    by_language = texts()[key]
    found = by_language.get(language) or by_language["en"]
    return found.format(**values) if values else found


def texts_of_page(language: str, page: str) -> dict[str, str]:
    """All texts of a page in a language, by their entry, for a component that fills their places itself."""
    start = f"{page}."
    return {key.removeprefix(start): text(language, key) for key in texts() if key.startswith(start)}


def translator(language: str) -> Translate:
    """`text` in one language."""
    return lambda key, **values: text(language, key, **values)


def preferred(accepted: str | None, chosen: str | None = None) -> str:
    """The language of a page: the chosen one, else the first of an Accept-Language header, else English."""
    wishes = [chosen or "", *(accepted or "").split(",")]
    for wish in wishes:
        language = wish.split(";")[0].strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
