"""Claims about flags, rollout, triggers and conditions.

Takes: a document. Gives: findings with the lines they rest on. Source: the document alone. Empty: nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dashboard.analysis._bounds import bounds
from dashboard.analysis._phrases import named
from dashboard.analysis.claims.document import BAD, CARE, Document, Line
from dashboard.model.claims import ClaimFinding
from dashboard.model.evaluation import Severity

_FLAG = re.compile(r"^\W*([a-z][a-z0-9]*(?:[_-][a-z0-9]+)+)\s*[-–—:]?\s*(.*)$")
_ZERO = re.compile(r"\b0\s*%")
_COUNT = re.compile(r"^(total|enabled|disabled|on|off|staged|serving)[^:\d]*:\s*(\d{1,9})\b", re.IGNORECASE)
_STAGE = re.compile(r"day\s+(\d{1,4})\D{0,60}?:?\s*(?:(\d{1,3})\s*%\s*(?:→|->|to)\s*)?(\d{1,3})\s*%", re.IGNORECASE)
_OVER_DAYS = re.compile(r"(?:over|in|within)\s+(\d{1,4})\s+days|\b(\d{1,4})-day", re.IGNORECASE)
_CONSECUTIVE = re.compile(r"\b\d+\+?\s+consecutive\b", re.IGNORECASE)
_INTERVAL = re.compile(r"every\s+\d|interval|per\s+(?:minute|second|hour)|\d+\s*s\s+apart", re.IGNORECASE)
_WORDS = re.compile(r"[a-z][a-z0-9]{3,}")
_COMMON = frozenset(
    {"production", "deployment", "rollout", "default", "planned", "recommended", "test", "tests", "add", "total"}
)
_DUE = re.compile(r"\b(?:by|due|until|before)\b.*\d|\d{4}-\d{2}-\d{2}", re.IGNORECASE)
_OWNER = re.compile(r"\bowner\b|\bowned by\b|@\w+|\bresponsible\b", re.IGNORECASE)
_VERIFIED = re.compile(r"verif|\bclosed when\b|\bevidence\b|\bgate\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as a list of the report shows it."""

    key: str
    line: Line
    serves: str
    """``all``, ``none`` (0 %) or ``off``."""


def flags(document: Document) -> tuple[Flag, ...]:
    """Give the flags that the report lists one by one."""
    found: dict[str, Flag] = {}
    for line in document.lines:
        hit = _FLAG.match(line.text) if line.item and line.under("flag", "feature") else None
        if hit:
            off = (
                BAD in line.text
                or "disabled" in line.group.casefold()
                or re.search(r"\(off\)", line.text, re.IGNORECASE)
            )
            serves = "off" if off else "none" if _ZERO.search(hit[2]) else "all"
            found.setdefault(hit[1], Flag(hit[1], line, serves))
    return tuple(found.values())


def flags_counted(document: Document) -> Iterator[ClaimFinding]:
    """Find counts of enabled flags that count those that serve nobody, and totals that are not what is listed."""
    listed = flags(document)
    counts = {
        hit[1].casefold(): (int(hit[2]), line)
        for line in document.lines
        if line.under("flag") and (hit := _COUNT.match(line.text))
    }
    if not listed or not counts:
        return
    serving = sum(f.serves == "all" for f in listed)
    idle = [f for f in listed if f.serves == "none"]
    stated, line = counts.get("enabled", (serving, listed[0].line))
    if stated != serving:
        text = (
            f"{stated:,} flags are counted as enabled; {serving:,} of those listed serve everybody, "
            f"{len(idle):,} serve 0 % ({named([f.key for f in idle])}), "
            f"{sum(f.serves == 'off' for f in listed):,} are off."
        )
        lines = tuple(sorted({line.number, *(f.line.number for f in idle)}))
        yield ClaimFinding("enabled-serves-nobody", Severity.MAJOR, text, lines)
    whole = counts.get("total")
    if whole and whole[0] != len(listed):
        text = f"{whole[0]:,} flags in all are stated, {len(listed):,} are listed."
        yield ClaimFinding("flags-do-not-add-up", Severity.MAJOR, text, (whole[1].number,))


def flags_depend(document: Document) -> Iterator[ClaimFinding]:
    """Find flags at 100 % whose description names what another flag serves to nobody."""
    listed = flags(document)
    for idle in (f for f in listed if f.serves != "all"):
        names = {word for word in re.split(r"[_-]", idle.key) if len(word) > 2} - {"system", "enabled", "mode", "phase"}
        for flag in (f for f in listed if f.serves == "all"):
            says = set(re.findall(r"[a-z0-9]+", flag.line.text.casefold().replace(flag.key, "")))
            if names & says and idle.serves == "none":
                text = f"{flag.key} is served and includes {named(sorted(names & says))}, while {idle.key} serves 0 %."
                lines = tuple(sorted((flag.line.number, idle.line.number)))
                yield ClaimFinding("flag-dependency-off", Severity.MINOR, text, lines)
                return


