"""The vocabulary of headers: which words mean what, read from `vocabulary.txt` beside this file.

What belongs here: reading the file, once per process. What doesn't: any word, and how a header is taken
apart (`synonyms`). How the sections are written stands at the top of the file.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from segops_pipeline.inference.fields import folded, words

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The vocabulary, folded: phrases are tuples of words.

    `implied` are meanings that add nothing beside certain others ('date' beside 'created'); `aspects` are those
    that make a header speak of something else (the position of an image is no image), with exceptions;
    `locales` are names of languages; `languages` are a meaning's words, by the file's order of languages.
    """

    phrases: dict[Phrase, frozenset[str]]
    units: frozenset[str]
    expansions: dict[Phrase, Phrase]
    near: dict[tuple[str, str], float]
    light: dict[str, float]
    beside: dict[str, float]
    implied: dict[str, frozenset[str]]
    aspects: dict[str, frozenset[str]]
    locales: dict[str, str]
    small: frozenset[str]
    languages: dict[str, tuple[tuple[str, ...], ...]]

    def nearness(self, left: frozenset[str], right: frozenset[str]) -> float:
        """How near any meaning of the one is to any of the other, 0 to 1."""
        if left & right:
            return 1.0
        return max((self.near.get((a, b), 0.0) for a in left for b in right), default=0.0)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Read the vocabulary, once per process."""
    sections = _sections(files("segops_pipeline.inference").joinpath("vocabulary.txt").read_text("utf-8"))
    languages = {meaning: _by_language(text) for meaning, text in _pairs(sections["meanings"], ":")}
    units = {unit: _by_language(text) for unit, text in _pairs(sections["units"], ":")}
    phrases: dict[Phrase, set[str]] = {}
    for meaning, known in [*languages.items(), *units.items()]:
        for phrase in (phrase for language in known for phrase in language):
            phrases.setdefault(_tokens(phrase), set()).add(meaning)
    near = [(a, b, float(score)) for a, b, score in (line.split() for line in sections["near"])]
    return Vocabulary(
        phrases={phrase: frozenset(found) for phrase, found in phrases.items() if phrase},
        units=frozenset(units),
        expansions={_tokens(phrase): tuple(to.split()) for phrase, to in _singly(sections["expansions"])},
        near={pair: score for a, b, score in near for pair in ((a, b), (b, a))},
        light={meaning: float(weight) for meaning, weight in _pairs(sections["light"], " ")},
        beside={meaning: float(weight) for meaning, weight in _pairs(sections["beside"], " ")},
        implied={meaning: frozenset(by.split()) for meaning, by in _pairs(sections["implied"], ":")},
        aspects={aspect: frozenset(but.split()) for aspect, but in _pairs(sections["aspects"], ":")},
        locales={folded(name.strip()): locale for name, locale in _singly(sections["locales"])},
        small=frozenset(folded(word.strip()) for line in sections["small"] for word in line.split(",")),
        languages=languages,
    )


def _sections(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    section = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line.strip("[]")
        elif line and not line.startswith("# "):
            sections.setdefault(section, []).append(line)
    return sections


def _pairs(lines: list[str], separator: str) -> list[tuple[str, str]]:
    return [(left.strip(), right.strip()) for left, _, right in (line.partition(separator) for line in lines)]


def _singly(lines: list[str]) -> list[tuple[str, str]]:
    """Each of the phrases that a line names with what it says of all of them."""
    return [(phrase, to) for several, to in _pairs(lines, ":") for phrase in several.split(",")]


def _by_language(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.strip() for word in part.split(",") if word.strip()) for part in text.split("|"))


def _tokens(phrase: str) -> Phrase:
    return tuple(words(phrase))
