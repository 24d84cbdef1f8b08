"""Rows of text to meaning: values, column types, and what a column could be mapped to.

What belongs here: everything between staged rows and a suggested mapping. What doesn't: reading bytes
(reading), writing products (catalogue).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segops_pipeline.inference.matcher import match_names
    from segops_pipeline.inference.price_text import parse_price

__all__ = ["match_names", "parse_price"]


def __getattr__(name: str) -> object:
    # Loaded when asked for: importing one module of the package must not read the tables of all others.
    if name == "parse_price":
        from segops_pipeline.inference.price_text import parse_price

        return parse_price
    if name == "match_names":
        from segops_pipeline.inference.matcher import match_names

        return match_names
    raise AttributeError(name)
