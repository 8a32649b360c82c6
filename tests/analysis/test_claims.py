"""What a written report claims, and what contradicts it: each rule beside a report that must not show it."""

from pathlib import Path

import pytest
from evidence_maker import AS_OF, SUBJECT, conditions, reference
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis._bounds import bounds
from dashboard.analysis.claims import check, signers_of
from dashboard.analysis.claims.document import read
from dashboard.services.evaluate import judge

REPORT = (Path(__file__).parent.parent / "fixtures" / "claims" / "contradictory.md").read_text("utf-8")
COMMIT = "Commit: 3f9c2a172e8c\n\n"
TESTS = "Test pass rate: 195/200 tests passing\n\n"
TIMES = "| Metric | Baseline (n = 8) | Current |\n|---|---|---|\n| Parse | 40 ms | 30 ms |\n| Total | 90 ms | {} |\n"
FLAGS = "## Flags\n\n- `search_enabled` - on\n- `ferry_enabled` - (0% rollout)\n\nCounts:\n- Enabled: {}\n- Total: {}\n"
ROLLOUT = "## Rollout (over {} days to 100%)\n\n- Day 1: 0% → 50%\n- Day 2: 50% → {}%\n"
PLAN = "## Rollback triggers\n\n- Error rate > 1% for 5 minutes\n\n## Conditions\n\n- {}\n"
SOAK = (
    "Deployment Date: 2025-03-0{}\n## Soak\nDuration: 24 hours\nThe suite ran every 6 hours: {} runs.\nDate: 2025-03-05"
)

