"""Every text of the pages is there in each language, says the same, and is used."""

import re
from functools import lru_cache
from pathlib import Path
from string import Formatter

import segops_pipeline.web
from segops_pipeline.web.texts import LANGUAGES, preferred, text, texts

WEB = Path(segops_pipeline.web.__file__).parent


@lru_cache(maxsize=1)
def sources() -> dict[str, str]:
    """The code of the pages by its path, Python and JavaScript."""
    found = [*WEB.rglob("*.py"), *WEB.rglob("*.js")]
    return {str(file.relative_to(WEB)): file.read_text(encoding="utf-8") for file in found}


def places(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def keys_in_python() -> dict[str, str]:
    """The keys that Python names whole, each with where."""
    pattern = re.compile(r'(?:\bt|desk\.t|translate|\btext)\(\s*(?:language,\s*)?"([a-z_]+\.[A-Za-z0-9_]+)"')
    titles = re.compile(r'@page\(\s*"[^"]*",\s*"([a-z_]+\.[a-z0-9_]+)"')
    found = {
        key: name
        for name, code in sources().items()
        if name.endswith(".py")
        for one in (pattern, titles)
        for key in one.findall(code)
    }
    assert found
    return found


def test_every_text_is_there_in_each_language() -> None:
    wrong = {
        key: sorted(by)
        for key, by in texts().items()
        if sorted(by) != sorted(LANGUAGES) or len({bool(one) for one in by.values()}) > 1
    }
    assert wrong == {}


def test_the_languages_of_a_text_have_the_same_places() -> None:
    wrong = [key for key, by in texts().items() if len({frozenset(places(words)) for words in by.values()}) > 1]
    assert wrong == []


def test_every_text_that_python_asks_for_is_there() -> None:
    assert {key: where for key, where in keys_in_python().items() if key not in texts()} == {}


def test_every_text_is_used() -> None:
    """A key stands in the code whole, or its entry does (components get a file's entries), or what it begins with."""
    code = "\n".join(sources().values())
    begun = set(re.findall(r'f"(?:[a-z_]+\.)?([a-z_0-9]+_)\{', code))  # f"audit.via_{…}", f"state_{…}"
    begun |= set(re.findall(r'"[a-z_]+\.([a-z_0-9]+)", [A-Z(v]', code))  # options(desk, "audit.via", VIA)
    begun |= set(re.findall(r'["`\']([a-z_0-9]+_)(?:["\'] ?\+|\$\{)', code))  # "type_" + …, `type_${…}`
    ended = set(re.findall(r'\}(_[a-z_0-9]+)["`]', code))  # f"dashboard.{…}_means", `${…}_one`
    ended |= set(re.findall(r'\+ ?["\'](_[a-z_0-9]+)["\']', code))
    whole = set(re.findall(r'\bt\(f"([a-z_]+)\.\{[^}]*\}"', code))  # t(f"guards.{name}")
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", code))
    unused = [
        key
        for key in texts()
        if key.partition(".")[0] not in whole
        and (entry := key.partition(".")[2]) not in words
        and not entry.startswith(tuple(begun))
        and not entry.endswith(tuple(ended))
    ]
    assert unused == []


def test_what_a_browser_wishes_is_spoken_where_it_can_be() -> None:
    assert preferred("fr, de-AT;q=0.8, en;q=0.5") == "de"
    assert preferred("fr") == "en"
    assert preferred("en", "de") == "de"
    assert text("de", "frame.signed_in_as", name="a@example.com") == "Angemeldet als a@example.com"
