"""The dialects of JUnit XML, one row a habit: what is counted, and what must not be."""

import io
from collections import Counter

import pytest

from dashboard.errors import CountersignError, LimitError, MalformedArtefactError
from dashboard.model.records import CaseResult, Folded, Outcome
from dashboard.readers import junit_xml
from dashboard.readers.junit_xml import READER

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def suite(cases: str, attributes: str = 'name="s"') -> str:
    return f"<testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>"


def case(children: str = "", attributes: str = 'classname="c" name="n" time="1"') -> str:
    return f"<testcase {attributes}>{children}</testcase>"


def only(reading, body) -> CaseResult:
    records, _ = reading(READER, body)
    assert len(records) == 1
    return records[0]


@pytest.mark.parametrize(
    ("children", "outcome"),
    [
        ("", P),
        ("<failure/>", F),
        ("<error/>", E),
        ("<skipped/>", S),
        ("<skipped/><failure/>", F),
        ("<failure/><error/>", E),
        ("<failure/><failure/>", F),
        ('<skipped type="todo"/><failure/>', S),
        ('<skipped message="TEST_CASE tagged with !mayfail"/><failure/>', S),
        ('<skipped type="pytest.xfail"/>', S),
        ("<system-out>error failed</system-out>", P),
        ("<system-out><failure/></system-out>", P),
        ("<warning>w</warning>", P),
        ("<properties><property name='failure' value='1'/></properties>", P),
    ],
)
def test_the_worst_result_counts(reading, children, outcome):
    assert only(reading, suite(case(children))).outcome is outcome


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        ('status="run"', P),
        ('status="run" result="completed"', P),
        ('status="notrun"', S),
        ('status="notrun" result="suppressed"', S),
        ('status="disabled"', S),
        ('status="skipped"', S),
        ('status="passed"', P),
        ('status="failed"', F),
        ('status="error"', E),
        ('disabled="true"', S),
        ('disabled="false"', P),
        ('failure="3 == 4"', P),
    ],
)
def test_outcomes_that_only_an_attribute_tells(reading, attributes, outcome):
    assert only(reading, suite(f'<testcase name="n" {attributes}/>')).outcome is outcome
    assert only(reading, suite(f'<testcase name="n" {attributes}><system-out/></testcase>')).outcome is outcome


def test_a_failure_is_kept_with_type_message_and_text(reading):
    record = only(reading, suite(case('<failure type="T" message="m"> line &lt;1&gt; <![CDATA[<&]]></failure>')))
    assert record.failure == ("T", "m", "line <1> <&", 12)


def test_of_a_long_text_the_size_is_kept(reading):
    record = only(reading, suite(case(f"<failure>{'x' * 3_000_000}</failure>")))
    assert (len(record.failure.text), record.failure.text_size) == (1024 * 1024, 3_000_000)


@pytest.mark.parametrize(
    ("attributes", "key"),
    [
        ('classname="c" name="n" time="1"', ("s", "c", "n")),
        ('name="n" classname="c"', ("s", "c", "n")),
        ('name="n" class="c"', ("s", "c", "n")),
        ('name="n"', ("s", "", "n")),
        ('classname="" name="n" time="1"', ("s", "", "n")),
        ('name=""', ("s", "", "(no name)")),
        ('classname="c" name="test[a > b]" time="0"', ("s", "c", "test[a > b]")),
        ('classname="c" name="m(String)[1] x, y" time="0"', ("s", "c", "m(String)[1] x, y")),
    ],
)
def test_identity(reading, attributes, key):
    assert only(reading, suite(f"<testcase {attributes}/>"))[:3] == key
    assert only(reading, suite(f"<testcase {attributes}><skipped/></testcase>"))[:3] == key


def test_a_name_beyond_a_key_is_shortened_and_stays_apart(reading):
    records, ledger = reading(READER, suite("".join(f'<testcase name="{"x" * 5000}{n}"/>' for n in range(2))))
    assert all(len(record.name) <= 1000 for record in records)
    assert records[0].name != records[1].name
    assert ledger.notes["name-shortened"].count == 2


