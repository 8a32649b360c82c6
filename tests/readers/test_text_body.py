import io

import pytest

from dashboard.errors import CountersignError
from dashboard.readers._text_body import lines


@pytest.mark.parametrize(
    ("body", "given"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a\n"]),
        (b"a\r\n\nb", ["a\r\n", "\n", "b"]),
        (b"\xef\xbb\xbfa\n", ["a\n"]),
        ("ü\n😀".encode("utf-16"), ["ü\n", "😀"]),
        ("ü".encode() * 100_000 + b"\nb", ["ü" * 100_000 + "\n", "b"]),
    ],
)
def test_lines(body, given):
    assert list(lines(io.BytesIO(body))) == given


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"a\n\xff", "not-utf-8"),
        (b"a\n\xc3", "not-utf-8"),
        (b"\xff\xfea", "not-utf-8"),
        (b"a\n\x00", "nul-in-text"),
        (b"\x00\n", "nul-in-text"),
        (b"x" * 101, "line-too-long"),
        (b"x" * 101 + b"\n", "line-too-long"),
    ],
)
def test_refuses(body, slug):
    with pytest.raises(CountersignError) as caught:
        list(lines(io.BytesIO(body), max_line=100))
    assert caught.value.slug == slug


@pytest.mark.timeout(60)
def test_a_long_line_takes_a_moment():
    assert len(next(lines(io.BytesIO(b"x" * 20_000_000), max_line=30_000_000))) == 20_000_000
