"""E-mail addresses.

What belongs here: the cast to email. What doesn't: whether an address exists: nobody is asked for it.
"""

import re
from html import unescape

from segops_pipeline.inference.context import CastContext, Refusal, Value, shown

SURE_EMAIL = (
    r"^[a-z0-9]{1,20}([._+-][a-z0-9]{1,20}){0,2}@[a-z0-9]{1,30}(-[a-z0-9]{1,30})?(\.[a-z0-9]{1,30})?"
    r"\.(com|org|net|edu|de|fr|uk|it|es|nl|pl|at|ch|be|se|dk|no|fi|cz|us|ca|au)$"
)
"""Addresses in their plainest writing; the cast takes every one."""

_MOST_CHARACTERS = 1000
_MAILTO = re.compile(r"mailto:\s*", re.IGNORECASE)


def cast_email(text: str, context: CastContext) -> Value | Refusal:  # noqa: ARG001 - all casts are called alike
    """One address as RFC 5321 has it, its domain in lower case.

    `mailto:` in front is left out, and letters that a web page hides as `&#64;` are shown.
    """
    address = _MAILTO.sub("", unescape(text) if "&" in text else text, count=1).strip()
    found = read_email(address)
    if found is not None:
        return found
    if address.count("@") > 1:
        return Refusal("not_an_email", f"“{shown(text)}” is not one e-mail address.", "Write one address per cell.")
    return Refusal("not_an_email", f"“{shown(text)}” is no e-mail address.", "Write it as name@example.com.")


def read_email(address: str) -> str | None:
    """The normalised address that a text is, or None."""
    from email_validator import EmailNotValidError, validate_email

    if "@" not in address or len(address) > _MOST_CHARACTERS:
        return None
    try:
        # .test and the like are names of nobody, and still what a test system's export has
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None
