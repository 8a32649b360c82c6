"""Failures: what failed in a run, by what the failures have in common: new or known, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.analysis.failure_groups import Fingerprint, alike
from dashboard.model.figures import of_text
from dashboard.services import mutes
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store.mutes import Mute
from dashboard.ui import address
from dashboard.ui import runs as runs_of_page
from dashboard.ui.components.blocks import Figure, empty, figures, fold, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, PASS, chip, outcome
from dashboard.ui.components.strips import sparkline
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters, Page
from dashboard.ui.results import KNOWN, NEW, removed
from dashboard.ui.rows import records
from dashboard.ui.statuses import with_mute
from dashboard.ui.wording import counted

#: Runs in the lines beside the groups.
TREND_RUNS = 40

#: Groups that are told apart; a run with more has one cause for most of them.
MOST_GROUPS = 1000

PARAMS = ("run", "group", "only", "gs", "gp")
ONLY = ("new", "known")


@dataclass(frozen=True, slots=True)
class Failures:
    """What the page shows."""

    place: Place
    runs: pd.DataFrame
    """Of the candidate, newest first."""
    run: dict[str, Any] | None
    groups: pd.DataFrame
    loose: int
    """Failing cases that no group holds."""
    chosen: int | None
    cases: pd.DataFrame
    """Of the chosen group."""
    text: dict[str, Any] | None
    """One failure of the chosen group, whole."""
    page: int
    trend: Mapping[int, tuple[int, ...]]
    """Failing tests by group over the newest runs of the branch, oldest first."""
    only: str
    """One of ``ONLY``, or "" for all."""
    listed: tuple[Any, ...]
    """Groups on this page of the list."""
    shown: int
    """Groups that the filter leaves."""
    muted: Mapping[int, Mute]
    """What is muted on the branch, by case."""


def load(context: Context, filters: Filters) -> Failures:
    place, store = filters.place, context.store
    none = pd.DataFrame()
    run, own = runs_of_page.named(context, place, filters.number("run"))
    if run is None:
        return Failures(place, own, None, none, 0, None, none, None, 1, {}, "", (), 0, {})
    run_id = int(run["id"])
    groups = frames.failure_groups(store, run_id, limit=MOST_GROUPS)
    only = filters.text("only") if filters.text("only") in ONLY else ""
    shown = _shown(groups, run_id, only)
    top = min(max(1, filters.number("gs", 1)), max(1, -(-len(shown) // PAGE_ROWS)))
    listed = shown[(top - 1) * PAGE_ROWS : top * PAGE_ROWS]
    chosen = filters.number("group") or next((int(g.group_id) for g in listed), 0)
    row = groups[groups["group_id"] == chosen]
    there = int(row.iloc[0]["cases"]) if len(row) else 0
    page = min(max(1, filters.number("gp", 1)), max(1, -(-there // PAGE_ROWS)))
    cases = frames.group_cases(store, run_id, chosen, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
    sample = row.iloc[0]["sample_failure_id"] if len(row) else None
    return Failures(
        place,
        own,
        run,
        groups,
        frames.ungrouped_failures(store, run_id),
        chosen if len(row) else None,
        cases if len(row) else none,
        frames.failure_text(store, int(sample)) if sample is not None and pd.notna(sample) else None,
        page,
        _counts(frames.group_trend(store, run_id, [int(g.group_id) for g in listed], TREND_RUNS)),
        only,
        tuple(listed),
        len(shown),
        {one.case_id: one for one in mutes.live(context, place.project, str(run["branch"] or ""))},
    )


def _shown(groups: pd.DataFrame, run_id: int, only: str) -> list[Any]:
    """Give the groups that the filter leaves: those first seen in the run, those seen before, or all."""
    return [row for row in records(groups) if not only or (int(row.first_run_id) == run_id) == (only == "new")]


def _counts(trend: pd.DataFrame) -> dict[int, tuple[int, ...]]:
    """Give each group a count a run, 0 where the run did not have it."""
    runs = list(dict.fromkeys(trend["run_id"]))
    had = trend[trend["group_id"].notna()]
    found = {(int(row.group_id), int(row.run_id)): int(row.cases) for row in records(had)}
    groups = dict.fromkeys(int(group) for group in had["group_id"])
    return {group: tuple(found.get((group, int(run)), 0) for run in runs) for group in groups}


def draw(seen: Failures) -> None:
    if seen.run is None:
        html(
            heading(["Failures", seen.place.project_name]),
            empty(
                "No test results", "No run belongs to this candidate. Bring in its test report.",
                seen.place.ingest("report.xml"),
            ),
        )  # fmt: skip
        return
    html(
        heading(
            [
                "Failures",
                join(["run ", seen.place.link(seen.run["name"], "run", run=seen.run["id"])]),
                runs_of_page.started(seen.run),
            ]
        )
    )
    failing = int(seen.run["failed"]) + int(seen.run["errors"])
    new = [row for row in records(seen.groups) if _is_new(seen, row)]
    html(lead(_sentence(seen, failing, len(new)), FAIL if failing else PASS))
    html(
        figures(
            [
                Figure(
                    f"{failing:,}", f"failing · {of_text(failing, int(seen.run['total']))}", "fail" if failing else None
                ),
                Figure(f"{len(seen.groups):,}", "group of failures" if len(seen.groups) == 1 else "groups of failures"),
                Figure(f"{len(new):,}", "new · first seen in this run", "fail" if new else None),
                Figure(f"{len(seen.groups) - len(new):,}", "known · seen before"),
            ]
        )
    )
    _choice(seen)
    if seen.groups.empty:
        html(removed(seen.run) or _nothing(failing))
        return
    _groups(seen)
    if seen.chosen is not None:
        _group(seen)
    else:
        html(note("No group of this run has the number in the address; choose one above."))


def _is_new(seen: Failures, row: Any) -> bool:
    return seen.run is not None and int(row.first_run_id) == int(seen.run["id"])


def _sentence(seen: Failures, failing: int, new: int) -> str:
    if not failing:
        return "Nothing failed in this run."
    groups = len(seen.groups)
    if not groups:
        return f"{counted(failing, 'test')} failed."
    if new in (0, groups):
        kind = ("seen before", "all seen before") if not new else ("a new one", "all new")
        news = kind[groups > 1]
    else:
        news = f"{new:,} of them new"
    loose = f"; {counted(seen.loose, 'failure')} without a text belong to none" if seen.loose else ""
    return f"{counted(failing, 'test')} failed for {counted(groups, 'reason')}, {news}{loose}."


def _choice(seen: Failures) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="cs-filters"):
        if len(seen.runs) > 1:
            names = {str(row.id): f"{row.name} · {row.started_at:%m-%d %H:%M}" for row in records(seen.runs)}
            st.selectbox(
                "Run", list(names), width=300, format_func=lambda number: names.get(number, number),
                **address.chosen("run", str(_run(seen)), drops="group"),
            )  # fmt: skip
        st.pills("Show", ONLY, key="only", bind="query-params")


def _groups(seen: Failures) -> None:
    many = ", of which the largest are told apart" if len(seen.groups) == MOST_GROUPS else ", the largest first"
    html(section("Groups", f"{counted(seen.shown, 'group')}{many}"))
    if not seen.listed:
        html(empty("Nothing matches", "No group of this run fits the filter. Clear it to see all."))
        return
    columns = (
        Column("What failed", narrow="title", width="48%"), Column("State", narrow="state", width="9%"),
        Column("Tests", "right", "flow", width="7%"), Column("Over the runs", narrow="flow", width="14%"),
        Column("Failing since", narrow="flow", width="22%"),
    )  # fmt: skip
    lines = [_row(seen, row) for row in seen.listed]
    html(table(columns, lines, caption="Groups, the largest first", css="cs-fixed cs-flow"))
    if seen.shown > PAGE_ROWS:
        st.pagination(-(-seen.shown // PAGE_ROWS), default=1, key="gs", bind="query-params")


def _row(seen: Failures, row: Any) -> Row:
    new = _is_new(seen, row)
    title = seen.place.link(row.title or "a failure that says nothing", "failures", run=_run(seen), group=row.group_id)
    where = tag("span", row.frame, class_="cs-m cs-break") if row.frame else ""
    since = join(
        [
            seen.place.link(row.first_run, "run", run=int(row.first_run_id)),
            muted(f" {row.first_at:%Y-%m-%d}, in {counted(int(row.runs), 'run')}"),
        ]
    )
    return Row(
        (
            tag("span", title, " ", where, class_="cs-break cs-clamp"),
            chip(NEW if new else KNOWN),
            f"{int(row.cases):,}",
            _line(seen.trend.get(int(row.group_id), ())),
            muted("this run") if new else since,
        ),
        tone="now" if int(row.group_id) == seen.chosen else None,
    )


def _line(counts: Sequence[int]) -> Markup:
    if len(counts) < 2:
        return muted("one run")
    return sparkline(
        [float(n) for n in counts], f"failing tests in the last {len(counts)} runs: {', '.join(map(str, counts))}"
    )


def _run(seen: Failures) -> int:
    return int(seen.run["id"]) if seen.run else 0


def _group(seen: Failures) -> None:
    row = next(row for row in records(seen.groups) if int(row.group_id) == seen.chosen)
    html(section("Tests of the group", tag("span", row.title, class_="cs-break")))
    columns = (Column("Test", narrow="title"), Column("Outcome", narrow="state"), Column("Message", narrow="plain"))
    tests = [
        (
            join(
                [
                    tag("span", seen.place.link(c.name, "case", case=c.case_id, run=_run(seen)), class_="cs-break"),
                    muted(f" {c.classname}") if c.classname else "",
                ]
            ),
            with_mute(chip(outcome(c.outcome)), seen.muted.get(c.case_id)),
            tag("span", str(c.message or "").split("\n", 1)[0], class_="cs-break cs-clamp cs-m"),
        )
        for c in records(seen.cases)
    ]
    html(table(columns, tests, caption="Tests of the group", css="cs-flow"))
    pages = -(-int(row.cases) // PAGE_ROWS)
    if pages > 1:
        st.pagination(pages, default=1, key="gp", bind="query-params")
    near = _alike(seen)
    if near:
        names = [seen.place.link(one.title, "failures", run=_run(seen), group=int(one.group_id)) for one in near]
        html(note(join(["Looks like, though not counted with: ", join(names, "; "), "."])))
    if seen.text is not None:
        body = seen.text.get("text") or seen.text.get("message") or ""
        said = join([tag("strong", seen.text.get("type") or "Failure"), " ", mono(row.frame or "")])
        code = tag("pre", tag("code", body), class_="cs-pre cs-pre-wrap cs-failure", tabindex="0", aria_label="Text")
        html(fold(said, code, unfolded=True))


def _alike(seen: Failures) -> list[Any]:
    """Give the groups that may be the same failure as the chosen one: a suggestion, never a merge."""
    told = {str(int(row.group_id)): row for row in records(seen.groups)}
    prints = [
        Fingerprint(key, row.title, row.type or "", row.title.removeprefix(f"{row.type}: "), row.frame or "")
        for key, row in told.items()
    ]
    pairs = [{pair.first.id, pair.second.id} for pair in alike(prints)]
    others = [next(iter(pair - {str(seen.chosen)})) for pair in pairs if str(seen.chosen) in pair]
    return [told[key] for key in others[:5]]


def _nothing(failing: int) -> Markup:
    if failing:
        return empty(
            "No groups", "The failures of this run have no text, so nothing tells them apart. "
            "Let the runner write messages into its report.",
        )  # fmt: skip
    return empty("Nothing failed", "No test of this run failed. Choose another run, or see Flaky for the branch.")


PAGE: Page[Any] = Page(
    slug="failures",
    title="Failures",
    icon=":material/bug_report:",
    load=load,
    draw=draw,
    rank=1,
    under="tests",
    params=PARAMS,
)
