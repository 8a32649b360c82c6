"""Cases read in runs are the same as cases read one by one, and nothing that only looks like a case is one."""

import io

import pytest

from dashboard.errors import CountersignError
from dashboard.model.ledger import Ledger
from dashboard.readers import _junit_document as document
from dashboard.readers import _junit_runs as runs
from dashboard.readers.junit_xml import READER

PLAIN = '<testcase classname="c" name="n{}" time="0.25"/>'


def cases(count, form=PLAIN):
    return "".join(form.format(number) for number in range(count))


def report(inside, declared=""):
    return f'{declared}<testsuites><testsuite name="s">{cases(3)}{inside}</testsuite></testsuites>'.encode()


def read(body):
    ledger = Ledger()
    try:
        return list(READER.read(io.BytesIO(body), ledger)), ledger.figures(), ledger.facts, ledger.notes
    except CountersignError as error:
        return error.slug, str(error)


@pytest.fixture
def both(monkeypatch):
    """Read in runs from nearly the first case on, and one by one; give what came and how many cases came in runs."""
    taken = []

    class Counting(runs.Chunk):
        def records(self, suite, file):
            for record in super().records(suite, file):
                taken.append(record)
                yield record

    monkeypatch.setattr(document, "Chunk", Counting)
    monkeypatch.setattr(runs, "_WORTH_IT", 0)

    def compare(body):
        monkeypatch.setattr(document, "_LOOK", 150)
        found = read(body)
        in_runs = len(taken)
        monkeypatch.setattr(document, "_LOOK", len(body))
        assert read(body) == found
        assert len(taken) == in_runs
        return found, in_runs

    return compare


@pytest.mark.parametrize(
    ("inside", "at_least"),
    [
        (cases(50), 50),
        (cases(50, '<testcase classname="c" name="m{}" time="1" />\r\n  '), 50),
        (cases(50, '<testcase classname="" name="m{}" time="1."></testcase>'), 50),
        (cases(50, '<testcase classname="a>b" name="it\'s {}" time="999999">\n</testcase>'), 50),
        (cases(20) + "<testcase name='odd'><failure message='m'>t</failure></testcase>" + cases(20), 40),
        (cases(20) + '</testsuite><testsuite name="t" file="t.py">' + cases(20), 40),
        (cases(20) + '<testsuite name="inner">' + cases(20) + "</testsuite>" + cases(20), 60),
        (cases(20) + "<testcase><system-out><![CDATA[]]></system-out></testcase>" + cases(20), 40),
    ],
)
def test_plain_cases_come_in_runs(both, inside, at_least):
    (records, *_), in_runs = both(report(inside))
    assert in_runs >= at_least
    assert len(records) >= at_least + 3


@pytest.mark.parametrize(
    "form",
    [
        '<testcase classname="c" name="a &lt; {}" time="1"/>',
        '<testcase classname="c" name="ü{}" time="1"/>',
        '<testcase classname="c" name="a\t{}" time="1"/>',
        "<testcase classname='c' name='{}' time='1'/>",
        '<testcase name="{}" classname="c" time="1"/>',
        '<testcase classname="c" name="{}" time="1" line="4"/>',
        '<testcase classname="c" name="{}" time="0,5"/>',
        '<testcase classname="c" name="{}" time="1000000"/>',
        '<testcase classname="c" name="{}" time="-1"/>',
        '<testcase classname="c" name="{}" time=""/>',
        '<testcase classname="c" name="' + "x" * 1000 + '{}" time="1"/>',
        '<x:testcase classname="c" name="{}" time="1"/>',
        '<testcase classname="c" name="{}" time="1"> text </testcase>',
    ],
)
def test_other_cases_are_left_to_expat(both, form):
    (records, *_), in_runs = both(report(cases(1) + cases(30, form)))
    assert in_runs <= 2
    assert len(records) >= 34


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- {cases(3)} -->",
        f"<?note {cases(3)} ?>",
        f"<![CDATA[{cases(3)}]]>",
        f"<system-out><![CDATA[{cases(3)}]]></system-out>",
        f"<testcase name='x'><system-out>{cases(3)}</system-out></testcase>",
        f"<testcase name='x'>{cases(3)}</testcase>",
        f"<testcase name='x'><failure><![CDATA[ ]{cases(3)}]]></failure></testcase>",
        f"<properties><x>{cases(3)}</x></properties>",
        f"]{cases(1)}",
        f"&amp;{cases(1)}",
    ],
)
def test_what_looks_like_cases(both, text):
    found, in_runs = both(report(cases(2, PLAIN.replace("n{}", "m{}")) + text + cases(4, PLAIN.replace("n{}", "o{}"))))
    assert found
    assert in_runs >= 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp037"])
def test_encodings_in_which_the_bytes_mean_something_else(both, encoding):
    declared = "" if encoding == "utf-16" else f'<?xml version="1.0" encoding="{encoding.upper()}"?>'
    body = report(cases(40), declared).decode().encode(encoding)
    _, in_runs = both(body)
    assert in_runs == 0


def test_cases_that_utf_16_hides_are_none(both):
    hidden = cases(40).encode()
    body = '<testsuites><testsuite name="s"><testcase classname="c" name="n" time="1"/><system-out>'.encode("utf-16")
    body += hidden[: len(hidden) // 2 * 2] + "</system-out></testsuite></testsuites>".encode("utf-16-le")
    (records, *_), in_runs = both(body)
    assert (len(records), in_runs) == (1, 0)


@pytest.mark.parametrize(
    ("damage", "line"),
    [("\n\n<x></y>", 3), ("\n<testcase classname='c' classname='d'/>", 2), (f"\n{cases(30)}\n<&>", 3)],
)
def test_damage_is_named_at_its_place(both, damage, line):
    found, in_runs = both(report(cases(30) + damage))
    assert in_runs >= 30
    assert f"line {line}," in (found[1] if len(found) == 2 else found[3]["xml-mended"].message)


def test_a_hidden_attribute_is_not_taken_for_the_size_of_a_text():
    body = report('<testcase name="f"><failure countersign-size="x">t</failure></testcase>')
    assert read(body)[0][-1].failure.text_size == 1
