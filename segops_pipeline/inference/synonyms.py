"""What the words of a header mean: a header in any of many languages becomes a row of meanings.

What belongs here: the vocabulary (`vocabulary.txt` beside this file), taking compounds apart, and the
qualifiers of a header (unit, locale, currency, number). What doesn't: how alike two headers are
(`similarity`), which column goes where (`matcher`).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from segops_pipeline.inference.fields import folded, words
from segops_pipeline.inference.words import words as word_set

MAX_PHRASE_WORDS = 4
MIN_COMPOUND_PART = 3
HEAVY = 0.5
SMALL_WEIGHT = 0.05

# what stands between the parts of a compound: Produktions-, Artikelen-
_LINKS = ("", "s", "es", "n", "en", "e")
# codes that are words of headers too (in, is, no, id; all, try) are left out
_LOCALES = word_set("""
    ar bg cs da de el en es et fi fr he hr hu it ja ko lt lv nb nl nn pl pt ro ru sk sl sr sv th tr uk vi zh
""")
_CURRENCIES = word_set("""
    aed ars aud bgn brl cad chf clp cny czk dkk egp eur gbp hkd huf idr ils inr isk jpy krw kzt mxn myr nok
    nzd pen pln ron rsd rub sar sek sgd thb twd uah usd vnd zar
""")
_SHORT_ENDINGS = frozenset({"id", "no", "nr", "cd"})
_ELISION = re.compile(r"\b[dl]['\u2019](?=\w)", re.IGNORECASE)  # d'article
_LETTERS_OR_DIGITS = re.compile(r"\d+|[^\W\d_]+[^\W\d]*")
_REGION = re.compile(r"(?:^|[\W_])([a-z]{2,3})[-_]([A-Z]{2}|Han[st])(?=$|[\W_])")
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word of a header: its folded text and what it can mean (nothing, where nobody knows it).

    Equal words are one object (`_make_word`), since they are compared very often.
    """

    text: str
    meanings: frozenset[str]
    weight: float


@lru_cache(maxsize=100_000)
def _make_word(text: str, meanings: frozenset[str], weight: float) -> Word:
    return Word(text, meanings, weight)