def test_suites_nest_and_give_breadcrumbs(reading):
    body = """<testsuites name="all"><testcase name="a"/><testsuite name="x" file="x.py"><testcase name="b"/>
      <testsuite name="y"><testcase name="c" file="y.py" line="7"/></testsuite></testsuite>
      <testsuites><testsuite name="z"><testcase name="d"/></testsuite></testsuites></testsuites>"""
    records, ledger = reading(READER, body)
    assert [(r.suite, r.name, r.file, r.line) for r in records] == [
        ("", "a", None, None),
        ("x", "b", "x.py", None),
        ("x > y", "c", "y.py", 7),
        ("z", "d", None, None),
    ]
    assert ledger.facts["suites"] == 5


def test_a_bare_suite_and_prefixes_are_read(reading):
    assert only(reading, '<testsuite name="s"><testcase name="n"/></testsuite>').name == "n"
    body = '<j:testsuite xmlns:j="urn:j" name="s"><j:testcase name="n"><j:failure/></j:testcase></j:testsuite>'
    assert only(reading, body).outcome is F


def test_the_moment_of_the_run_is_no_part_of_a_suite(reading):
    body = suite('<testcase name="n"/>', 'name="test_ut.Calc-20251018140203"')
    assert only(reading, body).suite == "test_ut.Calc"


def test_properties_are_a_multimap_and_outputs_are_left_out(reading):
    body = suite(
        "<properties><property name='not' value='mine'/></properties>"
        + case(
            "<properties><property name='a' value='1'/><property name='a' value='2'/><property name='b'>t</property>"
            "</properties><system-out>x</system-out>"
        )
    )
    assert only(reading, body).properties == (("a", "1"), ("a", "2"), ("b", "t"))


def test_an_error_of_a_suite_makes_the_file_incomplete(reading):
    records, ledger = reading(READER, suite('<testcase name="n"/><error message="class did not load"/>'))
    assert len(records) == 1
    assert ledger.incomplete
    assert ledger.facts["suite_errors"] == [{"suite": "s", "message": "class did not load"}]


@pytest.mark.parametrize(
    ("attributes", "incomplete"),
    [('tests="0"', False), ("", False), ('tests="3"', True), ('tests="many"', False)],
)
def test_no_case_at_all_is_said(reading, attributes, incomplete):
    records, ledger = reading(READER, f"<testsuite {attributes}/>")
    assert records == []
    assert "no-test-cases" in ledger.notes
    assert ledger.incomplete is incomplete


@pytest.mark.parametrize(
    ("attributes", "disagrees"),
    [
        ('tests="3" failures="1" errors="0" skipped="1"', False),
        ('tests="3" failures="0" errors="1"', False),
        ('tests="3" failures="1" skipped="0" disabled="1"', False),
        ('tests="4" failures="1"', True),
        ('tests="3" failures="0"', True),
        ('tests="3" failures="1" skipped="2"', True),
        ("", False),
        ('tests="-1"', False),
    ],
)
def test_totals_are_counted_and_compared(reading, attributes, disagrees):
    cases = "".join(f'<testcase name="{n}">{x}</testcase>' for n, x in enumerate(("", "<failure/>", "<skipped/>")))
    _, ledger = reading(READER, suite(cases, attributes))
    assert ("suite-counters-disagree" in ledger.notes) is disagrees


def test_totals_of_an_outer_suite_may_include_the_inner(reading):
    inner = '<testsuite name="i" tests="1"><testcase name="b"/></testsuite>'
    for total in (1, 2):
        _, ledger = reading(READER, f'<testsuite name="o" tests="{total}"><testcase name="a"/>{inner}</testsuite>')
        assert not ledger.notes
    _, ledger = reading(READER, f'<testsuite name="o" tests="3"><testcase name="a"/>{inner}</testsuite>')
    assert ledger.notes["suite-counters-disagree"].count == 1


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2025-10-18T14:02:00+02:00", "2025-10-18T14:02:00+02:00"),
        ("2025-10-18T14:02:00Z", "2025-10-18T14:02:00+00:00"),
        ("2025-10-18T14:02:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("Sat, 03 Dec 2022 23:10:07 GMT", None),
        ("yesterdayZ", None),
    ],
)
def test_only_a_moment_with_its_offset_is_believed(reading, stamp, at):
    _, ledger = reading(READER, suite('<testcase name="n"/>', f'name="s" timestamp="{stamp}"'))
    assert ledger.collected_at == at


