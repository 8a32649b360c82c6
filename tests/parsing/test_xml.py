"""The guards of the XML stream: what is read, and what is refused with its place named."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import CountersignError, LimitError, MalformedArtefactError
from dashboard.parsing.xml import LIMITS, MIB, Feed, NotWellFormedError, Text, feed, local_name


class Collected:
    """A sink that keeps everything."""

    def __init__(self):
        self.events = []

    def start(self, tag, attributes):
        self.events.append(("start", tag, attributes))

    def end(self, tag):
        self.events.append(("end", tag))

    def text(self, data):
        self.events.append(("text", data))


def events(body, **options):
    sink = Collected()
    for _ in feed(io.BytesIO(body), sink, **options):
        pass
    return sink.events


def refusal(body, **options):
    with pytest.raises(CountersignError) as caught:
        events(body, **options)
    return caught.value


def test_elements_come_in_order():
    assert events(b"<a x='1'><b>hi</b></a>", with_text=True) == [
        ("start", "a", {"x": "1"}),
        ("start", "b", {}),
        ("text", "hi"),
        ("end", "b"),
        ("end", "a"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<a n='café €'/>".encode(),
        "\ufeff<a n='café €'/>".encode(),
        "<?xml version='1.0' encoding='utf-16'?><a n='café €'/>".encode("utf-16"),
        "<?xml version='1.0' encoding='windows-1252'?><a n='café €'/>".encode("cp1252"),
        "<?xml version='1.0' encoding='iso-8859-15'?><a n='café €'/>".encode("iso-8859-15"),
    ],
)
def test_declared_encodings_are_read(body):
    assert events(body)[0][2] == {"n": "café €"}


@pytest.mark.parametrize("encoding", ["no-such", "rot13", "hex", "idna", "punycode", "undefined", "gbk"])
def test_other_encodings_are_refused_and_nothing_else_happens(encoding):
    error = refusal(f"<?xml version='1.0' encoding='{encoding}'?><a/>".encode())
    assert isinstance(error, NotWellFormedError)
    assert not error.hopeless


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"", "truncated"),
        (b"<a>", "truncated"),
        (b"<a><b></b>", "truncated"),
        (b"<a><![CDATA[x", "truncated"),
        (b"<a><b", "truncated"),
        (b"<a></b>", "xml-not-well-formed"),
        (b"<a x='1' x='2'/>", "xml-not-well-formed"),
        (b"<a>\x01</a>", "xml-not-well-formed"),
        (b"<a/><b/>", "xml-not-well-formed"),
        (b"<a>&nope;</a>", "xml-not-well-formed"),
        (b"hello", "xml-not-well-formed"),
    ],
)
def test_damage_is_named_with_its_place(body, slug):
    error = refusal(body)
    assert isinstance(error, MalformedArtefactError)
    assert error.slug == slug
    assert "line 1, column" in str(error)


def test_line_and_column_count_from_one():
    error = refusal(b"<a>\n  <b>\n</a>")
    assert (error.line, error.column) == (3, 3)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"<!DOCTYPE a><a/>", "xml-doctype"),
        (b'<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>', "xml-doctype"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "xml-doctype"),
    ],
)
def test_a_document_type_is_refused(body, slug):
    assert refusal(body).slug == slug


def test_a_plain_document_type_is_read_on_request():
    body = b'<!DOCTYPE report PUBLIC "-//JACOCO//DTD" "http://example.invalid/report.dtd"><report/>'
    assert events(body, plain_doctype=True)[0][1] == "report"


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "xml-entity-declaration"),
        (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>', "xml-entity-declaration"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml-entity-declaration"),
        (b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>', "xml-entity-declaration"),
        (b'<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a>&x;</a>', "xml-entity"),
    ],
)
def test_declarations_are_refused_always(body, slug):
    assert refusal(body, plain_doctype=True).slug == slug


def test_depth_has_a_limit():
    deepest = LIMITS.depth
    assert len(events(b"<a>" * deepest + b"</a>" * deepest)) == 2 * deepest
    assert isinstance(refusal(b"<a>" * (deepest + 1)), LimitError)


def test_one_tag_has_a_limit():
    error = refusal(b"<a x='" + b"y" * (11 * MIB) + b"'/>")
    assert error.slug == "xml-limit"
    assert "MiB" in str(error)


def test_the_vocabulary_has_a_limit():
    body = b"<a>" + b"".join(b"<b%d/>" % number for number in range(LIMITS.names + 2)) + b"</a>"
    assert "names" in str(refusal(body))


def test_the_file_has_a_limit():
    limits = LIMITS._replace(file_bytes=1000)
    assert "larger than" in str(refusal(b"<a>" + b" " * 2000 + b"</a>", limits=limits))


def test_a_bug_of_a_handler_is_not_taken_for_bad_input():
    reading = Feed(io.BytesIO(b"<a/>"))
    reading.parser.StartElementHandler = lambda _tag, _attributes: int("no number")
    with pytest.raises(ValueError, match="no number"):
        list(reading.chunks())


def test_text_keeps_so_much_and_counts_all():
    text = Text(limit=5)
    for piece in ("abc", "defg", "h"):
        text.add(piece)
    assert (text.value, text.size) == ("abcde", 8)
    assert (Text().value, Text().size) == ("", 0)


def test_local_name():
    assert [local_name(tag) for tag in ("a", "x:a", "x:y:a")] == ["a", "a", "a"]


@given(st.binary(max_size=200))
def test_any_bytes_give_events_or_an_error(body):
    for options in ({}, {"plain_doctype": True, "with_text": True}):
        problem = None
        try:
            events(body, **options)
        except CountersignError as error:
            problem = error
        assert problem is None or (problem.slug and problem.hint)
