"""The types: what is read, what is refused and why, and that what is written is read as the same."""

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.formats.bizzkit.values import (
    DECIMAL_PLACES,
    INTEGER_BITS,
    PIM_TYPES,
    Refused,
    canonical_type,
    is_type,
    read_value,
    write_value,
)
from segops_pipeline.inference.decimals import number_value

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
CROP = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TICKS = "2024-06-04T13:55:00.1234567"


@pytest.mark.parametrize(
    ("text", "pim_type", "value"),
    [
        ("Tung vægt", "PString", "Tung vægt"),
        ("", "PString", ""),
        (" kept ", "PTranslatedString", " kept "),
        ("重いダンベル", "PTranslatedStringD", "重いダンベル"),
        ("-32768", "PInt16", -32768),
        (" +32767 ", "PInt16", 32767),
        ("0042", "PInt32", 42),
        ("2147483647", "PInt32", 2147483647),
        ("9007199254740992", "PInt64", 9007199254740992),
        ("9223372036854775807", "PInt64", "9223372036854775807"),
        ("-9223372036854775808", "PInt64", "-9223372036854775808"),
        ("1.4", "PDecimal2", 1.4),
        ("1.400", "PDecimal2", 1.4),
        (".5", "PDecimal1", 0.5),
        ("5.", "PDecimal1", 5),
        ("1,234,567.89", "PDecimal2", 1234567.89),
        ("5-", "PDecimal1", -5),
        ("-0.0", "PDecimal1", 0),
        ("12345678901234567.8", "PDecimal1", "12345678901234567.8"),
        ("123456789.123456789", "PDecimal9", "123456789.123456789"),
        ("True", "PBoolean", True),
        (" fALSE ", "PBoolean", False),
        ("ColourMakers", "PBrand", "ColourMakers"),
        (f"{{{GUID}}}", "PMedia", {"media": GUID}),
        (GUID.upper(), "PMedia", {"media": GUID}),
        (GUID.replace("-", ""), "PMedia", {"media": GUID}),
        (f"({GUID})", "PMedia", {"media": GUID}),
        (f"{{{GUID}}}|{CROP}", "PMedia", {"media": GUID, "crop": CROP}),
        (f"{{{GUID}}}|{{{CROP}}}", "PMedia", {"media": GUID, "crop": CROP}),
        (f"{{{GUID}}}|B2B", "PArticle", {"article": GUID, "segment": "B2B"}),
    ],
)
def test_a_text_is_read_as_its_type_s_value(text: str, pim_type: str, value: object) -> None:
    read = read_value(text, pim_type)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "pim_type", "code"),
    [
        ("a\0b", "PString", "nul_character"),
        ("a\0b", "PBrand", "nul_character"),
        ("32768", "PInt16", "out_of_range"),
        ("-32769", "PInt16", "out_of_range"),
        ("2147483648", "PInt32", "out_of_range"),
        ("9223372036854775808", "PInt64", "out_of_range"),
        ("9" * 60, "PInt64", "not_an_integer"),
        ("1.0", "PInt32", "not_an_integer"),
        ("1,000", "PInt32", "not_an_integer"),
        ("٣", "PInt32", "not_an_integer"),
        ("", "PInt32", "empty_value"),
        (" ", "PBoolean", "empty_value"),
        ("1,5", "PDecimal2", "not_a_decimal"),
        ("1.234,5", "PDecimal2", "not_a_decimal"),
        ("12,34", "PDecimal2", "not_a_decimal"),
        ("1e3", "PDecimal2", "not_a_decimal"),
        (".", "PDecimal2", "not_a_decimal"),
        ("-5-", "PDecimal2", "not_a_decimal"),
        ("1.234", "PDecimal2", "too_many_decimals"),
        ("12345678901234567", "PDecimal2", "out_of_range"),
        ("1234567890", "PDecimal9", "out_of_range"),
        ("0." + "0" * 200, "PDecimal9", "not_a_decimal"),
        ("yes", "PBoolean", "not_a_boolean"),
        ("1", "PBoolean", "not_a_boolean"),
        ("soon", "PDateTime", "not_a_date"),
        ("photo.jpg", "PMedia", "not_a_guid"),
        (f"{{{GUID}", "PMedia", "not_a_guid"),
        (f"{{{GUID}}}|left", "PMedia", "not_a_guid"),
        (f"{{{GUID}}}|", "PMedia", "not_a_guid"),
        (f"{{{GUID}}}", "PArticle", "no_article"),
        (f"{{{GUID}}}| ", "PArticle", "no_article"),
        ("Gratis is", "PArticle", "not_a_guid"),
    ],
)
def test_what_is_no_value_is_refused_with_a_reason_and_a_remedy(text: str, pim_type: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_value(text, pim_type)
    assert caught.value.code == code
    assert caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2024-06-04T13:55:00.0000000Z", "2024-06-04T13:55:00+00:00"),
        ("2024-06-04T13:55:00.1234567Z", f"{TICKS}+00:00"),
        ("2024-06-04T13:55:00.1234567", TICKS),
        ("2024-06-04T13:55:00.5000000+02:00", "2024-06-04T13:55:00.500000+02:00"),
        ("2024-06-04T13:55:00", "2024-06-04T13:55:00"),
        ("2024-06-04 13:55:00Z", "2024-06-04T13:55:00+00:00"),
        ("2024-06-04 13:55", "2024-06-04T13:55:00"),
        ("Tue, 04 Jun 2024 13:55:00 GMT", "2024-06-04T13:55:00+00:00"),
        ("06/04/2024 13:55:00", "2024-06-04T13:55:00"),
        ("06/04/2024 01:55:00 PM", "2024-06-04T13:55:00"),
        ("6/4/2024 1:55 pm", "2024-06-04T13:55:00"),
        ("06/04/2024 12:00 AM", "2024-06-04T00:00:00"),
        ("06/04/2024 13:55:00 -05:00", "2024-06-04T13:55:00-05:00"),
        ("Tuesday, 04 June 2024", "2024-06-04"),
        ("Tuesday, 04 June 2024 13:55:00", "2024-06-04T13:55:00"),
        ("June 4, 2024 1 PM", "2024-06-04T13:00:00"),
        ("4 Jun 2024", "2024-06-04"),
        ("4-Jun-2024", "2024-06-04"),
        ("2024-06-04", "2024-06-04"),
        ("2024/06/04", "2024-06-04"),
        ("06/04/2024", "2024-06-04"),
        ("06/04/24", "2024-06-04"),
        ("06/04/99", "1999-06-04"),
        ("2024-06", "2024-06-01"),
        ("June 2024", "2024-06-01"),
    ],
)  # fmt: skip
def test_a_moment_is_read_as_the_invariant_culture_has_it(text: str, stored: str) -> None:
    assert read_value(text, "PDateTime") == stored


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "2024-13-01", "13/04/2024", "2024-06-04T24:00:00", "2024-06-04 13", "2024-06-04T13:61", "13:55",
     "June 4", "06/04/35", "Monday, 04 June 2024", "Wonday, 04 June 2024", "4 Juni 2024", "06/04/2024 13:55 PM",
     "2024-06-04T13:55:00+15:00", "2024-06-04T13:55:00.00000001Z", "20240604", "1717509300", "2024-06-04T", "Z"],
)  # fmt: skip
def test_what_is_no_moment_or_depends_on_the_reader_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_value(text, "PDateTime")


