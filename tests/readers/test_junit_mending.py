"""XML that well-known tools leave ill-formed: mended where it can be told what was meant, refused where not."""

import io
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import CountersignError
from dashboard.model.ledger import Ledger
from dashboard.readers._sanitise import WRAPPER, Sanitised
from dashboard.readers.junit_xml import READER

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


def suite(inside: str) -> str:
    return f'<testsuite name="s"><testcase name="a" time="1"/>{inside}<testcase name="z" time="1"/></testsuite>'


def mended(body: bytes) -> str:
    source = Sanitised(io.BytesIO(body))
    return b"".join(iter(lambda: source.read(1), b"")).decode()


@pytest.mark.parametrize(
    ("inside", "name", "slug"),
    [
        ('<testcase name="\x1b[31mred"/>', "␛[31mred", "control-characters"),
        ('<testcase name="nul\x00"/>', "nul␀", "control-characters"),
        ('<testcase name="&#27;[31m"/>', "␛[31m", "control-characters"),
        ('<testcase name="&#x1;&#xFFFE;"/>', "␁�", "control-characters"),
        ('<testcase name="&#xD800;&#1114112;"/>', "��", "control-characters"),
        ('<testcase name="a < b"/>', "a < b", "bare-markup"),
        ('<testcase name="a & b &nbsp; c"/>', "a & b &nbsp; c", "bare-markup"),
        ('<testcase name="a && b &amp; &lt;"/>', "a && b & <", "bare-markup"),
    ],
)
def test_a_name_is_mended_and_counted(reading, inside, name, slug):
    records, ledger = reading(READER, suite(inside))
    assert [record.name for record in records] == ["a", name, "z"]
    assert ledger.repaired == 1
    assert {"xml-mended", slug} == set(ledger.notes)


def test_text_is_mended_and_cdata_keeps_its_ampersands(reading):
    body = suite(
        '<testcase name="n"><failure message="m"><![CDATA[a && &#27; b \x07]]> x &#7; & y ]]> </failure></testcase>'
    )
    records, ledger = reading(READER, body)
    assert records[1].failure.text == "a && &#27; b ␇ x ␇ & y ]]>"
    assert ledger.repaired == 1


def test_damage_outside_of_cases_repairs_no_case(reading):
    records, ledger = reading(READER, suite("<system-out>\x1b</system-out>"))
    assert len(records) == 2
    assert (ledger.repaired, ledger.notes["control-characters"].count) == (0, 1)


@pytest.mark.parametrize(
    "body",
    [
        (DECLARED + suite('<testcase name="café"/>')).encode("latin-1"),
        (DECLARED + suite('<testcase name="café"/>')).encode("cp1252"),
        (DECLARED.replace("UTF-8", "utf8") + suite('<testcase name="café"/>')).encode(),
        (DECLARED.replace("UTF-8", "no-such-code") + suite('<testcase name="café"/>')).encode(),
        (DECLARED.replace("UTF-8", "gb18030") + suite('<testcase name="café"/>')).encode("gb18030"),
        (DECLARED.replace("UTF-8", "rot13") + suite('<testcase name="café"/>')).encode(),
        ("\ufeff\n\n" + DECLARED + suite('<testcase name="café"/>')).encode(),
        ("\n" + DECLARED.replace("UTF-8", "UTF-16") + suite('<testcase name="café"/>')).encode("utf-16"),
    ],
)
def test_encodings_that_are_not_what_they_say(reading, body):
    records, ledger = reading(READER, body)
    assert [record.name for record in records] == ["a", "café", "z"]
    assert "xml-mended" in ledger.notes


def test_bytes_of_two_encodings_are_each_read(reading):
    body = DECLARED.encode() + suite('<testcase name="AB"/>').encode()
    records, _ = reading(READER, body.replace(b"A", "é€".encode()).replace(b"B", b"\x80\x81"))
    assert records[1].name == "é€€\x81"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[INFO] starting & <running>\n", ""),
        ("\n\n", ""),
        ("", "\nDONE in 3 s & more\n"),
        ("log <3\n", "trailing < text"),
        ("", "<!-- made by a tool -- really -->"),
    ],
)
def test_log_lines_around_the_report(reading, before, after):
    if "<running>" in before:
        before = before.replace("<running>", "< running")
    records, ledger = reading(READER, before + DECLARED + suite("") + after)
    assert [record.name for record in records] == ["a", "z"]
    assert ledger.notes or after.startswith("<!--") or not before.strip()


