"""SELECT -> pandas.DataFrame, for pages and analysis: paged and sorted by the database, and always bounded.

Columns are there also when a frame is empty. Moments are aware, in UTC; durations are seconds and counts that a
report may not say are floats, both NaN for "not said"; percentages are never stored and so never here.
"""

from dashboard.store.frames.candidates import branches, candidates, evaluations, projects
from dashboard.store.frames.cases import case, case_attempts, case_history, failure_text, flaky_cases
from dashboard.store.frames.coverage import coverage_files, coverage_trend
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
from dashboard.store.frames.runs import count_run_cases, run_cases, run_suites, runs, runs_of, slowest

__all__ = [
    "artefacts",
    "benchmark_history",
    "benchmarks",
    "branches",
    "candidates",
    "case",
    "case_attempts",
    "case_history",
    "count_artefacts",
    "count_run_cases",
    "coverage_files",
    "coverage_trend",
    "environment",
    "evaluations",
    "failure_text",
    "flags",
    "flaky_cases",
    "health",
    "metric_names",
    "metric_samples",
    "projects",
    "run_cases",
    "run_suites",
    "runs",
    "runs_of",
    "slowest",
]