@pytest.mark.parametrize(
    ("value", "pim_type", "text"),
    [
        ("2024-06-04T13:55:00+00:00", "PDateTime", "2024-06-04T13:55:00.0000000Z"),
        ("2024-06-04T13:55:00.500000+02:00", "PDateTime", "2024-06-04T13:55:00.5000000+02:00"),
        (TICKS, "PDateTime", TICKS),
        ("2024-06-04", "PDateTime", "2024-06-04"),
        (1.4, "PDecimal2", "1.4"),
        (1e-07, "PDecimal9", "0.0000001"),
        ("9223372036854775807", "PInt64", "9223372036854775807"),
        (True, "PBoolean", "True"),
        ({"media": GUID}, "PMedia", f"{{{GUID}}}"),
        ({"media": GUID, "crop": None}, "PMedia", f"{{{GUID}}}"),
        ({"media": GUID, "crop": CROP}, "PMedia", f"{{{GUID}}}|{CROP}"),
        ({"article": GUID, "segment": "B2B"}, "PArticle", f"{{{GUID}}}|B2B"),
    ],
)
def test_a_value_is_written_in_its_round_trip_form(value: object, pim_type: str, text: str) -> None:
    assert write_value(value, pim_type) == text


def test_a_type_is_known_by_its_name_and_by_the_names_of_other_systems() -> None:
    assert is_type("PDecimal9")
    assert not is_type("pdecimal9")
    assert not is_type("PDecimal10")
    names = ["pdecimal2", " PString ", "MediaBank6", "PMediaBank6", "ContentManagement7", "PFloat"]
    assert [canonical_type(name) for name in names] == ["PDecimal2", "PString", "PMedia", "PMedia", "PArticle", None]


