"""What the words of a header mean: a header in any of many languages becomes a row of meanings.

What belongs here: taking compounds apart, finding what the words mean, and how much each of them says. What
doesn't: the words themselves (`vocabulary`), what is split off first (`qualifiers`), how alike two headers are
(`similarity`), which column goes where (`matcher`).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from segops_pipeline.inference.qualifiers import split_qualifiers
from segops_pipeline.inference.vocabulary import vocabulary

MAX_PHRASE_WORDS = 4
MIN_COMPOUND_PART = 3
HEAVY = 0.5
SMALL_WEIGHT = 0.05

# what stands between the parts of a compound: Produktions-, Artikelen-
_LINKS = ("", "s", "es", "n", "en", "e")
_ARTICLE_NUMBERS = frozenset({"number", "code", "reference"})
_MEASURED_IN = {"weight": frozenset({"mg", "g", "kg", "lb", "oz"}), "volume": frozenset({"ml", "liter"})}
_OF_A_PRODUCT = frozenset({"product", "variant"})
_SHORT_ENDINGS = frozenset({"id", "no", "nr", "cd"})
_LETTERS_OR_DIGITS = re.compile(r"\d+|[^\W\d_]+[^\W\d]*")
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
    or 'de_at'; `currency` is an ISO 4217 code in lower case; `channel` is like 'ecommerce'.
    """

    words: tuple[Word, ...]
    units: frozenset[str] = frozenset()
    numbers: tuple[str, ...] = ()
    locale: str | None = None
    currency: str | None = None
    channel: str | None = None

    @property
    def meanings(self) -> frozenset[str]:
        """What any of its words can mean."""
        return frozenset(meaning for word in self.words for meaning in word.meanings)


@lru_cache(maxsize=20_000)
def understand(header: str) -> Header:
    """Understand a header: its words with their meanings, and its units, numbers, locale, currency and channel."""
    split = split_qualifiers(header)
    found = _meanings(_separate_digits(split.words))
    numbers = tuple(word.text.lstrip("0") or "0" for word in found if word.text.isdigit())
    units, named = _take_units([word for word in found if not word.text.isdigit()])
    named = _without_repetitions(_join_article_numbers(named))
    weighed = tuple(_weigh_beside(_weigh_implied(named)))
    return Header(weighed, units, numbers, split.locale, split.currency, split.channel)


def _join_article_numbers(found: list[Word]) -> list[Word]:
    """Read the number, code or reference of an article as one word: in every language it is the sku."""
    named = [word for word in found if word.weight > SMALL_WEIGHT and "variant" not in word.meanings]
    if len(named) != 2 or not any("product" in word.meanings for word in named):
        return found
    numbered = next((word for word in named if word.meanings & _ARTICLE_NUMBERS), None)
    if numbered is None or "product" in numbered.meanings:
        return found
    text = " ".join(sorted(word.text for word in named))
    return [_make_word(text, frozenset({"sku"}) | (numbered.meanings & _ARTICLE_NUMBERS), 1.0)]


def _without_repetitions(found: list[Word]) -> list[Word]:
    """Leave out words that only say once more what one before them says: GTIN, UPC or EAN."""
    kept: list[Word] = []
    for word in found:
        if not any(word.meanings & other.meanings and other.weight > HEAVY for other in kept):
            kept.append(word)
    return kept


def _weigh_implied(found: list[Word]) -> list[Word]:
    """Let words weigh next to nothing that another implies: what is created has a date, an image has an address."""
    implied = vocabulary().implied
    weighed: list[Word] = []
    for word in found:
        others = frozenset(meaning for other in found if other is not word for meaning in other.meanings)
        follows = any(others & implied.get(meaning, frozenset()) for meaning in word.meanings)
        weighed.append(_make_word(word.text, word.meanings, SMALL_WEIGHT) if follows else word)
    return weighed


def _weigh_beside(found: list[Word]) -> list[Word]:
    """Let words such as name say less where another word says more: a brand name is the brand."""
    beside = vocabulary().beside
    lighter = [next((beside[meaning] for meaning in word.meanings if meaning in beside), None) for word in found]
    if not any(weight is None and word.weight > HEAVY for weight, word in zip(lighter, found, strict=True)):
        return found
    return [
        word if weight is None else _make_word(word.text, word.meanings, min(weight, word.weight))
        for weight, word in zip(lighter, found, strict=True)
    ]


def _separate_digits(tokens: tuple[str, ...]) -> list[str]:
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
        if end == start + 1 and 0 < start < len(tokens) - 1 and tokens[start] in vocabulary().small:
            # 'de' and 'do' begin and end something at the end of a header only ('data do')
            found.append(_word(tokens[start], frozenset()))
        else:
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
    if named and all(word.meanings & _OF_A_PRODUCT for word in named):
        # 'Variant Grams' names what is measured by its unit alone
        measured = [meaning for meaning, measures in _MEASURED_IN.items() if units & measures]
        named += [_word(meaning, frozenset({meaning})) for meaning in measured]
    if named or not found:
        return frozenset(units), named
    return frozenset(), found