def test_several_reports_in_one_file_are_all_read(reading):
    second = suite("").replace('"s"', '"t"')
    records, ledger = reading(READER, f"{DECLARED}{suite('')}\n{DECLARED}{second}\nbye")
    assert [(r.suite, r.name) for r in records] == [("s", "a"), ("s", "z"), ("t", "a"), ("t", "z")]
    assert ledger.notes["several-reports"].count == 2


def test_what_was_given_before_the_damage_is_not_given_twice(reading):
    cases = "".join(f'<testcase classname="c" name="n{n}" time="0.001"/>' for n in range(20_000))
    late = cases + '<testcase classname="c" name="\x1b" time="0"/>' + cases.replace('"n', '"m')
    records, ledger = reading(READER, f'<testsuite name="s" tests="40001">{late}</testsuite>')
    assert len(records) == len({record.name for record in records}) == 40_001
    assert (ledger.seen, ledger.repaired) == (40_001, 1)
    assert set(ledger.notes) == {"xml-mended", "control-characters"}


@pytest.mark.parametrize(
    "body",
    [
        suite('<testcase name="\x1b"/>')[:-1],
        suite('<testcase name="\x1b"/>').removesuffix("</testsuite>"),
        suite('<testcase name="\x1b">'),
        suite('<testcase name="\x1b" name="b"/>'),
        suite("\x1b") + "<testsuite>",
        suite("<testcase name='\x1b'><failure><![CDATA["),
        suite("<testcase name='\x1b'/><!-- "),
        "<testsuite \x1b",
    ],
)
def test_what_is_cut_off_or_broken_stays_refused(refusal, body):
    assert refusal(READER, body) in {"xml-not-well-formed", "truncated"}


def test_a_document_type_is_not_mended_away(refusal):
    assert refusal(READER, "\n" + DECLARED + "<!DOCTYPE a [<!ENTITY b 'c'>]>" + suite("")) == "xml-doctype"


@given(st.text(alphabet="<>&;#x1/!-[]CDATA?\"' ab\x00\x1bé\n", max_size=120))
def test_the_mended_stream_is_wrapped_whole(text):
    out = mended(text.encode())
    assert out.startswith(f"<{WRAPPER}>") and out.endswith(f"</{WRAPPER}>")


@given(st.text(alphabet="&;#x1 ab\x00\x1b\u0085é\ud7ff", max_size=80))
def test_mended_text_is_always_well_formed(text):
    parser = expat.ParserCreate("utf-8")
    parser.Parse(mended(text.encode()), True)


@given(
    st.lists(
        st.sampled_from([
            "<testsuite", "<testsuites>", "</testsuites>", "</testsuite>", "<testcase", "</testcase>", "<failure>",
            "</failure>", "<error/>", "<skipped/>", " name=", " time=", " classname=", '"n"', '"1,234"', '"0,5"',
            "'x'", ">", "/>", "\x1b", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0'?>", "&", "&#27;",
            "<flakyFailure>", "</flakyFailure>", "<properties>", "</properties>", "<property", "<stackTrace>",
            "</stackTrace>", "\xe9", " status=", '"notrun"', "<!DOCTYPE x>", "log\n",
        ]),
        max_size=30,
    ),
    st.sampled_from(["utf-8", "latin-1", "utf-16"]),
)  # fmt: skip
def test_any_jumble_gives_records_or_an_error(words, encoding):
    body = ("<testsuite name='s'>" + "".join(words)).encode(encoding)
    for end in (b"", "</testsuite>".encode(encoding)):
        ledger = Ledger()
        problem = None
        try:
            list(READER.read(io.BytesIO(body + end), ledger))
        except CountersignError as error:
            problem = error
        sums_up = ledger.seen == ledger.kept + ledger.folded + ledger.dropped
        assert (problem.slug and problem.hint) if problem else sums_up


@pytest.mark.parametrize("damage", ["&", "< "])
def test_damage_has_a_limit(refusal, damage):
    assert refusal(READER, suite(f"<testcase name='n'><failure>{damage * 100_001}</failure></testcase>")) == "xml-limit"


def test_one_case_is_repaired_once_however_much_was_mended(reading):
    dirty = "<testcase name='n\x1b\x1b'><failure>" + "\x07 & " * 1000 + "</failure><failure>\x1b</failure></testcase>"
    _, ledger = reading(READER, suite(dirty + "<testcase name='clean'/>" + dirty.replace("'n", "'m")))
    assert ledger.repaired == 2
    assert ledger.notes["control-characters"].count == 2 * 1003
