"""One source file: which of its lines were hit, missed, or hit in part, and which tests ran them."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.errors import NotFoundError
from dashboard.model.figures import of_text, share_text
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui.components.blocks import Figure, bar, figures, fold, heading, lead, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, tag
from dashboard.ui.components.states import FAIL, PASS, WARN, State, chip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.contexts import UNSAID, Contexts, contexts, listing, summary
from dashboard.ui.coverage_notes import approximate, label, reason_of
from dashboard.ui.covering import Covered, ranges, with_lines
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted

#: Ranges listed at once; the strip shows them all.
MOST_RANGES = 200

#: What the strip says to ears.
STRIP_SAYS = "Lines of the file in order, by state; the table below lists those that are missed"

APPROX = WARN.named("approx")
STATES: dict[str, State] = {"missed": FAIL.named("missed"), "partial": WARN.named("partial"), "hit": PASS.named("hit")}


@dataclass(frozen=True, slots=True)
class File:
    """What the page shows."""

    place: Place
    file: dict[str, Any]
    ranges: tuple[tuple[int, int, str], ...]
    """First line, last line, ``hit``, ``missed`` or ``partial``; in the order of the file."""
    contexts: Contexts = UNSAID


def load(context: Context, filters: Filters) -> File:
    place, path = filters.place, filters.text("path")
    parts = policies.current(context, place.project).components if place.candidate else ()
    files = (
        with_lines(frames.coverage_files(context.store, place.candidate.id, components=parts))
        if place.candidate
        else pd.DataFrame({"path": []})
    )
    own = files[files["path"] == path]
    if own.empty or place.candidate is None:
        msg = f"No coverage report of this candidate names the file {path!r}."
        raise NotFoundError(msg, hint="Open it from the Coverage page.")
    row = rows_of(own)[0]
    tests = frames.coverage_contexts(context.store, place.candidate.id, path, parts)
    return File(place, row, in_order(row), contexts(tests, filters.number("line")))


def in_order(row: dict[str, Any]) -> tuple[tuple[int, int, str], ...]:
    """Give the file's ranges by line."""
    found = [(a, b, word) for word in STATES for a, b in ranges(row.get(word))]
    return tuple(sorted(found))


def draw(seen: File) -> None:
    row = seen.file
    path = tag("span", row["path"], class_="cs-break")
    noun = "statement" if row.get("by_statements") else "line"
    covered = _lead(_whole(row["lines_hit"]), _whole(row["lines_total"]), noun)
    html(heading([seen.place.link("Coverage", "coverage"), path]), covered, figures(_figures(row)), _why(row))
    _lines(seen)
    _contexts(seen)


def _contexts(seen: File) -> None:
    if not seen.contexts.found:
        html(section("Tests"), listing(seen.contexts))
        return
    html(section("Tests", summary(seen.contexts)))
    st.text_input("Line", key="line", bind="query-params", max_chars=9, placeholder="Any line", width=160)
    html(listing(seen.contexts))


def _why(row: dict[str, Any]) -> Markup:
    """Say that the figures are a lower bound, and why."""
    reason, reports = reason_of(row), int(row.get("reports") or 1)
    if not reason:
        return note(f"United from {reports} reports, exactly.") if reports > 1 else join([])
    return note(f"A lower bound: its {counted(reports, 'report')} cannot be united exactly ({reason}).", APPROX)


def _lines(seen: File) -> None:
    if not seen.ranges:
        html(note("The report counts lines without naming them, so there is nothing to show line by line."))
        return
    last = max(b for _, b, _ in seen.ranges)
    html(
        section("Line by line", f"{last:,} lines, top of the file left"),
        bar(_strip(seen.ranges, last), label=STRIP_SAYS),
    )
    wanting = [r for r in seen.ranges if r[2] != "hit"]
    columns = (Column("Lines", narrow="title"), Column("State", narrow="state"), Column("How many", "right", "flow"))
    if wanting:
        html(
            table(
                columns,
                [_row(r) for r in wanting[:MOST_RANGES]],
                caption="Lines missed or hit in part",
                css="cs-flow cs-half",
            )
        )
    if len(wanting) > MOST_RANGES:
        html(note(f"The first {MOST_RANGES} of {len(wanting):,} ranges."))
    were_hit = [r for r in seen.ranges if r[2] == "hit"]
    if were_hit:
        rows = [_row(r) for r in were_hit[:MOST_RANGES]]
        html(
            fold(
                counted(len(were_hit), "range hit", "ranges hit"),
                table(columns, rows, caption="Lines hit", css="cs-flow cs-half"),
            )
        )


def _whole(value: Any) -> int:
    return int(value) if pd.notna(value) else 0


def _lead(hit: int, total: int, noun: str = "line") -> Markup:
    """Say how much is covered; a report that does not say how much there is proves nothing of it."""
    if not total:
        return lead("The report does not say how many lines there are to cover.", WARN)
    missed = total - hit
    rest = f"{counted(missed, noun)} {'is' if missed == 1 else 'are'} missed." if missed else "none is missed."
    share = f"{share_text(hit, total)} % of its {noun}s are covered, {of_text(hit, total)}; "
    return lead(share + rest, WARN if missed else PASS)


def _figures(row: dict[str, Any]) -> list[Figure]:
    found = []
    names = ("branches", "statements") if row.get("by_statements") else ("lines", "branches", "statements")
    for name in names:
        total = row.get(f"{name}_total")
        if pd.notna(total) and total:
            hit = int(row[f"{name}_hit"] or 0)
            covered, lower = Covered(hit, int(total)), name in approximate(reason_of(row))
            found.append(Figure(f"{covered.text} %", label(name, covered, lower=lower)))
    return found


def _row(part: tuple[int, int, str]) -> tuple[object, ...]:
    first, last, word = part
    return (mono(str(first) if first == last else f"{first} to {last}"), chip(STATES[word]), f"{last - first + 1:,}")


def _strip(parts: tuple[tuple[int, int, str], ...], last: int) -> list[tuple[float, str]]:
    tones = {"hit": "pass", "missed": "fail", "partial": "warn"}
    drawn: list[tuple[float, str]] = []
    at = 1
    for first, end, word in parts:
        if end < at:
            continue
        if first > at:
            drawn.append(((first - at) / last, "none"))
        drawn.append(((end - max(first, at) + 1) / last, tones[word]))
        at = end + 1
    return drawn


PAGE: Page[Any] = Page(
    slug="file", title="File", icon=":material/code:", load=load, draw=draw, under="coverage", params=("path", "line")
)