# rule, severity, a report that shows it, one that must not
CASES = [
    ("signer-involved", "blocker", "Deployed by: Ada\nApproved by: ada (QA)", "Deployed by: Ada\nApproved by: Bob"),
    ("no-subject-digest", "blocker", "Version: Spring", COMMIT),
    ("no-subject-digest", "blocker", "Commit: deadbeef facade", "Commit: deadbeef1"),
    ("soak-short", "blocker", SOAK.format(5, 4), SOAK.format(4, 4)),
    ("soak-short", "blocker", SOAK.format(4, 3), SOAK.format(3, 5)),
    ("target-without-samples", "blocker", "Targets:\n- P95: < 200 ms", "Targets:\n- P95: < 200 ms\n\nP95 was 180 ms."),
    ("decision-contradicts", "major", "DEPLOYMENT READY\n\nCONDITIONAL GO", "CONDITIONAL GO"),
    ("decision-contradicts", "major", "All checks passed\n\nNO-GO", "All checks passed\n\nGO"),
    ("claim-names-nothing", "major", "All 4 required files present", "3 files: a.json, b.json, c.json"),
    ("claim-names-nothing", "major", "Health checks: 5/5 passing", "Health checks: database, cache and queue pass"),
    ("claim-names-nothing", "major", "Rollback plan: ✅ Validated", "Rollback plan: ✅ rehearsed in run 12"),
    ("report-without-digest", "major", "---\nexported: 2025-03-09\n---\n## Sign-off\n\nDate: 2025-03-03",
     "---\nexported: 2025-03-03\n---\n## Sign-off\n\nDate: 2025-03-03"),
    ("report-without-digest", "major", "---\nexported: 2025-03-09\n---\n## Sign-off\n\nDate: 2025-03-03",
     "---\nexported: 2025-03-09\n---\n" + COMMIT + "## Sign-off\n\nDate: 2025-03-03"),
    ("categories-do-not-add-up", "major", TESTS + "- API tests: 60/60\n- UI tests: 90/95",
     TESTS + "- API tests: 100/100\n- UI tests: 95/100"),
    ("count-approximate", "minor", TESTS + "- API tests: ~60 tests", TESTS + "- API tests: 60 tests"),
    ("non-passes-do-not-add-up", "major", TESTS + "- API tests: 19/20\n\nKnown issues:\n- 1 flaky\n- 4 skipped",
     TESTS + "- API tests: 20/20\n\nKnown issues:\n- 1 flaky test\n- 4 skipped tests"),
    ("non-passes-do-not-add-up", "major", TESTS + "Known issues:\n- 4 skipped", TESTS + "Known issues:\n- 5 skipped"),
    ("passes-hide-failures", "major", "- Speed tests: 8/8 passing (1 intermittent)", "- Speed tests: 8/8 passing"),
    ("passes-hide-failures", "major", "- Speed tests: 8/8 passing\n- 1 speed test fails in full suite",
     "- Speed tests: 7/8 passing\n- 1 speed test fails in full suite"),
    ("skips-in-denominator", "info", TESTS + "4 skipped tests", TESTS),
    ("parts-exceed-whole", "major", TIMES.format("29 ms"), TIMES.format("30 ms")),
    ("parts-exceed-whole", "major", TIMES.format("0.029 s"), TIMES.format("1 s")),
    ("baseline-missing", "minor", "| M | Baseline (n=8) |\n|---|---|\n| Memory | N/A |", TIMES.format("50 ms")),
    ("sample-count-missing", "minor", "| M | Baseline |\n|---|---|\n| Parse | 4 ms |", TIMES.format("50 ms")),
    ("percent-or-points", "info", "Pass rate 97.5%, exceeds 95% by 2.5%.", "Pass rate 97.5%, exceeds 95%."),
    ("percent-or-points", "info", "Pass rate 97.5%, exceeds 95% by 2.5%.", "Pass rate 97.5%, exceeds 95% by 2.63%."),
    ("range-without-counts", "minor", "Core 85-100% (exceeds 85%)", "Core 86-100% (exceeds 85%)"),
    ("target-and-trigger", "info", "Error rate: < 0.1%\n\n## Triggers\n\n- Error rate > 1%",
     "Error rate: < 0.2%\n\n## Triggers\n\n- Error rate > 1%"),
    ("score-without-formula", "major", "Readiness 9.2/10", "Readiness 9.2/10, 39.5 points of 43"),
    ("score-without-formula", "major", "Readiness 9.2/10", "Built on 10/10/2025, 9/100"),
    ("status-contradicts", "major", "✅ coverage 67%\n\n⚠️ 67% coverage", "✅ coverage 82%\n\n⚠️ 67% coverage"),
    ("enabled-serves-nobody", "major", FLAGS.format(2, 2), FLAGS.format(1, 2)),
    ("flags-do-not-add-up", "major", FLAGS.format(1, 3), FLAGS.format(1, 2)),
    ("flag-dependency-off", "minor", "## Flags\n- `wave_1_done` - with Ferry\n- `ferry_enabled` - (0% rollout)",
     "## Flags\n- `wave_1_done` - with Boats\n- `ferry_enabled` - (0% rollout)"),
    ("rollout-plan-broken", "minor", ROLLOUT.format(3, 100), ROLLOUT.format(2, 100)),
    ("rollout-plan-broken", "minor", ROLLOUT.format(2, 90), ROLLOUT.format(2, 100)),
    ("rollout-plan-broken", "minor", ROLLOUT.format(2, 40), ROLLOUT.format(2, 100)),
    ("trigger-interval-missing", "minor", "## Triggers\n\n- 5 consecutive health failures",
     "## Triggers\n\n- 5 consecutive health failures, probed every 10 s"),
    ("conditions-triggers-disagree", "major", PLAN.format("Rollback on error rate > 2% for 5 minutes"),
     PLAN.format("Rollback on error rate > 1% for 5 minutes")),
    ("conditions-triggers-disagree", "major", PLAN.format("Rollback on error rate > 1%"),
     PLAN.format("Watch the error rate")),
    ("warning-without-condition", "major", "- ⚠️ low agent coverage\n\n## Conditions\n\n- Watch the speed test",
     "- ⚠️ low agent coverage\n\n## Conditions\n\n- Raise agent coverage"),
    ("condition-incomplete", "major", "## Conditions\n\n- Watch the speed test",
     "## Conditions\n\n- Watch the speed test; owner: QA, due 2025-03-09, verified by the gate tests.flaky"),
]  # fmt: skip


def rules(text: str) -> dict[str, str]:
    return {finding.rule: str(finding.severity) for finding in check(text).findings}


@pytest.mark.parametrize(("rule", "severity", "shows", "twin"), CASES)
def test_each_rule_beside_its_twin(rule, severity, shows, twin):
    assert rules(shows).get(rule) == severity
    assert rule not in rules(twin)


def test_every_rule_of_the_fixture_has_a_pair_and_every_pair_is_in_the_fixture():
    assert set(rules(REPORT)) == {case[0] for case in CASES}