def test_a_refusal_is_an_issue_at_its_cell() -> None:
    with pytest.raises(Refused) as caught:
        read_value("1,5", "PDecimal2")
    assert caught.value.as_issue(7, "WEIGHT", "1,5").as_dict() == {
        "code": "not_a_decimal", "message": "“1,5” is no decimal number.", "level": "error", "line": 7,
        "column": "WEIGHT", "value": "1,5", "suggestion": "Write it as 1234.56, with a point.",
    }  # fmt: skip


def decimals(places: int) -> st.SearchStrategy[str]:
    whole = 10 ** (18 - places) - 1
    return st.decimals(-whole, whole, places=places, allow_nan=False).map(lambda number: format(number, "f"))


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.builds(
    lambda moment, tick: (
        f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}{tick}"
        + (moment.isoformat()[-6:] if moment.tzinfo else "")
    ),
    st.datetimes(timezones=st.none() | OFFSETS),
    st.integers(0, 9),
)
ANY_TEXT = st.text(st.characters(exclude_characters="\0"))
GUIDS = st.uuids().map(str)
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "PString": ANY_TEXT,
    "PTranslatedString": ANY_TEXT,
    "PTranslatedStringD": ANY_TEXT,
    **{kind: st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1).map(str) for kind, bits in INTEGER_BITS.items()},
    **{kind: decimals(places) for kind, places in DECIMAL_PLACES.items()},
    "PBoolean": st.sampled_from(["True", "false", "TRUE"]),
    "PDateTime": MOMENTS,
    "PBrand": ANY_TEXT.filter(lambda text: bool(text.strip())),
    "PMedia": st.builds(lambda guid, crop: f"{{{guid}}}{crop}", GUIDS, st.just("") | GUIDS.map("|{}".format)),
    "PArticle": st.builds(lambda guid, key: f"{{{guid}}}|x{key}", GUIDS, ANY_TEXT),
}
WRITINGS = st.sampled_from(PIM_TYPES).flatmap(lambda kind: st.tuples(st.just(kind), TEXTS[kind]))


@settings(deadline=None, max_examples=500, derandomize=True)
@given(WRITINGS)
def test_what_is_read_and_written_is_read_as_the_same(writing: tuple[str, str]) -> None:
    pim_type, text = writing
    value = read_value(text, pim_type)
    written = write_value(value, pim_type)
    assert read_value(written, pim_type) == value
    assert write_value(read_value(written, pim_type), pim_type) == written


@settings(deadline=None, max_examples=500, derandomize=True)
@given(st.sampled_from(PIM_TYPES), st.text(st.sampled_from("0123456789.,+-eETZ:/ {}()|aAmMpPJun\u0663"), max_size=24))
def test_any_text_is_a_value_or_refused(pim_type: str, text: str) -> None:
    try:
        value: Any = read_value(text, pim_type)
    except Refused:
        return
    assert read_value(write_value(value, pim_type), pim_type) == value
    if pim_type == "PMedia":
        UUID(value["media"])


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.from_regex(r"\A-?[0-9]{1,7}(\.[0-9]{1,9})?\Z"))
def test_a_short_decimal_is_read_as_exactly_as_a_long_one(text: str) -> None:
    value = read_value(text, "PDecimal9")
    assert (value, type(value)) == (number_value(Decimal(text)), type(number_value(Decimal(text))))
    assert value == read_value(f" {text} ", "PDecimal9")
