"""The report in Markdown: what it says, what it must not say, and that a hostile name stays a name."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_maker import (
    AS_OF,
    BENCHMARKS,
    COVERAGE,
    ENVIRONMENT,
    FLAGS,
    TESTS,
    benchmarks,
    candidate,
    conditions,
    flag,
    metric,
    ops,
    policy,
    reading,
    record,
    reference,
    source,
)
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.evidence import BenchmarkEvidence, EnvironmentEvidence, FlagEvidence, Series
from dashboard.model.ledger import Note
from dashboard.model.policy import ExpectedReport
from dashboard.model.records import EnvironmentFact, Kind
from dashboard.model.statement import SignOff, SignOffState, Standing, StatementKind
from dashboard.reports import _markup as md
from dashboard.reports.dossier import Dossier
from dashboard.reports.markdown import FORMAT, render
from dashboard.reports.summary import summary_markdown
from dashboard.services.evaluate import judge

PARTS = ("tests", "coverage", "benchmarks", "ops", "flags", "health", "environment")
SECTIONS = [
    "# Genesis Rebuild: deployment report",
    "## Executive Summary",
    "## Deployment Validation",
    "### 1. Pre-Deployment Checks",
    "### 2. Feature Flag Configuration",
    "### 3. System Performance",
    "### 4. Test Suite Validation",
    "### 5. Error Handling Validation",
    "### 6. Observability Validation",
    "## Staging Environment Configuration",
    "## Staging Validation Period",
    "## Production Readiness Assessment",
    "### Strengths",
    "### Considerations",
    "### Conditions",
    "### Findings",
    "## Sign-Off",
    "## Evidence",
]


def written(evidence=None, agreed=None, **changes) -> str:
    evidence = evidence or reference()
    evaluation = judge(evidence, conditions() if agreed is None else agreed, at=AS_OF)
    return render(Dossier(evaluation, evidence, **changes)).decode()


def test_sections_of_the_reference_report_in_order():
    assert FORMAT == "md"
    assert [line for line in written().splitlines() if line.startswith("#")] == SECTIONS


def test_figures_come_with_what_stands_behind_them_and_their_source():
    text = written()
    digest = TESTS.sha256[:12]
    assert f"- Test pass rate: **98.28 %** (1,026 of 1,044), pass, from `{digest}`" in text
    assert "Score 9.2 of 10 (39.5 of 43 points); 18 of 18 gates measured." in text
    assert "**CONDITIONAL GO**" in text
    assert "99.90 % of the 1,027 executed" in text
    assert "| total\\_orchestration | 245.11 ms | 1 | 131.57 ms | 46.3 % better | insufficient (1/5 runs) |" in text
    assert "| aatc\\_system\\_enabled | experimental | on | 0 % |" in text
    assert "CONDITIONAL GO in 47 of 47 variants" in text
    assert f"| tests | junit.xml | `{TESTS.sha256}` |" in text
    assert "Nobody has signed this evaluation." in text
    assert "| 1 | coverage.total | Look after coverage.total | Cora | 2025-11-01 |" in text


def test_what_is_expected_and_how_it_was_read_stand_with_the_evidence():
    plain = written()
    assert "The policy expects no report by name." in plain
    assert "How it was read: 0 elements seen, 0 kept" in plain and "0 of 7 artefacts incomplete." in plain
    asked = (
        ExpectedReport(Kind.TESTS, "junit.xml"),
        ExpectedReport(Kind.TESTS, "e2e|*.xml", 2, "junit-xml"),
        ExpectedReport(Kind.COVERAGE, "coverage.json"),
    )
    readings = (
        reading(TESTS, Note("retries", "Cases | were run again.", 3)),
        reading(COVERAGE, seen=1_200, kept=0, dropped=1_200),
    )
    text = written(reference(policy=replace(policy(), expected=asked), readings=readings))
    assert "Reports expected by the policy: 1 of 3 there." in text
    assert "| tests | e2e\\|\\*.xml | junit-xml | 2 | 0 | **2** | — |" in text
    assert "| coverage | coverage.json | any | 1 | 0 | **1** | coverage.json (incomplete or empty) |" in text
    assert "How it was read: 1,210 elements seen, 10 kept, 0 folded into others, 1,200 dropped;" in text
    assert "| `retries` | 3 | Cases \\| were run again. |" in text
    assert "expected-report-missing" in text and "**NO-GO**" in text


def test_nothing_is_ticked():
    for text in (written(), written(reference(**dict.fromkeys(PARTS), sources=()))):
        assert not set(text) & set("✓✔✅☑👍")


def test_absence_is_stated_section_by_section():
    text = written(reference(**dict.fromkeys(PARTS), sources=()), ())
    for sentence in (
        "No flag file belongs to this candidate",
        "No benchmarks belong to this candidate",
        "No test results belong to this candidate",
        "No environment snapshot belongs to this candidate",
        "No operational samples belong to this candidate: nothing was measured in operation",
        "The test suite did not run on this candidate",
        "No gate passes.",
        "None is recorded.",
        "There is none.",
        "- Error rate: not measured (missing)",
        "0 of 18 gates measured",
    ):
        assert sentence in text, sentence
    assert re.search(r"\| pass \|", text) is None


def test_a_gate_that_is_not_asked_is_not_answered():
    small = policy()
    small = replace(small, rules={"tests.pass_rate": small.rules["tests.pass_rate"]}, soak={})
    text = written(reference(policy=small), ())
    assert "- Error rate: not asked by the policy" in text
    assert "Error handling: not asked by the policy." in text
    assert "The policy demands no soak." in text
    none = written(reference(policy=replace(small, rules={})), ())
    assert "The policy asks none of these." in none and "NO-GO" in none


def test_without_a_condition_it_says_so():
    text = written(agreed=())
    assert "CONDITIONAL GO, 4 conditions missing" in text
    assert "Without a condition: coverage.total, tests.flaky, tests.skipped, flags.staged." in text


def signature(**changes) -> SignOff:
    made = SignOff(
        id=1, candidate_id=1, kind=StatementKind.APPROVE_WITH_CONDITIONS, meaning="approval", evaluation_id="e" * 64,
        account_id=3, login="cora", name="Cora", role="auditor", decision="CONDITIONAL GO", sentence="I approve.",
        reason="Reviewed | all.", signed_at=AS_OF, offset="+00:00", valid_until=AS_OF + timedelta(days=7),
        payload_sha256="ab" * 32, supersedes="", key_id="k", leaf=4, state=SignOffState.APPROVED_WITH_CONDITIONS,
        because="", verified=True,
    )  # fmt: skip
    return replace(made, **changes)


def test_signatures_are_shown_as_they_stand():
    standing = Standing(
        SignOffState.UNDER_REVIEW, "One signature is missing.", {"auditor": 1}, {"auditor": 1, "manager": 1}
    )
    text = written(signoffs=(signature(),), standing=standing, log_size=9, log_root="0f" * 32)
    assert "**under review**: One signature is missing. (1 of 1 auditor, 0 of 1 manager)" in text
    assert (
        "| Cora | auditor | approve-with-conditions | approval | 2025-10-18 12:00 UTC | 2025-10-25 12:00 UTC |" in text
    )
    assert "- Cora: I approve. Reviewed \\| all." in text
    assert f"Log: 9 events, root `{'0f' * 32}`." in text
    assert "Nobody has signed" not in text
    stale = written(signoffs=(signature(state=SignOffState.STALE, because="the evidence changed"),))
    assert "STALE, the evidence changed" in stale


def test_what_if_and_cut_off_stand_at_the_top():
    head = written(reference(without=("metrics",), ops=None, candidate=candidate(as_of=AS_OF)))[:900]
    assert "What if, without metrics. This is not the judgement in force." in head
    assert "2025-10-18 12:00 UTC (a declared cut-off)" in head
    plain = written(reference(candidate=candidate(environment=None, version=None, branch=None)))
    assert "## Deployment Validation Period" in plain and plain.count("not said") == 3


def test_odd_evidence_is_written_too():
    odd = reference(
        flags=FlagEvidence(
            (
                flag("number", "experimental", None, value="15", enabled=None),
                flag("silent", "experimental", None),
                flag("targeted", "experimental", 100.0, served_min_pct=0.0),
            ),
            (FLAGS,),
        ),
        benchmarks=BenchmarkEvidence((Series("empty", "s", "smaller", (), (1.0,)),), None, (BENCHMARKS,)),
        ops=replace(ops(), series={"dark": metric("dark", "s", [None]), "wild": metric("wild", "s", [float("inf")])}),
        tests=record(flaky=30, flaky_names=("a",), categories={"none": record().tally.__class__()}),
    )
    text = written(odd)
    assert "value 15" in text and "0 to 100 %" in text and "not said" in text
    assert "| dark | 1 | 1 | not measured | not measured | not measured |" in text
    assert "infinite" in text
    assert "Flaky (30): a and 29 more." in text
    assert "Baseline: none was found" in text


def test_long_lists_are_cut_and_counted():
    many = reference(
        flags=FlagEvidence(tuple(flag(f"f{i}", "experimental", 100.0) for i in range(300)), (FLAGS,)),
        benchmarks=benchmarks(series=tuple(Series(f"b{i}", "s", "smaller", (1.0,), (1.0,)) for i in range(250))),
    )
    facts = tuple(EnvironmentFact("dependency", f"d{i}", "1", "1") for i in range(207))
    many = replace(many, environment=EnvironmentEvidence(facts, (ENVIRONMENT,)))
    text = written(many)
    assert "7 more are not listed." in text
    assert "100 more are not listed." in text and "50 more are not listed." in text


HOSTILE = [
    "a | b",
    "<script>alert(1)</script>",
    "line\nbreak\r\n# heading",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "`code` **bold** _it_ ~~gone~~",
    "&lt;b&gt; &#60;",
    "\u202egnp.exe\u2028next",
    "back\\slash | pipe",
    "- [ ] task",
    "=====",
    "1. one",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_names(name):
    evidence = reference(
        candidate=candidate(project_name=name, version=name, branch=name, environment=name, subject=name),
        flags=FlagEvidence((flag(name, name, 5.0),), (replace(FLAGS, name=name),)),
        tests=record(failing_names=(name,), flaky_names=(name,), categories={name: record().tally}),
        sources=(replace(source(Kind.TESTS, "x", incomplete=True), name=name, reader=name),),
    )
    plain, text = written(), written(evidence)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert len(headings) == len(SECTIONS)
    assert len(text.splitlines()) - len(plain.splitlines()) < 10
    assert not re.search(r"<[A-Za-z/!?]", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert not re.search("[\u202a-\u202e\u2028\u2029]", text)
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
    assert summary_markdown(judge(evidence, (), at=AS_OF)).count("\n## ") == 0


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", row))


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_any_text_is_one_cell_of_one_line(name):
    escaped = md.text(name)
    assert len(escaped.splitlines()) <= 1
    row = md.table(("a", "b"), [(escaped, "x")])[-1]
    assert cells(row) == 3
    assert not re.search(r"<[A-Za-z/!?]", escaped)
    escaped.encode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("a_b", "a\\_b"),
        ("3.28 %", "3.28 %"),
        ("1. one", "1\\. one"),
        (">= 95 %, warn >= 90 %", ">= 95 %, warn >= 90 %"),
        ("> quote", "\\> quote"),
        ("< 200 ms", "< 200 ms"),
        ("<b>", "&lt;b>"),
        ("a & b", "a & b"),
        ("https://x.org", "https:&#47;&#47;x.org"),
        ("@all", "&#64;all"),
    ],
)
def test_only_markup_is_escaped(value, shown):
    assert md.text(value) == shown


def test_code_only_for_what_is_plain():
    assert md.code("ab12") == "`ab12`"
    assert md.code("a`b") == "a\\`b"
    assert md.code("") == ""


def test_a_summary_of_nothing_lost_has_no_table():
    small = policy()
    small = replace(small, rules={"tests.security": small.rules["tests.security"]})
    evaluation = judge(reference(policy=small), (), at=AS_OF)
    assert ": GO\n" in summary_markdown(evaluation)
    assert "|" not in summary_markdown(evaluation)


def test_same_dossier_same_bytes():
    assert written() == written()
