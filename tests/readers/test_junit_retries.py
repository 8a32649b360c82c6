"""Repetitions of one identity: attempts only on proof, namesakes otherwise."""

import pytest

from dashboard.model.records import CaseResult, Folded, Outcome
from dashboard.readers.junit_xml import READER

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED

BODY = {"p": "", "o": "<system-out>x</system-out>", "f": "<failure/>", "e": "<error/>", "s": "<skipped/>",
        "t": '<error message="failed on teardown with &quot;x&quot;"/>'}  # fmt: skip
GO = '<properties><property name="go.version" value="go1.22"/></properties>'
GRADLE = 'name="s" tests="9" skipped="0" failures="0" errors="0" timestamp="2025" hostname="ci" time="1"'


def repeated(outcomes: str, name: str = "n", more: str = "") -> str:
    return "".join(f'<testcase classname="c" name="{name}" time="1" {more}>{BODY[o]}</testcase>' for o in outcomes)


def pytest_report(cases: str, tests: int | None = None) -> str:
    attribute = "" if tests is None else f' tests="{tests}"'
    return f'<testsuites name="pytest tests"><testsuite name="pytest"{attribute}>{cases}</testsuite></testsuites>'


def final(reading, body) -> tuple[list[CaseResult], object]:
    """Give the cases after the corrections, in the order of the file."""
    records, ledger = reading(READER, body)
    cases: list[CaseResult | None] = []
    for record in records:
        if not isinstance(record, Folded):
            cases.append(record)
            continue
        place = cases.index(record.replaces[0])
        for replaced in record.replaces:
            cases[cases.index(replaced)] = None
        cases[place] = record.by
    return [case for case in cases if case is not None], ledger


@pytest.mark.parametrize(
    ("outcomes", "outcome", "attempts", "flaky"),
    [
        ("pp", P, [F, P], True),
        ("ppp", P, [F, F, P], True),
        ("ppf", F, [F, F, F], False),
        ("pe", E, [F, E], False),
        ("ps", S, [F, S], False),
        ("po", P, [F, P], True),
    ],
)
def test_empty_cases_of_pytest_are_failed_attempts(reading, outcomes, outcome, attempts, flaky):
    cases, ledger = final(reading, pytest_report(repeated("p", "other") + repeated("f", "third") + repeated(outcomes)))
    case = cases[-1]
    assert len(cases) == 3
    assert (case.outcome, [a.outcome for a in case.attempts], case.flaky) == (outcome, attempts, flaky)
    assert case.duration_s == len(outcomes)
    assert (ledger.folded, ledger.kept) == (len(outcomes) - 1, 3)


def test_the_declared_total_tells_a_rerun_from_two_workers(reading):
    cases, _ = final(reading, pytest_report(repeated("pp", "a") + repeated("pp", "b"), tests=2))
    assert [case.flaky for case in cases] == [True, True]
    cases, ledger = final(reading, pytest_report(repeated("pp", "a") + repeated("pp", "b"), tests=4))
    assert [case.name for case in cases] == ["a", "a (2)", "b", "b (2)"]
    assert not any(case.flaky for case in cases)
    assert ledger.ambiguous == 4


def test_a_failed_call_with_a_failed_teardown_is_two_results(reading):
    cases, ledger = final(reading, pytest_report(repeated("ft") + repeated("t", "only")))
    assert [(c.name, c.outcome, c.ambiguous) for c in cases] == [
        ("n", F, False),
        ("n (teardown)", E, False),
        ("only", E, False),
    ]
    assert ledger.notes["teardown-error"].count == 1


@pytest.mark.parametrize(
    ("head", "outcomes", "folded"),
    [
        (GO, "ff", True),
        (GO, "fp", True),
        (GO, "ffp", True),
        (GO, "pp", False),
        (GO, "pf", False),
        (GO, "fs", False),
        ("", "fp", False),
        ("", "ff", False),
        ("", "pp", False),
    ],
)
def test_gotestsum_repeats_what_failed(reading, head, outcomes, folded):
    body = f'<testsuites><testsuite name="s">{head}{repeated("p", "a")}{repeated(outcomes)}</testsuite></testsuites>'
    cases, ledger = final(reading, body)
    assert len(cases) == (2 if folded else 1 + len(outcomes))
    assert (ledger.ambiguous == 0) is folded


