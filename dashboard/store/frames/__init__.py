"""SELECT -> pandas.DataFrame, for pages and analysis: paged and sorted by the database, and always bounded.

Columns are there also when a frame is empty. Moments are aware, in UTC; durations are seconds and counts that a
report may not say are floats, both NaN for "not said"; percentages are never stored and so never here.
"""

from dashboard.store.frames.candidates import branches, candidates, evaluations, projects
from dashboard.store.frames.cases import case, case_attempts, case_history, failure_text, flaky_cases
from dashboard.store.frames.changes import CHANGES, Change, Comparison, changed_cases, compare_runs, paired_durations
from dashboard.store.frames.contradictions import contradictions
from dashboard.store.frames.coverage import (
    count_coverage_reports,
    coverage_contexts,
    coverage_doubts,
    coverage_files,
    coverage_trend,
)
from dashboard.store.frames.durations import file_durations, slowed_cases
from dashboard.store.frames.failures import (
    case_failures,
    failure_groups,
    group_cases,
    group_trend,
    ungrouped_failures,
)
from dashboard.store.frames.families import run_families, siblings
from dashboard.store.frames.figures import (
    benchmark_history,
    benchmarks,
    environment,
    flags,
    health,
    metric_names,
    metric_samples,
)
from dashboard.store.frames.files import artefacts, count_artefacts
from dashboard.store.frames.finding import count_found_cases, find_cases
from dashboard.store.frames.runs import (
    count_run_cases,
    run,
    run_cases,
    run_statuses,
    run_suites,
    runs,
    runs_before,
    runs_of,
    slowest,
)
from dashboard.store.frames.statuses import (
    branch_events,
    case_events,
    case_states,
    count_case_states,
    state_files,
    status_counts,
    strips,
)

__all__ = [
    "CHANGES",
    "Change",
    "Comparison",
    "artefacts",
    "benchmark_history",
    "benchmarks",
    "branch_events",
    "branches",
    "candidates",
    "case",
    "case_attempts",
    "case_events",
    "case_failures",
    "case_history",
    "case_states",
    "changed_cases",
    "compare_runs",
    "contradictions",
    "count_artefacts",
    "count_case_states",
    "count_coverage_reports",
    "count_found_cases",
    "count_run_cases",
    "coverage_contexts",
    "coverage_doubts",
    "coverage_files",
    "coverage_trend",
    "environment",
    "evaluations",
    "failure_groups",
    "failure_text",
    "file_durations",
    "find_cases",
    "flags",
    "flaky_cases",
    "group_cases",
    "group_trend",
    "health",
    "metric_names",
    "metric_samples",
    "paired_durations",
    "projects",
    "run",
    "run_cases",
    "run_families",
    "run_statuses",
    "run_suites",
    "runs",
    "runs_before",
    "runs_of",
    "siblings",
    "slowed_cases",
    "slowest",
    "state_files",
    "status_counts",
    "strips",
    "ungrouped_failures",
]
