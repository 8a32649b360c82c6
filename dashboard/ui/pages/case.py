"""One test case: its status with the evidence, its last runs as a strip, why it failed, and what people said of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.errors import NotFoundError
from dashboard.model.figures import duration_text, moment_text, size_text
from dashboard.model.person import Permission
from dashboard.model.status import Status
from dashboard.services import mutes, notes, owners
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store.mutes import Mute
from dashboard.store.notes import Note
from dashboard.ui import case_history, mute_forms
from dashboard.ui.acts import refusal, tried
from dashboard.ui.components.blocks import empty, fold, heading, note, pairs, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FLAKY, SKIPPED, State, chip, outcome
from dashboard.ui.components.strips import legend, strip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.look import html
from dashboard.ui.mute_forms import MuteActs
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import records
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.runs import took
from dashboard.ui.sharing import origin
from dashboard.ui.statuses import STATES, rate
from dashboard.ui.wording import counted

#: Runs in the strip.
STRIP_RUNS = 60

#: Groups of failures that are shown with their text.
MOST_TEXTS = 5


@dataclass(frozen=True, slots=True)
class Failed:
    """Failures of the case that have one fingerprint, of attempts and of outcomes."""

    title: str
    text: dict[str, Any]
    """The newest of them, whole."""
    times: int
    runs: tuple[str, ...]
    """Run and commit, newest first."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the page shows."""

    place: Place
    case: dict[str, Any]
    branch: str
    state: dict[str, Any] | None
    """As the rules judge it on the branch; nothing for a case that never failed there."""
    history: pd.DataFrame
    """Newest first, of the branch."""
    sizes: dict[int, int]
    """Cases in each of these runs."""
    attempts: pd.DataFrame
    """Of the chosen run, or of the newest."""
    attempts_of: str
    """Name of that run."""
    siblings: pd.DataFrame
    """The same test with other parameters, in that run."""
    failures: tuple[Failed, ...]
    contradictions: pd.DataFrame
    events: pd.DataFrame
    owners: tuple[str, ...]
    mutes: tuple[Mute, ...]
    notes: tuple[Note, ...]
    now: datetime
    acts: MuteActs | None
    base_url: str
    """Of the server, where its settings say so."""
    write: Callable[[str], None] | None
    """Writes a note; ``None`` for who may not."""


def load(context: Context, filters: Filters) -> Case:
    place, store = filters.place, context.store
    number = filters.number("case")
    found = frames.case(store, number)
    if found is None or found["project"] != place.project:
        msg = f"There is no test case {number}."
        raise NotFoundError(msg, hint="Open it from the Tests page.")
    branch = (place.candidate.branch if place.candidate else None) or ""
    history = frames.case_history(store, number, branch=branch, limit=STRIP_RUNS)
    if history.empty:  # it may live on another branch
        history = frames.case_history(store, number, limit=STRIP_RUNS)
        branch = str(history.iloc[0]["branch"] or "") if len(history) else branch
    states = rows_of(frames.case_states(store, place.project, branch, cases=[number], limit=1))
    run_id = filters.number("run") or (int(history.iloc[0]["run_id"]) if len(history) else 0)
    runs = frames.runs(store, place.project, branch=branch, limit=STRIP_RUNS * 2)
    may_write = context.may(Permission.MUTE)
    return Case(
        place=place,
        case=found,
        branch=branch,
        state=states[0] if states else None,
        history=history,
        sizes={int(row.id): int(row.total) for row in records(runs)},
        attempts=frames.case_attempts(store, run_id, number),
        attempts_of=next((r["run_name"] for r in rows_of(history) if r["run_id"] == run_id), f"run {run_id}"),
        siblings=frames.siblings(store, number, run_id),
        failures=_failures(context, frames.case_failures(store, number, branch, STRIP_RUNS)),
        contradictions=frames.contradictions(store, number),
        events=frames.case_events(store, number, limit=20),
        owners=owners.of(context, place.project).of_case(found.get("file"), found.get("classname") or ""),
        mutes=mutes.of_case(context, number),
        notes=notes.listed(context, number),
        now=context.clock(),
        acts=mute_forms.acts_of(context, place.project, number, branch or None),
        base_url=context.settings.base_url,
        write=(lambda text: notes.add(context, place.project, number, text)) if may_write else None,
    )


