"""How alike two headers are, from their names alone.

What belongs here: the comparison of two understood headers. What doesn't: what words mean (`synonyms`),
what values say and which column goes where (`matcher`).
"""

from functools import lru_cache

from rapidfuzz import fuzz

from segops_pipeline.inference.synonyms import SMALL_WEIGHT, Header, Word, understand
from segops_pipeline.inference.vocabulary import vocabulary

# what a word that is only nearly the same counts; unknown words can be typos or abbreviations
SAME_MEANING = 0.98
FUZZY_FLOOR = 0.84
PREFIX = 0.86
ABBREVIATION = 0.72
ACRONYM = 0.85

# a qualifier that one header has and the other lacks, or that both have and disagree on
LACKS_UNIT, OTHER_UNIT = 0.97, 0.45
LACKS_NUMBER, OTHER_NUMBER = 0.85, 0.5
LACKS_LOCALE, OTHER_LOCALE = 0.88, 0.3
LACKS_REGION = 0.95
LACKS_CURRENCY, OTHER_CURRENCY = 0.9, 0.3
LACKS_CHANNEL, OTHER_CHANNEL = 0.93, 0.6
# the position of an image and the unit of a weight are something else than the image and the weight
OTHER_ASPECT = 0.6


@lru_cache(maxsize=200_000)
def similarity(left: str, right: str) -> float:
    """Compare two headers: 0 is nothing in common, 1 the same words; symmetric."""
    one, other = understand(left), understand(right)
    if not one.words or not other.words:
        return 0.0
    alike = max(_words_alike(one.words, other.words), _acronym(one, other), _acronym(other, one))
    return min(1.0, alike * _qualifiers_alike(one, other)) if alike else 0.0


def _words_alike(left: tuple[Word, ...], right: tuple[Word, ...]) -> float:
    """Twice the weight of the words that pair up, over the weight of all (a soft Dice coefficient)."""
    scored = [(word_similarity(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)]
    pairs = sorted((pair for pair in scored if pair[0]), reverse=True)
    if not pairs:
        return 0.0
    free_left, free_right = set(range(len(left))), set(range(len(right)))
    shared = 0.0
    for score, i, j in pairs:
        if i in free_left and j in free_right:
            free_left.remove(i)
            free_right.remove(j)
            shared += score * (left[i].weight + right[j].weight)
    return shared / sum(word.weight for word in (*left, *right))


@lru_cache(maxsize=100_000)
def word_similarity(left: Word, right: Word) -> float:
    """Compare two words: the same, of one meaning, of near meanings, or an abbreviation or typo."""
    if left.text == right.text:
        return 1.0
    if left.meanings and right.meanings:
        return SAME_MEANING * vocabulary().nearness(left.meanings, right.meanings)
    spelled = [(a, b) for a in _spellings(left) for b in _spellings(right)]
    return max(_spelled_alike(a, b) for a, b in spelled)


def _spellings(word: Word) -> list[str]:
    return [word.text, *word.meanings]


def _spelled_alike(left: str, right: str) -> float:
    short, long = sorted((left, right), key=len)
    if len(short) < 2 or short.isdigit() or long.isdigit():
        return 0.0
    ratio = fuzz.ratio(short, long) / 100
    if ratio >= FUZZY_FLOOR and len(short) > 3:
        return ratio
    if long.startswith(short) and len(short) > 2:
        return PREFIX
    return ABBREVIATION if _abbreviates(short, long) else 0.0


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of the one stand in the other in order, from its first: 'prdct', 'mdl', 'wght'."""
    if short[0] != long[0] or len(short) > 5 or len(long) - len(short) < 2:
        return False
    rest = iter(long)
    return all(letter in rest for letter in short)


def _acronym(one: Header, other: Header) -> float:
    if len(one.words) != 1 or one.words[0].meanings or len(other.words) < 2:
        return 0.0
    return ACRONYM if one.words[0].text == "".join(word.text[0] for word in other.words) else 0.0


def _qualifiers_alike(one: Header, other: Header) -> float:
    return (
        _qualifier(one.units, other.units, LACKS_UNIT, OTHER_UNIT)
        * _qualifier(one.numbers, other.numbers, LACKS_NUMBER, OTHER_NUMBER)
        * _locales_alike(one.locale, other.locale)
        * _qualifier(one.currency, other.currency, LACKS_CURRENCY, OTHER_CURRENCY)
        * _qualifier(one.channel, other.channel, LACKS_CHANNEL, OTHER_CHANNEL)
        * (1.0 if _aspects(one) == _aspects(other) else OTHER_ASPECT)
    )


def _aspects(header: Header) -> frozenset[str]:
    """What of the thing that it names a header speaks of, where that is not the thing itself."""
    aspects = vocabulary().aspects
    if len(header.words) < 2:
        return frozenset()
    return frozenset(
        aspect
        for word in header.words
        for aspect in word.meanings & aspects.keys()
        if word.weight > SMALL_WEIGHT and not header.meanings & aspects[aspect]
    )


def _locales_alike(one: str | None, other: str | None) -> float:
    # 'de' and 'de_at' are of one language; 'de_de' and 'de_at' are not the same text
    if one and other and one != other and (one.split("_")[0] == other or other.split("_")[0] == one):
        return LACKS_REGION
    return _qualifier(one, other, LACKS_LOCALE, OTHER_LOCALE)


def _qualifier(one: object, other: object, lacks: float, differs: float) -> float:
    if one == other:
        return 1.0
    return differs if one and other else lacks
