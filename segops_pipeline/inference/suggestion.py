"""The suggested mapping of a file: learned memory, then the matcher, then Claude, joined into one answer.

What belongs here: who wins, and what becomes a new field. What doesn't: how each of the three finds out
(`memory`, `matcher`, `claude`). Learned memory wins over every suggestion (seed 000_64a11c9fa50822db.txt,
"Step 1"); an exact match wins over Claude; a suggestion never skips the person who confirms it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from segops_pipeline.config import Settings
from segops_pipeline.errors import Issue
from segops_pipeline.inference.claude import ClaudeAnswer, ask_claude
from segops_pipeline.inference.claude_reply import ClaudeSuggestion
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import FIELD_TYPES, RESERVED_TARGETS, SchemaField, field_key
from segops_pipeline.inference.matcher import Candidates, Match, choose, explain_missing_key, find_candidates
from segops_pipeline.inference.memory import Learned
from segops_pipeline.inference.vetoes import veto

Source = Literal["learned", "template", "exact", "synonym", "values", "claude", "new", "none"]

SCOPES = ("named", "source", "template", "workspace")
LEARNED_CONFIDENCE = 1.0
NEW_CONFIDENCE = 0.5
MOST_CLAUDE_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ColumnSuggestion:
    """What one column should be mapped to: 'sku', 'name', a field's key, or None to skip it, and why.

    `type` is the type of the field that it goes to, else the type measured; `confidence` is 0 to 1.
    """

    column: str
    type: str
    target: str | None
    confidence: float
    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class MappingSuggestion:
    """The suggestion for all columns of a file, in file order.

    `key` and `name` are the columns mapped to sku and name; `fields` are the fields that columns are mapped
    to, existing and new; `claude` is None where it was not asked. `all_learned`: memory knows every column,
    explicit skips included, and sku is among the targets.
    """

    columns: list[ColumnSuggestion]
    key: str | None
    name: str | None
    fields: list[SchemaField]
    issues: list[Issue]
    claude: ClaudeAnswer | None
    all_learned: bool

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            **{name: getattr(self, name) for name in ("key", "name", "all_learned")},
            "columns": [asdict(column) for column in self.columns],
            "fields": [field.as_dict() for field in self.fields],
            "issues": [issue.as_dict() for issue in self.issues],
            "claude": self.claude.as_dict() if self.claude else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "MappingSuggestion":
        """Read what `as_dict` wrote."""
        return cls(
            columns=[ColumnSuggestion(**column) for column in data["columns"]],
            key=data["key"],
            name=data["name"],
            fields=[SchemaField.from_dict(field) for field in data["fields"]],
            issues=[Issue(**issue) for issue in data["issues"]],
            claude=ClaudeAnswer.from_dict(data["claude"]) if data["claude"] else None,
            all_learned=data["all_learned"],
        )


def suggest_mapping(
    evidence: Sequence[ColumnEvidence],
    existing_fields: Sequence[SchemaField],
    learned: Mapping[str, Learned],
    settings: Settings,
) -> MappingSuggestion:
    """Suggest a target for every column of a file, no target twice.

    `learned` is what `memory.recall` and the file's template (`templates.Recognised.known`) know about the headers.
    Claude is asked, where a key is set, about the filled columns that neither knows; where it cannot help, the
    matcher alone decides and an issue says so. Columns that match nothing become new fields; a column without any
    value is skipped.
    """
    remembered = _without_clashes(evidence, learned)
    taken = frozenset(known.target for known in remembered.values() if known.target is not None)
    unseen = [column for column in evidence if column.name not in remembered]
    candidates = find_candidates(unseen, existing_fields, taken)
    answer = _ask(unseen, [field for field in existing_fields if field.key not in taken], settings)
    offered = answer.suggestions if answer else {}
    chosen = choose(_with_claude(candidates, offered, taken))
    fields = _Fields(existing_fields, taken)
    columns = [
        _learned_column(column, remembered[column.name], fields)
        if column.name in remembered
        else _unseen_column(column, chosen.get(column.name), offered.get(column.name), fields)
        for column in evidence
    ]
    by_target = {column.target: column.column for column in columns}
    return MappingSuggestion(
        columns,
        key=by_target.get("sku"),
        name=by_target.get("name"),
        fields=fields.used(columns),
        issues=_issues(evidence, columns, answer),
        claude=answer,
        all_learned=not unseen and "sku" in by_target and all(known.is_confirmed for known in remembered.values()),
    )


def _without_clashes(evidence: Sequence[ColumnEvidence], learned: Mapping[str, Learned]) -> dict[str, Learned]:
    """What memory knows of each column; of two columns with one target the better known keeps it."""
    order = sorted(
        (column.name for column in evidence if column.name in learned),
        key=lambda name: (SCOPES.index(learned[name].scope), -learned[name].used_count, _age(learned[name])),
    )
    kept: dict[str, Learned] = {}
    targets: set[str] = set()
    for name in order:
        target = learned[name].target
        if target is None or target not in targets:
            kept[name] = learned[name]
            targets |= {target} if target is not None else set()
    return kept


def _age(known: Learned) -> float:
    return -known.last_used_at.timestamp() if known.last_used_at else 0.0


def _ask(unseen: Sequence[ColumnEvidence], fields: Sequence[SchemaField], settings: Settings) -> ClaudeAnswer | None:
    filled = [column for column in unseen if column.filled]
    return ask_claude(filled, fields, settings) if filled and settings.anthropic_api_key else None


def _with_claude(
    candidates: Mapping[str, Candidates], offered: Mapping[str, ClaudeSuggestion], taken: frozenset[str]
) -> dict[str, Candidates]:
    """The matcher's candidates with Claude's where it is surer; an exact match is not up for discussion."""
    joined: dict[str, Candidates] = {}
    for column, own in candidates.items():
        claims = offered.get(column)
        if claims is None or any(match.source == "exact" for match in own.values()):
            joined[column] = own
            continue
        confidence = min(claims.confidence, MOST_CLAUDE_CONFIDENCE)
        surer = {target: match for target, match in own.items() if match.confidence >= confidence}
        if claims.target in (None, "new") or claims.target in taken:
            joined[column] = surer
        else:
            match = Match(claims.target, confidence, "claude", claims.reason)
            joined[column] = {**surer, match.target: surer.get(match.target, match)}
    return joined


class _Fields:
    """The fields of the suggestion: those that exist, and new ones with keys that nobody has."""

    def __init__(self, existing: Sequence[SchemaField], taken: frozenset[str]) -> None:
        self._known = {field.key: field for field in existing}
        self._reserved = {*RESERVED_TARGETS, *taken}

    def type_of(self, key: str, measured: str) -> str:
        return self._known[key].type if key in self._known else measured

    def add(self, key: str, column: ColumnEvidence, type_: str, label: str) -> SchemaField:
        return self._known.setdefault(key, SchemaField(key, label or column.name, type_))

    def add_new(self, column: ColumnEvidence, type_: str, label: str) -> SchemaField:
        wanted = field_key(column.name)
        taken = {*self._known, *self._reserved}
        number = 2
        key = wanted
        while key in taken:
            key, number = f"{wanted}_{number}", number + 1
        return self.add(key, column, type_, label)

    def used(self, columns: Sequence[ColumnSuggestion]) -> list[SchemaField]:
        return [self._known[column.target] for column in columns if column.target in self._known]


def _learned_column(column: ColumnEvidence, known: Learned, fields: _Fields) -> ColumnSuggestion:
    measured = _field_type(column)
    source: Source = "learned" if known.template is None else "template"
    reason = _what_is_known(known)
    if known.target is None:
        return ColumnSuggestion(column.name, measured, None, LEARNED_CONFIDENCE, source, reason)
    if known.target not in RESERVED_TARGETS:
        fields.add(known.target, column, measured, column.name)
    type_ = fields.type_of(known.target, measured)
    return ColumnSuggestion(column.name, type_, known.target, LEARNED_CONFIDENCE, source, reason)


def _what_is_known(known: Learned) -> str:
    done = "skipped" if known.target is None else "confirmed"
    where = "for this source" if known.scope == "source" else "in this workspace"
    times = "once" if known.used_count == 1 else f"{known.used_count} times"
    if known.template is None:
        return f"{done} {times} {where}"
    says = f"template '{known.template}' {'skips it' if known.target is None else 'says so'}"
    return f"{says}; {done} {times} before" if known.is_confirmed else says


def _unseen_column(
    column: ColumnEvidence, match: Match | None, claims: ClaudeSuggestion | None, fields: _Fields
) -> ColumnSuggestion:
    measured = _field_type(column)
    if match is not None:
        type_ = fields.type_of(match.target, measured)
        return ColumnSuggestion(column.name, type_, match.target, match.confidence, match.source, match.reason)
    if column.filled == 0:
        return ColumnSuggestion(column.name, measured, None, 1.0, "none", "every row is empty")
    if claims is not None and claims.target is None and claims.confidence > NEW_CONFIDENCE:
        confidence = min(claims.confidence, MOST_CLAUDE_CONFIDENCE)
        return ColumnSuggestion(column.name, measured, None, confidence, "claude", claims.reason)
    offered = claims if claims is not None and claims.target == "new" else None
    field = fields.add_new(column, offered.type if offered else measured, offered.label if offered else column.name)
    reason = f"no field of the schema holds it, so it becomes a new one. {column.reason}"
    return ColumnSuggestion(column.name, field.type, field.key, NEW_CONFIDENCE, "new", reason)


def _field_type(column: ColumnEvidence) -> str:
    return column.type if column.type in FIELD_TYPES else "text"


def _issues(
    evidence: Sequence[ColumnEvidence], columns: Sequence[ColumnSuggestion], answer: ClaudeAnswer | None
) -> list[Issue]:
    found = [issue for column in evidence for issue in column.issues]
    by_name = {column.name: column for column in evidence}
    key = next((column for column in columns if column.target == "sku"), None)
    found += _missing_key(evidence) if key is None else _doubtful_key(by_name[key.column])
    if not any(column.target == "name" for column in columns):
        message = "No column looks like the products' display name."
        found.append(Issue("no_name", message, "info", suggestion="Map a column to name, or import without."))
    found += [issue for column in columns if (issue := _doubtful_memory(by_name[column.column], column))]
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


def _doubtful_memory(evidence: ColumnEvidence, column: ColumnSuggestion) -> Issue | None:
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
        Issue("claude_answer_dropped", f"Part of Claude's answer was not used: {what}.", "info")
        for what in answer.dropped
    ]
    if answer.problem:
        message = f"Claude was asked and could not help; the matcher decided alone. {answer.problem}"
        found.append(Issue("claude_unavailable", message, "info"))
    return found
