"""The offline matcher: which column goes to the key, the name or an existing field, with a reason in words.

What belongs here: the score of every column for every target and one optimal assignment over all columns.
What doesn't: learned memory and Claude, which `suggestion` joins with this. Needs no network and no model; one
that the process has loaded is asked about words that the vocabulary does not know (`nearness`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.confidence import beside_rival, calibrated
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.memory import normalise_header
from segops_pipeline.inference.nearness import embedded_scores
from segops_pipeline.inference.roles import RoleScore, key_score, name_score, parts_of_names
from segops_pipeline.inference.similarity import similarity
from segops_pipeline.inference.synonyms import understand
from segops_pipeline.inference.vetoes import type_share, veto

# below these, no match is suggested; names alone are asked only where every column should find its field
MIN_FIELD_SCORE = 0.7
MIN_NAME_ALONE_SCORE = 0.45
MIN_KEY_SCORE = 0.3
MIN_NAME_SCORE = 0.3
EXACT_CONFIDENCE = 0.99
MOST_LIKE_SCORE = 0.97
# what a pair is worth in the assignment: without a key nothing can be imported, so a field must not take the
# best column for it; and no sum of likely pairs may break an exact one
KEY_WEIGHT, NAME_WEIGHT, EXACT_BONUS = 6.0, 2.0, 1.0
# two doubtful pairs must not break a sure one: a field's score counts by this power
SHARPNESS = 4

MatchSource = Literal["exact", "synonym", "values", "claude"]
Candidates = dict[str, "Match"]


@dataclass(frozen=True, slots=True)
class Match:
    """A target for a column: 'sku', 'name' or a field's key; confidence is 0 to 1, the reason in words.

    `score` is what the confidence was calibrated from, where it was.
    """

    target: str
    confidence: float
    source: MatchSource
    reason: str
    score: float | None = None

    @property
    def worth(self) -> float:
        """What the pair is worth in the assignment."""
        score = self.confidence if self.score is None else self.score
        if self.target in RESERVED_TARGETS:
            return score * (KEY_WEIGHT if self.target == "sku" else NAME_WEIGHT)
        return score**SHARPNESS + (EXACT_BONUS if self.source == "exact" else 0.0)


def match_columns(columns: Sequence[ColumnEvidence], fields: Sequence[SchemaField]) -> dict[str, Match]:
    """Match columns to the key, the name and fields: at most one target each, no target twice.

    Columns without a match are not in the answer.
    """
    return choose(find_candidates(columns, fields))


def find_candidates(
    columns: Sequence[ColumnEvidence], fields: Sequence[SchemaField], taken: frozenset[str] = frozenset()
) -> dict[str, Candidates]:
    """Find all targets that each column could have, with no value speaking against it, by column and target.

    `taken` are targets that are not to be had any more.
    """
    keys = [(0.0 if veto(column, "sku") else key_score(column, place).score) for place, column in enumerate(columns)]
    key_header = columns[keys.index(max(keys))].name if any(keys) else None
    by_key = {field.key: field for field in fields}
    parts = parts_of_names([column.name for column in columns])
    nearness = _nearness(columns, fields)
    found: dict[str, Candidates] = {}
    for place, column in enumerate(columns):
        matches = [
            _as_match("sku", key_score(column, place), MIN_KEY_SCORE),
            None if column.name in parts else _as_match("name", name_score(column, place, key_header), MIN_NAME_SCORE),
            *_field_matches(column, fields, nearness),
        ]
        found[column.name] = {
            match.target: match
            for match in matches
            if match
            and column.filled
            and match.target not in taken
            and not veto(column, match.target, by_key.get(match.target))
        }
    return found


def choose(candidates: Mapping[str, Candidates]) -> dict[str, Match]:
    """Choose one candidate or none for every column, no target twice, so that all together are best."""
    columns = list(candidates)
    targets = sorted({target for found in candidates.values() for target in found})
    worth = [
        [candidates[column][target].worth if target in candidates[column] else 0.0 for target in targets]
        for column in columns
    ]
    chosen = {columns[row]: candidates[columns[row]][targets[place]] for row, place in assign(worth)}
    return {column: _beside_rivals(match, chosen, candidates) for column, match in chosen.items()}


def _beside_rivals(match: Match, chosen: Mapping[str, Match], candidates: Mapping[str, Candidates]) -> Match:
    """The match, less sure where a column that got no target has nearly as good a claim to this one."""
    if match.score is None:
        return match
    left = [found[match.target] for other, found in candidates.items() if other not in chosen and match.target in found]
    rival = max((claim.score or 0.0 for claim in left), default=0.0)
    return replace(match, confidence=beside_rival(match.confidence, match.score, rival))


def match_names(columns: Sequence[str], fields: Sequence[str]) -> dict[str, str | None]:
    """Match column names to field names from the names alone; None where no field is like the column."""
    found = rate_names(columns, fields)
    return {column: found[column].target if column in found else None for column in columns}


def rate_names(columns: Sequence[str], fields: Sequence[str]) -> dict[str, Match]:
    """Match column names to field names from the names alone, with confidence; all that are matched, by column."""
    scores = [[similarity(column, field) for field in fields] for column in columns]
    pairs = assign([[score**SHARPNESS if score >= MIN_NAME_ALONE_SCORE else 0.0 for score in row] for row in scores])
    found: dict[str, Match] = {}
    for row, place in pairs:
        score = scores[row][place]
        rival = max((other for other_place, other in enumerate(scores[row]) if other_place != place), default=0.0)
        confidence = beside_rival(calibrated(score, "field"), score, rival)
        found[columns[row]] = Match(fields[place], confidence, "synonym", _alike(score, fields[place]), score)
    return found


def assign(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pair rows with columns so that the sum of the pairs' scores is greatest; a score of 0 is no pair."""
    if not scores or not scores[0]:
        return []
    from scipy.optimize import linear_sum_assignment

    rows, places = linear_sum_assignment(scores, maximize=True)
    return [(int(row), int(place)) for row, place in zip(rows, places, strict=True) if scores[row][place] > 0]


