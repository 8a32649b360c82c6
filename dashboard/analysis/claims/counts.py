"""Claims about tests: totals, categories, passes and skips that have to add up.

Takes: a document. Gives: findings with the lines they rest on. Source: the document alone. Empty: no counts, nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.analysis._phrases import named
from dashboard.analysis.claims.document import Document, Line
from dashboard.model.claims import ClaimFinding
from dashboard.model.evaluation import Severity
from dashboard.model.figures import of_text, share_text

_ABOUT = re.compile(r"(?:~|≈|about |around |approx\.? ?)\d[\d,]{0,14}\s*\w*\s*tests?", re.IGNORECASE)
_KNOWN = re.compile(r"^(\d[\d,]{0,14})\s+(\w+)")
_UNSTABLE = ("intermittent", "flaky", "fails in full", "sometimes fails")
_STOP = frozenset({"tests", "test", "suite", "passing", "result", "cases", "non-blocking"})


@dataclass(frozen=True, slots=True)
class Total:
    """The whole suite, as the report counts it."""

    passed: int
    tests: int
    line: int

    @property
    def not_passed(self) -> int:
        """Tests that did not pass."""
        return self.tests - self.passed


def total(document: Document) -> Total | None:
    """Give the largest count of tests that passed of all; that is the suite."""
    found = [Total(part, whole, line.number) for line in document.where("test") for part, whole in line.fractions]
    return max(found, key=lambda t: (t.tests, -t.line), default=None)


def parts(document: Document, whole: Total) -> dict[tuple[int, int], Line]:
    """Give the counts of parts of the suite, each once, with the first line that has it."""
    found: dict[tuple[int, int], Line] = {}
    for line in document.where("test"):
        for part, of in line.fractions:
            if of < whole.tests:
                found.setdefault((part, of), line)
    return found


def do_not_add_up(document: Document) -> Iterator[ClaimFinding]:
    """Find categories whose tests are not the total, and non-passes that are more than there are."""
    whole = total(document)
    if whole is None:
        return
    held = parts(document, whole)
    about = [line for line in document.lines if _ABOUT.search(line.text)]
    if held or about:
        stated = sum(of for _, of in held)
        guessed = sum(int(re.sub(r"\D", "", hit)) for line in about for hit in _ABOUT.findall(line.text))
        if stated + guessed != whole.tests:
            rough = f", {guessed:,} of them only roughly" if guessed else ""
            text = f"The parts that are counted hold {stated + guessed:,} tests{rough}; the total is {whole.tests:,}."
            lines = (whole.line, *(line.number for line in (*held.values(), *about)))
            yield ClaimFinding("categories-do-not-add-up", Severity.MAJOR, text, _sorted(lines))
    if about:
        text = f"A rough count is no count: {named([line.text for line in about])}."
        yield ClaimFinding("count-approximate", Severity.MINOR, text, _sorted(line.number for line in about))
    yield from _not_passed(document, whole, held)


def _not_passed(document: Document, whole: Total, held: dict[tuple[int, int], Line]) -> Iterator[ClaimFinding]:
    known = [(int(hit[1].replace(",", "")), line) for line in document.lines if (hit := _issue(line))]
    explained, lines = sum(n for n, _ in known), [line.number for _, line in known]
    failing = {line: of - part for (part, of), line in held.items() if of > part}
    more = sum(failing.values())
    both = explained + more
    if known and more and both > whole.not_passed:
        told = " + ".join(f"{n:,}" for n, _ in known)
        text = (
            f"{whole.not_passed:,} tests did not pass; the issues named are {told} = {explained:,}, and parts count "
            f"{more:,} more that did not pass: {both:,}, unless they are the same and somebody says so."
        )
        lines = [whole.line, *lines, *(line.number for line in failing)]
        yield ClaimFinding("non-passes-do-not-add-up", Severity.MAJOR, text, _sorted(lines))
    elif known and explained != whole.not_passed:
        text = f"{whole.not_passed:,} tests did not pass; the issues named add up to {explained:,}."
        yield ClaimFinding("non-passes-do-not-add-up", Severity.MAJOR, text, _sorted([whole.line, *lines]))


def _issue(line: Line) -> re.Match[str] | None:
    if not line.item or not line.under("known issue", "issues", "failing", "not passing"):
        return None
    return _KNOWN.match(line.text)


def passes_hide_failures(document: Document) -> Iterator[ClaimFinding]:
    """Find parts that pass whole although one of their tests is said to fail at times."""
    unstable = [line for line in document.lines if line.says(*_UNSTABLE)]
    for line in document.where("pass"):
        whole = [(part, of) for part, of in line.fractions if part == of]
        if not whole:
            continue
        words = set(re.findall(r"[a-z-]{4,}", (line.label or line.text).casefold())) - _STOP
        others = [
            other
            for other in unstable
            if other is line or words & set(re.findall(r"[a-z-]{4,}", other.text.casefold()))
        ]
        if others:
            part, of = whole[0]
            text = f"{part:,}/{of:,} are said to pass, and one of them is said to fail at times: {others[-1].text}."
            lines = _sorted([line.number, *(other.number for other in others)])
            yield ClaimFinding("passes-hide-failures", Severity.MAJOR, text, lines)
            return


def both_denominators(document: Document) -> Iterator[ClaimFinding]:
    """Print the pass rate of all and of the executed tests, where the skipped ones are counted."""
    whole = total(document)
    skipped = [(int(hit[1]), line) for line in document.lines if (hit := re.search(r"(\d{1,9}) skipped", line.text))]
    if whole is None or not skipped:
        return
    n, line = skipped[0]
    executed = whole.tests - n
    if executed > 0 and whole.passed <= executed:
        text = (
            f"{n:,} skipped tests count as not passed: {share_text(whole.passed, whole.tests)} % "
            f"({of_text(whole.passed, whole.tests)}) of all, {share_text(whole.passed, executed)} % "
            f"({of_text(whole.passed, executed)}) of the executed."
        )
        yield ClaimFinding("skips-in-denominator", Severity.INFO, text, _sorted([whole.line, line.number]))


def _sorted(lines: object) -> tuple[int, ...]:
    return tuple(sorted(set(lines)))  # type: ignore[call-overload]
