"""What a column is by five values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.inference import recognise_type


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (["615-300-6376", "(615) 803-2541", "", "Fax (903-597-1600)"], "phone"),
        (["7152862070", "3135933762", "6414235309"], "phone"),
        (["a@example.com", "b@example.org", ""], "email"),
        (["inf&#111;&#64;example.org"], "email"),
        (["https://example.com/a", "https://example.com/b https://example.com/c"], "url"),
        (["files/assets/cover300.jpg", "/files/a.png"], "url"),
        (["https://schema.org/NewCondition", "https://schema.org/UsedCondition"], "term"),
        (["EUR", "USD", "EUR EUR"], "currency"),
        (["38,27 €", "105,00 €"], "price"),
        (["$", "$$", "$$$"], "price"),
        (["$9 - $18 per hour", "Competitive", "£16,000"], "price"),
        (["9.99", "13.5", "17.95", "24.00"], "price"),
        (["3790", "6990", "2090", "3190"], "price"),
        (["2020-07-10", "2016-04-08"], "datetime"),
        (["June 2015", "September 2013"], "datetime"),
        (["Publication Date:May 17, 2016", "Publication Date:June 24, 2016"], "datetime"),
        (["2013", "1999-01-01", "1975"], "datetime"),
        (["4310 Queen St. Niagara Falls ON", "5781 Ellen Ave.", "Online"], "address"),
        (["Hauptstr. 29", "Mataderos 2312", "Heerstr. 22", "Cerrito 333"], "address"),
        (["Goethestr. 4, Leipzig", "Leipzig, Ringstr. 7", "Leipzig", "Hauptstr. 12 Leipzig"], "text"),
        (["True", "True"], "boolean"),
        (["ja", "nein", "ja"], "boolean"),
        (["да", "да"], "boolean"),
        (["y", "y"], "text"),
        (["9780198359982", "963-02-7552-X"], "identifier"),
        (["9.78995e+12", "9.78993e+12"], "identifier"),
        (["4.83", "4.62", "3.71"], "number"),
        (["-97.0568", "-97.1357"], "number"),
        (["28", "2995", "869", "23"], "number"),
        (["42 g", "38 g"], "measure"),
        (["12:00:00", "11:30 AM"], "time"),
        (["PT1H", "P1DT2H"], "duration"),
        (["en-US", "pt"], "language"),
        (["InStock", "InStock"], "text"),
        (["The Hot One", "Ares"], "text"),
        (["", "N/A"], "text"),
        ([], "text"),
    ],
)
def test_a_column_is_recognised_by_its_values(values: list[str], word: str) -> None:
    assert recognise_type(values) == word


@settings(derandomize=True, max_examples=60)
@given(values=st.lists(st.one_of(st.text(max_size=40), st.text("0123456789.-+$€ @/:,", max_size=20)), max_size=6))
def test_no_values_make_it_raise(values: list[str]) -> None:
    assert recognise_type(values)
