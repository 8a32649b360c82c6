"""Which reader gets a file, and what is said of a file that none gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import UnknownFormatError
from dashboard.model.protocols import Reader
from dashboard.readers import all_readers, choose, xml_root
from dashboard.readers._named import NAMED

SUITE = '<testsuite name="s" tests="0"></testsuite>'


def refusal(head):
    with pytest.raises(UnknownFormatError) as caught:
        choose(head if isinstance(head, bytes) else head.encode())
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "head",
    [
        SUITE,
        "<testsuites/>",
        f"\ufeff{SUITE}",
        f'\n\n  <?xml version="1.0"?>\n{SUITE}',
        f'<?xml version="1.0"?><!-- made by <a tool> --><?style x?>\n{SUITE}',
        f'<?xml version="1.0"?><!DOCTYPE testsuite SYSTEM "x.dtd">{SUITE}',
        '<ju:testsuites xmlns:ju="urn:x"><ju:testsuite/></ju:testsuites>',
        '<testsuite xmlns="urn:x"/>',
        f'[INFO] building\n[INFO] <done>\n<?xml version="1.0"?>\n{SUITE}',
        f"[INFO] building\n{SUITE}",
        SUITE.encode("utf-16"),
        SUITE.encode("utf-16-le"),
        SUITE.encode("utf-16-be"),
        SUITE.encode("utf-32"),
    ],
)
def test_junit_is_known_by_its_root(head):
    assert choose(head if isinstance(head, bytes) else head.encode()).format == "junit-xml"


@pytest.mark.parametrize(
    ("head", "slug", "says"),
    [
        ("", "empty-file", "is empty"),
        (" \n\t ", "empty-file", "white space"),
        ("\ufeff", "empty-file", "white space"),
        ("<!doctype html><title>502</title>", "html-page", "HTML"),
        ("\n<HTML><body>", "html-page", "HTML"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs-pointer", "LFS"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary-file", "89 50 4e 47"),
        ("<testsuitecase/>", "not-xml-we-know", "<testsuitecase>"),
        ("<svg:svg/>", "not-xml-we-know", "<svg>"),
        ("hello", "unknown-format", "junit-xml"),
        ('{"a": 1}', "unknown-format", "junit-xml"),
        ("<TestRun><FailedTests/>", "unsupported-format", "CppUnit"),
        ("<test-results>", "unsupported-format", "NUnit 2"),
        ("<CoverageSession>", "unsupported-format", "OpenCover"),
        ('{"gcovr/format_version": "0.11"}', "unsupported-format", "gcovr"),
        ('{"stats": {}, "suites": [], "passes": []}', "unsupported-format", "mocha"),
        ("!coverage.py: This is a private format, don't", "unsupported-format", "coverage.py 4"),
        ("%PDF-1.7", "unsupported-format", "PDF"),
    ],
)
def test_what_nobody_reads_is_named(head, slug, says):
    error = refusal(head)
    assert error.slug == slug
    assert says in str(error)


class Greedy:
    """A reader that claims everything."""

    format = "greedy"

    def sniff(self, _head):
        return True


def test_two_claims_are_not_guessed(monkeypatch):
    monkeypatch.setitem(choose.__globals__, "all_readers", lambda: (Greedy(), Greedy()))
    error = refusal("anything")
    assert error.slug == "ambiguous-format"
    assert "greedy, greedy" in str(error)


def test_every_reader_keeps_the_contract():
    readers: tuple[Reader, ...] = all_readers()
    formats = [reader.format for reader in readers]
    assert len(set(formats)) == len(formats)
    assert all(reader.version >= 1 and reader.kind for reader in readers)


def test_every_named_format_says_what_to_do_instead():
    assert all(named.name and named.instead.endswith(".") for named in NAMED)


@pytest.mark.parametrize(
    ("head", "root"),
    [
        (b"<a>", "a"),
        (b"<!-- <b> --><a x='1'>", "a"),
        (b"<x:a/>", "a"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>", "a"),
        (b"log\n<?xml version='1.0'?><a>", "a"),
        (b"log\n<a>", None),
        (b"{}", None),
        (b"", None),
        (b"< a>", None),
        (b"<?xml version='1.0'", None),
    ],
)
def test_xml_root(head, root):
    assert xml_root(head) == root


@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet="<>?!-/ a\n\x00testsuit[]\"'", max_size=200).map(str.encode))
)
def test_any_head_gives_a_reader_or_a_reason(head):
    reader = problem = None
    try:
        reader = choose(head)
    except UnknownFormatError as error:
        problem = error
    assert (problem.slug and problem.hint) if problem else reader in all_readers()
