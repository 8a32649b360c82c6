"""Evidence: bring files in, and see what became of every one that ever came."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.model.evaluation import Evaluation
from dashboard.model.figures import moment_text, size_text
from dashboard.model.person import Permission, Role
from dashboard.model.records import Kind
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui import judging
from dashboard.ui.bringing import Ingest, draw_form, draw_receipts, ingest_of
from dashboard.ui.components.artefacts import ODD, counts_text, ledger_cells, ledger_columns, state_of
from dashboard.ui.components.blocks import box, empty, heading, lead, note, section
from dashboard.ui.components.integrity import all_notes, expectations, sums
from dashboard.ui.components.links import Place, raw_link
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.states import INFO, MISSING, PASS, State, chip
from dashboard.ui.components.tables import Column, scrolling, table
from dashboard.ui.look import html
from dashboard.ui.page import PAGE_ROWS, Filters, Page
from dashboard.ui.rows import rows as rows_of
from dashboard.ui.wording import counted, listed


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """What the page shows."""

    place: Place
    artefacts: pd.DataFrame
    found: int
    page: int
    evaluation: Evaluation | None
    """Of the candidate; ``None`` when there is none."""
    whole: bool
    """All candidates of the project rather than this one."""
    ingest: Ingest | None
    """``None`` when the person may not."""
    why_not: str


def load(context: Context, filters: Filters) -> EvidenceList:
    place = filters.place
    ingest = ingest_of(context) if context.may(Permission.INGEST) else None
    why_not = "" if ingest else _why_not(context)
    if not place.project:
        return EvidenceList(place, pd.DataFrame(), 0, 1, None, whole=False, ingest=ingest, why_not=why_not)
    whole = filters.text("of") == "project" or place.candidate is None
    candidate = None if whole or place.candidate is None else place.candidate.id
    found = frames.count_artefacts(context.store, place.project, candidate)
    page = min(max(1, filters.number("ap", 1)), max(1, -(-found // PAGE_ROWS)))
    offset = (page - 1) * PAGE_ROWS
    listed_ = frames.artefacts(context.store, place.project, candidate, limit=PAGE_ROWS, offset=offset)
    evaluation = judging.evaluation(context, place) if place.candidate else None
    return EvidenceList(place, listed_, found, page, evaluation, whole, ingest, why_not)


def _why_not(context: Context) -> str:
    if context.person.role is Role.ANONYMOUS:
        return "Sign in as an engineer, auditor or admin to bring in evidence here."
    return f"{context.person.name} has the role {context.person.role}, which may not bring in evidence."


def draw(seen: EvidenceList) -> None:
    html(heading(["Evidence", seen.place.project_name or "no project yet", counted(seen.found, "artefact")]))
    html(lead(*_sentence(seen)))
    if seen.evaluation is not None:
        html(_read(seen.evaluation))
    if seen.ingest is None:
        html(note(seen.why_not, INFO.named("read only")))
    else:
        draw_form(seen.place, seen.ingest)
    draw_receipts()
    _ledger(seen)


def _sentence(seen: EvidenceList) -> tuple[str, State]:
    if not seen.found:
        return "Nothing has been brought in, and what was not measured is never a success.", MISSING
    odd = int(sum(any(ledger.get(k) for k in ODD) for ledger in seen.artefacts["ledger"]))
    said = f"{counted(seen.found, 'artefact')} kept byte for byte"
    said += f"; {odd} with repaired, ambiguous or dropped records" if odd else "; every record was kept or folded"
    if seen.evaluation is None:
        return f"{said}.", PASS
    there = {source.kind for source in seen.evaluation.sources}
    absent = [str(k) for k in Kind if k not in there and k is not Kind.OTLP]
    short = sum(one.missing for one in seen.evaluation.expected)
    said += f". Expected and not there: {counted(short, 'report')}" if short else ""
    said += f". Not here: {listed(absent, 6)}" if absent else ". Every kind of evidence is here"
    return f"{said}.", MISSING if absent or short else PASS


def _read(evaluation: Evaluation) -> Markup:
    """Say what the candidate's files came to, and what is expected of it and not there."""
    found = evaluation.integrity
    whole = tag("div", box("How it was read", sums(found), all_notes(found), aside="all files of the candidate"))
    asked = tag("div", box("Expected reports", expectations(evaluation.expected), aside="by the policy"))
    return tag("div", whole, asked, class_="cs-cols")


def _ledger(seen: EvidenceList) -> None:
    html(section("Ledger", "what was done with every file: seen = kept + folded + dropped"))
    if seen.place.candidate is not None:
        st.segmented_control(
            "Artefacts of",
            ("candidate", "project"),
            default="candidate",
            required=True,
            key="of",
            bind="query-params",
            label_visibility="collapsed",
        )
    if seen.artefacts.empty:
        html(
            empty(
                "No artefacts",
                "Drop a file above, or bring one in where the database lies.",
                seen.place.ingest("FILE…"),
            )
        )
        return
    columns = (
        Column("File", narrow="title", width="15%"),
        Column("State", narrow="state"),
        Column("Read as", narrow="plain"),
        Column("Holds", narrow="plain"),
        *ledger_columns(),
        Column("Size", "right", "flow"),
        Column("Brought in", narrow="plain"),
        Column("sha256", narrow="flow"),
        Column("Raw", narrow="plain"),
    )
    rows = [_row(seen.place, row) for row in rows_of(seen.artefacts)]
    html(scrolling(table(columns, rows, caption="Artefacts, newest first", css="cs-flow cs-wide"), "Ledger"))
    if seen.found > PAGE_ROWS:
        html(note(f"{seen.found:,} artefacts"))
        st.pagination(-(-seen.found // PAGE_ROWS), default=1, key="ap", bind="query-params")


def _row(place: Place, row: dict[str, Any]) -> tuple[object, ...]:
    run = tag("div", row["run_name"], class_="cs-m cs-small") if isinstance(row["run_name"], str) else ""
    by = muted(f" {row['by']}, {row['origin']}")
    return (
        tag("span", place.link(row["name"], "artefact", sha=row["sha256"]), run, class_="cs-break"),
        chip(state_of(row)),
        join([row["format"], muted(f" {row['producer']}") if isinstance(row["producer"], str) else ""]),
        muted(counts_text(row["counts"])),
        *ledger_cells(row["ledger"]),
        tag("span", size_text(int(row["size"])), class_="cs-nw"),
        tag("span", moment_text(row["ingested_at"].to_pydatetime()), by),
        tag("span", mono(row["sha256"][:12]), title=row["sha256"]),
        raw_link(row["sha256"]),
    )


PAGE: Page[Any] = Page(
    slug="evidence",
    title="Evidence",
    icon=":material/inventory_2:",
    load=load,
    draw=draw,
    rank=6,
    params=("of", "ap"),
    fresh=True,
)
