"""Lists and web addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline.inference.values import NO_VALUE, CastContext, Refusal, cast, decide_context

OPEN = CastContext()


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("red|dark blue|green", ["red", "dark blue", "green"]),
        ("red; blue ;", ["red", "blue"]),
        ("red, blue", ["red", "blue"]),
        ("red\r\nblue", ["red", "blue"]),
        ("a, b|c, d", ["a, b", "c, d"]),
        ('["red", "a,b", 12.50, null, " "]', ["red", "a,b", "12.50"]),
        ('"a b","c"', ["a b", "c"]),
        ("['red', 'it\\'s, blue', '']", ["red", "it's, blue"]),
        ("红、蓝", ["红", "蓝"]),
        ("single", ["single"]),
        ("[not json", ["[not json"]),
        ("[a] [b]", ["[a] [b]"]),
    ],
)
def test_a_list_is_read_from_its_separator_or_json(text: str, items: list[str]) -> None:
    assert cast(text, "list", OPEN) == items


def test_the_column_decides_the_separator() -> None:
    context = decide_context(["a;b", "c", "d, e;f"], "list", None)
    assert context.separator == ";"
    assert cast("red, dark", "list", context) == ["red, dark"]


def test_a_frequent_comma_goes_before_a_rare_semicolon() -> None:
    assert decide_context(["a,b", "c,d", "e,f", "g,h;i"], "list", None).separator == ","


@pytest.mark.parametrize("text", [";;", "| |", "[]", "[null]"])
def test_separators_alone_are_no_list(text: str) -> None:
    assert isinstance(cast(text, "list", OPEN), Refusal)


def test_an_empty_json_array_has_no_value() -> None:
    refusal = cast("[]", "list", OPEN)
    assert isinstance(refusal, Refusal)
    assert refusal.code == NO_VALUE


@given(st.lists(st.from_regex(r"[a-z]{1,9}( [a-z]{1,9})?", fullmatch=True), min_size=2), st.sampled_from("|;,\n"))
def test_joined_items_come_apart_again(items: list[str], separator: str) -> None:
    assert cast(separator.join(items), "list", CastContext(separator=separator)) == items


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://EXAMPLE.com/Path?Q=1#F", "https://example.com/Path?Q=1#F"),
        ("http://example.com/a b.jpg", "http://example.com/a%20b.jpg"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("http://127.0.0.1/x", "http://127.0.0.1/x"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("https://example.com:80/x", "https://example.com:80/x"),
        ("//cdn.example.com/a.jpg", "https://cdn.example.com/a.jpg"),
        ("https://example.com/?a=1&amp;b=2", "https://example.com/?a=1&b=2"),
        ("https://bücher.example/ä", "https://bücher.example/ä"),
        ("https://user:pass@Example.com/", "https://user:pass@example.com/"),
        ("https://example.com/?u=https://other.example/", "https://example.com/?u=https://other.example/"),
    ],
)
def test_an_absolute_address_is_normalised_and_no_more(text: str, url: str) -> None:
    assert cast(text, "url", OPEN) == url


@pytest.mark.parametrize(
    "text",
    [
        "www.example.com",
        "/img/a.jpg",
        "ftp://example.com/a",
        "http://",
        "http:///a",
        "mailto:a@b.c",
        "http://a b",
        "https://a.com, https://b.com",
        "https://a.com\thttps://b.com",
        "http://example.com:99999/",
        "http://[bad/",
        "https://exa mple.com/a",
        "https://-a.com/",
    ],
)
def test_what_is_no_absolute_web_address_is_refused(text: str) -> None:
    assert isinstance(cast(text, "url", OPEN), Refusal)