def stages(document: Document) -> Iterator[ClaimFinding]:
    """Find rollouts that go back, do not arrive, or arrive on another day than they say."""
    found = [
        (int(hit[1]), int(hit[2]) if hit[2] else None, int(hit[3]), line)
        for line in document.lines
        if line.item
        and line.under("rollout", "strategy", "stages", "deployment plan")
        and (hit := _STAGE.search(line.text))
    ]
    plan = sorted({day: (low, high, line) for day, low, high, line in found if not _spans_days(line)}.items())
    if len(plan) < 2:
        return
    ends = [high for _, (_, high, _) in plan]
    lines = tuple(line.number for _, (_, _, line) in plan)
    problems = []
    if any(a > b for a, b in pairwise(ends)):
        problems.append("it goes back")
    if ends[-1] != 100:
        problems.append(f"it ends at {ends[-1]} %")
    arrives = next((day for day, (_, high, _) in plan if high == 100), None)
    said = [
        (int(hit[1] or hit[2]), line)
        for line in document.lines
        if (hit := _OVER_DAYS.search(line.text)) and "100" in line.text
    ]
    late = next(((days, line) for days, line in said if arrives is not None and days != arrives), None)
    if late:
        problems.append(f"it says {late[0]} days and reaches 100 % on day {arrives}, so what follows changes nothing")
        lines = tuple(sorted({*lines, late[1].number}))
    if problems:
        text = f"The rollout plan contradicts itself: {'; '.join(problems)}."
        yield ClaimFinding("rollout-plan-broken", Severity.MINOR, text, lines)


def _spans_days(line: Line) -> bool:
    return re.search(r"day\s+\d+\s*[-–+]", line.text, re.IGNORECASE) is not None


def triggers_lack_interval(document: Document) -> Iterator[ClaimFinding]:
    """Find triggers over consecutive checks that do not say how far apart the checks are."""
    bare = [
        line
        for line in document.lines
        if line.under("trigger", "rollback") and _CONSECUTIVE.search(line.text) and not _INTERVAL.search(line.text)
    ]
    if bare:
        text = f"How long that is nobody can say without the interval between checks: {bare[0].text}."
        yield ClaimFinding("trigger-interval-missing", Severity.MINOR, text, tuple(line.number for line in bare))


def conditions_and_triggers(document: Document) -> Iterator[ClaimFinding]:
    """Find conditions that promise another rollback than the plan has: other values, no duration, fewer measures."""
    plan = [(line, b) for line in document.lines if line.under("trigger") for b in bounds(line.text)]
    for line in document.lines:
        if not line.under("condition") or not line.says("rollback", "roll back"):
            continue
        said = {bound.measure: bound for bound in bounds(line.text)}
        problems = []
        for _, bound in plan:
            mine = said.get(bound.measure)
            if mine is None:
                problems.append(f"the plan also has {bound.text}")
            elif mine.number != bound.number:
                problems.append(f"the plan has {bound.text} instead of {mine.text}")
            elif mine.lasting_s != bound.lasting_s:
                problems.append(f"{mine.text} says no duration, the plan says {bound.text}")
        if any(other.under("trigger") and other.says("health") for other in document.lines) and not line.says("health"):
            problems.append("the plan also has failing health checks")
        if said and plan and problems:
            text = f"Condition and rollback triggers disagree: {'; '.join(problems)}."
            lines = tuple(sorted({line.number, *(other.number for other, _ in plan)}))
            yield ClaimFinding("conditions-triggers-disagree", Severity.MAJOR, text, lines)


def conditions_complete(document: Document) -> Iterator[ClaimFinding]:
    """Find considerations that no condition takes up, and conditions without owner, day or verification."""
    conditions = [line for line in document.lines if line.item and line.under("conditions")]
    cares = [line for line in document.lines if line.item and CARE in line.text]
    spoken = [_words(line) for line in conditions]
    bare = [care for care in cares if not any(len(_words(care) & words) >= 2 for words in spoken)]
    if bare:
        text = f"No condition takes up: {named([_short(line) for line in bare])}."
        yield ClaimFinding("warning-without-condition", Severity.MAJOR, text, tuple(line.number for line in bare))
    lacking: dict[str, list[int]] = {}
    for line in conditions:
        for what, said in (("owner", _OWNER), ("due date", _DUE), ("verification", _VERIFIED)):
            if not said.search(line.text):
                lacking.setdefault(what, []).append(line.number)
    if lacking:
        told = ", ".join(f"{len(lines)} without {what}" for what, lines in lacking.items())
        text = f"Of {len(conditions):,} conditions {told}."
        lines = tuple(sorted({number for numbers in lacking.values() for number in numbers}))
        yield ClaimFinding("condition-incomplete", Severity.MAJOR, text, lines)


def _words(line: Line) -> set[str]:
    return set(_WORDS.findall(line.text.casefold())) - _COMMON


def _short(line: Line) -> str:
    return line.text.strip(f" {CARE}\ufe0f")
