"""Formats that are recognised and named when no reader claims them, so that nobody has to guess what went wrong.

An entry stays harmless after its reader has arrived: readers are asked first.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from dashboard.readers._head import xml_start_tag


class Named(NamedTuple):
    """A format with the sign it is known by, and what to do instead of sending it."""

    name: str
    recognise: Callable[[bytes], bool]
    instead: str


def _root(name: str, *signs: bytes) -> Callable[[bytes], bool]:
    def recognise(head: bytes) -> bool:
        tag = xml_start_tag(head)
        return tag is not None and tag[0] == name and all(sign in head for sign in signs)

    return recognise


def _json(*signs: bytes) -> Callable[[bytes], bool]:
    def recognise(head: bytes) -> bool:
        return head.lstrip()[:1] in (b"{", b"[") and all(sign in head for sign in signs)

    return recognise


def _text(pattern: bytes) -> Callable[[bytes], bool]:
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda head: compiled.search(head) is not None


def _starts(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


_JUNIT = "Let the tool (or a converter) write JUnit XML as well, and ingest that."
_COVERAGE = "Export Cobertura XML or LCOV from the same data, and ingest that."
_REPORT = "Ingest a report in one of the formats that the README lists."

NAMED = (
    Named("CppUnit XML", _root("TestRun"), _JUNIT),
    Named("xUnit.net v1 XML", _root("assembly"), _JUNIT),
    Named("NUnit 2 XML", _root("test-results"), _JUNIT),
    Named("TestNG XML", _root("testng-results"), _JUNIT),
    Named("Boost.Test XML", _root("TestResult"), _JUNIT),
    Named("Boost.Test log XML", _root("TestLog"), _JUNIT),
    Named("CTest XML", _root("Site"), "Run ctest with --output-junit, and ingest that file."),
    Named("Robot Framework output.xml", _root("robot"), "Run rebot --xunit on it, and ingest that file."),
    Named("Catch2 XML", _root("Catch2TestRun"), "Run with --reporter junit, and ingest that file."),
    Named("doctest XML", _root("doctest"), "Run with --reporters=junit, and ingest that file."),
    Named("Checkstyle XML", _root("checkstyle"), _REPORT),
    Named("OpenCover XML", _root("CoverageSession"), _COVERAGE),
    Named("JaCoCo XML", _root("report", b"jacoco"), _COVERAGE),
    Named("Clover XML", _root("coverage", b"generated="), _COVERAGE),
    Named("Cobertura XML", _root("coverage", b"line-rate"), _COVERAGE),
    Named("SonarQube generic coverage", _root("coverage", b"<file path="), _COVERAGE),
    Named("NCover or DotCover XML", _root("Root", b"CoveredStatements"), _COVERAGE),
    Named("gcovr JSON", _json(b'"gcovr/'), "Run gcovr with --cobertura or --lcov, and ingest that file."),
    Named("gcov JSON", _json(b'"gcc_version"'), "Run gcovr or lcov on it, and ingest their report."),
    Named("mocha JSON", _json(b'"stats"', b'"suites"', b'"passes"'), "Use mocha-junit-reporter, and ingest that file."),
    Named("vitest benchmark JSON", _json(b'"groups"', b'"benchmarks"'), _REPORT),
    Named("Jest JSON", _json(b'"numFailedTestSuites"'), "Use jest-junit, and ingest that file."),
    Named("Playwright JSON", _json(b'"config"', b'"suites"', b'"rootDir"'), "Use Playwright's junit reporter."),
    Named("Cucumber JSON", _json(b'"elements"', b'"keyword"'), "Use Cucumber's junit formatter."),
    Named("SARIF", _json(b'"runs"', b"sarif"), _REPORT),
    Named("CTRF JSON", _json(b'"results"', b'"tool"', b'"tests"'), _JUNIT),
    Named("Go benchmark text", _text(rb"^Benchmark\S*\s+\d+\s+[\d.e+]+ ns/op"), _REPORT),
    Named("Go cover profile", _starts(b"mode: set", b"mode: count", b"mode: atomic"), _COVERAGE),
    Named("LCOV", _text(rb"^SF:"), _COVERAGE),
    Named(
        "coverage.py 4 data file",
        _starts(b"!coverage.py: This is a private format"),
        "Run `coverage xml`, and ingest that file.",
    ),
    Named(
        "LLVM raw profile", _starts(b"\x81rforpl\xff", b"\xfflprofr\x81"), "Run llvm-cov export, and ingest that file."
    ),
    Named("JaCoCo execution data", _starts(b"\x01\xc0\xc0"), "Let JaCoCo write its XML report, and ingest that."),
    Named("PDF", _starts(b"%PDF-"), _REPORT),
)


def recognise(head: bytes) -> Named | None:
    """Give the first format that the head is a sign of."""
    return next((named for named in NAMED if named.recognise(head)), None)
