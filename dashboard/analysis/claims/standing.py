"""Claims about who, when and of what: signers, dates, soak, subject, decision, and claims that name nothing.

Takes: a document. Gives: findings with the lines they rest on. Source: the document alone. Empty: nothing.
"""

import re
from collections.abc import Iterator
from datetime import date

from dashboard.analysis._phrases import named
from dashboard.analysis.claims.document import GOOD, Document, Line
from dashboard.analysis.findings.persons import signer_involved
from dashboard.model.claims import ClaimFinding
from dashboard.model.evaluation import Severity

_SIGNED = ("approved by", "signed by", "signed off by", "approver", "sign-off by")
_DEPLOYED = ("deployment engineer", "deployed by", "release engineer", "author", "prepared by", "uploaded by")
_DIGEST = re.compile(r"(?<![\w/.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}(?![\w-])")
_HOURS = re.compile(r"\b(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?\s*(?:h|hours?)\b", re.IGNORECASE)
_EVERY = re.compile(r"every\s+(\d{1,5})\s*(?:h|hours?)\b", re.IGNORECASE)
_RUNS = re.compile(r"\b(\d{1,5})\s+(?:suite\s+|full\s+)?runs\b", re.IGNORECASE)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LONG = re.compile(rf"({'|'.join(m[:3] for m in _MONTHS)})[a-z]*\.?\s+(\d{{1,2}}),?\s+(\d{{4}})", re.IGNORECASE)
_READY = re.compile(
    r"\b(?:deployment ready|ready for production|approved|all (?:\S+ ){0,3}checks? passed|go for production)\b",
    re.IGNORECASE,
)
_HELD = re.compile(r"\b(?:conditional(?:ly)? go|conditional approval|no-go|not ready)\b", re.IGNORECASE)
_ALL_OF = re.compile(r"\ball\s+(\d{1,5})\s+(?:required\s+)?(\w+)", re.IGNORECASE)
_AT_LEAST = re.compile(r"\b(\d{1,5})\+\s+(?!consecutive)(?:key\s+)?(\w+)")
_EMPTY_WORDS = re.compile(r"^(?:validated|complete|verified|functional|tested)$", re.IGNORECASE)


def signers(document: Document) -> tuple[tuple[str, int], ...]:
    """Give who signed, with the line."""
    return _persons(document, _SIGNED)


def deployers(document: Document) -> tuple[tuple[str, int], ...]:
    """Give who deployed or wrote, with the line."""
    return _persons(document, _DEPLOYED)


