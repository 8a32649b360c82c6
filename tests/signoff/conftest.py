"""One statement, one evaluation, and the people around them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.model.candidate import Candidate, Source
from dashboard.model.evaluation import Condition, Decision, Evaluation, GateResult, Readiness
from dashboard.model.policy import Tier
from dashboard.model.records import Kind
from dashboard.model.statement import (
    Meaning,
    SignedCondition,
    SignedGate,
    Signer,
    SignOff,
    SignOffState,
    Statement,
    StatementKind,
    Subjects,
)
from dashboard.model.verdict import Ruling, Verdict

NOW = datetime(2025, 10, 18, 14, 2, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture(scope="session")
def statement():
    return Statement(
        kind=StatementKind.APPROVE_WITH_CONDITIONS,
        project="shop",
        subjects=Subjects("3f9c2a1" + "0" * 33, "a" * 64, "b" * 64, "c" * 64),
        candidate="2.4.0 · 3f9c2a1",
        environment="staging",
        branch="main",
        evaluation="e" * 64,
        engine="0.1.0",
        as_of="2025-10-18T14:00:00+00:00",
        cut_off_declared=True,
        decision="CONDITIONAL GO",
        headline="CONDITIONAL GO",
        score_halves=79,
        possible_halves=86,
        measured=18,
        gates=(SignedGate("coverage.total", "warn", "67.00 %", ">= 80 %, warn >= 60 %", 2, 2),),
        findings=3,
        findings_digest="d" * 64,
        conditions=(SignedCondition(1, "coverage.total", "70 %", "platform", "2025-11-15", "report", "after", "open"),),
        signer=Signer(7, "cora", "Cora Diaz", "auditor"),
        meaning=Meaning.APPROVAL,
        sentence="I, Cora Diaz (auditor), approve … – “ok”",
        reason="Reviewed.",
        signed_at="2025-10-18T14:02:00+00:00",
        offset="+00:00",
        factors=("identifier", "passphrase"),
        valid_until="2025-10-25T14:02:00+00:00",
        supersedes="",
        log_size=12,
        log_root="f" * 64,
    )


def source(collected_at):
    return Source(
        "1" * 64, "ops.csv", Kind.METRICS, "metrics-csv", 10, "metrics-csv@1", "2" * 64, collected_at, "cli", "r", False
    )


@pytest.fixture
def evaluation():
    def make(decision=Decision.CONDITIONAL_GO, uncovered=(), collected_at=NOW - timedelta(hours=20), **change):
        verdict = Verdict(Ruling.PASS, "fine", "162", None, "< 200 ms", "ms", (source(collected_at),))
        results = (
            GateResult("ops.p95", "P95", Tier.HIGH, True, 3, verdict),
            GateResult("coverage.total", "Coverage", Tier.MEDIUM, False, 2, replace(verdict, ruling=Ruling.WARN)),
        )
        candidate = Candidate(3, "shop", "Shop", "3f9c2a1" + "0" * 33, "2.4.0", "main", "staging", NOW, None)
        ready = Readiness(decision, 8, 10, 2, 2, (), tuple(uncovered))
        conditions = (
            Condition(1, "coverage.total", "70 %", "platform", date(2025, 11, 15), "report", "after", "open", "cora"),
        )
        values = {
            "id": "e" * 64,
            "candidate": candidate,
            "policy_name": "default",
            "policy_version": 1,
            "policy_digest": "b" * 64,
            "manifest_digest": "a" * 64,
            "engine": "0.1.0",
            "as_of": NOW,
            "evaluated_at": NOW,
            "results": results,
            "findings": (),
            "conditions": conditions,
            "readiness": ready,
            "sources": (source(collected_at),),
        }
        return Evaluation(**(values | change))

    return make


@pytest.fixture
def signed():
    def make(**change):
        values = {
            "id": 1,
            "candidate_id": 3,
            "kind": StatementKind.APPROVE_WITH_CONDITIONS,
            "meaning": Meaning.APPROVAL,
            "evaluation_id": "e" * 64,
            "account_id": 7,
            "login": "cora",
            "name": "Cora Diaz",
            "role": "auditor",
            "decision": "CONDITIONAL GO",
            "sentence": "I approve",
            "reason": "Reviewed.",
            "signed_at": NOW,
            "offset": "+00:00",
            "valid_until": NOW + timedelta(days=7),
            "payload_sha256": "9" * 64,
            "supersedes": "",
            "key_id": "8" * 64,
            "leaf": 4,
            "state": SignOffState.APPROVED_WITH_CONDITIONS,
            "because": "",
            "verified": True,
        }
        return SignOff(**(values | change))

    return make
