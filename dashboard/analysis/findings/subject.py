"""Findings about what the evidence is of: the candidate, and where and when it was measured."""

import re
from collections.abc import Iterator

from dashboard.analysis._phrases import named
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence
from dashboard.model.figures import moment_text

_DIGEST = re.compile(r"^(?:sha(?:1|256|512):)?[0-9a-f]{7,128}$", re.IGNORECASE)
_COMMIT = re.compile(r"^[0-9a-f]{7,64}$", re.IGNORECASE)


def no_subject_digest(evidence: Evidence) -> Iterator[Finding]:
    """Find a subject that names no bytes: a label can be moved to other bytes after the signature."""
    subject = evidence.candidate.subject
    if not _DIGEST.match(subject):
        text = f"The subject {subject!r} is no digest (a commit or artefact sha), so nothing ties it to its bytes."
        yield Finding("no-subject-digest", Severity.BLOCKER, text)


def measured_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Find reports that name another commit than the candidate's; what they say is true of other code.

    Where subject or report names no commit nothing is compared.
    """
    subject = evidence.candidate.subject.casefold()
    if not _COMMIT.match(subject):
        return
    other = [r for r in evidence.readings if r.commit and _COMMIT.match(r.commit) and not _same(r.commit, subject)]
    if other:
        told = named([f"{r.source.name} ({(r.commit or '')[:12]})" for r in other])
        text = f"Measured on another commit than the candidate's {subject[:12]}, by what they say themselves: {told}."
        yield Finding("measured-elsewhere", Severity.MAJOR, text, tuple(r.source for r in other))


def cut_off_declared(evidence: Evidence) -> Iterator[Finding]:
    """Say that the candidate is judged as of a declared moment and not at the present."""
    if evidence.candidate.as_of is not None:
        text = f"Judged as of {moment_text(evidence.candidate.as_of)}, a declared cut-off: ages count to that moment."
        yield Finding("cut-off-in-the-past", Severity.INFO, text)


def _same(commit: str, subject: str) -> bool:
    said = commit.casefold()
    return subject.startswith(said) or said.startswith(subject)