@pytest.mark.parametrize(
    ("name", "outcomes", "folded"),
    [
        ("adds()", "fp", True),
        ("adds()", "ff", True),
        ("adds()", "pf", False),
        ("[1] a", "fp", False),
        ("[2]", "ff", False),
    ],
)
def test_gradle_repeats_a_case_unless_it_lost_the_name_of_the_method(reading, name, outcomes, folded):
    body = f"<testsuite {GRADLE}>\n  <properties/>{repeated('p', 'a')}{repeated(outcomes, name)}</testsuite>"
    cases, _ = final(reading, body)
    assert len(cases) == (2 if folded else 3)


@pytest.mark.parametrize(
    ("more", "outcomes", "flaky"),
    [
        (('file="a.py" line="1"',) * 2, "fp", True),
        (('file="a.py" line="1"',) * 2, "ep", True),
        (('file="a.py" line="1"',) * 2, "ff", False),
        (('file="a.py" line="1"',) * 2, "pf", False),
        (('file="a.py"',) * 2, "fp", False),
        (('file="a.py"', 'file="b.py"'), "fp", False),
        (('file="a.py" line="1"', 'file="a.py" line="2"'), "fp", False),
        (("", ""), "fp", False),
    ],
)
def test_any_producer_that_names_the_place(reading, more, outcomes, flaky):
    cases = "".join(repeated(o, more=m) for o, m in zip(outcomes, more, strict=True))
    found, _ = final(reading, f'<testsuite name="s">{repeated("p", "a")}{repeated("p", "b")}{cases}</testsuite>')
    assert any(case.flaky for case in found) is flaky
    assert len(found) == (3 if flaky else 4)


def test_two_suites_of_one_name_are_not_attempts(reading):
    one = f'<testsuite name="pytest">{repeated("p")}{repeated("p", "a")}</testsuite>'
    cases, ledger = final(reading, f'<testsuites name="pytest tests">{one}{one}</testsuites>')
    assert [case.name for case in cases] == ["n", "a", "n (2)", "a (2)"]
    assert ledger.ambiguous == 4


def test_everything_repeated_equally_often_is_a_merged_report(reading):
    cases = "".join(repeated("fp", f"n{n}", 'file="a.py" line="1"') for n in range(4))
    found, ledger = final(reading, f'<testsuite name="s">{cases}</testsuite>')
    assert len(found) == 8
    assert not any(case.flaky for case in found)
    assert ledger.ambiguous == 8


def test_projects_of_playwright_are_suites_apart(reading):
    suites = "".join(
        f'<testsuite name="a.spec.js" hostname="{browser}">{repeated(outcome)}</testsuite>'
        for browser, outcome in (("chromium", "f"), ("firefox", "p"))
    )
    head = '<testsuites id="" name="" tests="2" failures="1" skipped="0" errors="0" time="1">'
    cases, ledger = final(reading, f"{head}{suites}</testsuites>")
    assert [(c.suite, c.outcome) for c in cases] == [("a.spec.js [chromium]", F), ("a.spec.js [firefox]", P)]
    assert ledger.ambiguous == ledger.folded == 0


def test_a_number_never_takes_the_name_of_another_case(reading):
    body = f'<testsuite name="s">{repeated("p", "n (2)")}{repeated("ff")}{repeated("p", "a")}</testsuite>'
    cases, _ = final(reading, body)
    assert len({case.name for case in cases}) == len(cases) == 4


def test_repetitions_are_found_among_many(reading):
    many = "".join(repeated("p", f"n{n}") for n in range(140_000))
    cases, ledger = final_count(reading, pytest_report(repeated("ppf") + many))
    assert cases == 140_001
    assert ledger.folded == 2


def final_count(reading, body):
    records, ledger = reading(READER, body)
    corrections = [record for record in records if isinstance(record, Folded)]
    return len(records) - len(corrections) - sum(len(c.replaces) - 1 for c in corrections), ledger