def _persons(document: Document, labels: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    found = [(line, line.value) for line in document.lines if line.label.casefold() in labels]
    return tuple((re.sub(r"\s*\(.*?\)", "", value).strip(), line.number) for line, value in found if value)


def signer_deployed(document: Document) -> Iterator[ClaimFinding]:
    """Find a signer who deployed what is signed."""
    signed, deployed = signers(document), deployers(document)
    for found in signer_involved([n for n, _ in signed], deployers=[n for n, _ in deployed]):
        lines = {line for name, line in (*signed, *deployed) if name.casefold() in found.text.casefold()}
        yield ClaimFinding(found.rule, found.severity, found.text, tuple(sorted(lines)))


def digests(document: Document) -> tuple[tuple[str, int], ...]:
    """Give what could be a commit or a digest, with the line."""
    return tuple((hit, line.number) for line in document.lines for hit in _DIGEST.findall(line.text))


def no_subject_digest(document: Document) -> Iterator[ClaimFinding]:
    """Find a report that names no commit and no digest."""
    if not digests(document):
        said = [line for line in document.lines if line.label.casefold() in ("version", "release", "commit", "build")]
        what = f"; its {said[0].label.lower()} is {said[0].value!r}" if said else ""
        text = f"No commit and no digest says what was tested{what}."
        yield ClaimFinding("no-subject-digest", Severity.BLOCKER, text, tuple(line.number for line in said[:1]))


def exported_later(document: Document) -> Iterator[ClaimFinding]:
    """Find a report that was written out after it was signed, with nothing that ties it to what was signed."""
    exported = next((entry for entry in document.front if entry[1] in ("exported", "generated", "rendered")), None)
    signed = [(day, line) for line, day in _dates(document) if line.under("sign-off", "sign off", "approval")]
    if exported is None or not signed or digests(document):
        return
    written = _date(exported[2])
    if written is not None and written > signed[-1][0]:
        days = (written - signed[-1][0]).days
        text = (
            f"Written out {days:,} days after it was signed, with no digest: nothing says that it is what was signed."
        )
        yield ClaimFinding("report-without-digest", Severity.MAJOR, text, (exported[0], signed[-1][1].number))


def soak_too_short(document: Document) -> Iterator[ClaimFinding]:
    """Find a soak whose hours do not fit between the dates, or whose runs of the suite nobody counts."""
    asked = [(line, hit) for line in document.lines if line.under("validation period", "soak") and line.label.casefold()
             in ("duration", "soak", "length", "period") and (hit := _HOURS.search(line.text))]  # fmt: skip
    dates = [(day, line) for line, day in _dates(document)]
    every = [(line, hit) for line in document.lines if line.says("suite") and (hit := _EVERY.search(line.text))]
    if not asked or len(dates) < 2:
        return
    line, hours = asked[0][0], int(asked[0][1][1])
    span = 24 * (max(d for d, _ in dates) - min(d for d, _ in dates)).days
    runs = [int(hit[1]) for other in document.lines if (hit := _RUNS.search(other.text))]
    needed = -(-hours // max(1, int(every[0][1][1]))) if every else 0
    problems = []
    if span < hours:
        problems.append(f"{hours} h are asked for, and deployment and sign-off are dated {span} h apart")
    if needed and max(runs, default=1) < needed:
        problems.append(f"{needed} runs of the suite would fit, and {max(runs, default=1)} result is given")
    if problems:
        lines = {line.number, *(other.number for _, other in dates), *(other.number for other, _ in every)}
        text = f"The soak is not shown: {'; '.join(problems)}."
        yield ClaimFinding("soak-short", Severity.BLOCKER, text, tuple(sorted(lines)))


def one_decision(document: Document) -> Iterator[ClaimFinding]:
    """Find a report that is ready without conditions in one place, and conditional in another."""
    held = [line for line in document.lines if _HELD.search(line.text)]
    ready = [
        line
        for line in document.lines
        if _READY.search(line.text) and line not in held and not line.says("approved by")
    ]
    if held and ready:
        text = f"Ready in some places ({named([_bare(line) for line in ready])}), {_bare(held[0])} in others."
        lines = tuple(sorted({line.number for line in (*held, *ready)}))
        yield ClaimFinding("decision-contradicts", Severity.MAJOR, text, lines)


def names_nothing(document: Document) -> Iterator[ClaimFinding]:
    """Find claims of completeness that name neither the items nor the evidence."""
    found: dict[int, str] = {}
    for line in document.lines:
        hit = _ALL_OF.search(line.text) or _AT_LEAST.search(line.text)
        whole = next(((part, of) for part, of in line.fractions if part == of and of <= 50), None)
        if hit and not digests_on(line) and not line.says("test"):
            found[line.number] = hit[0]
        elif whole and line.says("health"):
            found[line.number] = f"{whole[0]}/{whole[1]}"
        elif GOOD in line.text and line.label and _EMPTY_WORDS.match(line.value.strip(f" {GOOD}\ufe0f")):
            found[line.number] = _bare(line)
    if found:
        text = f"Claims that name neither items nor evidence: {named(list(dict.fromkeys(found.values())))}."
        yield ClaimFinding("claim-names-nothing", Severity.MAJOR, text, tuple(found))


def digests_on(line: Line) -> bool:
    """Say whether a line names a digest."""
    return _DIGEST.search(line.text) is not None


def _dates(document: Document) -> list[tuple[Line, date]]:
    found = [(line, _date(line.value)) for line in document.lines if "date" in line.label.casefold()]
    return [(line, day) for line, day in found if day is not None]


def _date(text: str) -> date | None:
    try:
        if hit := _ISO.search(text):
            return date(int(hit[1]), int(hit[2]), int(hit[3]))
        if hit := _LONG.search(text):
            month = next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(hit[1].casefold()))
            return date(int(hit[3]), month, int(hit[2]))
    except ValueError:
        return None
    return None


def _bare(line: Line) -> str:
    return line.text.strip(f" {GOOD}\ufe0f")
