"""Segments of a value: a culture, channel, device and market, any of them open; the default one has none.

What belongs here: what a segment is, and its key in stored values. What doesn't: how a header names one (`headers`).
"""

from dataclasses import dataclass

DEFAULT = "default"
DIMENSIONS = ("culture", "channel", "device", "market")
LETTERS = {"T": "culture", "C": "channel", "D": "device", "M": "market"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment, as `T:da|M:DENMARK`; without any dimension it is the default one."""

    culture: str | None = None
    channel: str | None = None
    device: str | None = None
    market: str | None = None

    @property
    def key(self) -> str:
        """How stored values name it: `default`, `T:en-US`, `T:da|M:DENMARK`, always in this order."""
        parts = [f"{letter}:{value}" for letter, name in LETTERS.items() if (value := getattr(self, name)) is not None]
        return "|".join(parts) or DEFAULT

    @property
    def is_default(self) -> bool:
        """Whether no dimension is set."""
        return self.key == DEFAULT

    @classmethod
    def of_key(cls, key: str) -> "Segment":
        """Read what `key` wrote."""
        if key == DEFAULT:
            return cls()
        parts = (part.partition(":") for part in key.split("|"))
        return cls(**{LETTERS[letter]: value for letter, _, value in parts})
