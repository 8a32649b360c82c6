"""The register as CSV: every column, times in ISO 8601, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Decision
from dashboard.model.register import CandidateState, Declared, Entry, Judged
from dashboard.reports.register_csv import COLUMNS, as_dict, lines, safe

AT = datetime(2025, 10, 18, 14, 2, tzinfo=UTC)


def entry(version="2.4.0", judged=True, declared=None):
    candidate = Candidate(7, "shop", "Shop", "3f9c" * 10, version, "main", None, AT, None)
    found = Judged("e" * 64, Decision.GO, 79, 86, "p" * 64, 7, AT + timedelta(hours=1), "", ("WARNING: x, y",))
    return Entry(candidate, CandidateState.OPEN, CandidateState.OPEN, found if judged else None, (), 2, 1, 8, AT,
                 declared, "")  # fmt: skip


def read(*entries):
    return list(csv.DictReader(io.StringIO("".join(lines(entries)), newline="")))


def test_a_row_has_everything_as_it_is():
    (row,) = read(entry())
    assert tuple(row) == COLUMNS and row == as_dict(entry())
    assert row["opened_at"] == "2025-10-18T14:02:00Z" and row["judged_at"] == "2025-10-18T15:02:00Z"
    assert (row["score"], row["points"], row["possible_points"]) == ("9.2", "39.5", "43")
    assert (row["subject"], row["policy_digest"], row["evaluation_id"]) == ("3f9c" * 10, "p" * 64, "e" * 64)
    assert (row["open_conditions"], row["overdue_conditions"]) == ("2", "1")


def test_what_was_never_judged_says_so_and_has_no_figure():
    (row,) = read(entry(judged=False))
    assert row["decision"] == "not judged"
    assert {row[name] for name in ("score", "points", "policy_version", "judged_at", "reasons")} == {""}


def test_a_declaration_is_told_in_full():
    (row,) = read(entry(declared=Declared("cora", AT, "2.5.0 takes its place")))
    assert (row["superseded_declared_by"], row["superseded_at"]) == ("cora", "2025-10-18T14:02:00Z")


@pytest.mark.parametrize(
    "evil",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "=cmd|' /C calc'!A0", "\n=1", '"=1"\n=2'],
)
def test_nothing_is_a_formula(evil):
    (row,) = read(entry(version=evil))
    assert not row["version"].lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert evil in row["version"]
    assert as_dict(entry(version=evil))["version"] == evil


@pytest.mark.parametrize("plain", ["2.4.0", "a=b", "1-2", "é", "", "user@host", "a\nb"])
def test_what_is_no_formula_stays_as_it_is(plain):
    assert safe(plain) == plain


def test_what_cannot_be_written_becomes_a_question_mark():
    assert safe("a\ud800b\0c") == "a?bc"
