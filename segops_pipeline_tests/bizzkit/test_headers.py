"""The grammar of headers: every example of the specification, errors at their character, and render's round trip."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.formats.bizzkit.headers import AttributeColumn, HeaderError, name_column, parse_header
from segops_pipeline.formats.bizzkit.segments import DIMENSIONS, Segment

DEFAULT = Segment()
# (header, code, index, field, segment), as the specification's examples have them
EXAMPLES = [
    ("WEIGHT", "WEIGHT", None, None, None),
    ("PLAIN_ATTR", "PLAIN_ATTR", None, None, None),
    ("PLAIN_ATTR/VALUE", "PLAIN_ATTR", None, "VALUE", None),
    ("PLAIN_ATTR:Default", "PLAIN_ATTR", None, None, DEFAULT),
    ("PLAIN_ATTR/VALUE:Default", "PLAIN_ATTR", None, "VALUE", DEFAULT),
    ("SYSTEM_NAME[0]", "SYSTEM_NAME", 0, None, None),
    ("SYSTEM_NAME[12]/FIELD_N", "SYSTEM_NAME", 12, "FIELD_N", None),
    ("SIZE[1]", "SIZE", 1, None, None),
    ("SIZE:Tda-DK", "SIZE", None, None, Segment("da-DK")),
    ("DESCRIPTION:Default", "DESCRIPTION", None, None, DEFAULT),
    ("DESCRIPTION:Ten", "DESCRIPTION", None, None, Segment("en")),
    ("DESCRIPTION:Tjp", "DESCRIPTION", None, None, Segment("jp")),
    ("DESCRIPTION:Tda:MDENMARK", "DESCRIPTION", None, None, Segment("da", market="DENMARK")),
    ("DESCRIPTION:Ten:MENGLAND", "DESCRIPTION", None, None, Segment("en", market="ENGLAND")),
    ("WEIGHT/ITEM:Default", "WEIGHT", None, "ITEM", DEFAULT),
    ("WEIGHT/ITEM:TEnglish", "WEIGHT", None, "ITEM", Segment("English")),
    ("WEIGHT/ITEM:TGerman", "WEIGHT", None, "ITEM", Segment("German")),
    ("WEIGHT/ITEM:TGerman:MSwitzerland", "WEIGHT", None, "ITEM", Segment("German", market="Switzerland")),
    ("WEIGHT/QUANTITY", "WEIGHT", None, "QUANTITY", None),
    ("WEIGHT[0]/ITEM:Default", "WEIGHT", 0, "ITEM", DEFAULT),
    ("WEIGHT[1]/QUANTITY", "WEIGHT", 1, "QUANTITY", None),
    ("EXERCISES[2]", "EXERCISES", 2, None, None),
    ("EXERCISES[0]:TEnglish", "EXERCISES", 0, None, Segment("English")),
    ("EXERCISES[2]:TDanish", "EXERCISES", 2, None, Segment("Danish")),
    ("NAME:TCULTURECODE:CCHANNELSYSTEMNAME:DDEVICESYSTEMNAME:MMARKETSYSTEMNAME", "NAME", None, None,
     Segment("CULTURECODE", "CHANNELSYSTEMNAME", "DEVICESYSTEMNAME", "MARKETSYSTEMNAME")),
]  # fmt: skip


@pytest.mark.parametrize(("header", "code", "index", "field", "segment"), EXAMPLES)
def test_each_header_of_the_specification_is_read(
    header: str, code: str, index: int | None, field: str | None, segment: Segment | None
) -> None:
    assert parse_header(header, 3) == AttributeColumn(header, 3, code, False, False, index, field, segment)


@pytest.mark.parametrize("header", [one[0] for one in EXAMPLES])
def test_each_header_of_the_specification_is_written_as_it_is(header: str) -> None:
    assert parse_header(header, 0).render() == header


@pytest.mark.parametrize(
    ("header", "is_external", "by_reference"),
    [
        ("Ext_WEIGHT", True, False),
        ("$WEIGHT", False, True),
        ("Ext_$WEIGHT", True, True),
        ("$Ext_WEIGHT", True, True),
        ("Ext_WEIGHT[0]/ITEM:Default", True, False),
        ("$WEIGHT[0]/ITEM", False, True),
    ],
)
def test_external_and_reference_stand_before_the_code_in_either_order(
    header: str, is_external: bool, by_reference: bool
) -> None:
    column = parse_header(header, 0)
    assert (column.code, column.is_external, column.by_reference) == ("WEIGHT", is_external, by_reference)


def test_a_code_may_begin_like_the_prefix_in_another_case() -> None:
    assert parse_header("EXT_WEIGHT", 0).code == "EXT_WEIGHT"


def test_dimensions_stand_in_any_order() -> None:
    assert parse_header("A:MDENMARK:Dphone:Tda:Cshop", 0).segment == Segment("da", "shop", "phone", "DENMARK")


def test_default_is_known_in_any_case() -> None:
    assert [parse_header(f"A:{word}", 0).segment for word in ("default", "DEFAULT")] == [DEFAULT, DEFAULT]


def test_blanks_around_the_parts_do_not_count() -> None:
    assert parse_header("Ext_ $ WEIGHT", 0).render() == "Ext_$WEIGHT"
    assert parse_header("  WEIGHT [ 0 ] / ITEM : Tda ", 0).render() == "WEIGHT[0]/ITEM:Tda"


def test_a_code_may_have_blanks_dots_and_letters_of_any_script_within() -> None:
    assert parse_header("Vægt i kg.1", 0).code == "Vægt i kg.1"


@pytest.mark.parametrize(
    ("header", "segment"),
    [
        ("DESCRIPTION:TdaMDENMARK", Segment("da", market="DENMARK")),
        ("DESCRIPTION:Tda-DKMDENMARK", Segment("da-DK", market="DENMARK")),
        ("DESCRIPTION:Cshop:TdaMDENMARK", Segment("da", "shop", market="DENMARK")),
    ],
)
def test_a_market_without_its_colon_is_taken_with_a_slip(header: str, segment: Segment) -> None:
    column = parse_header(header, 0)
    assert column.segment == segment
    assert column.slip is not None
    assert "colon" in column.slip


@pytest.mark.parametrize("header", ["A:TEnglish", "A:TGerman", "A:Ten-US", "A:TMALTESE", "A:CWEBMDK", "A:Tzh-Hans"])
def test_a_culture_or_channel_that_has_an_m_is_not_taken_apart(header: str) -> None:
    column = parse_header(header, 0)
    assert (column.slip, column.render()) == (None, header)


@pytest.mark.parametrize(
    ("header", "character", "told"),
    [
        ("", 1, "system name is missing"),
        ("Ext_", 5, "system name is missing"),
        ("$:Tda", 2, "system name is missing"),
        ("[0]", 1, "system name is missing"),
        ("Ext_Ext_A", 5, "twice"),
        ("$$A", 2, "twice"),
        ("A[0", 2, "not closed"),
        ("A[]", 3, "empty"),
        ("A[x]", 3, "no index"),
        ("A[-1]", 3, "no index"),
        ("A[1.5]", 3, "no index"),
        ("A]", 2, "never opened"),
        ("A[0][1]", 5, "too late"),
        ("A[0]B", 5, "cannot stand"),
        ("A/", 3, "field's system name is missing"),
        ("A/B/C", 4, "too late"),
        ("A/B[0]", 4, "too late"),
        ("A:Tda/B", 6, "too late"),
        ("A:Tda[0]", 6, "too late"),
        ("A:", 3, "missing"),
        ("A::Tda", 3, "missing"),
        ("A:T", 3, "culture's name is missing"),
        ("A:Tda:M", 7, "market's name is missing"),
        ("A:Td|a", 5, "has no"),
        ("A:Xda", 3, "no dimension"),
        ("A:tda", 3, "no dimension"),
        ("A:Tda:Ten", 6, "culture is given twice"),
        ("A:TdaMDENMARK:MGERMANY", 14, "market is given twice"),
        ("A:Default:Tda", 10, "default value has no"),
        ("A:Tda:Default", 6, "default value has no"),
        ("A:Default:Default", 10, "default value has no"),
    ],
)
def test_a_header_that_cannot_be_read_is_told_at_its_character(header: str, character: int, told: str) -> None:
    with pytest.raises(HeaderError, match=told) as caught:
        parse_header(header, 0)
    assert caught.value.character == character
    assert f"character {character}:" in caught.value.message
    assert caught.value.column == header
    assert caught.value.remedy


def test_a_lower_case_dimension_is_answered_with_the_right_one() -> None:
    with pytest.raises(HeaderError) as caught:
        parse_header("NAME:tda-DK", 0)
    assert caught.value.remedy == "Write :Tda-DK."


@pytest.mark.parametrize(
    ("header", "segment"),
    [("Name", None), ("Name:Default", DEFAULT), ("Name:TEn-UK", Segment("En-UK")), ("Name:Tda", Segment("da"))],
)
def test_a_name_has_a_culture_or_none(header: str, segment: Segment | None) -> None:
    found = name_column(header, 2, "Name")
    assert found is not None
    assert (found.place, found.segment, found.slip) == (2, segment, None)


@pytest.mark.parametrize(
    ("header", "culture"),
    [("Name:En-US", "En-US"), ("Name:Da-DK", "Da-DK"), ("Name:tr", "tr"), ("Name:Tr-TR", "Tr-TR")],
)
def test_a_name_of_a_culture_without_its_letter_is_taken_with_a_slip(header: str, culture: str) -> None:
    found = name_column(header, 0, "Name")
    assert found is not None
    assert found.segment == Segment(culture)
    assert found.slip is not None


@pytest.mark.parametrize("header", ["Names", "NAME", "Name2", "Description:Tda"])
def test_another_header_is_no_name(header: str) -> None:
    assert name_column(header, 0, "Name") is None


@pytest.mark.parametrize(
    "header", ["Name[0]", "Name/Value", "Name:MDENMARK", "Name:MUS", "Name:CWEB-A", "Name:", "Name:Tda:Ten"]
)
def test_a_name_takes_nothing_but_one_culture(header: str) -> None:
    with pytest.raises(HeaderError):
        name_column(header, 0, "Name")


def test_a_value_takes_every_dimension() -> None:
    found = name_column("Value:Tda:MDENMARK", 0, "Value", cultures_only=False)
    assert found is not None
    assert found.segment == Segment("da", market="DENMARK")


def test_a_segment_s_key_is_read_as_itself() -> None:
    segment = Segment("da", None, "phone", "DENMARK")
    assert segment.key == "T:da|D:phone|M:DENMARK"
    assert Segment.of_key(segment.key) == segment
    assert Segment.of_key(DEFAULT.key) == DEFAULT


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]/:"), min_size=1, max_size=8).map(
    str.strip
)
CODES = WORDS.filter(lambda word: bool(word) and not word.startswith(("Ext_", "$")))
NAMES = WORDS.filter(bool)
SEGMENTS = st.one_of(
    st.none(),
    st.just(DEFAULT),
    st.builds(Segment, *(st.none() | NAMES.filter(lambda name: "|" not in name) for _ in DIMENSIONS)),
).filter(lambda one: one is None or (one.device or "").casefold() != "efault")
COLUMNS = st.builds(
    lambda *parts: AttributeColumn("", *parts),  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    st.integers(0, 99), CODES, st.booleans(), st.booleans(), st.none() | st.integers(0, 999), st.none() | NAMES,
    SEGMENTS,
)  # fmt: skip


@settings(deadline=None, max_examples=300, derandomize=True)
@given(COLUMNS)
def test_every_column_is_written_as_a_header_that_is_read_as_it(column: AttributeColumn) -> None:
    read = parse_header(column.render(), column.place)
    if column.segment is not None:
        assert Segment.of_key(column.segment.key) == column.segment
    if read.slip is None:  # a culture such as daMX is read as two dimensions, and told
        assert read == column
    assert parse_header(read.render(), read.place) == read


@settings(deadline=None, max_examples=500, derandomize=True)
@given(st.text(st.sampled_from("AxTCDM0[]/:$ _Ext_defaultDefault-\t\u00e6"), max_size=14) | st.text(max_size=12))
def test_any_text_is_a_header_or_an_error_at_one_of_its_characters(header: str) -> None:
    for base in ("Name", "Value"):
        told = _character_told(lambda whole: name_column(whole, 0, base, cultures_only=base == "Name"), base + header)  # noqa: B023
        assert 0 <= told <= len(base + header) + 1
    told = _character_told(lambda whole: parse_header(whole, 0), header)
    assert 0 <= told <= len(header) + 1
    if told == 0:
        column = parse_header(header, 0)
        assert parse_header(column.render(), 0) == column


def _character_told(read: Callable[[str], object], header: str) -> int:
    """The character of the error; 0: there is none."""
    try:
        read(header)
    except HeaderError as error:
        return error.character
    return 0
