"""One run: its suites, its failures, its results."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.errors import NotFoundError
from dashboard.model.figures import of_text, share_text
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import results, runs
from dashboard.ui.components.blocks import figures, fold, heading, lead, note
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import join, muted, tag, zero
from dashboard.ui.components.states import STALE
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted

#: Suites shown at once.
MOST_SUITES = 200


@dataclass(frozen=True, slots=True)
class Run:
    """What the page shows."""

    place: Place
    run: dict[str, Any]
    before: dict[str, Any] | None
    suites: pd.DataFrame
    results: results.Results
    families: pd.DataFrame
    """Parametrised tests, by what they are without their parameters."""
    groups: pd.DataFrame
    loose: int
    """Failing cases that no group holds."""


def load(context: Context, filters: Filters) -> Run:
    place = filters.place
    run_id = filters.number("run")
    known = rows_of(frames.run(context.store, place.project, run_id))
    if not known:
        msg = f"There is no run {run_id} in {place.project_name}."
        raise NotFoundError(msg, hint="Open it from the Tests page.")
    run = known[0]
    before = next(iter(rows_of(frames.runs_before(context.store, run_id, least=-(-int(run["total"]) // 2)))), None)
    suites = frames.run_suites(context.store, run_id).head(MOST_SUITES)
    found = results.load(context, filters, run)
    groups = frames.failure_groups(context.store, run_id, limit=50)
    families = frames.run_families(context.store, run_id)
    return Run(place, run, before, suites, found, families, groups, frames.ungrouped_failures(context.store, run_id))


def draw(seen: Run) -> None:
    run = seen.run
    subject = str(run["subject"])[:7]
    html(
        heading([seen.place.link("Tests", "tests"), join(["run ", tag("span", run["name"], class_="cs-break")]),
                 subject, run["branch"], runs.started(run)]),
        lead(runs.sentence(run, seen.before), runs.state_of(run)),
        figures(runs.figures_of(run)),
    )  # fmt: skip
    if isinstance(run["infrastructure"], str):
        html(note(f"Left out of the statuses of tests, though not of any figure: {run['infrastructure']}.", STALE))
    results.draw_groups(seen.place, seen.groups, run, seen.loose)
    if len(seen.suites):
        html(fold(counted(len(seen.suites), "suite"), _suites(seen)))
    if len(seen.families):
        html(fold(counted(len(seen.families), "parametrised test"), _families(seen)))
    results.draw(seen.place, seen.results)


def _families(seen: Run) -> Any:
    columns = (
        Column("Test", narrow="title"), Column("Passed", "right", "plain"), Column("Failed", "right", "flow"),
        Column("Skipped", "right", "flow"), Column("Took", "right", "flow"),
    )  # fmt: skip
    rows = []
    for row in records(seen.families):
        wrong = int(row.failed) + int(row.errors)
        link = seen.place.link(row.base or "a test whose name is lost", "case", case=row.case_id, run=seen.run["id"])
        behind = muted(join([" ", row.classname])) if row.classname else ""
        rows.append(
            (
                tag("span", link, behind, class_="cs-break cs-clamp"),
                of_text(int(row.passed), int(row.total)),
                tag("span", f"{wrong:,}", class_="cs-fail") if wrong else zero(),
                f"{int(row.skipped):,}" if int(row.skipped) else zero(),
                runs.took(row.duration_s),
            )
        )
    return table(columns, rows, caption="Parametrised tests of the run, the most failing first", css="cs-flow")


def _suites(seen: Run) -> Any:
    columns = (
        Column("Suite", narrow="title"), Column("Passed", "right", "plain"), Column("Failed", "right", "flow"),
        Column("Skipped", "right", "flow"), Column("Took", "right", "flow"),
    )  # fmt: skip
    rows = []
    for row in records(seen.suites):
        name = row.classname or row.suite or "without a name"
        wrong = int(row.failed) + int(row.errors)
        rows.append(
            (
                tag(
                    "span", seen.place.link(name, "run", run=seen.run["id"], q=row.classname or None), class_="cs-break"
                ),
                join(
                    [
                        f"{share_text(int(row.passed), int(row.total))} % ",
                        muted(of_text(int(row.passed), int(row.total))),
                    ]
                ),
                tag("span", f"{wrong:,}", class_="cs-fail") if wrong else zero(),
                f"{int(row.skipped):,}" if int(row.skipped) else zero(),
                runs.took(row.duration_s),
            )
        )
    return table(columns, rows, caption="Suites of the run", css="cs-flow")


PAGE: Page[Any] = Page(
    slug="run",
    title="Run",
    icon=":material/play_circle:",
    load=load,
    draw=draw,
    under="tests",
    params=("run", *results.PARAMS),
    keeps_s=60,
)
