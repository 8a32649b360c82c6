"""One benchmark: its values over runs, its baseline, and why it is judged as it is."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.charts.series import benchmark_series
from dashboard.errors import NotFoundError
from dashboard.model.figures import amount_text, moment_text
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import benchmarking
from dashboard.ui.benchmarking import STATES, effect_text
from dashboard.ui.components.blocks import Figure, empty, figures, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, mono, muted, tag
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted

#: Runs of the series that are shown.
MOST_RUNS = 60

#: Samples that are written out.
MOST_SAMPLES = 12

_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the page shows."""

    place: Place
    line: benchmarking.Line
    baseline: str | None
    history: pd.DataFrame
    """Oldest first."""
    samples: tuple[float, ...]
    """Independent measurements behind the candidate's last value, in base units; empty where the file gives none."""


def load(context: Context, filters: Filters) -> Benchmark:
    place, name = filters.place, filters.text("name")
    bench = benchmarking.load(context, place)
    line = next((x for x in bench.lines if x.name == name), None) if bench else None
    if bench is None or line is None:
        msg = f"This candidate has no benchmark {name!r}."
        raise NotFoundError(msg, hint="Open it from the Performance page.")
    branch = place.candidate.branch if place.candidate else None
    known = frames.benchmark_history(context.store, place.project, branch=branch, limit_runs=MOST_RUNS)
    own = frames.benchmarks(context.store, place.candidate.id) if place.candidate else pd.DataFrame()
    newest = own[own["name"] == name].sort_values("at", kind="stable").tail(1) if len(own) else own
    return Benchmark(
        place,
        line,
        bench.baseline,
        known[known["name"] == name].sort_values("at").tail(MOST_RUNS),
        tuple(newest.iloc[0]["samples"]) if len(newest) else (),
    )


def draw(seen: Benchmark) -> None:
    verdict, unit = seen.line.verdict, seen.line.verdict.series.unit
    state = STATES[verdict.state]
    effect = effect_text(verdict.worse, verdict.series.direction, unit)
    html(
        heading([seen.place.link("Performance", "performance"), tag("span", seen.line.name, class_="cs-break")]),
        lead(f"{state.word[:1].upper()}{state.word[1:]}: {_because(seen)}", state),
        figures(
            [
                Figure(amount_text(seen.line.now or 0.0, unit), "now"),
                Figure(
                    amount_text(verdict.centre, unit) if verdict.centre else "—",
                    f"median of {verdict.runs} baseline runs",
                ),
                Figure(effect, "effect"),
                Figure(f"{verdict.z:+.1f}".replace("-", "−") if verdict.z is not None else "—", "robust deviations"),
            ]
        ),
    )
    if seen.samples:
        html(_samples(seen.samples, unit))
    if seen.history.empty:
        html(empty("No series", "No run on this branch measured it on a known machine."))
        return
    _series(seen, unit)


def _samples(samples: tuple[float, ...], unit: str) -> Markup:
    shown = ", ".join(amount_text(value, unit) for value in samples[:MOST_SAMPLES])
    more = f" and {len(samples) - MOST_SAMPLES:,} more" if len(samples) > MOST_SAMPLES else ""
    text = f"{counted(len(samples), 'independent sample')} behind the last value: {shown}{more}."
    return note(text)


def _because(seen: Benchmark) -> str:
    verdict = seen.line.verdict
    if verdict.worse is None:
        return "there is nothing to compare it with."
    effect = effect_text(verdict.worse, verdict.series.direction, verdict.series.unit)
    against = f" than {seen.baseline}" if seen.baseline and verdict.worse else ""
    if verdict.z is None:
        return f"{effect}{against}; its noise is not known from {counted(verdict.runs, 'baseline run')}."
    return f"{effect}{against}, {abs(verdict.z):.1f} robust deviations from {counted(verdict.runs, 'baseline run')}."


def _series(seen: Benchmark, unit: str) -> None:
    verdict = seen.line.verdict
    scale, shown = _scale(float(seen.history["value"].max()), unit)
    rows = rows_of(seen.history)
    here = seen.place.candidate.id if seen.place.candidate else None
    labels: list[str] = []
    for r in rows:
        name = f"{r['at']:%m-%d} · {str(r['subject'])[:7]}"
        labels.append(name if name not in labels else f"{name} · {len(labels)}")
    frame = pd.DataFrame(
        {
            "label": labels,
            "value": [r["value"] / scale for r in rows],
            "current": [r["candidate_id"] == here for r in rows],
        }
    )
    interval = (verdict.interval[0] / scale, verdict.interval[1] / scale) if verdict.interval else None
    centre = verdict.centre / scale if verdict.centre is not None else None
    html(section("Series", f"{counted(len(rows), 'run')}, oldest left; the candidate's own are in blue"))
    alt = f"{seen.line.name} over {len(rows)} runs; the table below holds the same."
    chart(
        benchmark_series(frame, palette(), unit=shown, baseline=centre, interval=interval), alt=alt, key="bench-series"
    )
    columns = (
        Column("Run", narrow="title"), Column("At", narrow="plain"), Column("Subject", narrow="plain"),
        Column("Value", "right", "plain"), Column("Machine", narrow="plain"),
    )  # fmt: skip
    listed = [
        Row(
            (
                tag("span", r["run_name"], class_="cs-break"),
                moment_text(r["at"].to_pydatetime()),
                mono(str(r["subject"])[:7]),
                amount_text(float(r["value"]), unit),
                tag("span", r["fingerprint"] or muted("not said"), class_="cs-break cs-m"),
            ),
            tone="now" if r["candidate_id"] == here else None,
        )
        for r in reversed(rows)
    ]
    html(table(columns, listed, caption="Values, newest first", css="cs-flow"))


def _scale(top: float, unit: str) -> tuple[float, str]:
    """Give what one shown unit is in base units, and its name: durations in their scale, ratios in percent."""
    if unit == "s":
        return next(((s, n) for s, n in _SCALES if top >= s), _SCALES[-1])
    return (0.01, "%") if unit == "ratio" else (1.0, unit)


PAGE: Page[Any] = Page(
    slug="benchmark",
    title="Benchmark",
    icon=":material/timer:",
    load=load,
    draw=draw,
    under="performance",
    params=("name",),
)
