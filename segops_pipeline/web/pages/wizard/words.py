"""The wizard's texts for its components, which take all of them at once.

What belongs here: choosing them. What doesn't: the texts (`texts/wizard.toml`).
"""

from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.texts import text, texts

PAGE = "wizard."
TYPE = "type_"


def texts_of(desk: Desk) -> dict[str, str]:
    """All texts of the wizard in the desk's language, by their entry; components fill the places in braces."""
    return {key.removeprefix(PAGE): text(desk.language, key) for key in texts() if key.startswith(PAGE)}


def types_of(desk: Desk) -> dict[str, str]:
    """What the eight types are called (seed 000, "Step 2"), in their order."""
    return {type_: desk.t(f"{PAGE}{TYPE}{type_}") for type_ in FIELD_TYPES}
