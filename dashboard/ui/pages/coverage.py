"""Coverage: the total by a named formula, components against their floors, and what would close the gap."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.treemap import coverage_treemap
from dashboard.charts.trend import share_trend
from dashboard.model.figures import of_text, share_text
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import coverage_notes
from dashboard.ui.candidate_names import names
from dashboard.ui.components.blocks import Figure, bar, empty, figures, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import FAIL, INFO, MISSING, PASS, WARN, State, chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.covering import ComponentCover, Covered, components, modules, totals, with_lines
from dashboard.ui.look import chart, html, palette
from dashboard.ui.page import PAGE_ROWS, Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted, listed

SORTS = ("most missed", "least covered", "largest", "name")
_BY = {"most missed": ("missed_lines", False), "least covered": ("pct", True), "largest": ("lines_total", False)}
_STATES = {
    "pass": PASS.named("at floor"),
    "fail": FAIL.named("below"),
    "missing": MISSING,
    "info": INFO.named("no floor"),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the page shows."""

    place: Place
    totals: tuple[tuple[str, Covered], ...]
    files: int
    components: tuple[ComponentCover, ...]
    passes: Fraction | None
    """Percent of the gate on the total."""
    warns: Fraction | None
    modules: pd.DataFrame
    """All measured files."""
    shown: pd.DataFrame
    """The page of them that the filters ask for."""
    found: int
    page: int
    trend: pd.DataFrame
    reports: int
    measured: pd.DataFrame
    """All files, also those whose totals nothing says."""
    doubts: pd.DataFrame
    """Paths that may be of files counted already."""


def load(context: Context, filters: Filters) -> Coverage:
    place = filters.place
    candidate = place.candidate
    none = pd.DataFrame()
    if candidate is None:
        return Coverage(place, (), 0, (), None, None, none, none, 0, 1, none, 0, none, none)
    policy = policies.current(context, place.project)
    files = with_lines(frames.coverage_files(context.store, candidate.id, components=policy.components))
    rule = policy.rules.get("coverage.total")
    measured = modules(files)
    shown, found, page = narrowed(measured, filters)
    trend = frames.coverage_trend(
        context.store, place.project, branch=candidate.branch, limit=40, components=policy.components
    )
    return Coverage(
        place,
        tuple(totals(files)),
        len(files),
        tuple(components(files, policy.components)),
        rule.passes.number if rule and rule.passes else None,
        rule.warns.number if rule and rule.warns else None,
        measured,
        shown,
        found,
        page,
        trend,
        frames.count_coverage_reports(context.store, candidate.id),
        files,
        frames.coverage_doubts(context.store, candidate.id, policy.components),
    )


