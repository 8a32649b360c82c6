import pytest

from dashboard.readers.clover_xml import READER

METRICS = '<metrics statements="5" coveredstatements="4" conditionals="4" coveredconditionals="3" elements="9"/>'


def report(files, root='generated="1795508100" clover="4.4"', tests=""):
    return f'<coverage {root}><project name="p">{files}<metrics statements="5"/></project>{tests}</coverage>'


def file(lines, name='name="a.js" path="/ci/a.js"', metrics=METRICS):
    return f"<file {name}>{lines}{metrics}</file>"


@pytest.mark.parametrize(
    ("lines", "figures"),
    [
        ('<line num="1" type="stmt" count="1"/><line num="2" type="stmt" count="0"/>', (2, 1)),
        ('<line num="1" type="method" count="0"/><line num="1" type="stmt" count="2"/>', (1, 1)),
        (
            (
                '<line num="1" type="cond" truecount="0" falsecount="3"/>'
                '<line num="2" type="cond" truecount="0" falsecount="0"/>'
            ),
            (2, 1),
        ),
        ('<line num="1" type="cond" count="0" truecount="1" falsecount="1"/>', (1, 0)),
        ('<line num="0" type="stmt" count="1"/>', (0, 0)),
    ],
)
def test_lines_are_distinct_numbers(reading, lines, figures):
    (record,), ledger = reading(READER, report(file(lines)))
    assert record[:7] == ("/ci/a.js", *figures, 4, 3, 5, 4)
    assert ledger.producer == "Clover 4.4"
    assert ledger.collected_at == "2026-11-24T08:15:00+00:00"


def test_no_file_is_noted(reading):
    assert set(reading(READER, report(""))[1].notes) == {"no-files"}


def test_without_metrics_nothing_is_said_of_branches(reading):
    (record,), ledger = reading(READER, report(file('<line num="3" count="1"/>', 'name="b.php"', ""), root=""))
    assert record[:7] == ("b.php", 1, 1, None, None, None, None)
    assert ledger.producer == "Clover format"


def test_partial_conditions(reading):
    lines = '<line num="1" type="cond" count="1" truecount="1" falsecount="0"/>'
    lines += '<line num="2" type="cond" count="2" truecount="1" falsecount="1"/>'
    (record,), _ = reading(READER, report(file(lines)))
    assert (record.hit, record.partial) == ("1-2", "1")


def test_code_of_tests_is_left_out_and_repetitions_are_folded(reading):
    one, two = file('<line num="1" count="1"/>'), file('<line num="1" count="0"/><line num="2" count="0"/>')
    tests = file("", 'name="t.js"')
    records, ledger = reading(READER, report(one + two, tests=f"<testproject>{tests}</testproject>"))
    assert [r[1:3] for r in records] == [(2, 1)]
    assert set(ledger.notes) == {"absolute-path", "file-repeated", "test-code"}


def test_one_name_in_two_packages_is_two_files(reading):
    same = file("", 'name="A.java"')
    body = "".join(f'<package name="com.{package}">{same}</package>' for package in "xy")
    records, _ = reading(READER, report(body))
    assert [r.path for r in records] == ["com/x/A.java", "com/y/A.java"]


@pytest.mark.parametrize(
    ("body", "slug"),
    [(report(file('<line num="x"/>')), "clover-count"), ("<report/>", "clover-root"), (report("")[:-11], "truncated")],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
