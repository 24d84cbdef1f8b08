"""Which type a column has, from its distinct values and its header.

What belongs here: the order in which types are tried, what each needs beyond its cast, and the reason in
words. What doesn't: casts (values.py), gathering (column_types.py).

A type is taken when at least 95 % of the filled cells are values of it; the others are named in an issue and
will be reported again when the file is loaded. Cells that stand for no value (N/A) do not count either way.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy
import pyarrow
import pyarrow.compute as compute

from segops_pipeline.errors import Issue
from segops_pipeline.inference import column_issues
from segops_pipeline.inference.booleans import has_both_meanings, is_state, share_a_pair
from segops_pipeline.inference.casting import Trial, try_type
from segops_pipeline.inference.contact_types import CONTACT_TYPES, may_be
from segops_pipeline.inference.context import CastContext, Refusal, Value, is_placeholder
from segops_pipeline.inference.damage_issues import damage_issues
from segops_pipeline.inference.distinct import Distinct
from segops_pipeline.inference.headers import (
    currency_in,
    says_address,
    says_date,
    says_flag,
    says_identifier,
    says_list,
    says_price,
    says_quantity,
)
from segops_pipeline.inference.identifiers import (
    SCIENTIFIC,
    DigitShape,
    identifier_reason,
    scientific_damage,
)
from segops_pipeline.inference.list_shape import list_reason
from segops_pipeline.inference.prices import has_mark
from segops_pipeline.inference.refused import RefusedCell, first_refused
from segops_pipeline.inference.unit_shape import shares_of_units
from segops_pipeline.inference.values import cast_distinct

MOST_REFUSED_SHARE = 0.05
"""How many of the filled cells may refuse the type of their column."""
_LEAST_DISTINCT_SHARE = 0.7
_SAMPLE = 300
_HOPELESS = 0.5
_MOSTLY_UNITS = 0.8
_TRIED = ("boolean", "email", "phone", "datetime", "number", "url", "price", "multi_price", "address")
_DIGITS_ONLY = r"^[0-9]+$"


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """The type of a column, what its values are to be cast with, and why.

    `refused` counts cells; `alternatives` is the share of cells that other types would take; `refusals` are the
    first refused values; `units` the share of the values with each unit, where most have one.
    """

    type: str
    context: CastContext
    refused: int
    alternatives: dict[str, float]
    reason: str
    issues: list[Issue] = field(default_factory=list[Issue])
    refusals: list[RefusedCell] = field(default_factory=list[RefusedCell])
    units: dict[str, float] = field(default_factory=dict[str, float])


def text_choice(why: str, instead: TypeChoice) -> TypeChoice:
    """Text instead of another choice, which more values have turned out to refuse."""
    return TypeChoice("text", CastContext(), 0, instead.alternatives, f"Text: {why}.", instead.issues)


def choose_type(column: Distinct, header: str, currency: str | None) -> TypeChoice:
    """The type of a column with this header; `currency` is the workspace's code."""
    if not len(column):
        return TypeChoice("text", CastContext(), 0, {}, "Every cell is empty.")
    return _Chooser(column, header, currency).choose()


