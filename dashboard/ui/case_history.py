"""The history of one case, drawn: strip, durations with their lasting changes, contradictions, company."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.analysis.durations import duration_steps
from dashboard.charts.series import duration_series
from dashboard.model.figures import duration_text, moment_text, of_text
from dashboard.ui.components.blocks import fold, items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.states import FLAKY, chip, outcome
from dashboard.ui.components.strips import Cell
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.rows import records, rows
from dashboard.ui.runs import took
from dashboard.ui.wording import counted

#: Runs in the table.
_LISTED = 20
_TONES = {"passed": "pass", "skipped": "skipped", "retried": "warn"}


def word(row: Mapping[str, Any]) -> str:
    """Give the outcome of a run, ``retried`` where the case passed only after a failed attempt."""
    return "retried" if row["outcome"] == "passed" and (row["attempts"] or 0) > 1 else str(row["outcome"])


def cell(place: Place, row: Mapping[str, Any]) -> Cell:
    """Give a run as a cell of the strip."""
    said = {"retried": "passed on retry"}.get(word(row), word(row))
    says = f"{said}, {row['run_name']}, {str(row['subject'])[:7]}, {row['started_at']:%Y-%m-%d}"
    return Cell(word(row), says, place.href("run", run=row["run_id"]))


def durations(oldest: pd.DataFrame) -> None:
    """Draw how long the case takes, with its lasting changes."""
    html(section("Duration", "by run, in the colour of the outcome where it is not a pass; dashed: its level"))
    if oldest["duration_s"].notna().sum() == 0:
        html(note("No report says how long this case takes."))
        return
    top = float(oldest["duration_s"].max())
    scale, unit = (1.0, "s") if top >= 1 else (1000.0, "ms")
    told = rows(oldest)
    frame = pd.DataFrame(
        {
            "label": [f"{r['started_at']:%m-%d} · {str(r['subject'])[:7]} · {r['run_id']}" for r in told],
            "value": [r["duration_s"] * scale if pd.notna(r["duration_s"]) else None for r in told],
            "tone": [_TONES.get(word(r), "fail") for r in told],
            "text": [f"{str(r['subject'])[:7]}, {word(r)}, {took(r['duration_s'])}" for r in told],
        }
    )
    passed = [r["duration_s"] if r["outcome"] == "passed" and pd.notna(r["duration_s"]) else None for r in told]
    steps = duration_steps(passed)
    starts = [0, *(step.at for step in steps)]
    ends = [*(step.at - 1 for step in steps), len(told) - 1]
    levels = [steps[0].before_s, *(step.after_s for step in steps)] if steps else []
    drawn = tuple((a, b, value * scale) for a, b, value in zip(starts, ends, levels, strict=False))
    alt = f"Duration over {len(told)} runs; the table below holds the same."
    chart(duration_series(frame, palette(), unit=unit, levels=drawn), alt=alt, key="case-durations")
    for step in steps:
        run = told[step.at]
        slower = "longer" if step.share > 0 else "shorter"
        said = (
            f"{duration_text(step.before_s)} to {duration_text(step.after_s)}, {abs(step.share) * 100:.0f} % {slower}"
        )
        where = f", from {run['run_name']} ({str(run['subject'])[:7]}, {run['started_at']:%Y-%m-%d}) on."
        html(note(join(["A lasting change: ", said, where])))


def contradicted(place: Place, found: pd.DataFrame) -> Markup:
    """Write what failed and passed on one commit, side by side."""
    if found.empty:
        return Markup("")
    columns = (
        Column("Commit", narrow="title"), Column("Failed", narrow="plain"), Column("Passed", narrow="plain"),
    )  # fmt: skip
    lines = []
    for subject, part in found.groupby("subject", sort=False):
        bad = part[part["outcome"].isin(["failed", "error"])]
        good = part[part["outcome"] == "passed"]
        lines.append((mono(str(subject)[:12]), _executions(place, bad), _executions(place, good)))
    aside = f"failed and passed on the same commit: {counted(len(lines), 'commit')}"
    return join([section("Contradictions", aside), table(columns, lines, caption="Contradictions", css="cs-flow")])


def _executions(place: Place, part: pd.DataFrame) -> Markup:
    said = []
    for row in records(part.head(6)):
        attempt = f", attempt {int(row.attempt)}" if row.attempt else ""
        link = place.link(row.run_name, "run", run=int(row.run_id))
        message = str(row.message or "").split("\n", 1)[0]
        when = tag("span", f"{attempt}, {row.started_at:%m-%d %H:%M}")
        said.append(join([chip(outcome(row.outcome)), " ", link, when, muted(message) if message else ""]))
    more = len(part) - len(said)
    return join([items(said), muted(f"and {more:,} more") if more > 0 else ""])


def siblings(place: Place, found: pd.DataFrame, run: str) -> Markup:
    """List the same test with other parameters, the worst first."""
    if found.empty:
        return Markup("")
    columns = (
        Column("Parameters", narrow="title"), Column("Outcome", narrow="state"), Column("Took", "right", "flow"),
    )  # fmt: skip
    lines = [
        (
            tag("span", place.link(row.parameters or row.name, "case", case=row.case_id), class_="cs-break cs-clamp"),
            chip(outcome(row.outcome)),
            took(row.duration_s),
        )
        for row in records(found)
    ]
    failing = int(found["outcome"].isin(["failed", "error"]).sum())
    said = f"{of_text(failing, len(found))} failed in {run}"
    return fold(join(["With other parameters: ", said]), table(columns, lines, caption="Siblings", css="cs-flow"))


def company(history: pd.DataFrame, sizes: Mapping[int, int]) -> Markup:
    """Compare runs of the whole suite with runs of next to nothing."""
    if history.empty or not sizes:
        return Markup("")
    largest = max(sizes.values())
    if all(sizes.get(int(run), largest) * 2 > largest for run in history["run_id"]):
        return Markup("")  # it never ran without most of the others
    lines = []
    for label, low, high in (
        ("the whole suite (half of it or more)", largest / 2, largest),
        ("a part", largest / 20, largest / 2),
        ("alone (a twentieth or less)", 0, largest / 20),
    ):
        inside = history[[_between(sizes.get(int(run), 0), low, high, largest) for run in history["run_id"]]]
        ran = inside[inside["outcome"] != "skipped"]
        bad = int(ran["outcome"].isin(["failed", "error"]).sum())
        said = of_text(bad, len(ran)) if len(ran) else muted("never ran so")
        lines.append((label, f"{len(ran):,}", said))
    columns = (Column("Run with", narrow="title"), Column("Runs", "right", "flow"), Column("Failed", "right", "flow"))
    return join(
        [
            section("In company and alone", "a test that fails only with others may be the victim of one of them"),
            table(columns, lines, caption="Failures by size of the run", css="cs-flow cs-slim"),
        ]
    )


def _between(size: int, low: float, high: float, largest: int) -> bool:
    return low < size <= high if high < largest else low <= size <= high


def runs_table(place: Place, history: pd.DataFrame) -> Markup:
    """List the newest runs of the case."""
    columns = (
        Column("Run", narrow="title"), Column("Outcome", narrow="state"), Column("Started", narrow="plain"),
        Column("Subject", narrow="plain"), Column("Took", "right", "flow"), Column("Message", narrow="plain"),
    )  # fmt: skip
    lines = [
        Row(
            (
                tag("span", place.link(r["run_name"], "run", run=r["run_id"]), class_="cs-break"),
                chip(FLAKY.named("passed on retry") if word(r) == "retried" else outcome(r["outcome"])),
                moment_text(r["started_at"].to_pydatetime()),
                mono(str(r["subject"])[:7]),
                took(r["duration_s"]),
                tag("span", str(r["message"] or "").split("\n", 1)[0], class_="cs-break cs-clamp cs-m"),
            )
        )
        for r in rows(history.head(_LISTED))
    ]
    whole = len(history)
    return join(
        [
            section("History", f"the newest {_LISTED} of {whole} runs" if whole > _LISTED else counted(whole, "run")),
            table(columns, lines, caption="Runs of this case", css="cs-flow"),
        ]
    )