def test_lines_are_those_that_say_it():
    lines = REPORT.splitlines()
    by_rule = {finding.rule: finding.lines for finding in check(REPORT).findings}
    assert [lines[n - 1][:12] for n in by_rule["signer-involved"]] == ["**Deployment", "**Approved B"]
    assert [lines[n - 1].split()[1] for n in by_rule["parts-exceed-whole"]] == ["Parse", "Plan", "Total"]
    assert "Enabled: 3" in lines[by_rule["enabled-serves-nobody"][-1] - 1]
    assert all(1 <= n <= len(lines) for numbers in by_rule.values() for n in numbers)


def test_claims_are_extracted_with_their_lines():
    found = {(claim.kind, claim.line, claim.text) for claim in check(REPORT).claims}
    assert ("count", 14, "195/200") in found
    assert ("signer", 105, "Ada") in found
    assert ("flag", 33, "ferry_system_enabled: none") in found
    assert ("bound", 75, "P99 latency: < 500ms") in found
    assert ("deployer", 10, "Ada") in found
    assert signers_of(REPORT) == (("Ada", 105),)


def test_an_empty_report_claims_nothing():
    checked = check("")
    assert (checked.lines, checked.claims, checked.against) == (0, (), "")
    assert [finding.rule for finding in checked.findings] == ["no-subject-digest"]


def test_code_claims_nothing():
    assert check("```\n1/2 tests\n```\n").claims == ()


HONEST = f"""# Report

Commit: {SUBJECT}

Test pass rate: 1,026/1,044 tests passing
Security tests: 23/23
Coverage: 67% total
Readiness score: 9.2/10, 39.5 points of 43

Recommendation: CONDITIONAL GO
"""
AGAINST = ("claim-differs", "claim-not-measured", "claim-of-another-subject")
LIES = [
    ("claim-differs", "1,026/1,044", "1,040/1,044"),
    ("claim-differs", "23/23", "22/23"),
    ("claim-differs", "67% total", "68% total"),
    ("claim-differs", "9.2/10", "9.3/10"),
    ("claim-differs", "CONDITIONAL GO", "GO for production"),
    ("claim-of-another-subject", SUBJECT, "0123abc" * 5),
]


def against(text: str, **changes) -> list[str]:
    evaluation = judge(reference(**changes), conditions(), at=AS_OF)
    return [finding.rule for finding in check(text, evaluation).findings if finding.rule in AGAINST]


def test_an_honest_report_agrees_with_the_evidence():
    assert against(HONEST) == []
    assert check(HONEST, judge(reference(), conditions(), at=AS_OF)).against == "phase-4 · 4f9d2c7 · staging"


@pytest.mark.parametrize(("rule", "true", "false"), LIES)
def test_a_claim_that_the_evidence_contradicts(rule, true, false):
    assert against(HONEST.replace(true, false)) == [rule]


def test_a_claim_without_evidence_is_said():
    assert against(HONEST, tests=None).count("claim-not-measured") == 2
    assert "claim-not-measured" in against(HONEST, coverage=None)


BOUNDS = [
    ("error rate > 1.0% for 5 minutes", [("error_rate", ">", 1, "%", 300)]),
    ("P95 latency > 0.5 s", [("p95", ">", 500, "ms", None)]),
    ("Error rate > 1% or P95 > 500ms", [("error_rate", ">", 1, "%", None), ("p95", ">", 500, "ms", None)]),
    ("P99 latency: ≤ 1,000 ms", [("p99", "<=", 1000, "ms", None)]),
    ("latency > 5 ms, P95 is 10 ms", []),
]


@pytest.mark.parametrize(("text", "found"), BOUNDS)
def test_bounds(text, found):
    assert [(b.measure, b.op, b.number, b.unit, b.lasting_s) for b in bounds(text)] == found


PIECES = st.sampled_from([
    "✅ ", "⚠️ ", "❌", "**", "`a_b`", "|", "---", "\n", "\n\n", "## Flags", "## Triggers", "## Conditions", "- ",
    "0/0 tests",
    "5/4 tests", "9/10", "99999999999/99999999999 tests", "0%", "100%", "Day 1: 0% → 5%", "every 0 hours suite",
    "Date: 2025-13-45",
    "Duration: 24 hours", "exceeds 5% by 5%.", "error rate > 1% for 5 minutes", "error rate < 0%", "rollback", "```",
    "| Total | 5 ms |", "| Baseline | x |", "~5 tests", "4 skipped", "Known issues:", "Approved by: x",
])  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_report_is_read(text):
    assert check(text).lines == len(text.splitlines())


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    read(text)
    check(text, judge(reference(), (), at=AS_OF))
