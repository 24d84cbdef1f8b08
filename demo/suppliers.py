"""The four sample suppliers. What belongs here: which file is whose. What doesn't: what is done with it."""

from dataclasses import dataclass
from pathlib import Path

CATALOGUES = Path(__file__).parent / "catalogues"
WORKSPACE = "demo"


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier: the source's name, its price list, its language, and a product of its own for the demo to show."""

    name: str
    file: str
    language: str
    shown: str

    @property
    def path(self) -> Path:
        """Where the price list is."""
        return CATALOGUES / self.file


SUPPLIERS = (
    Supplier("nordic-outdoor", "nordic-outdoor_price-list.csv", "English", "NO-1001"),
    Supplier("werkstatt-bedarf", "werkstatt-bedarf_artikel.csv", "German", "004723"),
    Supplier("maison-lumiere", "maison-lumiere_catalogue.csv", "French", "ML-B01"),
    Supplier("pacific-audio", "pacific-audio_feed.csv", "English (US)", "00417"),
)
