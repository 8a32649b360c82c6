"""Deployment Validation: the six sections of what was checked before the deployment."""

from dashboard.analysis.regressions import COMPARED, ENOUGH, SeriesVerdict, State, judged
from dashboard.model.figures import amount_text, decimal_text, of_text, share_text
from dashboard.model.records import FlagState
from dashboard.reports import _figures
from dashboard.reports import _markup as md
from dashboard.reports.dossier import Dossier

BEFORE_DEPLOYMENT = (
    "tests.pass_rate", "coverage.total", "coverage.component", "flags.valid", "config.files", "runtime.environment",
    "health.checks",
)  # fmt: skip
MOST_ROWS = 200
_TEST_GATES = (("tests.security", "Security tests"), ("tests.flaky", "Flaky tests"), ("tests.skipped", "Skips"))


def sections(dossier: Dossier) -> list[str]:
    """Write all six."""
    lines = ["## Deployment Validation", ""]
    for number, (title, write) in enumerate(_SECTIONS, 1):
        lines += [f"### {number}. {title}", "", *write(dossier), ""]
    return lines


def _checks(dossier: Dossier) -> list[str]:
    results = [dossier.result(gate) for gate in BEFORE_DEPLOYMENT]
    asked = [r for r in results if r is not None]
    passed = sum(1 for r in asked if r.verdict.ruling == "pass")
    lines = _figures.gates(results)
    if asked:
        lines += ["", f"{of_text(passed, len(asked))} of these checks pass."]
    return lines


def _flags(dossier: Dossier) -> list[str]:
    held = dossier.evidence.flags
    if held is None:
        return ["No flag file belongs to this candidate, so nothing is known of its feature flags."]
    rows = [
        (
            md.text(flag.key),
            md.text(flag.category or ""),
            {True: "on", False: "off", None: "not said"}[flag.enabled],
            _served(flag),
            md.text(" → ".join(f"{stage:g} %" for stage in flag.plan)) if flag.plan else "",
        )
        for flag in held.flags[:MOST_ROWS]
    ]
    lines = [
        (
            f"{len(held.flags):,} flags, from {_figures.digests(held.sources)}. What counts is the share of users that "
            "a flag serves, not its switch."
        ),
        "",
        *md.table(("Flag", "Category", "Switch", "Served", "Rollout plan"), rows, right=(3,)),
        *_more(len(held.flags)),
        "",
    ]
    lines += _figures.explained(dossier.result("flags.valid"), "Flags as expected")
    return [*lines, "", *_figures.explained(dossier.result("flags.staged"), "Staged flags")]


def _served(flag: FlagState) -> str:
    low, high = flag.served_min_pct, flag.served_max_pct
    if low is None or high is None:
        return md.text(f"value {flag.value}") if flag.value is not None else "not said"
    return f"{low:g} %" if low == high else f"{low:g} to {high:g} %"


def _performance(dossier: Dossier) -> list[str]:
    benchmarks = dossier.evidence.benchmarks
    if benchmarks is None or not benchmarks.series:
        return ["No benchmarks belong to this candidate, so nothing is known of its performance."]
    rows = [_benchmark(verdict) for verdict in judged(benchmarks.series)[:MOST_ROWS]]
    label = md.text(benchmarks.baseline_label) if benchmarks.baseline_label else "none was found"
    heads = ("Benchmark", "Baseline", "n", "Current", "Change", "State")
    return [
        f"Baseline: {label}; its median is shown. Source: {_figures.digests(benchmarks.sources)}.",
        "",
        *md.table(heads, rows, right=(1, 2, 3, 4)),
        *_more(len(benchmarks.series)),
        "",
        *_figures.explained(dossier.result("perf.regression"), "Performance against the baseline"),
        "",
        *_figures.explained(dossier.result("cost"), "Cost against the baseline"),
    ]


def _benchmark(verdict: SeriesVerdict) -> tuple[str, ...]:
    series = verdict.series
    change = ""
    if verdict.state in COMPARED and verdict.worse is not None:
        word = "worse" if verdict.worse > 0 else "better"
        change = f"{decimal_text(abs(100 * verdict.worse), 1)} % {word}" if verdict.worse else "0 %"
    baseline = amount_text(verdict.centre, series.unit) if verdict.centre is not None else "none"
    current = amount_text(series.values[-1], series.unit) if series.values else "none"
    return (md.text(series.name), md.text(baseline), f"{verdict.runs:,}", md.text(current), change, _state(verdict))


def _state(verdict: SeriesVerdict) -> str:
    return (
        f"{verdict.state} ({verdict.runs}/{ENOUGH} runs)" if verdict.state is State.INSUFFICIENT else str(verdict.state)
    )


def _tests(dossier: Dossier) -> list[str]:
    tests = dossier.evidence.tests
    if tests is None:
        return ["No test results belong to this candidate."]
    tally = tests.tally
    executed = tally.total - tally.skipped
    rows = [
        (md.text(name), f"{t.total:,}", f"{t.passed:,}", f"{t.failed + t.errors:,}", f"{t.skipped:,}",
         f"{share_text(t.passed, t.total)} %" if t.total else _figures.NOT_MEASURED)
        for name, t in tests.categories.items()
    ]  # fmt: skip
    rows.append(
        ("All", f"{tally.total:,}", f"{tally.passed:,}", f"{tally.failed + tally.errors:,}", f"{tally.skipped:,}",
         f"{share_text(tally.passed, tally.total)} %" if tally.total else _figures.NOT_MEASURED)
    )  # fmt: skip
    lines = [
        (
            f"{of_text(tally.passed, tally.total)} tests passed ({share_text(tally.passed, tally.total)} % of all, "
            f"{share_text(tally.passed, executed)} % of the {executed:,} executed), in {len(tests.runs):,} runs. A "
            f"test may belong to several categories or to none. Source: {_figures.digests(tests.sources)}."
        ),
        "",
        *md.table(("Category", "Tests", "Passed", "Failed", "Skipped", "Share"), rows, right=(1, 2, 3, 4, 5)),
        "",
    ]
    for title, names, count in (
        ("Failing", tests.failing_names, tally.failed + tally.errors),
        ("Flaky", tests.flaky_names, tests.flaky),
    ):
        if count:
            listed = "; ".join(md.text(name) for name in names) or "not named"
            rest = f" and {count - len(names):,} more" if count > len(names) > 0 else ""
            lines += [f"{title} ({count:,}): {listed}{rest}.", ""]
    for gate, title in (
        ("tests.security", "Security tests"),
        ("tests.flaky", "Flaky tests"),
        ("tests.skipped", "Skips"),
    ):
        lines += [*_figures.explained(dossier.result(gate), title), ""]
    return lines[:-1]


def _error_handling(dossier: Dossier) -> list[str]:
    return _figures.explained(dossier.result("tests.error_handling"), "Error handling")


def _observability(dossier: Dossier) -> list[str]:
    return _figures.explained(dossier.result("observability"), "Observability")


def _more(n: int) -> list[str]:
    return ["", f"{n - MOST_ROWS:,} more are not listed."] if n > MOST_ROWS else []


_SECTIONS = (
    ("Pre-Deployment Checks", _checks),
    ("Feature Flag Configuration", _flags),
    ("System Performance", _performance),
    ("Test Suite Validation", _tests),
    ("Error Handling Validation", _error_handling),
    ("Observability Validation", _observability),
)
