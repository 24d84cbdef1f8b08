"""The dashboard: what the imports of a workspace were like, and for admins how the installation fares.

Everything is read after the page is there, since ClickHouse may take a moment. What belongs here: tiles, where charts
stand, what is shown when there is nothing. What doesn't: what ECharts is told (`dashboard_charts`), the figures.
"""

from dataclasses import dataclass

from nicegui import ui

from segops_pipeline.analytics.dashboard import Dashboard
from segops_pipeline.analytics.import_figures import SPEED_TARGET, SUCCESS_TARGET
from segops_pipeline.imports.health import Measure, read_health
from segops_pipeline.installation.processes import process_health
from segops_pipeline.web.dashboards import dashboard_of
from segops_pipeline.web.pages import amounts
from segops_pipeline.web.pages.dashboard_charts import MOST_BARS, charts
from segops_pipeline.web.pages.dashboard_drawing import Chart, Drawing
from segops_pipeline.web.pages.dashboard_health import draw_health
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.frame import page
from segops_pipeline.web.pages.parts import Words, badge, card, empty, heading, link, notice, plain_table

RANGES = (7, 30, 90, 365)
USUAL_RANGE = 30


@page("/pim/dashboard", "frame.dashboard")
async def dashboard(desk: Desk) -> None:
    """The figures of the days that the URL names."""
    days = _days(desk)
    ui.add_head_html('<link rel="stylesheet" href="/static/dashboard.css">')
    with ui.element("div").classes("board-top"):
        with ui.element("nav").props(f'aria-label="{desk.t("dashboard.range")}"'):
            for choice in RANGES:
                words = desk.t(f"dashboard.days_{choice}")
                link(words, f"/pim/dashboard?days={choice}", "button").props(
                    f"aria-current={'true' if choice == days else 'false'}"
                )
        button = ui.element("button").props("type=button")
        with button:
            ui.icon("refresh").props("aria-hidden=true")
            Words(desk.t("dashboard.refresh"))
        asked = Words("", "span", "soft").props("role=status")
    content = ui.element("div")
    with content:
        _busy(desk)

    async def fill(*, anew: bool = False) -> None:
        button.props("disabled")
        found = await desk.call(_read, desk, days, anew=anew)
        button.props(remove="disabled")
        content.clear()
        with content:
            if found is None:
                notice(desk.t("dashboard.unreadable"), "bad")
                return
            asked.set_text(desk.t("dashboard.asked_at", moment=amounts.moment(found.board.asked_at, desk.language)))
            _draw(desk, found)

    button.on("click", lambda: fill(anew=True))
    ui.timer(0.01, fill, once=True)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page shows; the health is there for admins alone."""

    board: Dashboard
    health: list[Measure]


def _read(desk: Desk, days: int, *, anew: bool) -> Reading:
    actor = desk.acting("read")
    board = dashboard_of(desk.stores, actor.workspace_id, days, anew=anew)
    health = [*process_health(desk.web.settings), *read_health(desk.stores)] if actor.may("manage") else []
    return Reading(board, health)


def _days(desk: Desk) -> int:
    """The chosen range; anything else is the usual one."""
    chosen = desk.query.get("days", "")
    return int(chosen) if chosen in {str(choice) for choice in RANGES} else USUAL_RANGE


def _busy(desk: Desk) -> None:
    with ui.element("div").classes("busy").props("role=status"):
        ui.spinner(size="28px").props("aria-hidden=true")
        Words(desk.t("dashboard.busy"))


def _draw(desk: Desk, found: Reading) -> None:
    board = found.board
    drawing = Drawing(board, desk.t, desk.language)
    total = board.figures.total
    if board.problem is not None:
        notice(f"{desk.t('dashboard.away')} {board.problem.message} {board.problem.remedy}", "warn")
    if not (total.imports or total.cancelled or total.same_file):
        action = (desk.t("dashboard.start"), "/pim/import") if desk.actor.may("write") else None
        empty("insights", desk.t("dashboard.none_yet" if not board.products else "dashboard.none_then"), action)
    else:
        _tiles(desk, board)
        with ui.element("div").classes("charts"):
            for chart in charts(drawing):
                _chart(desk, chart)
    if found.health:
        draw_health(desk, found.health)


def _tiles(desk: Desk, board: Dashboard) -> None:
    """The figures at a glance, with their targets."""
    t, language, total = desk.t, desk.language, board.figures.total
    rate, speed = total.success_rate, total.rows_per_second
    with ui.element("ul").classes("tiles"):
        below = t("dashboard.tile_imports_below", failed=total.failed, taken_back=board.figures.taken_back)
        _tile(desk, "imports", amounts.number(total.imports, language), below)
        below = t("dashboard.tile_rows_below", number=amounts.number(total.created + total.updated, language))
        _tile(desk, "rows", amounts.number(total.rows, language), below)
        _tile(
            desk, "success", amounts.share(rate, language),
            t("dashboard.target_above", value=amounts.share(SUCCESS_TARGET, language)),
            None if rate is None else rate > SUCCESS_TARGET,
        )  # fmt: skip
        _tile(
            desk, "speed", amounts.number(speed, language),
            t("dashboard.target_above", value=amounts.number(SPEED_TARGET, language)),
            None if speed is None else speed > SPEED_TARGET,
        )  # fmt: skip
        _tile(desk, "products", amounts.number(board.products, language), "")
        if board.problem is None:
            below = t("dashboard.tile_filled_below", number=len(board.coverage))
            _tile(desk, "filled", amounts.share(board.filled_share, language), below)
            below = t("dashboard.tile_invalid_below", number=amounts.number(total.rejected + total.warned, language))
            _tile(desk, "invalid", amounts.share(total.invalid_share, language), below)
        below = t("dashboard.tile_repeated_below", number=amounts.share(total.known_share, language))
        _tile(desk, "repeated", amounts.share(total.repeated_share, language), below)


def _tile(desk: Desk, name: str, figure: str, below: str, is_met: bool | None = None) -> None:
    with ui.element("li").classes("tile"):
        Words(desk.t(f"dashboard.tile_{name}"), "span", "label")
        Words(figure, "span", "figure")
        if below:
            Words(below, "span", "below")
        if is_met is not None:
            badge(desk.t("dashboard.met" if is_met else "dashboard.missed"), "good" if is_met else "bad")


def _chart(desk: Desk, chart: Chart) -> None:
    """A chart with its words; screen readers have its title, what it means, and the table."""
    with card():
        heading(desk.t(f"dashboard.{chart.name}"))
        Words(desk.t(f"dashboard.{chart.name}_means"), "p", "soft")
        if chart.is_empty:
            Words(desk.t(f"dashboard.{chart.name}_none"), "p", "nothing")
            return
        drawn = ui.echart(chart.options, renderer="svg").style(f"height: {chart.height}px")
        drawn.props["role"], drawn.props["aria-label"] = "img", desk.t("dashboard.chart_of", name=desk.t(
            f"dashboard.{chart.name}"))  # fmt: skip
        if chart.is_bars and len(chart.rows) > MOST_BARS:
            Words(desk.t("dashboard.first_of", shown=MOST_BARS, all=len(chart.rows)), "p", "soft")
        with ui.element("details"):
            Words(desk.t("dashboard.as_table"), "summary")
            numbers = range(chart.first_number, len(chart.head))
            plain_table(chart.head, chart.rows, desk.t(f"dashboard.{chart.name}"), numbers)
