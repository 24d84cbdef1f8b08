"""Whether the cells of a column are telephone numbers, e-mail or postal addresses.

What belongs here: what each of them needs beyond its cast. What doesn't: the casts (phones.py, emails.py,
addresses.py), the order in which types are tried (type_choice.py).
"""

from collections.abc import Callable, Sequence

from segops_pipeline.inference.addresses import looks_like_address
from segops_pipeline.inference.headers import says_address, says_phone
from segops_pipeline.inference.phones import is_grouped, phone_parts

CONTACT_TYPES = ("email", "phone", "address")
"""The types that a contact's columns have; a product's field is a text then."""

_MOST = 0.7
_SAMPLE = 100


def may_be(type_: str, header: str, sample: Sequence[str]) -> bool:
    """Whether it is worth to cast a column as one of the contact types, by its header and some distinct values."""
    return bool(sample) and _QUESTIONS[type_](header, sample[:_SAMPLE])


def _may_be_email(header: str, sample: Sequence[str]) -> bool:  # noqa: ARG001 - all questions are put alike
    return _share(sample, lambda value: "@" in value or "&#64;" in value) >= _MOST


def _may_be_phone(header: str, sample: Sequence[str]) -> bool:
    if says_phone(header):
        return _share(sample, lambda value: phone_parts(value) is not None) >= _MOST
    return _share(sample, _is_surely_phone) >= _MOST


def _is_surely_phone(value: str) -> bool:
    """Whether a number is written as no other number is: +49 30 123456, (615) 300-6376."""
    parts = phone_parts(value)
    return parts is not None and is_grouped(value) and parts[0].startswith(("+", "(", "00"))


def _may_be_address(header: str, sample: Sequence[str]) -> bool:
    if says_address(header):
        return _share(sample, lambda value: any(map(str.isalpha, value))) >= _MOST
    return _share(sample, looks_like_address) >= _MOST


def _share(sample: Sequence[str], has: Callable[[str], bool]) -> float:
    return sum(map(has, sample)) / len(sample)


_QUESTIONS: dict[str, Callable[[str, Sequence[str]], bool]] = {
    "email": _may_be_email,
    "phone": _may_be_phone,
    "address": _may_be_address,
}
