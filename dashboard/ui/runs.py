"""Runs over time: a sentence, a chart and a table. Shared by Tests and Run."""

from typing import Any

import pandas as pd

from dashboard.errors import NotFoundError
from dashboard.model.figures import duration_text, moment_text, of_text, share_text
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui.components.blocks import Figure
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, muted, tag, zero
from dashboard.ui.components.states import FAIL, PASS, WARN, State
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.rows import records
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted, listed

COUNTS = ("total", "passed", "failed", "errors", "skipped", "flaky")

_COLUMNS = (
    Column("Run", narrow="title"),
    Column("Passed", "right", "plain"),
    Column("Failed", "right", "flow"),
    Column("Skipped", "right", "flow"),
    Column("New", "right", "flow"),
    Column("Took", "right", "flow"),
)


def labelled(runs: pd.DataFrame) -> pd.DataFrame:
    """Give the runs oldest first with a label that is its own, for a chart."""
    ordered = runs.sort_values("started_at").reset_index(drop=True)
    labels: list[str] = []
    for row in records(ordered):
        name = f"{row.started_at:%m-%d} · {str(row.subject)[:7]}"
        times = sum(1 for x in labels if x == name or x.startswith(f"{name} · "))
        labels.append(name if not times else f"{name} · {times + 1}")
    return ordered.assign(label=labels)


def of_record(runs: pd.DataFrame) -> Any:
    """Give the newest run that is not a rerun of a part: one with at least half the cases of the largest."""
    whole = runs[runs["total"] * 2 >= runs["total"].max()]
    return whole.sort_values("started_at").iloc[-1]


def named(context: Context, place: Place, number: int) -> tuple[dict[str, Any] | None, pd.DataFrame]:
    """Give the run that an address names, or (for 0) the candidate's run of record, and all runs of its candidate.

    Links name a run whatever candidate is looked at; it is any of the project.

    Raises:
        NotFoundError: the project has no such run.
    """
    if number:
        found = rows_of(frames.run(context.store, place.project, number))
        if not found:
            msg = f"There is no run {number} in {place.project_name}."
            raise NotFoundError(msg, hint="Open it from the Tests page.")
        return found[0], frames.runs_of(context.store, int(found[0]["candidate_id"]))
    own = frames.runs_of(context.store, place.candidate.id) if place.candidate else pd.DataFrame()
    return (None if own.empty else of_record(own).to_dict()), own


def with_flaky(run: Any, flaky: int) -> Any:
    """Give a run with the flaky cases of its candidate: a case may flake across runs without a retry in any."""
    return {**run.to_dict(), "flaky": max(int(run["flaky"]), flaky)}


def legend() -> Markup:
    """Name the colours of the chart over runs."""
    words = (("pass", "passed"), ("skipped", "skipped"), ("fail", "failed"), ("missing-plain", "error"))
    swatches = (
        tag("span", tag("i", class_=f"cs-swatch cs-fill-{tone}", aria_hidden="true"), word) for tone, word in words
    )
    return tag("p", join(swatches), class_="cs-legend")


def state_of(run: Any) -> State:
    """Give the state of a run: anything that failed, then anything skipped or flaky."""
    if int(run["failed"]) + int(run["errors"]):
        return FAIL
    if not int(run["total"]):
        return State("missing", "help", "missing")
    return WARN if int(run["flaky"]) or int(run["skipped"]) else PASS


def sentence(run: Any, before: Any | None) -> str:
    """Say what the run showed, and what changed against the run before."""
    total, passed = int(run["total"]), int(run["passed"])
    if not total:
        return "This run holds no test cases, and nothing is not a success."
    wrong = int(run["failed"]) + int(run["errors"])
    said = [f"{counted(int(run[k]), word, many)}" for k, word, many in _WORDS if int(run[k])]
    head = f"{share_text(passed, total)} % passed, {of_text(passed, total)}"
    tail = f"; {listed(said, 4)}" if said else ""
    if before is None:
        return f"{head}{tail}. There is no earlier run to compare with."
    new, fixed = _int(run.get("new_failures")), _int(run.get("fixed"))
    changed = [f"{counted(new, 'new failure')}" if new else "", f"{fixed:,} fixed" if fixed else ""]
    delta = listed([c for c in changed if c]) or ("no new failure" if wrong else "nothing newly failing")
    return f"{head}{tail}. Against the run before: {delta}."


_WORDS = (
    ("failed", "failed", "failed"),
    ("errors", "error", None),
    ("skipped", "skipped", "skipped"),
    ("flaky", "flaky", "flaky"),
)


def figures_of(run: Any) -> list[Figure]:
    """Give the run's counts as figures."""
    total, passed = int(run["total"]), int(run["passed"])
    wrong = int(run["failed"]) + int(run["errors"])
    return [
        Figure(f"{share_text(passed, total)} %", f"passed · {of_text(passed, total)}"),
        Figure(f"{wrong:,}", f"failed · {int(run['errors']):,} of them errors", "fail" if wrong else None),
        Figure(
            f"{int(run['skipped']):,}",
            f"skipped · {share_text(int(run['skipped']), total)} %, {of_text(int(run['skipped']), total)}",
        ),
        Figure(f"{int(run['flaky']):,}", "flaky · passed and failed here", "warn" if int(run["flaky"]) else None),
    ]


def run_table(place: Place, runs: pd.DataFrame, chosen: int | None, *, most: int = 7) -> Markup:
    """Write the newest runs, each a link; the chosen one has an edge."""
    newest = runs.sort_values("started_at", ascending=False).head(most)
    rows = [_row(place, row, chosen) for row in rows_of(newest)]
    return table(_COLUMNS, rows, caption="Runs, newest first", css="cs-flow")


def _row(place: Place, run: Any, chosen: int | None) -> Row:
    total, passed, wrong = int(run["total"]), int(run["passed"]), int(run["failed"]) + int(run["errors"])
    name = tag("span", place.link(run["name"], "run", run=run["id"]), class_="cs-break")
    lost = "left out" if isinstance(run.get("infrastructure"), str) else None
    when = muted(dotted([f"{run['started_at']:%m-%d %H:%M}", str(run["subject"])[:7], lost]))
    share = join([f"{share_text(passed, total)} % ", muted(of_text(passed, total))])
    new = _int(run.get("new_failures"))
    return Row(
        (
            join([name, tag("br"), when]),
            share,
            tag("span", f"{wrong:,}", class_="cs-fail") if wrong else zero(),
            f"{int(run['skipped']):,}" if int(run["skipped"]) else zero(),
            f"{new:,}" if new else zero(),
            took(run["duration_s"]),
        ),
        tone="now" if int(run["id"]) == chosen else None,
    )


def took(seconds: Any) -> Markup:
    """Write a duration of a frame, where NaN is "not said"."""
    return tag("span", duration_text(float(seconds)), class_="cs-one") if pd.notna(seconds) else muted("not said")


def started(run: Any) -> str:
    """Write when a run started."""
    return moment_text(
        run["started_at"].to_pydatetime() if hasattr(run["started_at"], "to_pydatetime") else run["started_at"]
    )


def _int(value: Any) -> int:
    return int(value) if pd.notna(value) else 0
