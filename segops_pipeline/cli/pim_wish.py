"""What the options of `segops pim attributes add` and `set` say of an attribute.

What belongs here: options to a wish. What doesn't: what becomes of it (`catalogue.pim.configuring`).
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from segops_pipeline.cli.pim import by_segment
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.pim.configuring import AttributeWish, FieldWish

NUMBERED = re.compile(r"([1-4])=(.*)", re.DOTALL)


def wish_of(
    texts: tuple[list[str] | None, list[str] | None],
    kind: tuple[str | None, str | None],
    fields: tuple[list[str] | None, list[str] | None, list[str] | None],
    confidential: bool | None,
    group: str | None,
) -> "AttributeWish":
    """What is wished by options.

    Args:
        texts: names and descriptions.
        kind: type and configuration.
        fields: types, lists and names of fields, each by number.
        confidential: whether it is.
        group: the group that it is in.

    Raises:
        WrongUsage: a word that means nothing, or something that is said twice.
    """
    from segops_pipeline.catalogue.pim.configuring import CONFIGURATIONS, VALUE_TYPES, AttributeWish

    names, descriptions = map(by_segment, texts)
    value_type, configuration = _word(kind[0], VALUE_TYPES, "type"), _word(kind[1], CONFIGURATIONS, "configuration")
    return AttributeWish(names, descriptions, value_type, configuration, _field_wishes(*fields), confidential, group)


def _word(given: str | None, words: Iterable[str], what: str) -> str | None:
    if given is None:
        return None
    found = next((word for word in words if word.casefold() == given.casefold()), None)
    if found is None:
        raise WrongUsage(f"There is no {what} '{given}' of attributes.", f"Choose one of: {', '.join(words)}.")
    return found


def _field_wishes(types: list[str] | None, lists: list[str] | None, names: list[str] | None) -> "dict[int, FieldWish]":
    from segops_pipeline.catalogue.pim.configuring import FieldWish
    from segops_pipeline.formats.bizzkit.values import PIM_TYPES, canonical_type

    pim_types = {number: (given, canonical_type(given)) for number, (given,) in _numbered(types).items()}
    for given, type_ in pim_types.values():
        if type_ is None:
            raise WrongUsage(f"There is no PIM type '{given}'.", f"Choose one of: {', '.join(PIM_TYPES)}.")
    global_lists = {number: given for number, (given,) in _numbered(lists).items()}
    texts = {number: by_segment(given) for number, given in _numbered(names, several=True).items()}
    return {
        number: FieldWish(texts.get(number, {}), pim_types.get(number, (None, None))[1], global_lists.get(number))
        for number in sorted({*pim_types, *global_lists, *texts})
    }


def _numbered(given: list[str] | None, *, several: bool = False) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in given or ():
        match = NUMBERED.fullmatch(one)
        if match is None or (int(match[1]) in found and not several):
            raise WrongUsage(
                f"'{one}' does not say which field.", "Write it as 1=…, with 1 to 4, each once.", value=one
            )
        found.setdefault(int(match[1]), []).append(match[2])
    return found