def explain_missing_key(columns: Sequence[ColumnEvidence]) -> str:
    """Say which column comes nearest to a key, and why it is none."""
    scored = [(key_score(column, place).score, column) for place, column in enumerate(columns) if column.filled]
    score, nearest = max(scored, key=lambda pair: (pair[0], pair[1].distinct), default=(0.0, None))
    if nearest is None:
        return "No column has a value."
    against = veto(nearest, "sku") or _against_uniqueness(nearest)
    start = "The nearest is" if score > 0 else "The column with the most different values is"
    return f"{start} “{nearest.name}”, but {against}."


def _against_uniqueness(column: ColumnEvidence) -> str:
    if column.filled < column.rows:
        return f"{column.rows - column.filled} of {column.rows} rows have no value there"
    if column.distinct < column.filled:
        return f"it has only {column.distinct} different values in {column.rows} rows"
    return "neither its header nor its values look like an identifier"


def _as_match(target: str, role: RoleScore, least: float) -> Match | None:
    if role.score < least:
        return None
    return Match(target, calibrated(role.score, "role"), role.source, role.reason, role.score)


def _nearness(columns: Sequence[ColumnEvidence], fields: Sequence[SchemaField]) -> dict[tuple[str, str], float]:
    """What a loaded model says of headers with words that the vocabulary does not know; of others it is not asked."""
    unclear = [column.name for column in columns if any(not word.meanings for word in understand(column.name).words)]
    return embedded_scores(unclear, [field.label for field in fields])


def _field_matches(
    column: ColumnEvidence, fields: Sequence[SchemaField], nearness: Mapping[tuple[str, str], float]
) -> list[Match]:
    """The fields that the header is, else those that it is like."""
    header = normalise_header(column.name)
    exact = [
        Match(field.key, EXACT_CONFIDENCE, "exact", f"the header is the field {field.label}")
        for field in fields
        if header in (normalise_header(field.key), normalise_header(field.label))
    ]
    if exact:
        return exact
    alike = [(field, nearness.get((column.name, field.label), 0.0)) for field in fields]
    return [match for field, near in alike if (match := _like_field(column, field, near))]


def _like_field(column: ColumnEvidence, field: SchemaField, near: float) -> Match | None:
    alike = similarity(column.name, field.key)
    if normalise_header(field.key) != normalise_header(field.label):
        alike = max(alike, similarity(column.name, field.label))
    reason = _alike(alike, field.label) if alike >= near else f"the embedding model finds it like {field.label}"
    share = type_share(column, field.type)
    score = min(max(alike, near) * (0.5 + 0.5 * share), MOST_LIKE_SCORE)
    if score < MIN_FIELD_SCORE:
        return None
    if share < 1:
        reason += f"; {share:.0%} of the values are of type {field.type}"
    return Match(field.key, calibrated(score, "field"), "synonym", reason, score)


def _alike(score: float, field: str) -> str:
    return f"the header means the same as {field}" if score > 0.9 else f"the header is like {field}"
