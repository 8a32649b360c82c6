"""Changes: one run against another, by default the candidate against the last approved one or the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.analysis.durations import LEAST_S, Pace, compare
from dashboard.model.figures import duration_text, of_text, share_text
from dashboard.services import candidates
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store.frames import Comparison
from dashboard.ui import address, results
from dashboard.ui import runs as runs_of_page
from dashboard.ui.components.blocks import empty, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import FAIL, FLAKY, MISSING, PASS, SKIPPED, STALE, WARN, State, chip, outcome
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters, Page
from dashboard.ui.rows import records, rows
from dashboard.ui.runs import took
from dashboard.ui.wording import counted, listed

#: Runs that can be chosen, the newest of the project.
MOST_RUNS = 100

SLOWER = "slower"
KINDS: Mapping[str, State] = {
    "newly-failing": FAIL.named("newly failing"),
    "still-failing": FAIL.named("still failing"),
    "silenced": MISSING.named("failed, now silent"),
    "fixed": PASS.named("fixed"),
    "passed-alone": STALE.named("passed in a part"),
    "newly-flaky": FLAKY.named("newly flaky"),
    "new": State("new", "info", "info"),
    "removed": MISSING.named("removed"),
    "not-run": STALE.named("not run"),
    "newly-skipped": SKIPPED.named("newly skipped"),
    SLOWER: WARN.named("slower"),
}

#: What each kind means, where its word does not say all.
MEANINGS: Mapping[str, str] = {
    "silenced": "Failed before and is skipped or gone now. Nothing is fixed.",
    "passed-alone": "Failed before and passes in a run of a part, which clears nothing.",
    "not-run": "One of the runs is only a part of the other: these were not run rather than added or removed.",
    SLOWER: "Passed in both, and took longer than the noise between the two runs explains.",
}
PARAMS = ("before", "after", "kind", "dp")


@dataclass(frozen=True, slots=True)
class Changes:
    """What the page shows."""

    place: Place
    runs: pd.DataFrame
    """Of the project, newest first."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str = ""
    """Why these two were chosen; "" when the address names both."""
    comparison: Comparison | None = None
    pace: Pace[int] | None = None
    kind: str = "newly-failing"
    cases: pd.DataFrame | None = None
    page: int = 1

    def count(self, kind: str) -> int:
        """Count the cases of a kind."""
        if kind == SLOWER:
            return len(self.pace.slower) if self.pace else 0
        counts = self.comparison.counts.items() if self.comparison else ()
        return next((n for name, n in counts if name == kind), 0)


