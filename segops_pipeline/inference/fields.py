"""The fields of a workspace's product schema, their types, and how a header becomes a field's key.

What belongs here: what a field is and how it is named. What doesn't: which column goes to which field
(`matcher`), what a value of a type is (`values`), where fields are stored (`catalogue.schema`).
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

FIELD_TYPES = ("text", "number", "boolean", "list", "url", "price", "multi_price", "datetime")
RESERVED_TARGETS = ("sku", "name")

MAX_KEY_LENGTH = 63

_FOLDED_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o",
        "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "\u0131": "i",
    }
)  # fmt: skip
# only these scripts are read the same without accents: dropping a mark in Cyrillic or kana is another letter
_ACCENTS = re.compile(r"(?<=[A-Za-z\u0370-\u03ff])[\u0300-\u036f]+")
_CAMEL_JOINTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One field of a workspace's product schema: the attribute that a column can be mapped to.

    `key` names it in a product's data, `label` is what people read, `type` is one of `FIELD_TYPES`, `rules` (see
    `inference.rules`) say what its values must be.
    """

    key: str
    label: str
    type: str
    required: bool = False
    description: str | None = None
    rules: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What it is, ready for JSON; rules only where it has some."""
        told = asdict(self)
        rules = told.pop("rules")
        return {**told, "rules": list(rules)} if rules else told

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "SchemaField":
        """Read what `as_dict` wrote; names it does not know are passed over."""
        required = bool(data.get("required", False))
        rules = tuple(data.get("rules") or ())
        return cls(data["key"], data["label"], data["type"], required, data.get("description"), rules)


def folded(text: str) -> str:
    """Fold to lower case without accents and compatibility forms; letters of other scripts stay."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_FOLDED_LETTERS))
    # composed again, so that Korean and Japanese letters are what they were
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", decomposed)).casefold()


def words(header: str) -> list[str]:
    """Split a header into folded words, in order: 'Variant-SKU' and 'variantSku' give the same."""
    text = folded(_CAMEL_JOINTS.sub(" ", header))
    return "".join(letter if _is_of_word(letter) else " " for letter in text).split()


def _is_of_word(letter: str) -> bool:
    # vowels of Indic and Thai words are marks
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def field_key(header: str) -> str:
    """Name a new field for a column: the header's words in snake_case, ASCII where its script can be folded.

    Letters of other scripts stay as they are; a header without letters or digits gives 'field'. The key is
    at most 63 characters long and never 'sku' or 'name', which live on the product itself (seed
    000_64a11c9fa50822db.txt, "Before you start").
    """
    key = "_".join(words(header))[:MAX_KEY_LENGTH].strip("_") or "field"
    return f"{key}_field" if key in RESERVED_TARGETS else key