def narrowed(measured: pd.DataFrame, filters: Filters) -> tuple[pd.DataFrame, int, int]:
    """Search, sort and page the modules."""
    search = filters.text("path").casefold()
    kept = measured[measured["path"].str.casefold().str.contains(search, regex=False)] if search else measured
    column, ascending = _BY.get(filters.text("sort") or SORTS[0], ("path", True))
    ordered = kept.sort_values([column, "path"], ascending=[ascending, True])
    last = max(1, -(-len(ordered) // PAGE_ROWS))
    page = min(max(1, filters.number("cp", 1)), last)
    return ordered.iloc[(page - 1) * PAGE_ROWS : page * PAGE_ROWS], len(ordered), page


def draw(seen: Coverage) -> None:
    if not seen.totals or not seen.totals[0][1].total:
        _nothing(seen)
        return
    lines = seen.totals[0][1]
    lower = frozenset[str]().union(*(coverage_notes.approximate(why) for why in seen.measured["approximate"].unique()))
    html(heading(["Coverage", counted(seen.files, "file"), counted(seen.reports, "report")]))
    html(lead(*_sentence(seen, lines)))
    shown = [(name, c) for name, c in seen.totals if c.total]
    html(figures([Figure(f"{c.text} %", coverage_notes.label(name, c, lower=name in lower)) for name, c in shown]))
    html(coverage_notes.formulas(shown, seen.measured), coverage_notes.lower_bounds(seen.measured))
    _map(seen)
    _gap(seen, lines)
    if not seen.doubts.empty:
        html(coverage_notes.doubts(seen.doubts))
    _trend(seen)


def _nothing(seen: Coverage) -> None:
    if seen.files and seen.measured["hit"].fillna("").any():
        html(coverage_notes.no_totals(seen.place, seen.files, seen.reports))
        return
    html(
        heading(["Coverage", seen.place.project_name]),
        empty(
            "No coverage",
            "No coverage report belongs to this candidate. Reports of coverage.py, Cobertura, LCOV, JaCoCo, Clover, "
            "Go and LLVM are read.",
            seen.place.ingest("coverage.json"),
        ),
    )


def _sentence(seen: Coverage, lines: Covered) -> tuple[str, State]:
    below = [c for c in seen.components if c.word == "fail"]
    unmeasured = [c for c in seen.components if c.word == "missing"]
    said = f"{lines.text} % of {seen.totals[0][0]} are covered, {lines.fraction}"
    state = INFO
    if seen.passes is not None:
        go = lines.to_go(seen.passes)
        warned = seen.warns is not None and not lines.to_go(seen.warns)
        state = PASS if not go else WARN if warned else FAIL
        said += f"; {go:,} more for {float(seen.passes):g} %" if go else f", at or above {float(seen.passes):g} %"
    if below:
        said += f". Below their floor: {listed([c.name for c in below])}"
        state = FAIL if state is not FAIL else state
    if unmeasured:
        said += f". Not measured: {listed([c.name for c in unmeasured])}"
    return f"{said}.", state


def _map(seen: Coverage) -> None:
    html(section("Modules", f"area is {seen.totals[0][0]}, colour is the share that is covered; click to go deeper"))
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        alt = f"Treemap of {len(seen.modules)} modules by lines and coverage; the tables hold the same."
        chart(coverage_treemap(seen.modules, palette()), alt=alt, key="coverage-map")
    with right:
        html(_components(seen))


def _components(seen: Coverage) -> Markup:
    if not seen.components:
        return note("The policy names no components. Give them paths and floors to see them here.")
    columns = (
        Column("Component", narrow="title"), Column("State", narrow="state"),
        Column(seen.totals[0][0].capitalize(), "right", "plain"),
        Column("Floor", "right", "flow"), Column("To go", "right", "flow"),
    )  # fmt: skip
    rows = []
    for c in seen.components:
        covered = join([f"{c.covered.text} % ", muted(c.covered.fraction)]) if c.covered.total else muted("no files")
        floor = f"{float(c.floor):g} %" if c.floor is not None else muted("none")
        go = f"{c.covered.to_go(c.floor):,}" if c.floor is not None and c.covered.total else ""
        rows.append(
            (join([c.name, muted(f" {c.owner}") if c.owner else ""]), chip(_STATES[c.word]), covered, floor, go)
        )
    return table(columns, rows, caption="Components against their floors", css="cs-flow")


def _gap(seen: Coverage, lines: Covered) -> None:
    go = lines.to_go(seen.passes) if seen.passes is not None else 0
    noun = seen.totals[0][0]
    goal = f"{go:,} {noun} to go to {float(seen.passes):g} %" if seen.passes is not None and go else "every module"
    html(section("What would close the gap", goal))
    with st.container(horizontal=True, vertical_alignment="bottom", key="cs-filters"):
        st.text_input(
            "Path", key="path", bind="query-params", max_chars=200, placeholder="Search path", width=300, type="search"
        )
        st.segmented_control("Order", SORTS, default=SORTS[0], key="sort", bind="query-params", required=True)
    if seen.shown.empty:
        html(empty("Nothing matches", "No measured file has this in its path. Clear the search."))
        return
    columns: tuple[Column, ...] = (
        Column("Module", narrow="title", width="42%"), Column("Share", narrow="hide", width="9%"),
        Column("Covered", "right", "plain", width="19%"), Column(f"Missed {noun}", "right", "flow", width="10%"),
        Column("Branches", "right", "flow", width="10%"), Column("Would add", "right", "flow", width="10%"),
    )  # fmt: skip
    rows = [_module(seen.place, row) for row in records(seen.shown)]
    if not any(name == "branches" for name, _ in seen.totals):  # a column of "none" says nothing
        columns, rows = (*columns[:4], columns[5]), [(*row[:4], row[5]) for row in rows]
    html(table(columns, rows, caption=f"Modules, {seen.found} found", css="cs-fixed cs-flow"))
    if seen.found > PAGE_ROWS:
        html(note(f"{seen.found:,} found"))
        st.pagination(-(-seen.found // PAGE_ROWS), default=1, key="cp", bind="query-params")


def _module(place: Place, row: Any) -> tuple[object, ...]:
    hit, total = int(row.lines_hit), int(row.lines_total)
    share = share_text(hit, total)
    tone = "pass" if row.pct >= 80 else "warn" if row.pct >= 60 else "fail"
    drawn = tag("span", bar([(hit / total, tone)], label=f"{share} %"), class_="cs-barline")
    branches = share_text(int(row.branches_hit or 0), int(row.branches_total)) if _has(row.branches_total) else ""
    return (
        tag("span", place.link(row.path, "file", path=row.path), class_="cs-break"),
        drawn,
        tag("span", f"{share} % ", muted(of_text(hit, total)), coverage_notes.aside(row), class_="cs-nw"),
        f"{row.missed_lines:,}",
        f"{branches} %" if branches else muted("none"),
        f"+{row.gain_pp:.2f} pp",
    )


def _has(value: Any) -> bool:
    return bool(pd.notna(value) and value)


def _trend(seen: Coverage) -> None:
    if len(seen.trend) < 2:
        return
    ordered = seen.trend.sort_values("at")
    rows, labels = rows_of(ordered), names(ordered)
    frame = pd.DataFrame(
        {
            "label": labels,
            "pct": [100 * r["lines_hit"] / r["lines_total"] if r["lines_total"] else None for r in rows],
            "text": [
                f"{label}<br>{share_text(int(r['lines_hit']), int(r['lines_total']))} %, "
                f"{of_text(int(r['lines_hit']), int(r['lines_total']))}"
                for r, label in zip(rows, labels, strict=True)
            ],
        }
    )
    html(section("Candidates", "share of lines, by the same formula"))
    left, right = st.columns([1.3, 1], gap="medium")
    targets = ((float(seen.passes), f"≥ {float(seen.passes):g} %"),) if seen.passes is not None else ()
    with left:
        alt = f"Line coverage of {len(rows)} candidates; the table beside it holds the newest."
        chart(share_trend(frame, palette(), targets=targets), alt=alt, key="coverage-trend")
    with right:
        columns = (
            Column("Candidate", narrow="title"), Column("Lines", "right", "plain"), Column("Change", "right", "flow"),
            Column("Files", "right", "flow"),
        )  # fmt: skip
        html(table(columns, _changes(rows, labels)[:8], caption="Coverage of candidates, newest first", css="cs-flow"))


def _changes(rows: list[dict[str, Any]], labels: list[str]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    before: float | None = None
    for r, label in zip(rows, labels, strict=True):
        hit, total = int(r["lines_hit"]), int(r["lines_total"])
        now = 100 * hit / total if total else None
        change = f"{now - before:+.2f} pp".replace("-", "−") if now is not None and before is not None else ""
        covered = join([f"{share_text(hit, total)} % ", muted(of_text(hit, total))])
        found.append((join([label]), covered, change or muted("first"), f"{int(r['files']):,}"))
        before = now
    return found[::-1]


PAGE: Page[Any] = Page(
    slug="coverage",
    title="Coverage",
    icon=":material/grid_view:",
    load=load,
    draw=draw,
    rank=3,
    params=("path", "sort", "cp"),
)
