"""The health of the installation on the dashboard: each measure with its figures, its level, and what to do."""

from nicegui import ui

from segops_pipeline.imports.health import Level, Measure, worst
from segops_pipeline.web.pages import amounts
from segops_pipeline.web.pages.desk import Desk
from segops_pipeline.web.pages.parts import Words, badge, card, heading

BADGES: dict[Level, str] = {"good": "good", "watch": "warn", "bad": "bad"}
IN_BYTES = {"memory", "files"}  # measures whose parts are bytes
# Measures of things that there need not be, and the figure that counts them.
COUNTED = {"outbox": "waiting", "queue": "pending", "heartbeat": "importing", "import_memory": "processes"}


def draw_health(desk: Desk, measures: list[Measure]) -> None:
    """Draw all measures, the worst first."""
    order: list[Level] = ["bad", "watch", "good"]
    with card().classes("health"):
        heading(desk.t("dashboard.health"))
        Words(desk.t(f"dashboard.health_{worst(measures)}"), "p", "soft")
        with ui.element("ul").classes("measures"):
            for measure in sorted(measures, key=lambda each: order.index(each.level)):
                _measure(desk, measure)


def _measure(desk: Desk, measure: Measure) -> None:
    t = desk.t
    with ui.element("li").classes("measure"):
        with ui.element("h3"):
            Words(t(f"dashboard.measure_{measure.name}"))
            badge(t(f"dashboard.level_{measure.level}"), BADGES[measure.level])
        Words(told(desk, measure), "p")
        if measure.parts:
            Words(_parts(desk, measure), "p", "soft")
        if measure.remedy:
            known = bool(measure.figures)
            Words(t(f"dashboard.remedy_{measure.name}") if known else measure.remedy, "p", "remedy")


def told(desk: Desk, measure: Measure) -> str:
    """A measure's figures in the person's language; what went wrong in the words of what went wrong."""
    if not measure.figures:
        return measure.message
    if measure.name in COUNTED and not measure.figures[COUNTED[measure.name]]:
        return desk.t(f"dashboard.none_{measure.name}")
    return desk.t(f"dashboard.says_{measure.name}", **{
        name.removesuffix("_bytes").removesuffix("_seconds"): _figure(desk, name, value)
        for name, value in measure.figures.items()
    })  # fmt: skip


def _figure(desk: Desk, name: str, value: float | str) -> str:
    if isinstance(value, str):
        return value or amounts.NOTHING
    if name.endswith("bytes"):
        return amounts.size(value, desk.language)
    if name.endswith("_seconds"):
        return amounts.duration(value, desk.language)
    return amounts.number(value, desk.language)


def _parts(desk: Desk, measure: Measure) -> str:
    written = amounts.size if measure.name in IN_BYTES else amounts.number
    return " · ".join(f"{_part(desk, name)}: {written(value, desk.language)}" for name, value in measure.parts.items())


def _part(desk: Desk, name: str) -> str:
    """What a part is called; names of programs stay as they are."""
    known = {"uploads", "rows", "results", "pending", "mapping", "importing", "embeddings", "imports", "pages", "here"}
    return desk.t(f"dashboard.part_{name}") if name in known else name
