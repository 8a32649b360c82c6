"""What a written report claims, and what is wrong with it."""

from dataclasses import dataclass

from dashboard.model.evaluation import Severity


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a report says, where it says it."""

    kind: str
    """``fraction``, ``bound``, ``score``, ``flag``, ``stage``, ``signer``, ``date`` and so on."""
    line: int
    """From 1."""
    text: str
    """As read: ``1,026/1,044``."""


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """A contradiction within a report, between it and the evidence, or a claim that rests on nothing."""

    rule: str
    severity: Severity
    text: str
    lines: tuple[int, ...]
    """Lines of the report that say so, from 1; empty for something that it nowhere says."""


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """A written report, read and held against itself and the evidence."""

    lines: int
    claims: tuple[Claim, ...]
    findings: tuple[ClaimFinding, ...]
    """Worst first, then by line."""
    against: str
    """What it was held against besides itself: label of the candidate; "" for nothing."""
