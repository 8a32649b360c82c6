"""Are the reports there that the policy expects of every candidate?

Takes: the evidence of a candidate, whose policy has the ``[[expected]]`` reports.
Gives: one ``Expectation`` an entry, in the order of the policy, and a finding for each that is not met.
Source: the manifest and the ledgers of its artefacts. An artefact that says of itself that it is incomplete, and one in
which the reader found nothing, is there and does not count: an empty file under the right name reports nothing.
Empty: a policy that expects nothing gives nothing.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

from dashboard.analysis._phrases import many, named
from dashboard.model.candidate import Source
from dashboard.model.evaluation import Expectation, Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.policy import ExpectedReport


def status(evidence: Evidence) -> tuple[Expectation, ...]:
    """Say of every expected report what is there, what is there and does not count, and how many are missing."""
    empty = {r.source.sha256 for r in evidence.readings if not r.kept}
    sources = sorted(evidence.sources, key=lambda s: (s.kind, s.name, s.sha256))
    found = []
    for expected in evidence.policy.expected:
        there = _fitting(sources, expected)
        bad = {s.sha256 for s in there if s.incomplete or s.sha256 in empty}
        usable = tuple(s for s in there if s.sha256 not in bad)
        found.append(Expectation(expected, usable, tuple(s for s in there if s.sha256 in bad)))
    return tuple(found)


def expected_report_missing(evidence: Evidence) -> Iterator[Finding]:
    """Find reports that the policy expects and that are not there, or not often enough."""
    for one in status(evidence):
        if one.missing:
            there = f"{named([s.name for s in one.found])} is there" if one.found else "none is there"
            beside = f", {named([s.name for s in one.unusable])} is incomplete or empty" if one.unusable else ""
            text = f"The policy expects {words(one.expected)}; {there}{beside}: {one.missing:,} missing."
            yield Finding("expected-report-missing", Severity.BLOCKER, text, (*one.found, *one.unusable))


def words(expected: ExpectedReport) -> str:
    """Say what is expected: ``2 reports of tests (ctrf-json) named unit-*.json``."""
    format_ = f" ({expected.format})" if expected.format else ""
    return f"{many(expected.count, 'report', 'reports')} of {expected.kind}{format_} named {expected.name}"


def _fitting(sources: Iterable[Source], expected: ExpectedReport) -> list[Source]:
    # brackets mean themselves in a policy's patterns
    fits = re.compile(translate(expected.name.replace("[", "[[]"))).fullmatch
    return [s for s in sources if s.kind is expected.kind and expected.format in (None, s.format) and fits(s.name)]
