"""Postal addresses taken apart."""

import pytest

from segops_pipeline.inference.context import Refusal
from segops_pipeline.inference.postal import PARTS, address_line, address_part

ADDRESSES = {
    "Hauptstr. 5, 10115 Berlin, Germany": ("Hauptstr. 5", "10115", "Berlin", "", "Germany"),
    "Hauptstr. 5 D-10115 Berlin": ("Hauptstr. 5", "10115", "Berlin", "", ""),
    "Musterweg 1\n1010 Wien": ("Musterweg 1", "1010", "Wien", "", ""),
    "10 Downing Street, London SW1A 2AA, UK": ("10 Downing Street", "SW1A 2AA", "London", "", "UK"),
    "1 Main St, Suite 5, Boston, MA 02116": ("1 Main St, Suite 5", "02116", "Boston", "MA", ""),
    "24 Sussex Drive, Ottawa, ON K1M 1M4, Canada": ("24 Sussex Drive", "K1M 1M4", "Ottawa", "ON", "Canada"),
    "Damrak 1, 1012 LG Amsterdam": ("Damrak 1", "1012 LG", "Amsterdam", "", ""),
    "ul. Prosta 1; 00-850 Warszawa; Polska": ("ul. Prosta 1", "00-850", "Warszawa", "", "Polska"),
    "Storgatan 1, 111 51 Stockholm": ("Storgatan 1", "111 51", "Stockholm", "", ""),
    "10115, Berlin": None,
    "Berlin": None,
    "": None,
    "x, " * 400: None,
}


@pytest.mark.parametrize(("text", "parts"), ADDRESSES.items(), ids=lambda value: str(value)[:20])
def test_an_address_falls_into_its_parts(text: str, parts: tuple[str, ...] | None) -> None:
    found = [address_part(text, part) for part in PARTS]
    assert found == list(parts) if parts else all(isinstance(part, Refusal) for part in found)


def test_an_address_is_written_on_one_line() -> None:
    assert address_line("10 Downing  Street\nLondon SW1A 2AA\nUK") == "10 Downing Street, SW1A 2AA London, UK"
    assert address_line("Hof Sonnental\nBurg") == "Hof Sonnental, Burg"
    assert isinstance(address_line("https://example.com"), Refusal)
