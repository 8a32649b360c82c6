"""Frames: their columns when there is nothing, their pages, their order."""

from datetime import timedelta

import pandas as pd
import pytest
from store_maker import START, case, failing, put

from dashboard.model.records import Outcome
from dashboard.store import frames

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED

RUN = "id name candidate_id subject version branch started_at total passed failed errors skipped flaky duration_s "
RUN += "new_failures fixed pruned_at infrastructure"
CASE = "case_id suite classname name outcome duration_s attempts failure_id failure_type message status"
STATE = (
    "case_id suite classname name file status rule because order_suspect since changed_at failures decided low high "
)
STATE += "failed_runs retried_runs rerun_s last_run"
EVENT = "id case_id classname name run_id run_name subject at old_status new_status rule because evidence rules"
CHANGED = "case_id suite classname name before after before_s after_s failure_id message"
COLUMNS = {
    "projects": ((), "slug name candidates runs last_at"),
    "candidates": (("demo",), "id subject version branch environment opened_at as_of last_at runs artefacts"),
    "runs": (("demo",), RUN),
    "run": (("demo", 1), RUN),
    "runs_before": ((1,), RUN),
    "runs_of": ((1,), RUN),
    "run_families": ((1,), "suite classname base case_id total passed failed errors skipped duration_s"),
    "siblings": ((1, 1), "case_id name parameters outcome duration_s"),
    "case_failures": (
        (1, "main"),
        "run_id run_name subject started_at attempt outcome failure_id group_id type title message",
    ),
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
            "missed partial approximate reports"
        ),
    ),
    "coverage_doubts": ((1,), "path report reason"),
    "coverage_trend": (
        ("demo", "main"),
        "candidate_id subject version environment at lines_total lines_hit branches_total branches_hit files",
    ),
    "benchmarks": (
        (1,),
        (
            "name group value statistic unit direction mean minimum maximum stddev rounds fingerprint samples run_name "
            "at artefact_id"
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
            "run_name candidate_id subject version by origin counts ledger notes pruned_at"
        ),
    ),
    "case_states": (("demo", "main"), STATE),
    "state_files": (("demo", "main"), "case_id classname file"),
    "case_events": ((1,), EVENT),
    "branch_events": (("demo", "main"), EVENT),
    "strips": (((1,), (1,)), "case_id run_id outcome retried"),
    "failure_groups": (
        (1,),
        "group_id type title frame cases sample_failure_id first_run_id first_run first_at runs",
    ),
    "group_cases": ((1, 1), "case_id suite classname name outcome failure_id message"),
    "group_trend": ((1, [1]), "run_id run_name at group_id cases"),
    "changed_cases": ((1, 2, "new"), CHANGED),
    "paired_durations": ((1, 2, 0.1), "case_id suite classname name before_s after_s"),
    "slowed_cases": ((1,), "case_id suite classname name duration_s mean_s lost_s runs"),
    "file_durations": ((1,), "part name cases timed duration_s"),
    "contradictions": ((1,), "subject run_id run_name started_at attempt outcome duration_s failure_id message"),
    "find_cases": (("demo", "a"), "case_id suite classname name file"),
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
    "since",
    "changed_at",
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
    counted = {"case", "run_statuses", "coverage_contexts", "failure_text"}
    counted |= {"count_run_cases", "count_artefacts", "count_coverage_reports", "count_case_states"}
    counted |= {"count_found_cases", "compare_runs", "status_counts", "ungrouped_failures"}
    counted |= {"CHANGES", "Change", "Comparison"}
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
