"""Findings: what an auditor would catch in the evidence itself, each a small pure function, a file a family.

Takes: the evidence of a candidate; for findings about conditions also the rulings and the conditions agreed on.
Gives: findings, worst first, then by rule. Source: those alone; the text of a finding depends on nothing else (not on
the clock, nor on whether a condition is met by now), since it is signed and must come out the same when verified.
Empty: a part that was never ingested is the gates' business and is no finding here, unless the policy asks for a soak
or a target that no key gate would miss.

Signatures are made over an evaluation, so what is wrong with a signature cannot be a finding of that evaluation:
``persons.signer_involved`` is asked of signed statements, and of written reports, apart from the decision.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from dashboard.analysis.expected import expected_report_missing
from dashboard.analysis.findings.covered import (
    coverage_files_dropped,
    coverage_paths_ambiguous,
    coverage_paths_unmapped,
)
from dashboard.analysis.findings.operation import sample_count_missing, target_without_samples
from dashboard.analysis.findings.promises import condition_incomplete, conditions_triggers_disagree, uncovered_warning
from dashboard.analysis.findings.results import (
    ambiguous_tests,
    categories_do_not_add_up,
    counters_disagree,
    incomplete_report,
    passes_alone,
    passes_hide_failures,
    skips_in_denominator,
    tests_muted,
    zero_tests,
)
from dashboard.analysis.findings.serving import enabled_serves_nobody, flag_dependency_off, rollout_plan_broken
from dashboard.analysis.findings.soaking import soak_runs_missing, soak_short
from dashboard.analysis.findings.subject import cut_off_declared, measured_elsewhere, no_subject_digest
from dashboard.analysis.findings.timings import baseline_missing, direction_unknown, parts_exceed_whole, unit_missing
from dashboard.analysis.integrity import records_dropped, records_repaired
from dashboard.model.evaluation import Condition, Finding, GateResult, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.waiver import Acceptance

_ORDER = tuple(Severity)

RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    no_subject_digest,
    zero_tests,
    incomplete_report,
    expected_report_missing,
    records_dropped,
    records_repaired,
    soak_short,
    soak_runs_missing,
    target_without_samples,
    measured_elsewhere,
    coverage_files_dropped,
    coverage_paths_unmapped,
    coverage_paths_ambiguous,
    tests_muted,
    categories_do_not_add_up,
    passes_hide_failures,
    flag_dependency_off,
    enabled_serves_nobody,
    rollout_plan_broken,
    parts_exceed_whole,
    counters_disagree,
    baseline_missing,
    direction_unknown,
    unit_missing,
    sample_count_missing,
    ambiguous_tests,
    skips_in_denominator,
    passes_alone,
    cut_off_declared,
)
"""Over evidence alone."""

PROMISE_RULES: tuple[Callable[[Evidence, Sequence[GateResult], Sequence[Condition]], Iterator[Finding]], ...] = (
    uncovered_warning,
    condition_incomplete,
    conditions_triggers_disagree,
)
"""Over what was promised: rulings and conditions."""


def findings(
    evidence: Evidence, results: Sequence[GateResult] = (), conditions: Sequence[Condition] = ()
) -> tuple[Finding, ...]:
    """Apply every rule."""
    found = [finding for rule in RULES for finding in rule(evidence)]
    found += [finding for rule in PROMISE_RULES for finding in rule(evidence, results, conditions)]
    return tuple(sorted(found, key=lambda f: (_ORDER.index(f.severity), f.rule, f.text)))


def accepted(found: Iterable[Finding], acceptances: Iterable[Acceptance]) -> tuple[Finding, ...]:
    """Attach each acceptance to the finding of its digest; blockers take none, and one that fits nothing is stale."""
    by_digest = {one.digest: one for one in acceptances}
    return tuple(
        finding if finding.severity is Severity.BLOCKER else replace(finding, accepted=by_digest.get(finding.digest))
        for finding in found
    )
