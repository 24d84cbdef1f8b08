"""Rows of text to meaning: values, column types, and what a column could be mapped to.

What belongs here: everything between staged rows and a suggested mapping. What doesn't: reading bytes
(reading), writing products (catalogue).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segops_pipeline.inference.matcher import match_names
    from segops_pipeline.inference.price_text import parse_price
    from segops_pipeline.inference.recognise import recognise_type

__all__ = ["match_names", "parse_price", "recognise_type"]

_MODULES = {"match_names": "matcher", "parse_price": "price_text", "recognise_type": "recognise"}


def __getattr__(name: str) -> object:
    # Loaded when asked for: importing one module of the package must not read the tables of all others.
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"segops_pipeline.inference.{_MODULES[name]}"), name)
