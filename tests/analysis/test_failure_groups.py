"""The same failure has the same fingerprint, another has another."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.failure_groups import Fingerprint, alike, fingerprint

TRACE = """Traceback (most recent call last):
  File "/home/{user}/build/{n}/shop/cart.py", line {line}, in buy
    check(n)
  File "/usr/lib/python3.11/json/decoder.py", line {line}, in decode
    raise
{type}: {message}
"""
MESSAGES = [
    "expected {n} items but got {m}",
    "worker {n} timed out after {x} s",
    "object at {address} is gone",
    "no such file: /tmp/run-{n}/data_{m}.csv",
    "C:\\jobs\\{n}\\out.txt is missing",
    "request {uuid} failed at {moment}",
    "key '{word}' not in {n} keys",
    'value "{word}" is not {x}',
    "GET http://host-{n}.example:8{m}/a?b={word} timed out",
    "commit {sha} is not {address}",
    "pool-{n}-thread-{m} was interrupted",
    "HTTP status 503 after {n} ms",
]

names = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)


@st.composite
def details(draw):
    return {
        "n": draw(st.integers(0, 10**6)),
        "m": draw(st.integers(0, 10**6)),
        "x": draw(st.floats(0.001, 1e9).map(repr) | st.integers(-999, 999).map(str)),
        "address": hex(draw(st.integers(2**20, 2**47))),
        "uuid": draw(st.uuids()),
        "moment": draw(st.datetimes()).isoformat(),
        "word": draw(names),
        "sha": hashlib.sha1(draw(st.binary(max_size=4)), usedforsecurity=False).hexdigest(),
        "line": draw(st.integers(1, 9999)),
        "user": draw(names),
    }


@pytest.mark.parametrize("message", MESSAGES)
@given(details(), details())
def test_other_numbers_addresses_and_lines_are_the_same_failure(message, one, other):
    first, second = (
        fingerprint(
            "ValueError",
            message.format(**given),
            TRACE.format(type="ValueError", message=message.format(**given), **given),
        )
        for given in (one, other)
    )
    assert first == second
    assert first.frame == "shop/cart.py in buy"


@given(details(), st.sampled_from(MESSAGES), st.sets(names.map(str.title), min_size=2, max_size=2))
def test_other_types_are_other_failures(given_details, message, types):
    made = {fingerprint(f"{name}Error", message.format(**given_details), None).id for name in types}
    assert len(made) == 2


def test_other_messages_and_other_places_are_other_failures():
    made = {
        fingerprint("E", message, text).id
        for message in ("no cart", "no basket")
        for text in ('  File "a/b.py", line 1, in f', '  File "a/b.py", line 1, in g', '  File "a/c.py", line 1, in f')
    }
    assert len(made) == 6
    assert len({fingerprint("E", message, None).id for message in MESSAGES}) == len(MESSAGES)


def test_the_id_can_be_made_again_by_hand():
    made = fingerprint("acme.CartError", "acme.CartError: 3 of 'x'", 'File "a/b.py", line 1, in f')
    assert made == Fingerprint(
        hashlib.sha256(b"acme.CartError|<n> of <text>|a/b.py in f").hexdigest(),
        "acme.CartError: <n> of <text>",
        "acme.CartError",
        "<n> of <text>",
        "a/b.py in f",
    )


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("expected 3 got 4.5e-3", "expected <n> got <n>"),
        ("-5 is below .5", "<n> is below <n>"),
        ("HTTP 503 from http://x/y?z=1", "HTTP 503 from <url>"),
        ("status code 404 after 300 ms and 201 bytes", "status code 404 after <n> ms and <n> bytes"),
        ("expected 404 to equal 200", "expected <n> to equal <n>"),
        ("assert 500 == 200\n +  where 500 = <Response [500]>.status_code", "assert 500 == 200"),
        ("HTTP 999 and 12", "HTTP <n> and <n>"),
        ("at 2024-01-02T03:04:05.678Z or Mon, 3 Jan 2022 10:00:01 GMT", "at <time> or <time>"),
        ("on Tue Mar  5 09:12:44 2024 it rained", "on <time> it rained"),
        ("12:30:01.5 is late", "<time> is late"),
        ("src/a.rs:1:54: odd", "<path>:<n>:<n>: odd"),
        ("can't open it's", "can't open it's"),
        ("user 'it\\'s' and “x”", "user <text> and <text>"),
        ("com.acme.Foo@1b2c3d4 is null", "com.acme.Foo@<hex> is null"),
        ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6 is odd", "<uuid> is odd"),
        ("and/or 3/4", "and/or <n>/<n>"),
        ("\x1b[31mred\x1b[0m   words", "red words"),
        ("Decimal 12 and Mark 3", "Decimal <n> and Mark <n>"),
        ("", ""),
    ],
)
def test_masks(message, masked):
    assert fingerprint("E", message, None).masked == masked


@pytest.mark.parametrize(
    ("given_type", "message", "text", "expected"),
    [
        ("acme.CartError", "no cart", None, "acme.CartError"),
        ("acme.CartError: no cart", "no cart", None, "acme.CartError: no cart"),
        (None, "KeyError: 'x'", None, "KeyError"),
        ("Error", "TypeError: x is not a function", None, "TypeError"),
        ("failure", "Uncaught RangeError: x", None, "RangeError"),
        (
            None,
            "boom",
            "java.lang.IllegalStateException: boom\n\tat a.B.c(B.java:1)",
            "java.lang.IllegalStateException",
        ),
        (None, "boom", "E   acme.CartError: boom", "acme.CartError"),
        (None, "assert 1 == 2", "E   assert 1 == 2\n\ntests/test_a.py:5: AssertionError", "AssertionError"),
        (None, "Failed", "panic: runtime error", "panic"),
        ("Error", "boom", None, "Error"),
        (None, None, None, ""),
        ("", "no Error: here", "", ""),
    ],
)
def test_type(given_type, message, text, expected):
    assert fingerprint(given_type, message, text).type == expected


def test_without_a_message_the_text_speaks():
    assert fingerprint(None, None, "Traceback (most recent call last):\nKeyError: 'x'").title == "KeyError: <text>"
    assert fingerprint(None, "", "\n=====\nsomething 3 broke").title == "something <n> broke"
    assert fingerprint(None, None, None).title == "no message"
    assert fingerprint("E", None, None).title == "E"


def test_alike_only_within_a_type_and_only_as_a_suggestion():
    first = fingerprint("E", "the cart of the customer could not be loaded from the cache", None)
    second = fingerprint("E", "the cart of the customer could not be loaded from the database", None)
    other_type = fingerprint("F", "the cart of the customer could not be loaded from the cache", None)
    far = fingerprint("E", "the till is closed", None)
    (pair,) = alike([first, second, other_type, far, fingerprint("E", "", None)])
    assert (pair.first, pair.second) == (first, second)
    assert 0.80 <= pair.cosine < 0.95
    long = " ".join(f"word{chr(97 + i)}" for i in range(20))
    assert alike([fingerprint("E", f"{long} one two", None), fingerprint("E", f"{long} six ten", None)]) == ()
    assert len(alike([fingerprint("E", f"{long} one", None), fingerprint("E", f"{long} six", None)])) == 1
    assert alike([]) == ()


@given(st.none() | st.text(max_size=80), st.none() | st.text(max_size=200), st.none() | st.text(max_size=400))
def test_no_text_breaks_it(given_type, message, text):
    made = fingerprint(given_type, message, text)
    assert len(made.id) == 64
    assert made.title
    assert made == fingerprint(given_type, message, text)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece", ["a.", "A", "#1 x (", "(", "/a", "'", "at ", "1:", "<", "Error:", "at a(", " ", "#0 in ("]
)
def test_a_hostile_text_is_done_in_time(piece):
    long = piece * 200_000
    fingerprint(long, long, f"{long}\n" + f"{piece * 100}\n" * 5_000)
