"""Findings about coverage: files that are gone, and paths that belong to nothing or to several."""

from collections.abc import Iterator

from dashboard.analysis._phrases import many, named
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.figures import share_text


def coverage_files_dropped(evidence: Evidence) -> Iterator[Finding]:
    """Find a coverage report that lost files: its percentage is then of less code, not of better code."""
    coverage = evidence.coverage
    if coverage is None or not coverage.previous_files:
        return
    before, now = coverage.previous_files, coverage.total.files
    if now * 10 < before * 9:
        text = (
            f"The coverage report has {now:,} files, the one before had {before:,}: "
            f"{share_text(before - now, before, 1)} % are gone, so it is incomplete rather than lower."
        )
        yield Finding("coverage-files-dropped", Severity.MAJOR, text, coverage.sources)


def coverage_paths_unmapped(evidence: Evidence) -> Iterator[Finding]:
    """Find paths of the coverage that no other report names alike, so that the same file may be counted twice."""
    coverage = evidence.coverage
    if coverage and coverage.unmapped:
        n = many(len(coverage.unmapped), "path of the coverage belongs", "paths of the coverage belong")
        text = f"{n} to no file of the code that is known: {named(coverage.unmapped)}."
        yield Finding("coverage-paths-unmapped", Severity.MINOR, text, coverage.sources)


def coverage_paths_ambiguous(evidence: Evidence) -> Iterator[Finding]:
    """Find paths of the coverage that could be several files of the code."""
    coverage = evidence.coverage
    if coverage and coverage.ambiguous:
        n = many(len(coverage.ambiguous), "path of the coverage fits", "paths of the coverage fit")
        text = f"{n} several files of the code: {named(coverage.ambiguous)}."
        yield Finding("coverage-paths-ambiguous", Severity.MINOR, text, coverage.sources)