class _Chooser:
    """One column's way to its type."""

    def __init__(self, column: Distinct, header: str, currency: str | None) -> None:
        self.column = column
        self.header = header
        self.currency = currency_in(header) or currency
        self.total = column.filled
        self.shares: dict[str, float] = {}

    def choose(self) -> TypeChoice:
        issues = [
            *column_issues.spreadsheet_errors(self.column, self.header),
            *damage_issues(self.column, self.header, self.sample),
        ]
        for type_ in _TRIED:
            if type_ in CONTACT_TYPES and not may_be(type_, self.header, self.sample):
                continue
            trial = self._trial(type_)
            if trial is None:
                continue
            reason = getattr(self, f"_{type_}_reason")(trial)
            if reason is None:
                continue
            if type_ == "number":
                identifier = self._identifier()
                if identifier is not None:
                    return self._text(*identifier, issues)
                if says_price(self.header) and (price := self._trial("price")) is not None:
                    trial, reason = price, f"Price: its header says so, and {self._taken(price)} are amounts."
            return self._chosen(trial, reason, issues)
        items = list_reason(self.sample, says_list(self.header))
        if items is not None:
            return self._chosen(try_type(self.column, "list", None), items, issues)
        return self._plain_text(issues)

    @cached_property
    def sample(self) -> list[str]:
        """Some of the distinct values, spread over the column, without those that stand for no value."""
        step = max(1, len(self.column) // _SAMPLE)
        values = self.column.values.take(numpy.arange(0, len(self.column), step)).to_pylist()
        return [value for value in values if not is_placeholder(value)]

    def _trial(self, type_: str) -> Trial | None:
        """The column cast as a type, or None where too many cells refuse; a sample rules most types out."""
        if not self.sample:
            return None
        if len(self.column) > 2 * _SAMPLE:
            ones = numpy.ones(len(self.sample), dtype=numpy.int64)
            picked = Distinct(pyarrow.array(self.sample, pyarrow.string()), ones, ones)
            share = 1 - len(try_type(picked, type_, self.currency).refused) / len(self.sample)
            if share < _HOPELESS:
                self._remember(type_, share)
                return None
        trial = try_type(self.column, type_, self.currency)
        counted = self.total - int(self.column.counts[trial.no_value].sum())
        share = 1 - int(self.column.counts[trial.refused].sum()) / counted if counted else 0.0
        self._remember(type_, share)
        most_refused = max(1, (1 - _LEAST_DISTINCT_SHARE) * (len(self.column) - len(trial.no_value)))
        return trial if share >= 1 - MOST_REFUSED_SHARE and len(trial.refused) <= most_refused else None

    def _remember(self, type_: str, share: float) -> None:
        if share > 0:
            self.shares[type_] = round(share, 4)

    def _taken(self, trial: Trial) -> str:
        refused = len(trial.refused)
        return "all values" if not refused else f"all but {refused} of {len(self.column)} distinct values"

    def _with(self, pattern: str) -> pyarrow.Array:
        """The distinct values that match."""
        return self.column.values.filter(compute.match_substring_regex(self.column.values, pattern))

    def _matches(self, pattern: str) -> int:
        return len(self._with(pattern))

    def _boolean_reason(self, trial: Trial) -> str | None:
        values = self.column.values.to_pylist()
        words = [value for value in values if not is_placeholder(value)]
        if len(trial.refused) or len(words) > 8 or not share_a_pair(words):
            return None
        flag = says_flag(self.header)
        if all(word in ("0", "1") for word in words) and not flag:
            return None
        if not flag and not has_both_meanings(words) and (len(words[0]) < 2 or is_state(words[0])):
            return None
        return f"Boolean: the values are {' and '.join(sorted(words)[:4])}."

    def _datetime_reason(self, trial: Trial) -> str | None:
        digits = self._matches(_DIGITS_ONLY)
        if digits > 0.5 * len(self.column):
            days = self._matches(r"^(19|20)[0-9]{6}([0-9]{6})?$")
            enough = 1 if says_date(self.header) else 5
            if days < 0.95 * len(self.column) or days < enough:
                return None
        return f"Datetime: {self._taken(trial)} are dates."

    def _number_reason(self, trial: Trial) -> str | None:
        return f"Number: {self._taken(trial)} are numbers."

    def _url_reason(self, trial: Trial) -> str | None:
        return f"Url: {self._taken(trial)} are web addresses."

    def _email_reason(self, trial: Trial) -> str | None:
        return f"Email: {self._taken(trial)} are e-mail addresses."

    def _phone_reason(self, trial: Trial) -> str | None:
        return f"Phone: {self._taken(trial)} are telephone numbers."

    def _address_reason(self, trial: Trial) -> str | None:
        why = "its header says so" if says_address(self.header) else "the values are streets or whole addresses"
        return f"Address: {why}, and {self._taken(trial)} could be."

    def _price_reason(self, trial: Trial) -> str | None:
        marked = sum(map(has_mark, self.sample))
        if marked >= 0.3 * len(self.sample):
            return f"Price: {self._taken(trial)} are amounts with a currency."
        return f"Price: its header says so, and {self._taken(trial)} are." if says_price(self.header) else None

    def _multi_price_reason(self, trial: Trial) -> str | None:
        several = sum(isinstance(value, list) and len(value) > 1 for value in self._sample_values(trial))
        if several < 0.1 * len(self.sample):
            return None
        return f"Multi-price: {self._taken(trial)} are prices, several in a cell."

    def _sample_values(self, trial: Trial) -> list[Value | Refusal]:
        return cast_distinct(self.sample, trial.type, trial.decision.context)

    def _identifier(self) -> tuple[str, list[Issue]] | None:
        """Why numbers are identifiers all the same, with the damage that they took."""
        issues = self._shortened()
        if says_identifier(self.header):
            return "Text: its header names an identifier, so its digits are kept as they are.", issues
        reason = identifier_reason(self._digit_shape())
        if reason is not None:
            return f"Text: the values are identifiers: {reason}.", issues
        if issues:
            return "Text: the values are identifiers that a spreadsheet has shortened.", issues
        return None

    def _shortened(self) -> list[Issue]:
        """What is to be told of long identifiers that have lost their digits."""
        shortened = self._with(SCIENTIFIC).to_pylist()
        others = set(self.sample).difference(shortened, column_issues.SPREADSHEET_ERRORS)
        damaged = scientific_damage(shortened, sorted(others), named=says_identifier(self.header))
        return [column_issues.shortened_identifiers(self.column, self.header, damaged)] if damaged else []

    def _digit_shape(self) -> DigitShape:
        digits = self._with(_DIGITS_ONLY)
        lengths = compute.min_max(compute.binary_length(digits))
        step = max(1, len(digits) // _SAMPLE)
        return DigitShape(
            count=len(digits),
            share=len(digits) / len(self.column),
            with_zero_in_front=self._matches(r"^0[0-9]+$"),
            shortest=lengths["min"].as_py() or 0,
            longest=lengths["max"].as_py() or 0,
            share_distinct=len(self.column) / self.total,
            sample=digits.take(numpy.arange(0, len(digits), step)).to_pylist(),
        )

    def _chosen(self, trial: Trial, reason: str, issues: list[Issue]) -> TypeChoice:
        decision = trial.decision
        refused = int(self.column.counts[trial.refused].sum() + self.column.counts[trial.no_value].sum())
        percent = shares_of_units(self.sample) if trial.type == "number" else {}
        found = [
            *issues,
            *([column_issues.percent_sign(self.column, self.header, percent["%"])] if "%" in percent else []),
            *(column_issues.ambiguous(self.header, ambiguity) for ambiguity in decision.ambiguities),
            *column_issues.refusals(self.column, self.header, trial),
        ]
        shown = first_refused(self.column, trial.refused, trial.type, decision.context)
        others = self._alternatives(trial.type)
        return TypeChoice(trial.type, decision.context, refused, others, reason, found, shown, percent)

    def _text(self, reason: str, issues: list[Issue], more: list[Issue]) -> TypeChoice:
        return TypeChoice("text", CastContext(), 0, self._alternatives("text"), reason, [*more, *issues])

    def _plain_text(self, issues: list[Issue]) -> TypeChoice:
        """Text, with the units of its values where they are numbers but for those."""
        units = shares_of_units(self.sample) if len(self.sample) > 1 or says_quantity(self.header) else {}
        share = sum(units.values())
        if share < _MOSTLY_UNITS:
            return self._text(self._text_reason(), self._shortened(), issues)
        reason = f"Text: {share:.0%} of the values are numbers with a unit, which a number would lose."
        issues = [*issues, column_issues.numbers_with_unit(self.column, self.header, units)]
        return replace(self._text(reason, [], issues), units=units)

    def _text_reason(self) -> str:
        best = max(self.shares.items(), key=lambda pair: pair[1], default=None)
        if best is None or best[1] < _HOPELESS:
            return "Text: the values are of no other type."
        return f"Text: {best[1]:.0%} of the cells could be a {best[0].replace('_', '-')}, which is too few."

    def _alternatives(self, chosen: str) -> dict[str, float]:
        others = {**self.shares, "text": 1.0}
        others.pop(chosen, None)
        return dict(sorted(others.items(), key=lambda pair: -pair[1]))