@dataclass(frozen=True, slots=True)
class Header:
    """A header that has been understood: its words in order, and what qualifies them.

    `units` are like {'mm'}; `numbers` are the digits that stand alone ('address 2'); `locale` is like 'de'
    or 'de_at'; `currency` is an ISO 4217 code in lower case.
    """

    words: tuple[Word, ...]
    units: frozenset[str] = frozenset()
    numbers: tuple[str, ...] = ()
    locale: str | None = None
    currency: str | None = None

    @property
    def meanings(self) -> frozenset[str]:
        """What any of its words can mean."""
        return frozenset(meaning for word in self.words for meaning in word.meanings)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The vocabulary, folded: phrases are tuples of words."""

    phrases: dict[tuple[str, ...], frozenset[str]]
    units: frozenset[str]
    expansions: dict[tuple[str, ...], tuple[str, ...]]
    near: dict[tuple[str, str], float]
    light: dict[str, float]
    beside: dict[str, float]
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
    lines = files("segops_pipeline.inference").joinpath("vocabulary.txt").read_text("utf-8").splitlines()
    sections: dict[str, list[str]] = {}
    section = ""
    for line in (line.strip() for line in lines):
        if line.startswith("[") and line.endswith("]"):
            section = line.strip("[]")
        elif line and not line.startswith("# "):
            sections.setdefault(section, []).append(line)
    languages = {meaning: _by_language(words_) for meaning, words_ in _pairs(sections["meanings"], ":")}
    units = {unit: _by_language(words_) for unit, words_ in _pairs(sections["units"], ":")}
    phrases: dict[tuple[str, ...], set[str]] = {}
    for meaning, known in [*languages.items(), *units.items()]:
        for phrase in (phrase for language in known for phrase in language):
            phrases.setdefault(_tokens(phrase), set()).add(meaning)
    near = [(a, b, float(score)) for a, b, score in (line.split() for line in sections["near"])]
    return Vocabulary(
        phrases={phrase: frozenset(found) for phrase, found in phrases.items() if phrase},
        units=frozenset(units),
        expansions={
            _tokens(phrase): tuple(to.split())
            for several, to in _pairs(sections["expansions"], ":")
            for phrase in several.split(",")
        },
        near={pair: score for a, b, score in near for pair in ((a, b), (b, a))},
        light={meaning: float(weight) for meaning, weight in _pairs(sections["light"], " ")},
        beside={meaning: float(weight) for meaning, weight in _pairs(sections["beside"], " ")},
        small=frozenset(folded(word.strip()) for line in sections["small"] for word in line.split(",")),
        languages=languages,
    )


def _pairs(lines: list[str], separator: str) -> list[tuple[str, str]]:
    return [(left.strip(), right.strip()) for left, _, right in (line.partition(separator) for line in lines)]


def _by_language(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.strip() for word in part.split(",") if word.strip()) for part in text.split("|"))


def _tokens(header: str) -> tuple[str, ...]:
    return tuple(words(header))


@lru_cache(maxsize=20_000)
def understand(header: str) -> Header:
    """Understand a header: its words with their meanings, and its units, numbers, locale and currency."""
    locale, rest = _split_locale(_ELISION.sub("", header))
    tokens = _separate_digits(words(rest))
    currency = next((token for token in tokens[1:] if token in _CURRENCIES), None)
    locale = locale or (tokens[-1] if len(tokens) > 1 and tokens[-1] in _LOCALES else None)
    if len(tokens) > 1 and tokens[-1] == locale:
        tokens = tokens[:-1]
    tokens = [token for token in tokens if token != currency]
    found = _meanings(tokens)
    numbers = tuple(word.text.lstrip("0") or "0" for word in found if word.text.isdigit())
    units, named = _take_units([word for word in found if not word.text.isdigit()])
    return Header(tuple(_weigh_beside(named)), units, numbers, locale, currency)


def _weigh_beside(found: list[Word]) -> list[Word]:
    """Let words such as name say less where another word says more: a brand name is the brand."""
    beside = vocabulary().beside
    lighter = [next((beside[meaning] for meaning in word.meanings if meaning in beside), None) for word in found]
    if not any(weight is None and word.weight > HEAVY for weight, word in zip(lighter, found, strict=True)):
        return found
    return [
        word if weight is None else _make_word(word.text, word.meanings, weight)
        for weight, word in zip(lighter, found, strict=True)
    ]


def _split_locale(header: str) -> tuple[str | None, str]:
    match = _REGION.search(header)
    if match is None or match.group(1) not in _LOCALES or match.start() == 0:
        return None, header
    return folded(f"{match.group(1)}_{match.group(2)}"), header[: match.start()] + " " + header[match.end() :]


def _separate_digits(tokens: list[str]) -> list[str]:
    known = vocabulary().phrases
    separated: list[str] = []
    for token in tokens:
        separated += [token] if (token,) in known else _LETTERS_OR_DIGITS.findall(token) or [token]
    return separated


def _meanings(tokens: list[str]) -> list[Word]:
    """The longest phrases that are known, from the left; what is not known is taken apart."""
    found: list[Word] = []
    start = 0
    while start < len(tokens):
        longest = min(len(tokens), start + MAX_PHRASE_WORDS)
        end = next((end for end in range(longest, start, -1) if _is_known(*tokens[start:end])), start)
        found += _known(tuple(tokens[start:end])) if end > start else _unknown(tokens[start])
        start = max(end, start + 1)
    return found


def _is_known(*phrase: str) -> bool:
    known = vocabulary()
    return phrase in known.phrases or phrase in known.expansions


def _known(phrase: tuple[str, ...]) -> list[Word]:
    known = vocabulary()
    if phrase in known.expansions:
        return [_word(meaning, frozenset({meaning})) for meaning in known.expansions[phrase]]
    return [_word(" ".join(phrase), known.phrases[phrase])]


def _unknown(token: str) -> list[Word]:
    parts = _take_apart(token)
    if parts:
        return [word for part in parts for word in _meanings([part])]
    return [_word(token, vocabulary().phrases.get((_singular(token),), frozenset()))]


def _singular(token: str) -> str:
    return token[:-1] if token.endswith("s") and len(token) > MIN_COMPOUND_PART else token


def _word(text: str, meanings: frozenset[str]) -> Word:
    known = vocabulary()
    if not meanings and text in known.small:
        return _make_word(text, meanings, SMALL_WEIGHT)
    return _make_word(text, meanings, min((known.light.get(meaning, 1.0) for meaning in meanings), default=1.0))


@lru_cache(maxsize=20_000)
def _take_apart(token: str) -> tuple[str, ...]:
    """The known words that a compound consists of; nothing where it is none."""
    if _LATIN.fullmatch(token):
        return _take_apart_latin(token)
    parts = _fewest_unknown(token)
    # letters that nobody knows stay together
    runs = [(known, list(run)) for known, run in groupby(parts, key=_is_known)]
    joined = tuple(part for known, run in runs for part in (run if known else ["".join(run)]))
    return joined if len(joined) > 1 else ()


def _fewest_unknown(token: str) -> list[str]:
    """Split scripts that join their words (商品名称) so that fewest letters stay unknown, in fewest parts."""
    best: list[tuple[int, int, list[str]]] = [(0, 0, [])]
    for end in range(1, len(token) + 1):
        choices = [
            (unknown + (0 if known else 1), count + 1, [*parts, token[start:end]])
            for start, (unknown, count, parts) in enumerate(best)
            if (known := _is_known(token[start:end])) or start == end - 1
        ]
        best.append(min(choices))
    return best[-1][2]


def _take_apart_latin(token: str) -> tuple[str, ...]:
    for end in range(len(token) - 2, MIN_COMPOUND_PART - 1, -1):
        if not _is_known(token[:end]):
            continue
        for link in _LINKS:
            rest = token[end + len(link) :]
            if not token[end:].startswith(link) or (len(rest) < MIN_COMPOUND_PART and rest not in _SHORT_ENDINGS):
                continue
            parts = (rest,) if _is_known(rest) or _is_known(_singular(rest)) else _take_apart_latin(rest)
            if parts:
                return (token[:end], *parts)
    return ()


def _take_units(found: list[Word]) -> tuple[frozenset[str], list[Word]]:
    """Part the units from the rest; a letter that is both ('w') is a unit at the end only ('power w')."""
    known = vocabulary().units
    units: set[str] = set()
    named: list[Word] = []
    for place, word in enumerate(found):
        own = word.meanings & known
        others = word.meanings - known
        last = place == len(found) - 1 and len(found) > 1
        if own and (not others or (last and not units)):
            units |= own
        else:
            named.append(_make_word(word.text, others, word.weight) if own else word)
    if named or not found:
        return frozenset(units), named
    return frozenset(), found