def test_surefire_writes_attempts_inside_of_the_case(reading):
    body = suite(
        case(
            '<flakyError type="E" time="0.5"><stackTrace>t1</stackTrace></flakyError><flakyFailure type="F" time="2"/>'
        )
    )
    record = only(reading, body)
    assert (record.outcome, record.flaky, record.duration_s) == (P, True, 3.5)
    assert [a.outcome for a in record.attempts] == [E, F, P]
    assert record.attempts[0].failure.text == "t1"


def test_a_case_that_failed_every_attempt_is_not_flaky(reading):
    body = suite(case('<failure message="1">a</failure><rerunFailure message="2"><failure/></rerunFailure>'))
    record = only(reading, body)
    assert (record.outcome, record.flaky, len(record.attempts)) == (F, False, 2)
    assert [a.failure.message for a in record.attempts] == ["1", "2"]


def test_unknown_children_are_noted_and_decide_nothing(reading):
    records, ledger = reading(READER, suite(case("<shiny/>") + "<testcase name='o'><testcase name='i'/></testcase>"))
    assert [r.name for r in records] == ["n", "o"]
    assert ledger.notes["unknown-child"].count == 2


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ("<testsuite>", "truncated"),
        (suite(case())[:-1], "truncated"),
        ("<testsuite><testcase></testsuite>", "xml-not-well-formed"),
        ("<testsuite><testcase name='a' name='b'/></testsuite>", "xml-not-well-formed"),
        ("<report/>", "not-junit"),
        ("<!DOCTYPE testsuite [<!ENTITY a 'b'>]><testsuite/>", "xml-doctype"),
        ("<testsuite>" * 70 + "</testsuite>" * 70, "xml-limit"),
        ("<testsuite><a>" * 40 + "</a></testsuite>" * 40, "xml-limit"),
        (suite(case("<b>" * 80 + "</b>" * 80)), "xml-limit"),
        ("", "truncated"),
    ],
)
def test_refusals(refusal, body, slug):
    assert refusal(READER, body) == slug


def test_results_and_properties_of_one_case_have_a_limit(reading):
    record, ledger = reading(
        READER, suite(case("<properties>" + "<property name='a' value='b'/>" * 3000 + "</properties>"))
    )
    assert len(record[0].properties) < 1000
    assert "case-cut" in ledger.notes


def test_many_cases_come_as_they_are_read():
    count = 5000
    cases = "".join(f'<testcase classname="c" name="n{n}" time="0.5"/>' for n in range(count))
    body = io.BytesIO(suite(cases).encode())
    records = READER.read(body, junit_xml.Ledger())
    assert next(iter(records)).name == "n0"
    assert body.tell() < len(body.getvalue()) or len(body.getvalue()) < 1 << 19
    assert sum(1 for _ in records) == count - 1


def test_too_many_repetitions_are_numbered_without_being_held(reading, monkeypatch):
    monkeypatch.setattr(junit_xml, "HELD_CASES", 3)
    records, ledger = reading(READER, suite('<testcase name="a"/>' * 5 + '<testcase name="b"/>'))
    folded = [record for record in records if isinstance(record, Folded)]
    assert [f.by.name for f in folded] == ["a", "a (2)", "a (3)", "a (4)", "a (5)"]
    assert all(f.by.ambiguous for f in folded)
    assert ledger.ambiguous == 5
    assert "repeats-not-judged" in ledger.notes


def test_errors_are_the_products_own(refusal):
    assert issubclass(LimitError, CountersignError) and issubclass(MalformedArtefactError, CountersignError)
    assert Counter([refusal(READER, b"\xff"), refusal(READER, b"\x00")]).total() == 2
