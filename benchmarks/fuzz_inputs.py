"""Inputs that nobody would upload: random bytes, damaged files of every kind that is read, and text without a plan.

What belongs here: one input for each number, always the same one. What doesn't: what is done with it (`fuzz`).
"""

import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping

from segops_pipeline_tests.reading.workbooks import ods, ods_table, xls, xlsx

Chance = random.Random

WORDS: tuple[str, ...] = (
    "SKU", "name", "Preis", "12,50 €", "1.234,56", "2024-02-01", "Straße", "商品名", "Цена", "カラー", "yes", "", " ",
    "a\nb", 'say "x"', "a;b", "a,b", "a\tb", "a|b", "00123", "1.23E+12", "#REF!", "=1+1", "\ufeff", "\u202e", "x" * 300,
    "Total", "sep=;", "'", '"', '""', "\\", '\\"', "<b>", "&amp;", "{", "[", "null", "\0", "\r", "\u2028", "\U0001f600",
)  # fmt: skip
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp1251", "iso8859-15", "mac-roman", "shift-jis",
    "gbk", "big5", "euc-kr",
)  # fmt: skip
DELIMITERS = (",", ";", "\t", "|", ":", " ", "||", "~", "^", "::", "\x01")
LINE_ENDS = ("\n", "\r\n", "\r")
MAGIC = (
    b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff",
    b"<?xml version='1.0'?>", b"<!DOCTYPE html>", b"{", b"[", b"%PDF-", b"sep=;\r\n", b"\x00\x00\xfe\xff",
)  # fmt: skip
PIECES = (
    '"', '""', "'", "\\", ",", ";", "\t", "|", "\n", "\r\n", "\r", " ", "\0", "a", "1", ".", "-", "é", "価", "\ufffd",
    "\u200b", "<", ">", "/", "&", "{", "}", "[", "]", ":", "=", "<a>", "</a>", "<![CDATA[", "&x;", "\x1a", "\x85",
)  # fmt: skip
_MADE_AT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MOST_BYTES = 3_000_000


def make_input(number: int) -> tuple[str, bytes]:
    """The input of a number: what it is, and its bytes."""
    chance = random.Random(number)
    kind = chance.choices(list(KINDS), weights=[weight for _, weight in KINDS.values()])[0]
    made = KINDS[kind][0](chance)
    if chance.random() < 0.01:  # now and then large, for time is counted by the megabyte
        made *= max(1, chance.randrange(100_000, MOST_BYTES) // (len(made) + 1))
    return kind, made[:MOST_BYTES]


def _random_bytes(chance: Chance) -> bytes:
    size = int(2 ** chance.uniform(0, 16))
    if chance.random() < 0.5:
        return chance.randbytes(size)
    return bytes(chance.choices(chance.randbytes(chance.randrange(1, 12)), k=size))


def _magic_and_random(chance: Chance) -> bytes:
    return chance.choice(MAGIC) + _random_bytes(chance)


def _pieces(chance: Chance) -> bytes:
    some = chance.sample(PIECES, chance.randrange(1, 12))
    return _encoded(chance, "".join(chance.choices(some, k=int(2 ** chance.uniform(0, 14)))))


def _nested(chance: Chance) -> bytes:
    depth = int(2 ** chance.uniform(0, 17))
    opening, closing = chance.choice(
        [("[", "]"), ('{"a":', "}"), ("<a>", "</a>"), ('[{"a":', "}]"), ("<table><tr><td>", "")]
    )
    return (opening * depth + chance.choice(["1", "", "x"]) + closing * chance.choice([depth, 0, 1])).encode()


def _valid(chance: Chance) -> bytes:
    return chance.choice(FILES)(chance)


def _damaged(chance: Chance) -> bytes:
    content = bytearray(_valid(chance))
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        _damage(chance, content)
    return bytes(content)


def _damaged_inside(chance: Chance) -> bytes:
    """An archive of some kind, whole, of which one file is damaged."""
    packed = chance.choice([_xlsx, _ods, _zip])(chance)
    members = _members(packed)
    name = chance.choice(list(members))
    content = bytearray(members[name])
    for _ in range(chance.choice([1, 2, 5, 20])):
        _damage(chance, content)
    return _archive({**members, name: bytes(content)})


def _spliced(chance: Chance) -> bytes:
    one, other = _valid(chance), _valid(chance)
    return one[: chance.randrange(len(one) + 1)] + other[chance.randrange(len(other) + 1) :]


def _damage(chance: Chance, content: bytearray) -> None:
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + int(2 ** chance.uniform(0, 8)))
    act = chance.randrange(6)
    if act == 0:
        content[start:end] = chance.randbytes(end - start)
    elif act == 1:
        del content[start:end]
    elif act == 2:
        content[start:start] = content[start:end] * chance.choice([1, 2, 100])
    elif act == 3:
        content[start:start] = chance.choice(PIECES).encode()
    elif act == 4:
        del content[start:]
    elif content:
        content[min(start, len(content) - 1)] ^= 1 << chance.randrange(8)


