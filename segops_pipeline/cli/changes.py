"""Changes of a product or record, in words: what each command that tells of them shares."""

from collections.abc import Iterable, Mapping
from typing import Any

from segops_pipeline.cli.show import say

MOST_SHOWN = 80  # characters of a value


def show_changes(changes: Iterable[Mapping[str, Any]]) -> None:
    """Tell each change, field by field.

    Args:
        changes: as `product_history.Change.as_dict` has them.
    """
    for change in changes:
        say(f"{change['action']}: {change_words(change)}")
        if change["fields"] is None:
            say("  what it was before is not kept any more")
        for one in change["fields"] or ():
            say(f"  {one['field']}: {shown_value(one['before'])} → {shown_value(one['after'])}")


def change_words(change: Mapping[str, Any] | None) -> str:
    """Where a change is from, in words."""
    if change is None:
        return "not kept any more"
    at = change["changed_at"][:16].replace("T", " ")
    by = f"by {change['changed_by'] or 'somebody'} on {at}"
    if change["job_id"] is None:
        return f"edited {by}"
    line = f", line {change['line']}" if change["line"] is not None else ""
    return f"{change['cause']} {change['job_id']} ({change['file']}{line}) {by}"


def shown_value(value: object) -> str:
    """A value on one line."""
    from segops_pipeline.catalogue.export import cell

    return "–" if value is None else cell(value)[:MOST_SHOWN]
