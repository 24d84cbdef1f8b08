"""Words that several steps of the wizard share.

What belongs here: choosing them. What doesn't: the texts themselves (`texts/wizard.toml`).
"""

from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.web.pages.desk import Desk

TYPE = "wizard.type_"


def types_of(desk: Desk) -> dict[str, str]:
    """What the eight types are called (seed 000, "Step 2"), in their order."""
    return {type_: desk.t(f"{TYPE}{type_}") for type_ in FIELD_TYPES}
