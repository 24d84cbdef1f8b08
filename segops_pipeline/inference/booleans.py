"""Yes and no in the large languages, as words, letters, digits and states.

What belongs here: the pairs and the cast. What doesn't: whether a column is one of flags (column_types.py).
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

from collections.abc import Iterable

from segops_pipeline.inference.context import CastContext, Refusal, Value, shown

# One line is one pair of a language or usage; alternatives are separated by a bar.
PAIRS = """
true / false
t / f
yes / no
y / n
1 / 0
1.0 / 0.0
on / off
checked / unchecked
x | ✓ | ✔ | ☑ | ✅ | √ / ✗ | ✘ | ❌ | ☐ | ✕
wahr / falsch
ja / nein
j / n
ja / nej | nei | nee
vrai / faux
oui / non
o / n
verdadero / falso
sí | si / no
s / n
vero / falso
sì | si / no
waar / onwaar
verdadeiro / falso
sim / não | nao
prawda / fałsz | falsz
tak / nie
ano / ne
áno | ano / nie
igen / nem
da / nu
da / ne
doğru / yanlış
evet | var / hayır | hayir | yok
kyllä | tosi / ei | epätosi
sann | sant | sand / falsk | usann | usant
ναι / όχι
да | истина / нет | ложь
да / не
так / ні
כן / לא
نعم / لا
हाँ / नहीं
是 | 真 / 否 | 假
有 / 无 | 無
对 | 對 / 错 | 錯
はい | 有り | あり / いいえ | 無し | なし
○ | 〇 | ◯ | ◎ / × | ✖
예 | 네 / 아니요 | 아니오
có / không
ya / tidak
ใช่ / ไม่ใช่ | ไม่
"""

# States that mean yes and no where both of them occur in a column.
STATES = """
enabled | enable / disabled | disable
active / inactive
aktiv / inaktiv
actif / inactif
activo / inactivo
attivo / inattivo
available / unavailable | not available
in stock | instock | in_stock | on stock / out of stock | outofstock | out_of_stock | sold out
auf lager / nicht auf lager
lieferbar | vorrätig | verfügbar / nicht lieferbar | ausverkauft | nicht verfügbar
en stock | disponible / rupture de stock | en rupture | épuisé | indisponible
en existencia | en stock | disponible / agotado | sin existencias | sin stock | no disponible
disponibile / esaurito | non disponibile
op voorraad / niet op voorraad | uitverkocht
em estoque | disponível / esgotado | indisponível | sem estoque
dostępny | w magazynie | na stanie / niedostępny | brak w magazynie | brak
készleten | raktáron / nincs készleten | nincs raktáron
în stoc | in stoc / stoc epuizat | indisponibil
stokta | stokta var / tükendi | stokta yok
διαθέσιμο / μη διαθέσιμο | εξαντλημένο
재고있음 | 재고 있음 / 품절 | 재고없음 | 재고 없음
http://schema.org/instock | https://schema.org/instock / http://schema.org/outofstock | https://schema.org/outofstock
skladem / není skladem
i lager | på lager / ej i lager | slut i lager | ikke på lager | udsolgt
в наличии | есть в наличии / нет в наличии
有货 | 有貨 | 現貨 / 无货 | 無貨 | 缺货 | 缺貨
在庫あり / 在庫なし | 在庫切れ | 品切れ
published / unpublished
"""


def _read_pairs() -> tuple[dict[str, bool], dict[str, frozenset[int]]]:
    meanings: dict[str, bool] = {}
    pairs: dict[str, frozenset[int]] = {}
    for number, line in enumerate((PAIRS.strip() + STATES.rstrip()).splitlines()):
        for meaning, words in zip((True, False), line.split(" / "), strict=True):
            for word in (word.strip() for word in words.split("|")):
                meanings[word] = meaning
                pairs[word] = pairs.get(word, frozenset()) | {number}
    return meanings, pairs


_MEANINGS, _PAIRS_OF = _read_pairs()
_FIRST_STATE = len(PAIRS.strip().splitlines())
_LONGEST = max(map(len, _MEANINGS))


def boolean_word(text: str) -> str | None:
    """The word of a pair that the text is, in lower case, or None."""
    if len(text) > _LONGEST + 1:
        return None
    word = text.lower()
    return word if word in _MEANINGS else None


def cast_boolean(text: str, context: CastContext) -> Value | Refusal:  # noqa: ARG001 - all casts are called alike
    """True or false, from one of the words known."""
    word = boolean_word(text)
    if word is not None:
        return _MEANINGS[word]
    return Refusal("not_a_boolean", f"“{shown(text)}” is neither yes nor no.", "Write yes or no.")


def share_a_pair(texts: Iterable[str]) -> bool:
    """Whether all the texts are words of one pair, such as ja and nein."""
    common: frozenset[int] | None = None
    for text in texts:
        pairs = _PAIRS_OF.get(text.lower(), frozenset())
        common = pairs if common is None else common & pairs
        if not common:
            return False
    return common is not None


def is_state(text: str) -> bool:
    """Whether the text is a state, such as in stock, and no word for yes or no."""
    return min(_PAIRS_OF.get(text.lower(), (0,))) >= _FIRST_STATE


def has_both_meanings(texts: Iterable[str]) -> bool:
    """Whether the texts have a yes and a no among them."""
    return len({_MEANINGS.get(text.lower()) for text in texts} - {None}) == 2
