"""Flaky: the tests of a branch that cannot be relied on, the costliest first, each with the evidence for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.model.figures import duration_text, moment_text
from dashboard.model.status import Status, StatusRules
from dashboard.services import mutes, owners, policies, statuses
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store.mutes import Mute
from dashboard.ui import address, rule_forms
from dashboard.ui.components.blocks import Figure, bullets, empty, figures, fold, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import FAIL, PASS, WARN, chip
from dashboard.ui.components.strips import legend
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.statuses import MEANINGS, STATES, known, rate, sentence, strips_by_case, with_mute
from dashboard.ui.wording import counted

#: Runs in a strip.
STRIP_RUNS = 40

#: Cases whose owner is looked up for the filter.
MOST_OWNED = 20_000

SHOWN = (Status.BROKEN, Status.FLAKY, Status.SUSPECTED, Status.NEW_FAILURE, Status.FAILING, Status.FIXED)
_RECOVERING = (Status.FIXED, Status.HEALTHY)
PARAMS = ("status", "fq", "owner", "on", "fp")


@dataclass(frozen=True, slots=True)
class Flaky:
    """What the page shows."""

    place: Place
    branch: str
    branches: tuple[str, ...]
    counts: Mapping[Status, int]
    cases: pd.DataFrame
    found: int
    page: int
    strips: Mapping[int, Markup]
    last: Mapping[int, datetime]
    """When a case last failed in one of the runs drawn, in the end or in an attempt."""
    runs: int
    """On the branch, as far as the strips reach."""
    owners: Mapping[int, tuple[str, ...]]
    """Of the cases shown."""
    known_owners: tuple[str, ...]
    muted: Mapping[int, Mute]
    events: pd.DataFrame
    chosen: tuple[Status, ...]
    owner: str
    narrowed: bool
    now: datetime
    rules: StatusRules
    preview: Callable[[StatusRules], tuple[statuses.Moved, ...]]
    """Gives what other thresholds would say."""


def load(context: Context, filters: Filters) -> Flaky:
    place, store = filters.place, context.store
    own = place.candidate.branch if place.candidate else None
    branches = tuple(str(name) for name in frames.branches(store, place.project)["branch"])
    branch = filters.text("on") if filters.text("on") in branches else own or ""
    chosen = tuple(status for status in known(filters.many("status")) if status in SHOWN)
    search, owner = filters.text("fq"), filters.text("owner")
    files = owners.of(context, place.project)
    owned, names = _owned(frames.state_files(store, place.project, branch, limit=MOST_OWNED), files, owner)
    narrow: dict[str, Any] = {"statuses": chosen or SHOWN, "search": search, "cases": owned}
    found = frames.count_case_states(store, place.project, branch, **narrow)
    page = min(max(1, filters.number("fp", 1)), max(1, -(-found // PAGE_ROWS)))
    cases = frames.case_states(store, place.project, branch, **narrow, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
    numbers = [int(number) for number in cases["case_id"]]
    runs = frames.runs(store, place.project, branch=branch, limit=STRIP_RUNS)
    runs = runs[runs["pruned_at"].isna()]
    seen = frames.strips(store, numbers, [int(number) for number in runs["id"]])
    held = {one.case_id: one for one in mutes.live(context, place.project, branch)}
    return Flaky(
        place=place,
        branch=branch,
        branches=branches,
        counts=frames.status_counts(store, place.project, branch),
        cases=cases,
        found=found,
        page=page,
        strips=strips_by_case(place, seen, runs, numbers),
        last=_last(seen, runs),
        runs=len(runs),
        owners={int(row.case_id): files.of_case(row.file, row.classname) for row in records(cases)},
        known_owners=names,
        muted=held,
        events=frames.branch_events(store, place.project, branch, limit=12),
        chosen=chosen,
        owner=owner,
        narrowed=bool(chosen or search or owner),
        now=context.clock(),
        rules=policies.current(context, place.project).flaky,
        preview=lambda rules: statuses.preview(context, place.project, branch, rules),
    )


def _last(seen: pd.DataFrame, runs: pd.DataFrame) -> dict[int, datetime]:
    started = dict(zip(map(int, runs["id"]), runs["started_at"], strict=True))
    found: dict[int, datetime] = {}
    for row in records(seen):
        if row.retried or row.outcome in ("failed", "error"):
            at = started[int(row.run_id)].to_pydatetime()
            found[int(row.case_id)] = max(at, found.get(int(row.case_id), at))
    return found


def _owned(cases: pd.DataFrame, files: owners.Owners, owner: str) -> tuple[frozenset[int] | None, tuple[str, ...]]:
    """Give the cases of an owner (``None`` when none is chosen), and every owner there is."""
    if not files.known:
        return (frozenset() if owner else None), ()
    by_case = {int(row.case_id): files.of_case(row.file, row.classname) for row in records(cases)}
    names = tuple(sorted({name for found in by_case.values() for name in found}))
    return (frozenset(case for case, found in by_case.items() if owner in found) if owner else None), names


def draw(seen: Flaky) -> None:
    where = seen.branch or "runs without a branch"
    html(heading(["Flaky tests", where, f"over {counted(seen.runs, 'run')}"]))
    state = PASS
    if seen.counts.get(Status.BROKEN) or seen.counts.get(Status.NEW_FAILURE):
        state = FAIL
    elif seen.counts.get(Status.FLAKY) or seen.counts.get(Status.SUSPECTED):
        state = WARN
    html(lead(sentence(seen.counts, len(seen.muted), where), state))
    html(figures([_figure(seen, status) for status in SHOWN[:3]] + [Figure(f"{len(seen.muted):,}", "muted")]))
    _filters(seen)
    if seen.cases.empty:
        html(_nothing(seen))
    else:
        html(_table(seen), legend())
        pages = -(-seen.found // PAGE_ROWS)
        if pages > 1:
            st.pagination(pages, default=1, key="fp", bind="query-params")
    html(_events(seen))
    html(fold("What the words mean", bullets(_meanings())))
    rule_forms.draw(seen.place, seen.rules, seen.preview, seen.place.candidate is not None)


def _figure(seen: Flaky, status: Status) -> Figure:
    n = seen.counts.get(status, 0)
    return Figure(f"{n:,}", STATES[status].word, STATES[status].tone if n else None)


def _filters(seen: Flaky) -> None:
    shown = f"{counted(seen.found, 'test')}{' found' if seen.narrowed else ''}, the costliest first"
    html(section("Tests", shown))
    with st.container(horizontal=True, vertical_alignment="bottom", key="cs-filters"):
        st.text_input(
            "Name or class", key="fq", bind="query-params", max_chars=200, placeholder="Search name, class", width=260,
            type="search",
        )  # fmt: skip
        if len(seen.branches) > 1:
            here = seen.branch if seen.branch in seen.branches else None
            st.selectbox("Branch", seen.branches, index=0 if here else None, width=180, **address.chosen("on", here))
        if seen.known_owners:
            st.selectbox(
                "Owner", ["", *seen.known_owners], width=180, format_func=lambda name: name or "Everybody",
                **address.chosen("owner", seen.owner if seen.owner in seen.known_owners else ""),
            )  # fmt: skip
        st.pills(
            "Status", [status.value for status in SHOWN], selection_mode="multi", wrap=True,
            format_func=lambda word: STATES[Status(word)].word,
            **address.chosen("status", [status.value for status in seen.chosen]),
        )  # fmt: skip


_COLUMNS = (
    Column("Test", narrow="title", width="27%"),
    Column("Status", narrow="state", width="11%"),
    Column("Newest runs", narrow="plain", width="22%"),
    Column("Failed", "right", "flow", width="15%"),
    Column("Cost", "right", "flow", width="12%"),
    Column("Owner", narrow="flow", width="13%"),
)


def _table(seen: Flaky) -> Markup:
    return table(
        _COLUMNS,
        [_row(seen, row) for row in records(seen.cases)],
        caption="Tests by cost: failed runs, then time spent on running again",
        css="cs-fixed cs-flow",
    )


def _row(seen: Flaky, row: Any) -> Row:
    status = Status(row.status)
    name = tag("span", seen.place.link(row.name, "case", case=row.case_id), class_="cs-break cs-clamp")
    where = tag("span", row.classname, class_="cs-m cs-ell", title=row.classname) if row.classname else ""
    state: list[object] = [chip(STATES[status])]
    if row.order_suspect:
        state += [tag("br"), chip(STATES[Status.ORDER_SUSPECT])]
    cost = [counted(int(row.failed_runs), "failed run")] if row.failed_runs else []
    if row.retried_runs:
        cost.append(counted(int(row.retried_runs), "retried run"))
    if row.rerun_s:
        cost.append(f"{duration_text(float(row.rerun_s))} of reruns")
    return Row(
        (
            join([name, where, tag("span", row.because, class_="cs-m cs-break")], " "),
            with_mute(join(state), seen.muted.get(row.case_id)),
            join([seen.strips.get(row.case_id, muted("not seen")), _span(row, seen.last.get(row.case_id))]),
            rate(int(row.failures), int(row.decided), float(row.low), float(row.high)),
            join([cost[0], *(muted(f", {more}") for more in cost[1:])]) if cost else muted("none"),
            ", ".join(seen.owners.get(row.case_id, ())) or muted("nobody"),
        )
    )


def _span(row: Any, last: datetime | None) -> Markup:
    """Say when the case failed first, as far as its status rests on it, and when lastly in the runs that are drawn."""
    first = row.since.to_pydatetime() if pd.notna(row.since) and Status(row.status) not in _RECOVERING else None
    told = [(word, f"{at:%Y-%m-%d}") for word, at in (("first", first), ("last", last)) if at is not None]
    said = [f"on {told[0][1]}"] if len({day for _, day in told}) == 1 else [" ".join(one) for one in told]
    return tag("span", ", ".join(said), class_="cs-m cs-small") if said else Markup("")


def _events(seen: Flaky) -> Markup:
    if seen.events.empty:
        return join([section("Changes"), note("No test has changed its status on this branch yet.")])
    columns = (
        Column("Test", narrow="title"), Column("Became", narrow="state"), Column("Was", narrow="flow"),
        Column("Because", narrow="plain"), Column("With the run of", narrow="plain"),
    )  # fmt: skip
    rows = [
        (
            tag("span", seen.place.link(row.name, "case", case=row.case_id), class_="cs-break cs-clamp"),
            chip(STATES[Status(row.new_status)]),
            muted(STATES[Status(row.old_status)].word),
            tag("span", row.because, class_="cs-break cs-m"),
            tag("span", moment_text(row.at.to_pydatetime()), class_="cs-nw")
            if pd.notna(row.run_id)
            else muted("new thresholds"),
        )
        for row in records(seen.events)
    ]
    return join([section("Changes", "newest first"), table(columns, rows, caption="Changes of status", css="cs-flow")])


def _meanings() -> list[Markup]:
    return [join([chip(STATES[status]), " ", text]) for status, text in MEANINGS.items()]


def _nothing(seen: Flaky) -> Markup:
    if seen.narrowed:
        return empty("Nothing matches", "No test of this branch fits these filters. Clear the search or a status.")
    if not seen.runs:
        return empty(
            "No runs",
            "No run of the suite is known on this branch. Bring in its test reports, one run after the other.",
            seen.place.ingest("report.xml"),
        )
    return empty(
        "No flaky test", "No test of this branch has failed without explanation. Statuses come with more runs."
    )


PAGE: Page[Any] = Page(
    slug="flaky",
    title="Flaky",
    icon=":material/shuffle:",
    load=load,
    draw=draw,
    rank=2,
    under="tests",
    params=PARAMS,
    keeps_s=60,
)
