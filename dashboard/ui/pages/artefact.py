"""One artefact: what was read from it, what was done to it, and which gates rest on it."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.model.evaluation import Evaluation, GateResult
from dashboard.model.figures import moment_text, size_text
from dashboard.services.context import Context
from dashboard.store import artefacts
from dashboard.ui import judging
from dashboard.ui.components.artefacts import FIGURES, counts_text, state_of
from dashboard.ui.components.blocks import Figure, box, empty, figures, heading, lead, note, pairs, section
from dashboard.ui.components.integrity import notes_table
from dashboard.ui.components.links import Place, raw_link
from dashboard.ui.components.markup import Markup, join, muted, tag
from dashboard.ui.components.states import STALE
from dashboard.ui.components.verdicts import gate_table
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.wording import counted


@dataclass(frozen=True, slots=True)
class Artefact:
    """What the page shows."""

    place: Place
    artefact: dict[str, Any]
    gates: tuple[GateResult, ...]
    """Of the candidate looked at, those that rest on it."""


def load(context: Context, filters: Filters) -> Artefact:
    place = filters.place
    found = artefacts.find(context.store, filters.text("sha"))
    judged = judging.evaluation(context, place) if place.candidate else None
    return Artefact(place, found, resting(judged, str(found["sha256"])))


def resting(evaluation: Evaluation | None, sha256: str) -> tuple[GateResult, ...]:
    """Give the gates whose verdict rests on an artefact."""
    results = evaluation.results if evaluation else ()
    return tuple(r for r in results if any(s.sha256 == sha256 for s in r.verdict.evidence))


def draw(seen: Artefact) -> None:
    row = seen.artefact
    ledger, notes = row.get("ledger") or {}, row.get("notes") or []
    html(heading([seen.place.link("Evidence", "evidence"), tag("span", row["name"], class_="cs-break")]))
    odd = sum(int(ledger.get(k) or 0) for k in ("repaired", "ambiguous", "dropped"))
    held = counts_text(row.get("counts") or {}) or "nothing"
    said = f"{held} read from {size_text(int(row['size']))} of {row['format']}"
    said += f"; {odd:,} records repaired, ambiguous or dropped." if odd else "; every record was kept or folded."
    pruned = row.get("pruned_at")
    html(lead(said[:1].upper() + said[1:], state_of(row)))
    if pruned:
        html(
            note(
                f"Pruned on {moment_text(pruned)}: its bytes and records were removed. What it was is kept here, so "
                "that every number once shown can still be named.",
                STALE.named("pruned"),
            )
        )
    html(figures([Figure(f"{int(ledger.get(k) or 0):,}", k) for k in FIGURES]))
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        html(section("Notes", "what the reader noticed"), _notes(notes))
        html(section("Used by", counted(len(seen.gates), "gate")))
        if seen.gates:
            html(gate_table(seen.place, seen.gates, "Gates that rest on this file"))
        else:
            html(
                empty(
                    "Unused",
                    "No gate of this candidate rests on it: it belongs to another one, or a newer file replaced it.",
                )
            )
    with right:
        html(
            box(
                "What it is",
                pairs(_facts(row)),
                tag("p", raw_link(row["sha256"], "Download the bytes as they came")) if not pruned else Markup(""),
            )
        )
        html(section("sha256 of the bytes"))
        st.code(row["sha256"], language=None, wrap_lines=True)
        html(section("sha256 of the records"))
        st.code(row.get("records_sha256") or "not said", language=None, wrap_lines=True)


def _notes(notes: list[dict[str, Any]]) -> Markup:
    if not notes:
        return note("Nothing was noticed: the file is what its format says.")
    return notes_table(notes)


def _facts(row: dict[str, Any]) -> list[tuple[object, object]]:
    counts = row.get("counts") or {}
    facts: list[tuple[object, object]] = [
        ("Kind", row["kind"]),
        ("Read as", join([row["format"], muted(f" reader {row['reader_version']}")])),
        ("Written by", row.get("producer") or muted("not said")),
        ("Measured", moment_text(row.get("collected_at"))),
        ("Brought in", join([moment_text(row.get("ingested_at")), muted(f" by {row.get('by')}, {row.get('origin')}")])),
        ("Run", row.get("run_name") or muted("none")),
    ]
    return facts + [(k.replace("_", " "), f"{v:,}") for k, v in counts.items() if isinstance(v, int)]


PAGE: Page[Any] = Page(
    slug="artefact",
    title="Artefact",
    icon=":material/description:",
    load=load,
    draw=draw,
    under="evidence",
    params=("sha",),
    keeps_s=60,
)
