"""One test case: its last runs as a strip, how long it takes, and why it failed."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.charts.series import duration_series
from dashboard.errors import NotFoundError
from dashboard.model.figures import duration_text, moment_text, size_text
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui.components.blocks import empty, fold, heading, note, pairs, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FLAKY, State, chip, outcome
from dashboard.ui.components.strips import Cell, legend, strip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import chart, html, palette
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.runs import took
from dashboard.ui.wording import counted

#: Runs in the strip.
STRIP_RUNS = 60


@dataclass(frozen=True, slots=True)
class Case:
    """What the page shows."""

    place: Place
    case: dict[str, Any]
    history: pd.DataFrame
    """Newest first."""
    attempts: pd.DataFrame
    """Of the chosen run, or of the newest."""
    failures: tuple[tuple[str, dict[str, Any]], ...]
    """Where, and the text: the newest failures."""


def load(context: Context, filters: Filters) -> Case:
    place = filters.place
    number = filters.number("case")
    found = frames.case(context.store, number)
    if found is None:
        msg = f"There is no test case {number}."
        raise NotFoundError(msg, hint="Open it from the Tests page.")
    history = frames.case_history(context.store, number, limit=STRIP_RUNS)
    run_id = filters.number("run") or (int(history.iloc[0]["run_id"]) if len(history) else 0)
    attempts = frames.case_attempts(context.store, run_id, number)
    failed = history[history["failure_id"].notna() & history["outcome"].isin(["failed", "error"])].head(3)
    texts = []
    for row in rows_of(failed):
        text = frames.failure_text(context.store, int(row["failure_id"]))
        if text is not None:
            texts.append((f"{row['run_name']} · {str(row['subject'])[:7]}", text))
    return Case(place, found, history, attempts, tuple(texts))


def draw(seen: Case) -> None:
    name, classname = seen.case["name"], seen.case.get("classname") or ""
    html(
        heading([seen.place.link("Tests", "tests"), tag("span", classname, class_="cs-break") if classname else "case"])
    )
    if seen.history.empty:
        html(empty("Never run", "This case is known but no run holds a result of it."))
        return
    state = _state(seen.history)
    html(
        tag("div", chip(state), " ", tag("span", name, class_="cs-break"), class_="cs-lead"),
        note(_evidence(seen.history)),
    )
    oldest = seen.history.iloc[::-1]
    cells = [_cell(seen.place, row) for row in rows_of(oldest)]
    html(
        section("Runs", f"the last {len(cells)}, newest right"), strip(cells, "Outcome by run, oldest first"), legend()
    )
    _durations(oldest)
    _failures(seen)
    html(_history(seen))


def _state(history: pd.DataFrame) -> State:
    if _flaky(history):
        return FLAKY
    return outcome(str(history.iloc[0]["outcome"]))


def _flaky(history: pd.DataFrame) -> bool:
    newest = history.iloc[0]["subject"]
    own = history[history["subject"] == newest]
    retried = (own["attempts"].fillna(0) > 1) & (own["outcome"] == "passed")
    words = set(own["outcome"])
    return bool(retried.any()) or ("passed" in words and bool(words & {"failed", "error"}))


def _evidence(history: pd.DataFrame) -> str:
    bad = history["outcome"].isin(["failed", "error"])
    failed = int(bad.sum())
    ran = int((history["outcome"] != "skipped").sum())
    text = f"{failed:,} of {ran:,} executed runs failed" if ran else "skipped in every run"
    since = int(bad.cumprod().sum())
    middle = history["duration_s"].median()
    typical = f"; typically {duration_text(float(middle))}" if not math.isnan(middle) else ""
    return f"{text}{f', the last {since} in a row' if since else ''}{typical}."


def _word(row: dict[str, Any]) -> str:
    return "retried" if row["outcome"] == "passed" and (row["attempts"] or 0) > 1 else str(row["outcome"])


def _cell(place: Place, row: dict[str, Any]) -> Cell:
    word = {"retried": "passed on retry"}.get(_word(row), _word(row))
    says = f"{word}, {row['run_name']}, {str(row['subject'])[:7]}, {row['started_at']:%Y-%m-%d}"
    return Cell(_word(row), says, place.href("run", run=row["run_id"]))


def _durations(oldest: pd.DataFrame) -> None:
    html(section("Duration", "by run, in the colour of the outcome where it is not a pass"))
    if oldest["duration_s"].notna().sum() == 0:
        html(note("No report says how long this case takes."))
        return
    top = float(oldest["duration_s"].max())
    scale, unit = (1.0, "s") if top >= 1 else (1000.0, "ms")
    tones = {"passed": "pass", "skipped": "skipped", "retried": "warn"}
    rows = rows_of(oldest)
    frame = pd.DataFrame(
        {
            "label": [f"{r['started_at']:%m-%d} · {str(r['subject'])[:7]} · {r['run_id']}" for r in rows],
            "value": [r["duration_s"] * scale if pd.notna(r["duration_s"]) else None for r in rows],
            "tone": [tones.get(_word(r), "fail") for r in rows],
            "text": [f"{str(r['subject'])[:7]}, {_word(r)}, {took(r['duration_s'])}" for r in rows],
        }
    )
    alt = f"Duration over {len(rows)} runs; the table below holds the same."
    chart(duration_series(frame, palette(), unit=unit), alt=alt, key="case-durations")


def _failures(seen: Case) -> None:
    if len(seen.attempts) > 1:
        rows = [
            (f"{int(r.attempt)}", chip(outcome(r.outcome)), took(r.duration_s), _text(r.message))
            for r in records(seen.attempts)
        ]  # fmt: skip
        columns = (
            Column("Attempt", narrow="title"), Column("Outcome", narrow="state"), Column("Took", "right", "flow"),
            Column("Message", narrow="plain"),
        )  # fmt: skip
        html(section("Attempts", "in one run"), table(columns, rows, caption="Attempts", css="cs-flow"))
    for at, (where, text) in enumerate(seen.failures):
        said = dotted([text.get("type"), where])
        body = text.get("text") or text.get("message") or ""
        size = f"{size_text(int(text.get('size') or 0))} in the file" if text.get("size") else ""
        block = tag(
            "pre", tag("code", body), class_="cs-pre cs-pre-wrap cs-failure", tabindex="0", aria_label="Failure text"
        )
        html(fold(said, tag("p", text.get("message") or "", class_="cs-break"), block, muted(size), unfolded=at == 0))


def _text(message: Any) -> Markup:
    return tag("span", message if isinstance(message, str) else "", class_="cs-break cs-clamp cs-m")


def _history(seen: Case) -> Markup:
    columns = (
        Column("Run", narrow="title"), Column("Outcome", narrow="state"), Column("Started", narrow="plain"),
        Column("Subject", narrow="plain"), Column("Took", "right", "flow"), Column("Message", narrow="plain"),
    )  # fmt: skip
    rows = [
        Row(
            (
                tag("span", seen.place.link(r["run_name"], "run", run=r["run_id"]), class_="cs-break"),
                chip(FLAKY.named("passed on retry") if _word(r) == "retried" else outcome(r["outcome"])),
                moment_text(r["started_at"].to_pydatetime()),
                mono(str(r["subject"])[:7]),
                took(r["duration_s"]),
                _text(str(r["message"] or "").split("\n", 1)[0]),
            )
        )
        for r in rows_of(seen.history.head(20))
    ]
    facts = pairs([(k, seen.case[k]) for k in ("suite", "file") if seen.case.get(k)])
    return join(
        [
            section("History", counted(len(seen.history), "run")),
            table(columns, rows, caption="Runs of this case", css="cs-flow"),
            facts,
        ]
    )


PAGE: Page[Any] = Page(
    slug="case", title="Case", icon=":material/rule:", load=load, draw=draw, under="tests", params=("case", "run")
)
