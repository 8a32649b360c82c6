"""Frames: their columns when there is nothing, their pages, their order."""

from datetime import timedelta

import pandas as pd
import pytest
from store_maker import START, case, failing, put

from dashboard.model.records import Outcome
from dashboard.store import frames

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED

RUN = "id name candidate_id subject version branch started_at total passed failed errors skipped flaky duration_s "
RUN += "new_failures fixed"
CASE = "case_id suite classname name outcome duration_s attempts failure_id failure_type message"
COLUMNS = {
    "projects": ((), "slug name candidates runs last_at"),
    "candidates": (("demo",), "id subject version branch environment opened_at as_of last_at runs artefacts"),
    "runs": (("demo",), RUN),
    "runs_of": ((1,), RUN),
    "branches": (("demo",), "branch runs last_at"),
    "run_cases": ((1,), CASE),
    "slowest": ((1,), CASE),
    "run_suites": ((1,), "suite classname total passed failed errors skipped duration_s"),
    "case_history": (
        (1,),
        "run_id run_name subject version branch started_at outcome duration_s attempts failure_id failure_type message",
    ),
    "case_attempts": ((1, 1), "attempt outcome duration_s failure_id message"),
    "flaky_cases": ((1,), "case_id classname name passes failures"),
    "coverage_files": (
        (1,),
        (
            "path lines_total lines_hit branches_total branches_hit statements_total statements_hit artefact_id hit "
            "missed partial"
        ),
    ),
    "coverage_trend": (
        ("demo", "main"),
        "candidate_id subject version at lines_total lines_hit branches_total branches_hit files",
    ),
    "benchmarks": (
        (1,),
        (
            "name group value statistic unit direction mean minimum maximum stddev rounds fingerprint run_name at "
            "artefact_id"
        ),
    ),
    "benchmark_history": (
        ("demo", "main"),
        "name unit direction value fingerprint candidate_id subject version run_name at",
    ),
    "flags": ((1,), "key enabled served_min_pct served_max_pct category depends_on plan description value"),
    "health": ((1,), "name status observed unit time output"),
    "metric_names": ((1,), "metric unit samples first_at last_at"),
    "metric_samples": ((1, "m"), "at value count labels"),
    "environment": ((1,), "group name observed required"),
    "artefacts": (
        ("demo",),
        (
            "id sha256 name size kind format producer reader_version records_sha256 status collected_at ingested_at "
            "run_name candidate_id subject version by origin counts ledger notes"
        ),
    ),
    "evaluations": (
        ("demo",),
        (
            "candidate_id subject version environment evaluation_id decision earned_halves possible_halves "
            "policy_digest policy_version at as_of evaluated_at"
        ),
    ),
}
MOMENTS = {
    "last_at",
    "opened_at",
    "as_of",
    "started_at",
    "at",
    "first_at",
    "collected_at",
    "ingested_at",
    "evaluated_at",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_there_without_rows(store, name):
    arguments, columns = COLUMNS[name]
    found = getattr(frames, name)(store, *arguments)
    assert found.columns.tolist() == columns.split()
    assert len(found) == 0
    for column in MOMENTS.intersection(found.columns):
        assert isinstance(found[column].dtype, pd.DatetimeTZDtype)
    if "duration_s" in found:
        assert found["duration_s"].dtype == "float64"


def test_every_public_frame_is_tried():
    counted = {"case", "failure_text", "count_run_cases", "count_artefacts"}
    assert set(COLUMNS) == set(frames.__all__) - counted


@pytest.fixture
def filled(store):
    records = [case(f"n{i:03d}", classname=f"pkg.C{i % 3}", duration_s=i / 100) for i in range(30)]
    records += [failing("bad"), case("worse", E), case("off", S, duration_s=None)]
    stored = put(store, records, version="1.0")
    return store, stored


def test_the_worst_come_first_and_pages_do_not_overlap(filled):
    store, stored = filled
    pages = [frames.run_cases(store, stored.run_id, limit=10, offset=offset) for offset in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 10, 3]
    assert pages[0]["name"].tolist()[:3] == ["worse", "bad", "off"]
    assert pd.concat(pages)["case_id"].nunique() == 33
    assert frames.count_run_cases(store, stored.run_id) == 33


def test_cases_are_filtered_by_outcome_and_text(filled):
    store, stored = filled
    found = frames.run_cases(store, stored.run_id, outcomes=["failed", Outcome.ERROR])
    assert sorted(found["name"]) == ["bad", "worse"]
    assert frames.count_run_cases(store, stored.run_id, outcomes=["passed"], search="PKG.c1") == 10
    assert frames.count_run_cases(store, stored.run_id, search="%") == 0
    assert frames.count_run_cases(store, stored.run_id, search="'; --") == 0
    assert frames.run_cases(store, stored.run_id, order="name")["name"].tolist()[:2] == ["n000", "n003"]
    with pytest.raises(KeyError):
        frames.run_cases(store, stored.run_id, order="1; DROP TABLE run")


def test_the_slowest_come_first_and_the_silent_last(filled):
    store, stored = filled
    found = frames.slowest(store, stored.run_id, 3)
    assert found["name"].tolist() == ["n029", "n028", "n027"]
    assert frames.slowest(store, stored.run_id)["name"].iloc[-1] == "off"


def test_suites_are_summed(filled):
    store, stored = filled
    found = frames.run_suites(store, stored.run_id)
    assert found["classname"].iloc[0] == "pkg.Class"
    assert found["total"].sum() == 33
    assert (found["failed"].sum(), found["errors"].sum(), found["skipped"].sum()) == (1, 1, 1)


def test_the_history_of_a_case(store):
    for hour, (outcome, branch) in enumerate([(P, "main"), (F, "dev"), (F, "main")]):
        put(store, [case("a", outcome)], subject=f"{hour}" * 40, run=f"r{hour}", hours=hour, branch=branch)
    number = int(frames.run_cases(store, 1)["case_id"].iloc[0])
    assert frames.case_history(store, number)["run_name"].tolist() == ["r2", "r1", "r0"]
    assert frames.case_history(store, number, "main")["outcome"].tolist() == ["failed", "passed"]
    assert frames.case_history(store, number, limit=1)["attempts"].tolist() == [1]
    found = frames.case(store, number)
    assert found is not None
    assert (found["name"], found["project"], found["runs"]) == ("a", "demo", 3)
    assert frames.case(store, 999) is None
    assert frames.failure_text(store, 999) is None


def test_projects_and_candidates(store):
    put(store, [case("a")], project="zebra")
    put(store, [case("a")], subject="b" * 40, hours=5, version="2")
    put(store, [case("a")], subject="c" * 40, hours=1)
    found = frames.projects(store)
    assert found["slug"].tolist() == ["demo", "zebra"]
    assert found["candidates"].tolist() == [2, 1]
    listed = frames.candidates(store, "demo")
    assert listed["version"].tolist() == ["2", None]
    assert listed["last_at"].iloc[0] == START + timedelta(hours=5)
    assert len(frames.candidates(store, "demo", limit=1)) == 1
    assert frames.runs(store, "demo", "none").empty
    assert frames.count_artefacts(store, "demo") == 2
    assert frames.count_artefacts(store, "demo", int(listed["id"].iloc[0])) == 1
    assert len(frames.artefacts(store, "demo", limit=1, offset=1)) == 1
