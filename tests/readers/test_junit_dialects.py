"""What single tools say in a way of their own, as their real reports in the fixtures show it."""

import pytest

from dashboard.model.records import Outcome
from dashboard.readers.junit_xml import READER

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED

QT_5 = '<testsuite name="Cart"><properties><property value="5.15.8" name="QTestVersion"/></properties>{}</testsuite>'
QT_6 = '<testsuite name="Cart"><properties><property name="QTestVersion" value="6.4.2"/></properties>{}</testsuite>'
NODE_TAP = '<testsuites id="1" name="TAP Tests" tests="1"><testsuite name="s">{}</testsuite></testsuites>'
OTHER = '<testsuite name="s">{}</testsuite>'

COMMENT = '<testcase name="n"><!-- message="no network" type="skip" --></testcase>'
SKIP = '<testcase name="n"><properties><property name="skip" value="no network"/></properties></testcase>'
TODO = '<testcase name="n"><properties><property name="todo" value=""/></properties></testcase>'
FAILED_TODO = '<testcase name="n"><properties><property name="todo" value=""/></properties><failure/></testcase>'


@pytest.mark.parametrize(
    ("report", "case", "outcome", "why"),
    [
        (QT_5, COMMENT, S, ("skip", None)),
        (QT_5, '<testcase name="n" result="pass"/>', P, None),
        (QT_5, '<testcase name="n" result="xfail"/>', S, ("status", "xfail")),
        (QT_5, '<testcase name="n" result="fail"><failure result="fail" message="m"/></testcase>', F, (None, "m")),
        (QT_5, '<testcase name="n" result="xpass"><failure result="xpass" message="m"/></testcase>', F, (None, "m")),
        (QT_6, COMMENT, P, None),
        (OTHER, COMMENT, P, None),
        (NODE_TAP, SKIP, S, ("skip", "no network")),
        (NODE_TAP, TODO, S, ("todo", None)),
        (NODE_TAP, FAILED_TODO, F, (None, None)),
        (NODE_TAP, SKIP.replace('"skip"', '"ok"'), P, None),
        (OTHER, SKIP, P, None),
        (OTHER, '<testcase name="n"><error type="org.testng.SkipException" message="m"/></testcase>', S, None),
        (OTHER, '<testcase name="n"><error type="java.lang.Throwable" message="m"/></testcase>', E, None),
        (OTHER, '<testcase name="n"><failure type="org.testng.SkipException"/></testcase>', F, None),
    ],
)
def test_what_did_not_run(reading, report, case, outcome, why):
    (record,), _ = reading(READER, report.format(case))
    assert record.outcome is outcome
    if why is not None:
        assert record.failure[:2] == why


GO = '<testsuite name="p" tests="1" failures="{}"><properties><property name="go.version" value="go1.19"/></properties>'


@pytest.mark.parametrize(
    ("report", "incomplete"),
    [
        ('<testsuites tests="0" failures="0" errors="1"></testsuites>', True),
        ('<testsuites tests="0" failures="0" errors="0"></testsuites>', False),
        (f'<testsuites tests="1" errors="1">{GO.format(0)}<testcase name="n"/></testsuite></testsuites>', True),
        (f'<testsuites tests="1" errors="0">{GO.format(0)}<testcase name="n"/></testsuite></testsuites>', False),
        (
            f'<testsuites errors="1">{GO.format(1)}<testcase name="n"><failure/></testcase></testsuite></testsuites>',
            False,
        ),
        ('<testsuite tests="1" errors="1"><testcase name="n"/></testsuite>', False),
        ('<testsuite tests="1" failures="2"><testcase name="n"><failure/></testcase></testsuite>', False),
    ],
)
def test_an_error_without_a_case(reading, report, incomplete):
    """A package of Go that does not build has no case; other tools count assertions or messages in their totals."""
    _, ledger = reading(READER, report)
    assert ledger.incomplete is incomplete
    assert ("suite-failed" in ledger.notes) is incomplete


@pytest.mark.parametrize(("first", "second"), [("<failure/>", ""), ("", "<failure/>")])
def test_two_examples_of_one_description_are_not_a_retry(reading, first, second):
    cases = "".join(
        f'<testcase classname="spec.cart" name="twice" file="./spec/cart.rb" time="1">{result}</testcase>'
        for result in (first, second)
    )
    report = f'<testsuite name="rspec"><testcase classname="spec.cart" name="one" time="1"/>{cases}</testsuite>'
    records, ledger = reading(READER, report)
    assert (ledger.folded, ledger.ambiguous) == (0, 2)
    assert {record.by.outcome for record in records[-2:]} == {P, F}


@pytest.mark.parametrize(
    ("name", "suite"),
    [
        ("job-2026-11-24T12.06-d43041e", "job"),
        ("calc.Calc-20261124120600", "calc.Calc"),
        ("job-2026-11-24", "job-2026-11-24"),
        ("night-job-2026-11-24T12.06-d43041e", "night-job-2026-11-24T12.06-d43041e"),
    ],
)
def test_the_moment_of_the_run_is_no_part_of_a_suite(reading, name, suite):
    (record,), _ = reading(READER, f'<testsuite name="{name}"><testcase name="n"/></testsuite>')
    assert record.suite == suite


GINKGO_1 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n  <testsuite name="s" tests="{}" failures="{}" errors="0">{}</testsuite>'
)
RESULTS = {"p": "", "f": "<failure/>", "s": "<skipped/>"}


@pytest.mark.parametrize(
    ("tests", "failures", "outcomes", "flaky"),
    [
        (1, 0, "fp", True),
        (1, 0, "ffp", True),
        (1, 1, "ff", None),
        (2, 1, "fp", False),
        (1, 1, "ffp", False),
        (1, 0, "pf", False),
        (2, 0, "pp", False),
    ],
)
def test_attempts_of_ginkgo_are_folded_only_as_its_totals_say(reading, tests, failures, outcomes, flaky):
    """A total that does not agree means namesakes: one of them may have failed for good."""
    cases = "".join(f'<testcase classname="s" name="n">{RESULTS[o]}</testcase>' for o in outcomes)
    report = GINKGO_1.format(
        tests + 1, failures, f'{cases}<testcase name="a"/><testcase name="b"><skipped/></testcase>'
    )
    records, ledger = reading(READER, report)
    assert ledger.producer == "Ginkgo 1"
    if flaky is False:
        assert (ledger.folded, ledger.ambiguous) == (0, len(outcomes))
    else:
        assert (ledger.folded, ledger.ambiguous, records[-1].by.flaky) == (len(outcomes) - 1, 0, bool(flaky))


@pytest.mark.parametrize(
    ("report", "producer"),
    [
        ('<testsuite name="list" id="b1098bf2-10ff-4e06-b39b-3d6b30e4702f" timestamp="x">{}</testsuite>', "Newman"),
        ("<testsuite\n id='0'\n package='cart'\n name='cart'>{}</testsuite>", "OUnit"),
        ('<testsuite name="t">{}<testcase name="2 - b"></testcase></testsuite>', "TAP::Formatter::JUnit"),
        ('<testsuite name="t">{}</testsuite>', None),
        ('<testsuite name="t">{}<testcase name="2 - b" classname="c"></testcase></testsuite>', None),
    ],
)
def test_a_tool_that_hides_skips_is_told_of(reading, report, producer):
    _, ledger = reading(READER, report.format('<testcase name="a"/>'))
    assert ledger.producer == producer
    assert ("skips-unsaid" in ledger.notes) is (producer is not None)
