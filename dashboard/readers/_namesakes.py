"""Cases that come more than once in one file: attempts where that is proved, and otherwise kept apart and numbered.

For formats that are read as a stream. The cases are given as they come; only when an identity was repeated is the
file read again, to settle those and nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dashboard.model.ledger import Ledger
from dashboard.model.records import Attempt, CaseResult, Folded, Outcome, Record
from dashboard.readers._repeats import Marks, identity, mark

BAD = frozenset({Outcome.FAILED, Outcome.ERROR})
_Identity = tuple[str, str, str]


class Seen(NamedTuple):
    """One case as the file has it."""

    case: CaseResult
    proof: str = ""
    """Cases of one identity and one proof can be attempts at one test; "" when nothing can prove that."""


def settled(cases: Callable[[Ledger], Iterator[Seen]], ledger: Ledger) -> Iterator[Record]:
    """Give every case, then the corrections; ``cases`` reads the file anew each time it is called.

    Failures that are followed by a pass, or by failures only, of the same test are its attempts. The first reading
    fills in ``ledger``, which counts in ``folded`` what ``cases`` leaves out since others repeat it (parents, beside
    their subtests).
    """
    marks = Marks()
    for item in cases(ledger):
        marks.add((item.case,))
        ledger.kept += 1
        yield item.case
    ledger.seen = ledger.kept + ledger.folded
    repeated = marks.repeated()
    if repeated:
        yield from _corrections(cases, repeated, marks, ledger)


def _corrections(
    cases: Callable[[Ledger], Iterator[Seen]], repeated: set[int], marks: Marks, ledger: Ledger
) -> Iterator[Folded]:
    groups: defaultdict[_Identity, list[tuple[str, Outcome]]] = defaultdict(list)
    for case, proof in cases(Ledger()):
        if mark(case) in repeated:
            groups[identity(case)].append((proof, case.outcome))
    held: defaultdict[_Identity, list[CaseResult]] = defaultdict(list)
    number: Counter[_Identity] = Counter()
    named: set[_Identity] = set()
    for case, _ in cases(Ledger()):
        key = identity(case)
        group = groups.get(key)
        if group is None or len(group) < 2:
            continue
        if _are_attempts(group):
            held[key].append(case)
            if len(held[key]) == len(group):
                ledger.kept -= len(group) - 1
                ledger.folded += len(group) - 1
                ledger.note("attempts-folded", "cases were run more than once; every attempt is kept")
                yield _folded(held.pop(key))
            continue
        number[key] += 1
        ledger.ambiguous += 1
        ledger.note("ambiguous-identity", "cases share suite, class and name: each is kept and numbered")
        name = case.name
        if number[key] > 1:
            name = _free(case, number[key], marks, named)
        yield Folded((case,), case._replace(name=name, ambiguous=True))


def _are_attempts(group: list[tuple[str, Outcome]]) -> bool:
    *earlier, (proof, last) = group
    if not proof or last is Outcome.SKIPPED:
        return False
    return all(other == proof and outcome in BAD for other, outcome in earlier)


def _folded(cases: list[CaseResult]) -> Folded:
    attempts = tuple(Attempt(case.outcome, case.duration_s, case.failure) for case in cases)
    known = [case.duration_s for case in cases if case.duration_s is not None]
    duration = sum(known) if len(known) == len(cases) else None
    return Folded(tuple(cases), cases[-1]._replace(attempts=attempts, duration_s=duration))


def _free(case: CaseResult, number: int, marks: Marks, named: set[_Identity]) -> str:
    name = f"{case.name} ({number})"
    while marks.has(renamed := case._replace(name=name)) or identity(renamed) in named:
        name += " again"
    named.add((case.suite, case.classname, name))
    return name
