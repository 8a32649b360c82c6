"""Coverage of the lines that a change touches: the candidate's reports, asked line by line."""

from collections.abc import Iterable, Mapping
from posixpath import splitext

from dashboard.model.candidate import Candidate
from dashboard.model.evidence import PatchCoverage
from dashboard.model.policy import Policy
from dashboard.model.records import Kind
from dashboard.store.coverage_evidence import counted, surveyed
from dashboard.store.coverage_merge import Covered
from dashboard.store.engine import Store
from dashboard.store.filed import of_candidate
from dashboard.store.transaction import reading


def of(
    store: Store, candidate: Candidate, policy: Policy, changed: Mapping[str, frozenset[int]], label: str
) -> PatchCoverage | None:
    """Count changed lines that can be run and those of them that were; nothing without a coverage report.

    A changed file is measured when a report names its path, or the one file whose path ends like it. One that is not,
    though reports measure files of its kind (by its ending), is named; other files are not code.
    """
    with reading(store) as connection:
        filed = [one for one in of_candidate(connection, candidate.id) if one.kind is Kind.COVERAGE]
        if not filed:
            return None
        files = surveyed(connection, counted(connection, filed), policy.components).files
    by_path = {file.path.replace("\\", "/"): file for file in files}
    kinds = {splitext(path)[1] for path in by_path}
    total = hit = 0
    unmeasured = []
    for path, lines in sorted(changed.items()):
        file = by_path.get(path) or _ending(by_path, path)
        if file is None:
            if splitext(path)[1] in kinds:
                unmeasured.append(path)
            continue
        ran = _within(file.hit, lines)
        hit += len(ran)
        total += len(ran | _within(file.missed, lines))
    return PatchCoverage(total, hit, tuple(unmeasured), label)


def _ending(by_path: Mapping[str, Covered], path: str) -> Covered | None:
    found = [file for name, file in by_path.items() if name.endswith(f"/{path}") or path.endswith(f"/{name}")]
    return found[0] if len(found) == 1 else None


def _within(ranges: str, lines: Iterable[int]) -> set[int]:
    spans = [piece.partition("-") for piece in ranges.split(",")] if ranges else []
    bounds = [(int(first), int(last or first)) for first, _, last in spans]
    return {line for line in lines if any(first <= line <= last for first, last in bounds)}
