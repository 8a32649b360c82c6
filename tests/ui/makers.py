"""Hand-made judgements and frames for pages: whole, empty and hostile."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd

from dashboard.model.candidate import Candidate, Source
from dashboard.model.evaluation import (
    Condition,
    Decision,
    Evaluation,
    Expectation,
    Finding,
    GateResult,
    Integrity,
    Readiness,
    Reason,
    Severity,
    Variant,
)
from dashboard.model.ledger import Note
from dashboard.model.policy import ExpectedReport, Tier
from dashboard.model.records import Kind
from dashboard.model.statement import Meaning, SignOff, SignOffState, Standing, StatementKind
from dashboard.model.verdict import Ruling, Verdict
from dashboard.ui.components.links import Place

AT = datetime(2025, 10, 18, 14, 2, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>\"'&"
SUBJECT = "3f9c2a1d8e4b7c6f5a0918273645546372819aab"

CANDIDATE = Candidate(7, "genesis-rebuild", "Genesis Rebuild", SUBJECT, "Phase 4", "main", "staging", AT, AT)
PLACE = Place("genesis-rebuild", "Genesis Rebuild", CANDIDATE)
NOWHERE = Place("", "", None)
BARE = Place("genesis-rebuild", "Genesis Rebuild", None)


def source(name: str, kind: Kind, first: str = "9be2") -> Source:
    sha = (first * 16)[:64]
    return Source(sha, name, kind, "junit-xml", 48_211, "junit-xml@1", sha[::-1], AT, "cli", "nightly", False)


COVERAGE = source("coverage.json", Kind.COVERAGE)
OPS = source("ops.csv", Kind.METRICS, "d771")
FLAGS = source("feature_flags.json", Kind.FLAGS, "c0d1")
JUNIT = tuple(source(f"junit-{n}.xml", Kind.TESTS, f"{i:04x}") for i, n in enumerate(("unit", "agents", "e2e", "perf")))


def result(
    gate: str,
    title: str,
    tier: Tier,
    ruling: Ruling,
    observed: str | None = None,
    fraction: str | None = None,
    required: str = ">= 95 %",
    unit: str = "%",
    *,
    evidence: tuple[Source, ...] = (),
    because: str = "",
    key: bool = False,
    turn: str | None = None,
) -> GateResult:
    weight = {Tier.CRITICAL: 4, Tier.HIGH: 3, Tier.MEDIUM: 2, Tier.LOW: 1}[tier]
    verdict = Verdict(ruling, because or f"{title}: {observed}.", observed, fraction, required, unit, evidence, turn)
    return GateResult(gate, title, tier, key, weight, verdict)


C, H, M, L = Tier.CRITICAL, Tier.HIGH, Tier.MEDIUM, Tier.LOW
P, W = Ruling.PASS, Ruling.WARN
HEALTH = source("health.json", Kind.HEALTH, "02fc")
BENCH = source("benchmarks.json", Kind.BENCHMARKS, "77ab")
ENV = source("environment.json", Kind.ENVIRONMENT, "e1e1")

RESULTS = (
    result(
        "tests.pass_rate",
        "Test pass rate",
        C,
        P,
        "98.28",
        "1,026 of 1,044",
        ">= 95 %, warn >= 90 %",
        evidence=JUNIT,
        key=True,
    ),
    result("tests.security", "Security tests", C, P, "100", "23 of 23", ">= 100 %", evidence=JUNIT[:1], key=True),
    result(
        "health.checks",
        "Health checks",
        C,
        P,
        "5",
        "5 of 5",
        "all pass, warn any warn",
        "",
        evidence=(HEALTH,),
        key=True,
    ),
    result(
        "ops.error_rate", "Error rate", C, P, "0.04", "311 of 742,108", "< 0.1 %, warn < 1 %", evidence=(OPS,), key=True
    ),
    result(
        "tests.error_handling",
        "Error handling tests",
        H,
        P,
        "96.43",
        "27 of 28",
        ">= 95 %, warn >= 90 %",
        evidence=JUNIT[1:2],
    ),
    result("observability", "Observability", H, P, "100", "28 of 28", ">= 95 %, warn >= 90 %", evidence=JUNIT[2:3]),
    result(
        "ops.p95",
        "Latency, 95th percentile",
        H,
        P,
        "162",
        "2,880 samples",
        "< 200 ms, warn < 500 ms",
        "ms",
        evidence=(OPS,),
        key=True,
    ),
    result(
        "coverage.component",
        "Coverage, components with a floor",
        M,
        P,
        "88.2",
        "4,410 of 5,000",
        "each component at its floor, warn 10 points below",
        evidence=(COVERAGE,),
    ),
    result(
        "coverage.total",
        "Coverage, all code",
        M,
        W,
        "67.00",
        "12,061 of 18,002",
        ">= 80 %, warn >= 60 %",
        evidence=(COVERAGE,),
        because="67.00 % of lines are covered.",
        turn="2,341 more covered lines for >= 80 %.",
    ),
    result(
        "perf.regression",
        "Performance against the baseline",
        M,
        P,
        "-46.32",
        "5 of 5 benchmarks",
        "<= 0 %, warn <= 10 %",
        evidence=(BENCH,),
    ),
    result("tests.flaky", "Flaky tests", M, W, "0.10", "1 of 1,044", "<= 0 %, warn <= 0.5 %", evidence=JUNIT[3:4]),
    result("tests.skipped", "Skipped tests", M, W, "1.63", "17 of 1,044", "<= 1 %, warn <= 5 %", evidence=JUNIT),
    result(
        "flags.valid",
        "Feature flags as expected",
        M,
        P,
        "15",
        "15 of 15 flags",
        "all as expected",
        "",
        evidence=(FLAGS,),
    ),
    result(
        "ops.p99",
        "Latency, 99th percentile",
        M,
        P,
        "412",
        "2,880 samples",
        "< 500 ms, warn < 1000 ms",
        "ms",
        evidence=(OPS,),
        key=True,
    ),
    result("cost", "Cost against the baseline", L, P, "52", "of baseline", "<= 100 %, warn <= 110 %", evidence=(OPS,)),
    result(
        "flags.staged",
        "Staged feature flags",
        L,
        W,
        "2",
        "2 of 15 flags",
        "none, warn all by a rollout plan",
        "",
        evidence=(FLAGS,),
    ),
    result(
        "config.files", "Configuration files", L, P, "4", "4 of 4 files", "all required present", "", evidence=(ENV,)
    ),
    result(
        "runtime.environment",
        "Runtime and dependencies",
        L,
        P,
        "41",
        "41 of 41",
        "equals the lock",
        "",
        evidence=(ENV,),
    ),
)


def condition(number: int, gate: str, text: str, owner: str, state: str = "open") -> Condition:
    stage = "during rollout" if number == 2 else "after"
    return Condition(number, gate, text, owner, date(2025, 10, 25), "20 clean runs · 12 of 20", stage, state, "cora")


CONDITIONS = (
    condition(1, "tests.flaky", "Monitor the intermittent P4 test in CI", "QA"),
    condition(2, "flags.staged", "Roll out 5 to 100 % over 7 days", "release manager"),
    condition(3, "tests.skipped", "17 skipped tests named and accepted", "QA", "met"),
    condition(4, "coverage.total", "Agents coverage to 70 %", "platform", "overdue"),
)
FINDINGS = (
    Finding("timing.parts", Severity.MAJOR, "Timing parts sum to 137.20 ms, the total says 131.57 ms.", (BENCH,)),
    Finding("flags.zero", Severity.MAJOR, "12 flags are reported enabled, 10 are served.", (FLAGS,)),
    Finding("tests.denominator", Severity.INFO, "98.28 % of all cases, 99.90 % of executed ones.", JUNIT[:1]),
)


EXPECTED = (
    Expectation(ExpectedReport(Kind.TESTS, "junit-*.xml", 4), JUNIT, ()),
    Expectation(ExpectedReport(Kind.COVERAGE, HOSTILE), (), (source(HOSTILE, Kind.COVERAGE),)),
)
INTEGRITY = Integrity(
    31, 1, 23_120, 23_100, 15, 4, 0, 5, (Note("name-shortened", HOSTILE, 6), Note("nan-left-out", "No number.", 5))
)


def evaluation(
    results: tuple[GateResult, ...] = RESULTS,
    *,
    findings: tuple[Finding, ...] = FINDINGS,
    conditions: tuple[Condition, ...] = CONDITIONS,
    decision: Decision = Decision.CONDITIONAL_GO,
    reasons: tuple[Reason, ...] = (),
    uncovered: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> Evaluation:
    counted = [r for r in results if r.counts]
    ready = Readiness(
        decision,
        sum(r.earned_halves for r in counted),
        sum(2 * r.weight for r in counted),
        sum(r.measured for r in counted),
        len(counted),
        reasons,
        uncovered,
    )
    variants = tuple(Variant(f"v{i}", decision, 79, 86) for i in range(40))
    sources = tuple({s.sha256: s for r in results for s in r.verdict.evidence}.values())
    return Evaluation(
        "e" * 64,
        CANDIDATE,
        "release-readiness",
        7,
        "a41e" * 16,
        "b0b0" * 16,
        "1.0.0",
        AT,
        AT,
        results,
        findings,
        conditions,
        ready,
        sources,
        without=without,
        variants=variants,
        expected=EXPECTED,
        integrity=INTEGRITY,
    )


def no_go() -> Evaluation:
    absent = {
        "ops.error_rate": (
            Ruling.MISSING,
            "No samples belong to 3f9c2a1.",
            "Ingest samples that cover the soak window.",
        ),
        "ops.p95": (Ruling.MISSING, "No samples belong to 3f9c2a1.", "Ingest samples that cover the soak window."),
        "ops.p99": (
            Ruling.INVALID,
            "The report says of itself that a part of it is missing.",
            "Ingest the whole of it.",
        ),
        "health.checks": (Ruling.STALE, "The evidence is 31 h old; at most 24 h is accepted.", "Measure again."),
        "tests.security": (Ruling.FAIL, "22 of 23 pass.", "1 more passing test for >= 100 %."),
    }
    changed = []
    reasons = []
    for r in RESULTS:
        if r.gate not in absent:
            changed.append(r)
            continue
        ruling, because, turn = absent[r.gate]
        seen: tuple[str | None, str | None] = ("95.65", "22 of 23") if ruling is Ruling.FAIL else (None, None)
        evidence = r.verdict.evidence if ruling in (Ruling.FAIL, Ruling.STALE) else ()
        changed.append(
            result(
                r.gate,
                r.title,
                r.tier,
                ruling,
                *seen,
                r.verdict.required,
                r.verdict.unit,
                evidence=evidence,
                because=because,
                key=r.key,
                turn=turn,
            )
        )
        reasons.append(Reason("KEY_FAIL", f"{r.title} (key): {because}", r.gate))
    return evaluation(tuple(changed), decision=Decision.NO_GO, reasons=tuple(reasons), conditions=())


def hostile() -> Evaluation:
    bad = source(HOSTILE * 3, Kind.TESTS)
    results = (
        result(
            "tests.flaky",
            HOSTILE,
            M,
            W,
            HOSTILE,
            HOSTILE,
            HOSTILE,
            HOSTILE,
            evidence=(bad,),
            because=HOSTILE,
            key=True,
            turn=HOSTILE,
        ),
    )
    findings = (Finding(HOSTILE, Severity.BLOCKER, HOSTILE, (bad,)),)
    conditions = (condition(1, HOSTILE, HOSTILE, HOSTILE, HOSTILE),)
    return evaluation(results, findings=findings, conditions=conditions, uncovered=("tests.flaky",))


def sign_off(
    number: int, name: str, role: str, state: SignOffState, *, verified: bool = True, because: str = ""
) -> SignOff:
    return SignOff(
        number,
        7,
        StatementKind.APPROVE_WITH_CONDITIONS,
        Meaning.APPROVAL,
        "e" * 64,
        number,
        name.lower(),
        name,
        role,
        "CONDITIONAL GO",
        "I approve this release under the conditions listed.",
        "Evidence reviewed.",
        AT + timedelta(minutes=9),
        "+00:00",
        AT + timedelta(days=14),
        "5ea1" * 16,
        "",
        "ed25519:9c41f0aa",
        41,
        state,
        because,
        verified,
    )


STANDING = Standing(SignOffState.UNDER_REVIEW, "1 of 2 signatures.", {"auditor": 1}, {"auditor": 1, "manager": 1})
SIGN_OFFS = (
    sign_off(2, "Cora", "auditor", SignOffState.APPROVED_WITH_CONDITIONS),
    sign_off(1, "Ada", "manager", SignOffState.STALE, because="The evidence changed after it was signed."),
)


def evaluations(n: int = 9) -> pd.DataFrame:
    rows = []
    for i in range(n):
        decision = (
            (Decision.NO_GO, Decision.CONDITIONAL_GO, Decision.CONDITIONAL_GO)[i % 3] if i < n - 1 else "CONDITIONAL GO"
        )
        rows.append(
            {
                "candidate_id": 7 - (n - 1 - i),
                "subject": f"{i:07x}" + SUBJECT[7:] if i < n - 1 else SUBJECT,
                "version": f"Phase {i // 3 + 2}",
                "environment": "staging",
                "evaluation_id": f"{i:064x}",
                "decision": str(decision),
                "earned_halves": 61 + (i * 5) % 23 if i < n - 1 else 79,
                "possible_halves": 86,
                "policy_digest": ("77aa" if i < 4 else "a41e") * 16,
                "policy_version": 6 if i < 4 else 7,
                "at": AT - timedelta(days=n - 1 - i),
                "evaluated_at": AT,
            }
        )
    columns = [
        "candidate_id",
        "subject",
        "version",
        "environment",
        "evaluation_id",
        "decision",
        "earned_halves",
        "possible_halves",
        "policy_digest",
        "policy_version",
        "at",
        "evaluated_at",
    ]
    return pd.DataFrame(rows, columns=columns)