def _table(chance: Chance) -> list[list[str]]:
    width, height = chance.choice([1, 2, 3, 5, 9, 40, 400]), chance.choice([0, 1, 2, 5, 30])
    rows = [chance.choices(WORDS, k=width) for _ in range(height + 1)]
    if chance.random() < 0.3:
        rows = [row[: chance.randrange(len(row) + 1)] for row in rows]
    return rows


def _clean(chance: Chance) -> list[list[str]]:
    """A table of texts that XML can hold."""
    return [["".join(letter for letter in cell if letter >= " ") for cell in row] for row in _table(chance)]


def _encoded(chance: Chance, text: str) -> bytes:
    return text.encode(chance.choice(ENCODINGS), "replace")


def _delimited(chance: Chance) -> bytes:
    delimiter, end = chance.choice(DELIMITERS), chance.choice(LINE_ENDS)
    quote = chance.choice(['"', "'", ""])
    lines = [
        delimiter.join(
            f"{quote}{cell.replace(quote, quote * 2)}{quote}" if quote and chance.random() < 0.4 else cell
            for cell in row
        )
        for row in _table(chance)
    ]
    return _encoded(chance, end.join(lines) + chance.choice(["", end, end * 3]))


def _gzip(chance: Chance) -> bytes:
    return gzip.compress(_delimited(chance), mtime=0)


def _zip(chance: Chance) -> bytes:
    names = chance.sample(
        ["a.csv", "../b.csv", "x/c.tsv", "d.txt", "__MACOSX/._a.csv", "e.xlsx"], chance.choice([1, 1, 2])
    )
    return _archive({name: _delimited(chance) for name in names})


def _archive(members: Mapping[str, bytes]) -> bytes:
    """A zip of these files, all from one time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _members(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        return {name: found.read(name) for name in found.namelist()}


def _timeless(packed: bytes) -> bytes:
    """An archive without the time at which it was made, so that its bytes are always the same."""
    return _archive(
        {name: _MADE_AT.sub(b"2000-01-01T00:00:00Z", content) for name, content in _members(packed).items()}
    )


def _xlsx(chance: Chance) -> bytes:
    return _timeless(xlsx({f"Sheet{number}": _clean(chance) for number in range(chance.choice([1, 1, 2]))}))


def _ods(chance: Chance) -> bytes:
    return _timeless(ods(ods_table("Table", [[cell.replace("<", "") for cell in row] for row in _clean(chance)])))


def _xls(chance: Chance) -> bytes:
    cells = [[cell[:20] for cell in row[:20]] for row in _clean(chance)[:20]]
    return xls([[chance.choice([cell, 1.5, True, None]) for cell in row] for row in cells])


def _json(chance: Chance) -> bytes:
    header, *rows = _table(chance)
    records = [dict(zip(header, row, strict=False)) for row in rows]
    form = chance.randrange(3)
    if form == 0:
        return "\n".join(map(json.dumps, records)).encode()
    return json.dumps(
        records if form == 1 else {"meta": 1, "items": records}, ensure_ascii=chance.random() < 0.5
    ).encode("utf-8", "replace")


def _xml(chance: Chance) -> bytes:
    items = "".join(
        "<item>" + "".join(f"<g:c{place}>{_escaped(cell)}</g:c{place}>" for place, cell in enumerate(row)) + "</item>"
        for row in _clean(chance)
    )
    return f'<?xml version="1.0"?><rss xmlns:g="urn:g"><channel><title>t</title>{items}</channel></rss>'.encode(
        "utf-8", "replace"
    )


def _html(chance: Chance) -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in row) + "</tr>" for row in _clean(chance))
    return f"<html><body><table>{rows}</table></body></html>".encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


FILES: tuple[Callable[[Chance], bytes], ...] = (
    _delimited, _delimited, _delimited, _gzip, _zip, _xlsx, _ods, _xls, _json, _xml, _html,
)  # fmt: skip
KINDS: dict[str, tuple[Callable[[Chance], bytes], int]] = {
    "random bytes": (_random_bytes, 3),
    "a known beginning and random bytes": (_magic_and_random, 2),
    "pieces of text": (_pieces, 4),
    "nested": (_nested, 1),
    "valid": (_valid, 2),
    "damaged": (_damaged, 6),
    "damaged inside": (_damaged_inside, 3),
    "spliced": (_spliced, 2),
}
