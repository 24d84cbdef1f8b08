"""The generated catalogue: 20 columns as price lists have them, about 230 bytes a row, the same for a seed.

What belongs here: the content of the file. What doesn't: what is measured with it.
"""

import csv
import random
from pathlib import Path

COLUMNS = (
    "sku", "name", "ean", "brand", "category", "description", "material", "colour", "size", "article_code",
    "weight_g", "length_mm", "width_mm", "stock", "price", "list_price", "launched", "product_url", "tags",
    "in_stock",
)  # fmt: skip
PRICE, STOCK = COLUMNS.index("price"), COLUMNS.index("stock")
ADJECTIVES = ("Light", "Solid", "Quiet", "Foldable", "Classic", "Robust", "Slim", "Warm", "Compact", "Plain")
THINGS = ("Lamp", "Chair", "Jacket", "Drill", "Tent", "Speaker", "Bottle", "Shelf", "Helmet", "Kettle", "Rug", "Saw")
MATERIALS = ("oak", "steel", "cotton", "wool", "glass", "polyester", "aluminium", "")
COLOURS = ("black", "white", "red", "moss green", "navy", "sand", "slate", "amber", "")
SIZES = ("S", "M", "L", "XL", "42", "")
WORDS = tuple(f"{start}{end}" for start in ("al", "ber", "cor", "dun", "el", "fen", "gar") for end in (
    "and", "est", "ing", "low", "mar", "nor", "ost", "per", "rin", "sol", "tor", "und", "ver", "wick",
))  # fmt: skip


def write_catalogue(path: Path, rows: int, *, changed_every: int = 0, revision: int = 1, seed: int = 1) -> int:
    """Write a catalogue of this many rows; the same arguments give the same bytes.

    Args:
        path: the file to write, CSV.
        rows: how many products.
        changed_every: give every so-many-th row another price and stock than the seed alone gives; 0: none.
        revision: which other price and stock.
        seed: of everything that is random.

    Returns:
        How many bytes it has.
    """
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(rows):
            row = _row(chance, number)
            if changed_every and number % changed_every == 0:
                row[PRICE], row[STOCK] = f"{number % 97 + 1000 * revision}.99 EUR", str(number % 50 + 1000 * revision)
            writer.writerow(row)
    return path.stat().st_size


def _row(chance: random.Random, number: int) -> list[str]:
    adjective, thing, brand = chance.choice(ADJECTIVES), chance.choice(THINGS), chance.choice(WORDS).title()
    cents = chance.randrange(199, 99_999)
    return [
        f"SKU-{number:07d}",
        f"{brand} {adjective} {thing} {number % 1000}",
        f"{4_000_000_000_000 + number * 37:013d}",
        brand,
        f"{thing}s > {adjective}",
        " ".join(chance.choices(WORDS, k=6)),
        chance.choice(MATERIALS),
        chance.choice(COLOURS),
        chance.choice(SIZES),
        f"{chance.randrange(16**8):08X}",
        str(chance.randrange(20, 30_000)),
        str(chance.randrange(10, 3_000)),
        f"{chance.randrange(100, 20_000) / 10:.1f}",
        str(chance.randrange(500)),
        f"{cents / 100:.2f} EUR",
        f"{cents * 1.2 / 100:.2f} EUR",
        f"20{chance.randrange(15, 26)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        f"https://shop.example/p/{number}",
        "|".join(chance.sample(WORDS, k=3)),
        chance.choice(("yes", "no")),
    ]