def load(context: Context, filters: Filters) -> Changes:
    place, store = filters.place, context.store
    runs = _kept(frames.runs(store, place.project, limit=MOST_RUNS))
    own = frames.runs_of(store, place.candidate.id) if place.candidate else runs.head(0)
    after = _named(context, filters, "after") or (_of_record(own) if len(own) else None)
    if after is None:
        return Changes(place, runs, None, None)
    before, why = _named(context, filters, "before"), ""
    if before is None:
        before, why = _usual(context, place, after)
    if before is None or pd.notna(before["pruned_at"]) or pd.notna(after["pruned_at"]):
        return Changes(place, runs, before, after)
    first, second = int(before["id"]), int(after["id"])
    comparison = frames.compare_runs(store, first, second)
    pairs = frames.paired_durations(store, first, second, LEAST_S)
    pace = compare(*(dict(zip(map(int, pairs["case_id"]), pairs[c], strict=True)) for c in ("before_s", "after_s")))
    seen = Changes(place, runs, before, after, why, comparison, pace)
    asked = filters.text("kind")
    kind = asked if asked in KINDS else next((k for k in KINDS if seen.count(k)), "newly-failing")
    page = min(max(1, filters.number("dp", 1)), max(1, -(-seen.count(kind) // PAGE_ROWS)))
    return Changes(
        place, runs, before, after, why, comparison, pace, kind, _cases(context, seen, pairs, kind, page), page
    )


def _cases(context: Context, seen: Changes, pairs: pd.DataFrame, kind: str, page: int) -> pd.DataFrame:
    start = (page - 1) * PAGE_ROWS
    if kind == SLOWER:
        wanted = [one.key for one in seen.pace.slower[start : start + PAGE_ROWS]] if seen.pace else []
        found = pairs.set_index("case_id", drop=False).loc[wanted]
        return found.assign(before="passed", after="passed", message=None)
    known = next(k for k in frames.CHANGES if k == kind)
    before, after = (int(run["id"]) if run else 0 for run in (seen.before, seen.after))
    part = seen.comparison.part if seen.comparison else ""
    return frames.changed_cases(context.store, before, after, known, part=part, limit=PAGE_ROWS, offset=start)


def _of_record(own: pd.DataFrame) -> dict[str, Any]:
    return rows(own[own["id"] == int(runs_of_page.of_record(own)["id"])])[0]


def _kept(runs: pd.DataFrame) -> pd.DataFrame:
    return runs[runs["pruned_at"].isna()]


def _named(context: Context, filters: Filters, name: str) -> dict[str, Any] | None:
    number = filters.number(name)
    return runs_of_page.named(context, filters.place, number)[0] if number else None


def _usual(context: Context, place: Place, after: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Choose what to compare with: the last approved candidate's run of record, else the run before on the branch."""
    if place.candidate is not None:
        approved = candidates.last_approved(context, place.candidate)
        theirs = _kept(frames.runs_of(context.store, approved.candidate.id)) if approved else pd.DataFrame()
        if len(theirs):
            return _of_record(theirs), "the last approved candidate"
    least = -(-int(after["total"]) // 2)
    found = rows(frames.runs_before(context.store, int(after["id"]), least=least))
    return (found[0], "the run before on the branch") if found else (None, "")


def draw(seen: Changes) -> None:
    if seen.after is None:
        html(
            heading(["Changes", seen.place.project_name]),
            empty(
                "No test results",
                "No run belongs to this candidate. Bring in its test report.",
                seen.place.ingest("report.xml"),
            ),
        )
        return
    parts = [_run(seen.place, seen.after)]
    if seen.before is not None:
        parts.append(join(["against ", _run(seen.place, seen.before)]))
    html(heading(["Changes", *parts]))
    gone = [results.removed(run) for run in (seen.after, seen.before) if run is not None and pd.notna(run["pruned_at"])]
    if gone:
        html(note("Without its results a run cannot be compared."), *gone[:1])
        _choice(seen)
        return
    if seen.before is None:
        html(
            empty(
                "Nothing to compare with",
                "There is no earlier run on this branch. Choose one below."
                if len(seen.runs) > 1
                else "There is no other run. Bring in the report of the next one to see what changed.",
                None if len(seen.runs) > 1 else seen.place.ingest("report.xml"),
            )
        )
        if len(seen.runs) > 1:
            _choice(seen)
        return
    html(lead(_sentence(seen), _state(seen)))
    if seen.why:
        html(note(f"Compared with {seen.why}."))
    _choice(seen)
    html(_totals(seen.before, seen.after))
    _list(seen)


def _run(place: Place, run: dict[str, Any]) -> Markup:
    name = tag("span", place.link(run["name"], "run", run=int(run["id"])), class_="cs-break")
    return join([name, muted(f" {str(run['subject'])[:7]}")])


def _sentence(seen: Changes) -> str:
    said = [f"{seen.count(kind):,} {state.word}" for kind, state in KINDS.items() if seen.count(kind)]
    return f"{listed(said, 6)}." if said else "Nothing is different: the same tests with the same outcomes."


def _state(seen: Changes) -> State:
    if seen.count("newly-failing"):
        return FAIL
    worse = ("silenced", "removed", "newly-skipped", "newly-flaky", SLOWER)
    return WARN if any(seen.count(kind) for kind in worse) else PASS


def _choice(seen: Changes) -> None:
    listed_runs = [*rows(seen.runs), *(run for run in (seen.before, seen.after) if run is not None)]
    names = {
        str(run["id"]): f"{run['name']} · {run['branch'] or 'no branch'} · {run['started_at']:%Y-%m-%d}"
        for run in listed_runs
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="cs-filters"):
        for key, label, run in (("before", "From", seen.before), ("after", "To", seen.after)):
            st.selectbox(
                label, list(names), width=330, placeholder="Choose a run", index=0 if run else None,
                format_func=lambda number: names.get(number, number),
                **address.chosen(key, str(run["id"]) if run else None),
            )  # fmt: skip
        kinds = [kind for kind in KINDS if seen.count(kind)]
        if kinds:
            st.pills(
                "Show", kinds, wrap=True, format_func=lambda kind: f"{KINDS[kind].word} {seen.count(kind):,}",
                **address.chosen("kind", seen.kind if seen.kind in kinds else None),
            )  # fmt: skip


def _totals(before: dict[str, Any], after: dict[str, Any]) -> Markup:
    columns = (
        Column("Count", narrow="title"), Column("From", "right", "flow"), Column("To", "right", "flow"),
        Column("Change", "right", "flow"),
    )  # fmt: skip
    lines: list[tuple[object, ...]] = []
    for key, word in zip(runs_of_page.COUNTS[:5], ("tests", "passed", "failed", "errors", "skipped"), strict=True):
        a, b = int(before[key]), int(after[key])
        lines.append((word, f"{a:,}", f"{b:,}", _signed(f"{b - a:+,}") if a != b else muted("0")))
    lines.append(("pass rate", _rate(before), _rate(after), _points(before, after)))
    lines.append(("took", took(before["duration_s"]), took(after["duration_s"]), _longer(before, after)))
    return table(columns, lines, caption="Counts of both runs", css="cs-flow cs-slim")


def _rate(run: dict[str, Any]) -> Markup:
    passed, total = int(run["passed"]), int(run["total"])
    if not total:
        return muted("no tests")
    return join([f"{share_text(passed, total)} % ", muted(of_text(passed, total))])


def _signed(number: str) -> str:
    return number.replace("-", "−")


def _points(before: dict[str, Any], after: dict[str, Any]) -> object:
    """Write by how many percentage points the pass rate changed; "" where one of the runs has none."""
    if not int(before["total"]) or not int(after["total"]):
        return ""
    rates = [100 * Fraction(int(run["passed"]), int(run["total"])) for run in (before, after)]
    change = rates[1] - rates[0]
    return _signed(f"{float(change):+.2f} pp") if change else muted("0")


def _longer(before: dict[str, Any], after: dict[str, Any]) -> str:
    if pd.isna(before["duration_s"]) or pd.isna(after["duration_s"]):
        return ""
    change = float(after["duration_s"]) - float(before["duration_s"])
    return f"{'+' if change > 0 else '−'}{duration_text(abs(change))}" if change else ""


def _list(seen: Changes) -> None:
    state, n = KINDS[seen.kind], seen.count(seen.kind)
    html(section(state.word.capitalize(), counted(n, "test")))
    if seen.kind in MEANINGS:
        html(note(MEANINGS[seen.kind]))
    if seen.cases is None or seen.cases.empty:
        html(empty("None", f"No test is {state.word} between these two runs. Choose another kind above."))
        return
    columns = (
        Column("Test", narrow="title", width="40%"), Column("From", narrow="flow", width="15%"),
        Column("To", narrow="state", width="15%"), Column("Message", narrow="plain", width="30%"),
    )  # fmt: skip
    lines = [
        (
            join(
                [
                    tag("span", seen.place.link(row.name, "case", case=row.case_id), class_="cs-break"),
                    muted(f" {row.classname}") if row.classname else "",
                ]
            ),
            _told(row.before, row.before_s),
            _told(row.after, row.after_s),
            tag("span", _because(seen.kind, row), class_="cs-break cs-clamp cs-m"),
        )
        for row in records(seen.cases)
    ]
    html(table(columns, lines, caption=f"Tests {state.word}", css="cs-fixed cs-flow"))
    if n > PAGE_ROWS:
        st.pagination(-(-n // PAGE_ROWS), default=1, key="dp", bind="query-params")


def _told(word: Any, seconds: Any) -> Markup:
    if not isinstance(word, str):
        return muted("not in this run")
    return join([chip(outcome(word)), " ", took(seconds) if pd.notna(seconds) else ""])


def _because(kind: str, row: Any) -> str:
    if kind == SLOWER:
        return f"{duration_text(float(row.after_s) - float(row.before_s))} more"
    return str(row.message or "").split("\n", 1)[0]


PAGE: Page[Any] = Page(
    slug="changes",
    title="Changes",
    icon=":material/difference:",
    load=load,
    draw=draw,
    rank=3,
    under="tests",
    params=PARAMS,
)
