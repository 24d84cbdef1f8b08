"""What a person is told about a suggested mapping: doubts about key, name and memory, offers, and Claude.

What belongs here: the issues in words. What doesn't: the suggestion itself (`suggestion`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segops_pipeline.errors import Issue
from segops_pipeline.inference.claude import ClaudeAnswer
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.matcher import explain_missing_key
from segops_pipeline.inference.offers import Offer
from segops_pipeline.inference.vetoes import veto

if TYPE_CHECKING:
    from segops_pipeline.inference.suggestion import ColumnSuggestion

KEY_DOUBTS = ("key_has_gaps", "key_repeats")


def issues_of(
    evidence: Sequence[ColumnEvidence],
    columns: "Sequence[ColumnSuggestion]",
    offers: Sequence[Offer],
    answer: ClaudeAnswer | None,
) -> list[Issue]:
    """All that a person should know before the mapping is confirmed: what the columns' values say comes first."""
    found = [issue for column in evidence for issue in column.issues]
    by_name = {column.name: column for column in evidence}
    key = next((column for column in columns if column.target == "sku"), None)
    found += _missing_key(evidence) if key is None else _doubtful_key(by_name[key.column])
    if not any(column.target == "name" for column in columns):
        message = "No column looks like the products' display name."
        found.append(Issue("no_name", message, "info", suggestion="Map a column to name, or import without."))
    found += [issue for column in columns if (issue := _doubtful_memory(by_name[column.column], column))]
    found += [offer.as_issue() for offer in offers]
    return found + _about_claude(answer)


def _missing_key(evidence: Sequence[ColumnEvidence]) -> list[Issue]:
    message = f"No column can serve as sku. {explain_missing_key(evidence)}"
    remedy = "Map the column that identifies each product to sku, or add one to the file."
    return [Issue("no_key", message, "warning", suggestion=remedy)]


def _doubtful_key(key: ColumnEvidence) -> list[Issue]:
    found: list[Issue] = []
    if key.filled < key.rows:
        message = f"{key.rows - key.filled} of {key.rows} rows have no key and will be rejected."
        found.append(Issue("key_has_gaps", message, "warning", column=key.name, suggestion="Fill in the column."))
    if key.distinct < key.filled:
        message = f"The key column has {key.distinct} different values in {key.filled} rows."
        remedy = "Rows of one key become one product; map another column to sku if they are different products."
        found.append(Issue("key_repeats", message, "warning", column=key.name, suggestion=remedy))
    return found


def _doubtful_memory(evidence: ColumnEvidence, column: "ColumnSuggestion") -> Issue | None:
    """Memory wins, but a column that has changed its meaning since is pointed out."""
    if column.source not in ("learned", "template") or column.target is None:
        return None
    target = SchemaField(column.target, column.target, column.type)
    against = veto(evidence, column.target, target)
    if against is None:
        return None
    since = "before" if column.source == "learned" else "by the template"
    message = f"{column.column} was mapped to {column.target} {since}, but {against}."
    return Issue("learned_mapping_doubtful", message, "warning", column=column.column)


def _about_claude(answer: ClaudeAnswer | None) -> list[Issue]:
    if answer is None:
        return []
    found = [
        Issue(
            "claude_answer_dropped", f"Part of Claude's answer was not used: {part.said}.", "info", column=part.column
        )
        for part in answer.dropped
    ]
    if answer.problem:
        message = f"Claude was asked and could not help; the matcher decided alone. {answer.problem}"
        found.append(Issue("claude_unavailable", message, "info"))
    return found
