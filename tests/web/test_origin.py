"""Which hosts are ours, and which requests came from our own pages."""

import pytest
from starlette.datastructures import Headers

from dashboard.web.origin import from_our_pages, host_name, is_loopback


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8501", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:8501", "::1"),
        ("QA.Example.com.", "qa.example.com"),
        ("", None),
        ("host:port", None),
        ("a b", None),
        ("user@host", None),
        ("host/path", None),
        ("host?x", None),
    ],
)
def test_host_names(host, name):
    assert host_name(host) == name


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8501", "origin": "http://localhost:8501"},
        {"host": "localhost:8501", "sec-fetch-site": "same-origin"},
        {"host": "localhost:8501", "sec-fetch-site": "same-origin", "origin": "http://localhost:8501"},
        {"host": "qa.example.com", "origin": "https://QA.example.com"},
    ],
)
def test_ours(headers):
    assert from_our_pages(Headers(headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost:8501"},
        {"host": "localhost:8501", "origin": "http://evil.example"},
        {"host": "localhost:8501", "origin": "http://localhost:9000"},
        {"host": "localhost:8501", "origin": "null"},
        {"host": "localhost:8501", "sec-fetch-site": "same-site", "origin": "http://localhost:8501"},
        {"host": "localhost:8501", "sec-fetch-site": "cross-site"},
        {"host": "localhost:8501", "sec-fetch-site": "none"},
        {"host": "localhost:8501", "sec-fetch-site": "same-origin", "origin": "null"},
        {"host": "", "origin": ""},
    ],
)
def test_must_not_be_taken_for_ours(headers):
    assert not from_our_pages(Headers(headers))


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("192.0.2.7", False), ("::", False), ("qa", False)],
)
def test_loopback(address, loopback):
    assert is_loopback(address) is loopback
