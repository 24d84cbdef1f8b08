"""The charts of the dashboard: what ECharts is told, and the table that says the same in words.

Colours are those of the page's style sheet, so that they follow light and dark by themselves; no series is told by its
colour alone: each has its name in legend, tip and table. What belongs here: one function per chart. What doesn't: where
they stand (`dashboard`), the figures.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from segops_pipeline.analytics.import_figures import SPEED_TARGET, SUCCESS_TARGET, Tally
from segops_pipeline.web.pages import amounts
from segops_pipeline.web.pages.dashboard_drawing import (
    INK,
    LINE,
    Chart,
    Drawing,
    Options,
    common,
    line,
    over_time,
    paint,
    period,
    target_line,
    value_axis,
)

BAR_PIXELS, FRAME_PIXELS = 26, 70
MOST_BARS = 25

# Each outcome has one colour wherever it is shown.
IMPORT_COLOURS = {"done": "good", "failed": "bad", "cancelled": "quiet", "same_file": "pale"}
ROW_COLOURS = {
    "created": "good", "updated": "first", "unchanged": "pale", "skipped": "quiet", "conflicts": "second",
    "rejected": "bad", "lost": "third",
}  # fmt: skip


def charts(drawing: Drawing) -> list[Chart]:
    """Every chart of a dashboard; what PostgreSQL is not asked for is left out where ClickHouse is away."""
    found = [imports_chart(drawing), rows_chart(drawing), success_chart(drawing), speed_chart(drawing)]
    if drawing.dashboard.problem is None:
        found += [causes_chart(drawing), quality_chart(drawing), coverage_chart(drawing)]
    return [*found, sources_chart(drawing)]


def imports_chart(drawing: Drawing) -> Chart:
    """Imports over time, by how they ended."""
    return _stacked(drawing, "imports", IMPORT_COLOURS)


def rows_chart(drawing: Drawing) -> Chart:
    """Rows over time, by what became of them."""
    return _stacked(drawing, "rows", ROW_COLOURS)


def success_chart(drawing: Drawing) -> Chart:
    """The share of rows that became what they should, over time, with its target."""
    values = [tally.success_rate for tally in drawing.tallies]
    return _lines(drawing, "success", {"success": (values, "good")}, target=SUCCESS_TARGET * 100)


def speed_chart(drawing: Drawing) -> Chart:
    """Rows per second over time, with the target; of orders of magnitude, so that both can be seen."""
    values = [tally.rows_per_second for tally in drawing.tallies]
    shown = [None if value is None else max(round(value, 1), 1) for value in values]
    axis = {**value_axis(drawing.language), "type": "log", "min": 1}
    series = [{**line(drawing.name("speed"), shown, "first"), **target_line(SPEED_TARGET, drawing)}]
    options = over_time(drawing, series, axis, legend=False)
    rows = [
        [day, drawing.number(value), drawing.number(tally.rows_done)]
        for day, value, tally in zip(drawing.days, values, drawing.tallies, strict=True)
        if value is not None
    ]
    head = [period(drawing), drawing.name("speed"), drawing.name("rows")]
    return Chart("speed", options, 260, head, rows, not rows)


def quality_chart(drawing: Drawing) -> Chart:
    """Rows with invalid values, rows that repeat a key of their file, and rows whose key was known, over time."""
    given: dict[str, tuple[Callable[[Tally], float | None], str]] = {
        "invalid": (lambda tally: tally.invalid_share, "bad"),
        "repeated": (lambda tally: tally.repeated_share, "second"),
        "known": (lambda tally: tally.known_share, "first"),
    }
    series = {
        name: ([measure(tally) for tally in drawing.tallies], colour) for name, (measure, colour) in given.items()
    }
    return _lines(drawing, "quality", series)


def causes_chart(drawing: Drawing) -> Chart:
    """Rejected rows by cause."""
    causes = drawing.dashboard.figures.causes
    labels = [f"{cause.code} · {cause.column}" if cause.column else cause.code for cause in causes]
    head = [drawing.t(f"dashboard.{name}") for name in ("cause", "column")]
    head += [drawing.name("rows"), drawing.name("imports")]
    rows = [
        [cause.code, cause.column or amounts.NOTHING, drawing.number(cause.rows), drawing.number(cause.imports)]
        for cause in causes
    ]
    values = [cause.rows for cause in causes]
    found = _bars(drawing, "causes", labels, [(drawing.name("rows"), values, "bad")], (head, rows))
    return replace(found, first_number=2)


def coverage_chart(drawing: Drawing) -> Chart:
    """How many products have a value in each field, in percent."""
    products, coverage = drawing.dashboard.published, drawing.dashboard.coverage
    shares = [each.filled / products if products else 0.0 for each in coverage]
    head = [drawing.t("dashboard.field"), drawing.name("filled"), drawing.t("dashboard.share")]
    rows = [
        [each.label, drawing.number(each.filled), drawing.share(part)]
        for each, part in zip(coverage, shares, strict=True)
    ]
    values = [round(part * 100, 1) for part in shares]
    labels = [each.label for each in coverage]
    series = [(drawing.name("filled"), values, "first")]
    return _bars(drawing, "coverage", labels if products else [], series, (head, rows), percent=True)


def sources_chart(drawing: Drawing) -> Chart:
    """The busiest sources, by rows that went in and rows that did not."""
    sources = drawing.dashboard.figures.sources
    names = ("imports", "rows", "success", "speed", "last")
    head = [drawing.t("dashboard.source"), *(drawing.name(name) for name in names)]
    rows = [
        [
            each.source, drawing.number(each.tally.imports), drawing.number(each.tally.rows),
            drawing.share(each.tally.success_rate), drawing.number(each.tally.rows_per_second),
            amounts.moment(each.last, drawing.language),
        ]
        for each in sources
    ]  # fmt: skip
    series = [
        (drawing.name("successful"), [each.tally.successful for each in sources], "good"),
        (drawing.name("unsuccessful"), [each.tally.rows - each.tally.successful for each in sources], "bad"),
    ]
    return _bars(drawing, "sources", [each.source for each in sources], series, (head, rows))


def _stacked(drawing: Drawing, name: str, colours: dict[str, str]) -> Chart:
    """Bars over time, one above the other; series without any are left out."""
    values = {key: [getattr(tally, key) for tally in drawing.tallies] for key in colours}
    used = [key for key in colours if any(values[key])]
    series: list[Options] = [
        {
            "name": drawing.name(key), "type": "bar", "stack": name, "barMaxWidth": 40,
            "data": [value or None for value in values[key]],  # no bar is no line either
            "itemStyle": {"color": paint(colours[key]), "borderColor": "var(--card)", "borderWidth": 0.5},
            "emphasis": {"disabled": True},
        }
        for key in used
    ]  # fmt: skip
    rows = [
        [day, *(drawing.number(values[key][place]) for key in used)]
        for place, day in enumerate(drawing.days)
        if any(values[key][place] for key in used)
    ]
    head = [period(drawing), *(drawing.name(key) for key in used)]
    axis = {**value_axis(drawing.language), "minInterval": 1}
    return Chart(name, over_time(drawing, series, axis, legend=len(used) > 1, missing="0"), 280, head, rows, not used)


def _lines(
    drawing: Drawing, name: str, given: dict[str, tuple[list[float | None], str]], target: float | None = None
) -> Chart:
    """Shares over time, in percent; a period without any has no point, and lines go on over it."""
    axis = {**value_axis(drawing.language, "%"), "max": 100, "min": 0}
    series: list[Options] = []
    for key, (values, colour) in given.items():
        shown = [None if value is None else round(value * 100, 2) for value in values]
        series.append(line(drawing.name(key), shown, colour))
    if target is not None:
        series[0] |= target_line(target, drawing)
    rows = [
        [day, *(drawing.share(values[place]) for values, _ in given.values())]
        for place, day in enumerate(drawing.days)
        if any(values[place] is not None for values, _ in given.values())
    ]
    head = [period(drawing), *(drawing.name(key) for key in given)]
    options = over_time(drawing, series, axis, legend=len(given) > 1, unit=" %")
    return Chart(name, options, 280 if len(given) > 1 else 260, head, rows, not rows)


def _bars(
    drawing: Drawing,
    name: str,
    labels: Sequence[str],
    given: Sequence[tuple[str, Sequence[float], str]],
    table: tuple[list[str], list[list[str]]],
    *,
    percent: bool = False,
) -> Chart:
    """Bars from left to right, the first one above; the table has all of them, the chart the first."""
    shown = labels[:MOST_BARS]
    axis = {**value_axis(drawing.language, "%" if percent else ""), "minInterval": 1, "splitNumber": 3}
    options: Options = {
        **common(drawing.language, " %" if percent else "", legend=len(given) > 1),
        "grid": {"left": 20, "right": 24, "top": 36 if len(given) > 1 else 8, "bottom": 8, "containLabel": True},
        "xAxis": {**axis, **({"max": 100, "interval": 25} if percent else {})},
        "yAxis": {
            "type": "category", "data": list(shown), "inverse": True, "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": LINE}},
            "axisLabel": {"color": INK, "width": 150, "overflow": "truncate"},
        },
        "series": [
            {
                "name": words, "type": "bar", "stack": name, "data": list(values[:MOST_BARS]), "barMaxWidth": 18,
                "itemStyle": {"color": paint(colour)}, "emphasis": {"disabled": True},
            }
            for words, values, colour in given
        ],
    }  # fmt: skip
    height = FRAME_PIXELS + BAR_PIXELS * max(len(shown), 2)
    return Chart(name, options, height, *table, is_empty=not shown, is_bars=True)
