"""The suggested mapping of a file: learned memory, then the matcher, then Claude, joined into one answer.

What belongs here: who wins, and what becomes a new field. What doesn't: how each of the three finds out
(`memory`, `matcher`, `claude`). Learned memory wins over every suggestion (seed 000_64a11c9fa50822db.txt,
"Step 1"); an exact match wins over Claude; a suggestion never skips the person who confirms it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from segops_pipeline.config import Settings
from segops_pipeline.errors import Issue
from segops_pipeline.inference.claude import ClaudeAnswer, ask_claude
from segops_pipeline.inference.claude_answers import Answers
from segops_pipeline.inference.claude_claims import MOST_CLAUDE_CONFIDENCE, with_claims
from segops_pipeline.inference.claude_reply import ClaudeSuggestion
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import FIELD_TYPES, RESERVED_TARGETS, SchemaField, field_key
from segops_pipeline.inference.matcher import Match, choose, find_candidates
from segops_pipeline.inference.memory import Learned
from segops_pipeline.inference.offers import MULTI_PRICE, Offer, find_offers
from segops_pipeline.inference.suggestion_issues import issues_of

Source = Literal["learned", "template", "exact", "synonym", "values", "claude", "new", "none"]

SCOPES = ("named", "source", "template", "workspace")
LEARNED_CONFIDENCE = 1.0
NEW_CONFIDENCE = 0.5


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
    explicit skips included. `offers` are columns that could be one field instead.
    """

    columns: list[ColumnSuggestion]
    key: str | None
    name: str | None
    fields: list[SchemaField]
    issues: list[Issue]
    claude: ClaudeAnswer | None
    all_learned: bool
    offers: list[Offer] = field(default_factory=list[Offer])

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            **{name: getattr(self, name) for name in ("key", "name", "all_learned")},
            "columns": [asdict(column) for column in self.columns],
            "fields": [one.as_dict() for one in self.fields],
            "offers": [offer.as_dict() for offer in self.offers],
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
            fields=[SchemaField.from_dict(one) for one in data["fields"]],
            issues=[Issue(**issue) for issue in data["issues"]],
            claude=ClaudeAnswer.from_dict(data["claude"]) if data["claude"] else None,
            all_learned=data["all_learned"],
            offers=[Offer.from_dict(offer) for offer in data.get("offers", [])],
        )


def suggest_mapping(
    evidence: Sequence[ColumnEvidence],
    existing_fields: Sequence[SchemaField],
    learned: Mapping[str, Learned],
    settings: Settings,
    answers: Answers | None = None,
) -> MappingSuggestion:
    """Suggest a target for every column of a file; none twice, unless memory has several columns in one multi-price.

    `learned` is what `memory.recall` and the file's template (`templates.Recognised.known`) know about the headers.
    Claude is asked, where a key is set, about the filled columns that neither knows; where it cannot help, the
    matcher alone decides and an issue says so. `answers` keeps what it said of columns, so that it is asked once.
    Columns that match nothing become new fields; a column without any
    value is skipped.
    """
    several = {known.key for known in existing_fields if known.type == MULTI_PRICE}
    remembered = _without_clashes(evidence, learned, several)
    taken = frozenset(known.target for known in remembered.values() if known.target is not None)
    unseen = [column for column in evidence if column.name not in remembered]
    candidates = find_candidates(unseen, existing_fields, taken)
    answer = _ask(unseen, [one for one in existing_fields if one.key not in taken], settings, answers)
    claims = answer.suggestions if answer else {}
    chosen = choose(with_claims(candidates, claims, taken))
    fields = _Fields(existing_fields, taken)
    columns = [
        _learned_column(column, remembered[column.name], fields)
        if column.name in remembered
        else _unseen_column(column, chosen.get(column.name), claims.get(column.name), fields)
        for column in evidence
    ]
    by_target = {column.target: column.column for column in columns}
    targets = {column.column: column.target for column in columns}
    offers = find_offers(evidence, targets, remembered, existing_fields)
    return MappingSuggestion(
        columns,
        key=by_target.get("sku"),
        name=by_target.get("name"),
        fields=fields.used(columns),
        issues=issues_of(evidence, columns, offers, answer),
        claude=answer,
        all_learned=not unseen and all(known.is_confirmed for known in remembered.values()),
        offers=offers,
    )


def _without_clashes(
    evidence: Sequence[ColumnEvidence], learned: Mapping[str, Learned], several: Collection[str]
) -> dict[str, Learned]:
    """What memory knows of each column; of two columns with one target the better known keeps it.

    `several` are fields that several columns can share.
    """
    order = sorted(
        (column.name for column in evidence if column.name in learned),
        key=lambda name: (SCOPES.index(learned[name].scope), -learned[name].used_count, _age(learned[name])),
    )
    kept: dict[str, Learned] = {}
    targets: set[str] = set()
    for name in order:
        target = learned[name].target
        if target is None or target not in targets or target in several:
            kept[name] = learned[name]
            targets |= {target} if target is not None else set()
    return kept


def _age(known: Learned) -> float:
    return -known.last_used_at.timestamp() if known.last_used_at else 0.0


def _ask(
    unseen: Sequence[ColumnEvidence], fields: Sequence[SchemaField], settings: Settings, answers: Answers | None
) -> ClaudeAnswer | None:
    filled = [column for column in unseen if column.filled]
    return ask_claude(filled, fields, settings, answers) if filled and settings.anthropic_api_key else None


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
        targets = dict.fromkeys(column.target for column in columns)
        return [self._known[target] for target in targets if target in self._known]


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
    reason = f"a new field. {column.reason}"
    return ColumnSuggestion(column.name, field.type, field.key, NEW_CONFIDENCE, "new", reason)


def _field_type(column: ColumnEvidence) -> str:
    return column.type if column.type in FIELD_TYPES else "text"
