"""Bringing evidence in by the browser: the form, the progress, the receipts."""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import streamlit as st

from dashboard.errors import CountersignError
from dashboard.services.context import Context
from dashboard.services.ingest import Intake, Receipt, ingest_all, make_target
from dashboard.ui.components.artefacts import counts_text
from dashboard.ui.components.blocks import items, note, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, INFO, PASS, SKIPPED, chip
from dashboard.ui.look import html

#: Megabytes that the browser may bring; Streamlit keeps uploads in memory.
MOST_MB = 20

Ingest = Callable[[BinaryIO, str, Mapping[str, str]], Intake]
"""Body, name of the file, and the fields of the form."""

#: Why a file, or a member of an archive, has no receipt: ``refused`` or ``skipped``, slug, message, hint.
Why = tuple[str, str, str, str]


def ingest_of(context: Context) -> Ingest:
    """Bind bringing in to the person who looks."""

    def ingest(body: BinaryIO, name: str, fields: Mapping[str, str]) -> Intake:
        said = {key: value or None for key, value in fields.items()}
        target = make_target(
            context,
            project=fields["project"],
            subject=fields["subject"],
            version=said["version"],
            branch=said["branch"],
            environment=said["environment"],
            run=said["run"],
        )
        return ingest_all(context, body, name, target, origin="browser")

    return ingest


def draw_form(place: Place, ingest: Ingest) -> None:
    """Draw the form, filled with the place that is looked at."""
    candidate = place.candidate
    with st.form("bring-in", border=True):
        html(section("Bring in evidence", f"files up to {MOST_MB} MB; larger ones by command line or API"))
        files = st.file_uploader(
            "Reports: JUnit XML, CTRF, coverage, benchmarks, flags, health, samples, environment; ZIP or tar of them",
            accept_multiple_files=True,
            max_upload_size=MOST_MB,
            key="files",
        )
        first = st.columns(3)
        second = st.columns(3)
        fields = {
            "project": first[0].text_input("Project", place.project, max_chars=64),
            "subject": first[1].text_input(
                "Subject (commit or artefact digest)", candidate.subject if candidate else "", max_chars=128
            ),
            "version": first[2].text_input("Version", (candidate.version or "") if candidate else "", max_chars=200),
            "environment": second[0].text_input(
                "Environment", (candidate.environment or "") if candidate else "", max_chars=200
            ),
            "branch": second[1].text_input("Branch", (candidate.branch or "") if candidate else "", max_chars=200),
            "run": second[2].text_input("Run (empty: a new one)", "", max_chars=200),
        }
        sent = st.form_submit_button("Bring in", type="primary")
    html(note(join(["Large files: ", mono(place.ingest("FILE"))])))
    if sent:
        _bring_in(ingest, list(files or []), fields)


def _bring_in(ingest: Ingest, files: list[Any], fields: Mapping[str, str]) -> None:
    if not files:
        st.session_state["cs-receipts"] = [
            ("no file", None, ("refused", "nothing-chosen", "No file was chosen.", "Drop one above."))
        ]
        return
    done: list[tuple[str, Receipt | None, Why | None]] = []
    progress = st.progress(0.0, text="Reading")
    for at, file in enumerate(files):
        progress.progress(at / len(files), text=f"Reading {file.name}, {at + 1} of {len(files)}")
        try:
            for one in ingest(file, file.name, fields).outcomes:
                if isinstance(one, Receipt):
                    done.append((one.path, one, None))
                else:
                    done.append((one.path, None, _why(one.error, one.status)))
        except CountersignError as error:
            done.append((file.name, None, _why(error, "refused")))
    progress.empty()
    st.session_state["cs-receipts"] = done
    st.rerun()


def _why(error: CountersignError, status: str) -> Why:
    return status, error.slug, str(error), error.hint


def draw_receipts() -> None:
    """Say what became of the files that were just brought in."""
    done = st.session_state.get("cs-receipts")
    if done:
        html(section("Receipts", "of the files just brought in"), items(_receipt(*one) for one in done))


def _receipt(name: str, receipt: Receipt | None, error: Why | None) -> Markup:
    if receipt is None:
        status, slug, message, hint = error or ("refused", "", "", "")
        state = (SKIPPED if status == "skipped" else FAIL).named(status)
        return join([chip(state), " ", name, ": ", message, " ", muted(join([hint, " ", mono(slug)]))])
    known = {"stored": PASS.named("stored"), "duplicate": SKIPPED.named("already here")}
    state = known.get(receipt.status, INFO.named(receipt.status))
    ledger = ", ".join(f"{v:,} {k}" for k, v in receipt.ledger.items() if v)
    said = join([receipt.format, " · ", counts_text(receipt.counts), " · ", ledger, " · ", mono(receipt.sha256[:12])])
    return join([chip(state), " ", name, " ", muted(said), *(_note(n) for n in receipt.notes[:5])])


def _note(one: Mapping[str, Any]) -> Markup:
    return tag("div", mono(one["slug"]), f" {one['message']}", muted(f" ×{one['count']:,}"), class_="cs-small")