def _failures(context: Context, failed: pd.DataFrame) -> tuple[Failed, ...]:
    """Group the failures as the Failures page does: the same one again is not told again."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows_of(failed[failed["failure_id"].notna()]):
        first_line = str(row["message"] or "").split("\n", 1)[0]
        key = int(row["group_id"]) if pd.notna(row["group_id"]) else (row["type"], first_line)
        groups.setdefault(key, []).append(row)
    found = []
    for told in list(groups.values())[:MOST_TEXTS]:
        text = frames.failure_text(context.store, int(told[0]["failure_id"]))
        if text is not None:
            title = str(told[0]["title"] or text["type"] or "a failure that says nothing")
            runs = dict.fromkeys(f"{row['run_name']} · {str(row['subject'])[:7]}" for row in told)
            found.append(Failed(title, text, len(told), tuple(runs)))
    return tuple(found)


def draw(seen: Case) -> None:
    name, classname = seen.case["name"], seen.case.get("classname") or ""
    html(
        heading([seen.place.link("Tests", "tests"), tag("span", classname, class_="cs-break") if classname else "case"])
    )
    if seen.history.empty:
        html(
            empty(
                "No results",
                "This case is known, but no run holds a result of it: they were removed to make room. The next run of "
                "the suite brings new ones.",
                seen.place.ingest("report.xml"),
            )
        )
        _said(seen)
        return
    html(
        tag(
            "div",
            join([chip(_state(seen)), tag("span", name, class_="cs-break"), *_muted(seen)], " "),
            class_="cs-lead",
        ),
        note(_evidence(seen)),
        tag("div", pairs(_facts(seen)), class_="cs-gap-s"),
    )
    oldest = seen.history.iloc[::-1]
    cells = [case_history.cell(seen.place, row) for row in rows_of(oldest)]
    where = f" of {seen.branch}" if seen.branch else ""
    html(
        section("Runs", f"the last {len(cells)}{where}, newest right"),
        strip(cells, "Outcome by run, oldest first"),
        legend(),
    )
    case_history.durations(oldest)
    html(case_history.contradicted(seen.place, seen.contradictions))
    _told(seen)
    html(case_history.siblings(seen.place, seen.siblings, seen.attempts_of))
    html(case_history.company(seen.history, seen.sizes), _events(seen))
    _said(seen)
    html(case_history.runs_table(seen.place, seen.history))
    st.caption("Link to this view")
    here = seen.place.href("case", case=seen.case["case_id"]).removeprefix(".")
    st.code(f"{seen.base_url or origin(st.context.url or '')}{here}", language=None, wrap_lines=True)


def _said(seen: Case) -> None:
    html(section("Mutes", "a muted test still counts as failed"))
    mute_forms.draw(seen.mutes, seen.now, seen.acts, seen.branch or None)
    _notes(seen)


def _state(seen: Case) -> State:
    if seen.state is not None:
        return STATES[Status(seen.state["status"])]
    if not seen.contradictions.empty:
        return FLAKY
    return outcome(str(seen.history.iloc[0]["outcome"]))


def _muted(seen: Case) -> list[Markup]:
    held = [one for one in seen.mutes if one.live(seen.now)]
    return [chip(SKIPPED.named(f"muted until {held[0].expires_at:%Y-%m-%d}"))] if held else []


def _evidence(seen: Case) -> Markup:
    history = seen.history
    middle = history["duration_s"].median()
    typical = f"; typically {duration_text(float(middle))}" if not math.isnan(middle) else ""
    if seen.state is None:
        ran = int((history["outcome"] != "skipped").sum())
        bad = int(history["outcome"].isin(["failed", "error"]).sum())
        return join([f"{bad:,} of {ran:,} executed runs failed{typical}." if ran else "Skipped in every run."])
    one = seen.state
    rule = f"rule {one['rule']}: " if one["rule"] and one["rule"] != "hysteresis" else ""
    said = f"{rule}{one['because']}{typical}."
    share = rate(int(one["failures"]), int(one["decided"]), float(one["low"]), float(one["high"]))
    parts: list[object] = [said[:1].upper() + said[1:], " Failed, if only at first, in ", share, "."]
    if isinstance(one["order_suspect"], str):
        parts += [tag("br"), chip(STATES[Status.ORDER_SUSPECT]), " ", one["order_suspect"], "."]
    return join(parts)


def _facts(seen: Case) -> list[tuple[object, object]]:
    found: list[tuple[object, object]] = [(k, seen.case[k]) for k in ("suite", "file") if seen.case.get(k)]
    return [
        *found,
        (
            "owner",
            ", ".join(seen.owners) or join([muted("nobody; set a CODEOWNERS file with "), mono("countersign owners")]),
        ),
    ]


def _told(seen: Case) -> None:
    if len(seen.attempts) > 1:
        lines = [
            (
                f"{int(r.attempt)}",
                chip(outcome(r.outcome)),
                took(r.duration_s),
                tag("span", r.message if isinstance(r.message, str) else "", class_="cs-break cs-clamp cs-m"),
            )
            for r in records(seen.attempts)
        ]
        columns = (
            Column("Attempt", narrow="title"), Column("Outcome", narrow="state"), Column("Took", "right", "flow"),
            Column("Message", narrow="plain"),
        )  # fmt: skip
        html(
            section("Attempts", join(["in ", seen.attempts_of])),
            table(columns, lines, caption="Attempts", css="cs-flow"),
        )
    if seen.failures:
        html(section("Failures", f"{counted(len(seen.failures), 'reason')}, of attempts too, newest first"))
    for at, one in enumerate(seen.failures):
        times = counted(one.times, "time") if one.times > len(one.runs) else ""
        said = dotted([tag("strong", one.title), times, counted(len(one.runs), "run"), f"lastly {one.runs[0]}"])
        body = one.text.get("text") or one.text.get("message") or ""
        size = f"{size_text(int(one.text.get('size') or 0))} in the file" if one.text.get("size") else ""
        code = tag("pre", tag("code", body), class_="cs-pre cs-pre-wrap cs-failure", tabindex="0", aria_label="Text")
        more = f" and {len(one.runs) - 6:,} more" if len(one.runs) > 6 else ""
        others = f"Also in {', '.join(one.runs[1:6])}{more}" if len(one.runs) > 1 else ""
        message = tag("p", one.text.get("message") or "", class_="cs-break")
        html(fold(said, message, code, muted(dotted([size, others])), unfolded=at == 0))


def _events(seen: Case) -> Markup:
    if seen.events.empty:
        return Markup("")
    columns = (
        Column("Became", narrow="title"), Column("Was", narrow="flow"), Column("Because", narrow="plain"),
        Column("When", narrow="plain"),
    )  # fmt: skip
    lines = [
        (
            chip(STATES[Status(row.new_status)]),
            muted(STATES[Status(row.old_status)].word),
            tag("span", row.because, class_="cs-break cs-m"),
            moment_text(row.at.to_pydatetime()) if pd.notna(row.run_id) else muted("new thresholds"),
        )
        for row in records(seen.events)
    ]
    table_ = table(columns, lines, caption="Changes of status, newest first", css="cs-flow")
    return fold(join([counted(len(lines), "change"), " of status"]), table_)


def _notes(seen: Case) -> None:
    write = seen.write
    html(section("Notes", counted(len(seen.notes), "note")))
    for one in seen.notes:
        html(tag("p", muted(f"{one.by}, {one.at:%Y-%m-%d %H:%M} UTC: "), one.text, class_="cs-break"))
    if write is None:
        if not seen.notes:
            html(note("No notes. Who has signed in as an engineer can write one."))
        return
    with st.expander("Write a note"), st.form("note-add", border=False, clear_on_submit=True):
        text = st.text_area("Note", max_chars=notes.MAX_TEXT, height=80)
        sent = st.form_submit_button("Add the note")
    if sent:
        tried(lambda: write(text or ""), "note")
    refusal("note")


PAGE: Page[Any] = Page(
    slug="case",
    title="Case",
    icon=":material/rule:",
    load=load,
    draw=draw,
    under="tests",
    params=("case", "run"),
    fresh=True,
)
