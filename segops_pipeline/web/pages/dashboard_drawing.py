"""What all charts of the dashboard are drawn with: the frame that ECharts is told, axes, lines, colours.

What belongs here: forms that know no figures. What doesn't: the charts (`dashboard_charts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segops_pipeline.analytics.dashboard import Dashboard
from segops_pipeline.analytics.import_figures import Tally
from segops_pipeline.web.pages import amounts
from segops_pipeline.web.texts import Translate

INK, SOFT, LINE = "var(--ink)", "var(--soft)", "var(--line)"
FONT = "system-ui, Arial, sans-serif"  # by name and without quotes: texts are measured before they are drawn

Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, `height` pixels high, with its table; its texts begin with `dashboard.<name>`.

    The columns of the table from `first_number` on are numbers. Of `is_bars` the chart shows the first rows alone.
    """

    name: str
    options: Options
    height: int
    head: list[str]
    rows: list[list[str]]
    is_empty: bool = False
    is_bars: bool = False
    first_number: int = 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """A dashboard, and in whose language its charts are drawn."""

    dashboard: Dashboard
    t: Translate
    language: str

    @property
    def days(self) -> list[str]:
        """What each period is called."""
        return [amounts.day(period.start, self.language) for period in self.dashboard.figures.periods]

    @property
    def tallies(self) -> list[Tally]:
        """The tally of each period."""
        return [period.tally for period in self.dashboard.figures.periods]

    def name(self, series: str) -> str:
        """What a series is called."""
        return self.t(f"dashboard.series_{series}")

    def number(self, value: float | None) -> str:
        """A whole number."""
        return amounts.number(value, self.language)

    def share(self, value: float | None) -> str:
        """A share."""
        return amounts.share(value, self.language)


def over_time(
    drawing: Drawing,
    series: list[Options],
    axis: Options,
    *,
    legend: bool,
    unit: str = "",
    missing: str = amounts.NOTHING,
) -> Options:
    """Series over the periods of a dashboard; numbers are told with a unit."""
    return {
        **common(drawing.language, unit, legend=legend, missing=missing),
        "grid": {"left": 4, "right": 16, "top": 40 if legend else 16, "bottom": 8, "containLabel": True},
        "xAxis": {
            "type": "category", "data": drawing.days, "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": LINE}}, "axisLabel": {"color": SOFT, "hideOverlap": True},
        },
        "yAxis": axis,
        "series": series,
    }  # fmt: skip


def common(language: str, unit: str, *, legend: bool, missing: str = amounts.NOTHING) -> Options:
    """What all charts have: colours of the page, legend, tip, which says `missing` where there is no value."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "legend": {
            "show": legend, "type": "scroll", "top": 0, "left": 0, "textStyle": {"color": INK},
            "inactiveColor": SOFT, "itemWidth": 14, "itemHeight": 10, "pageTextStyle": {"color": SOFT},
            "pageIconColor": INK, "pageIconInactiveColor": LINE,
        },
        "tooltip": {
            "trigger": "axis", "confine": True, "axisPointer": {"type": "line", "lineStyle": {"color": SOFT}},
            "backgroundColor": "var(--card)", "borderColor": LINE, "textStyle": {"color": INK},
            ":valueFormatter": f"(v) => v == null ? {missing!r} : Number(v).toLocaleString({language!r}) + {unit!r}",
        },
    }  # fmt: skip


def value_axis(language: str, unit: str = "") -> Options:
    """An axis of numbers."""
    return {
        "type": "value",
        "axisLabel": {"color": SOFT, ":formatter": f"(v) => Number(v).toLocaleString({language!r}) + {unit!r}"},
        "splitLine": {"lineStyle": {"color": LINE}},
    }


def line(words: str, values: Sequence[float | None], colour: str) -> Options:
    """A line with a point for each value; a gap is bridged."""
    return {
        "name": words, "type": "line", "data": list(values), "connectNulls": True, "symbol": "circle", "symbolSize": 6,
        "lineStyle": {"color": paint(colour), "width": 2}, "itemStyle": {"color": paint(colour)},
        "emphasis": {"disabled": True},
    }  # fmt: skip


def target_line(value: float, drawing: Drawing) -> Options:
    """A line where the target is, with its word."""
    return {
        "markLine": {
            "silent": True, "symbol": "none", "lineStyle": {"color": SOFT, "type": "dashed", "width": 1.5},
            "emphasis": {"disabled": True},
            "label": {"formatter": drawing.t("dashboard.target"), "color": SOFT, "position": "insideStartTop"},
            "data": [{"yAxis": value}],
        }
    }  # fmt: skip


def period(drawing: Drawing) -> str:
    """What a period is called in the head of a table."""
    return drawing.t(f"dashboard.{drawing.dashboard.figures.step}")


def paint(name: str) -> str:
    """A colour of the style sheet."""
    return f"var(--chart-{name})"
