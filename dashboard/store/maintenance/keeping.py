"""What may leave the database: old candidates that nobody signed, acted on, or is compared with.

A candidate leaves whole or not at all: without a part of its evidence it would be judged otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from dashboard.store.maintenance.rows import tables
from dashboard.store.moments import from_ms, to_ms
from dashboard.store.transaction import Connection, columns, rows

SIGNED, ACTED_ON, NEWEST, BASELINE, YOUNG = "signed", "acted on", "newest of a branch", "compared with", "young"
#: Tables by which somebody took a candidate in hand, beside those that hold a signed envelope.
_ACTS = ("release_condition", "waiver")


@dataclass(frozen=True, slots=True)
class Prunable:
    """A candidate whose evidence may be removed, and what that removes."""

    id: int
    project: str
    subject: str
    version: str | None
    environment: str | None
    branch: str
    last_at: datetime
    """When its newest evidence was measured or brought in, whichever is later."""
    runs: int
    results: int
    """Test results (attempt 0), as its runs counted them."""
    artefacts: tuple[str, ...]
    """Digests, sorted."""
    size: int
    """Bytes of these files as they came."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pruning removes, and how many candidates stay for which reason."""

    prunable: tuple[Prunable, ...]
    """The oldest first."""
    kept: Mapping[str, int]


def plan(
    connection: Connection,
    *,
    before: datetime,
    newest: int,
    projects: Sequence[str],
    baselines: Mapping[str, str | None],
) -> Plan:
    """Say which candidates of the projects may leave.

    Takes:
        before: evidence that was measured or brought in at this moment or later stays.
        newest: how many of the newest candidates of each branch and environment stay, whatever their age.
        baselines: project -> the version that its policy compares with, where it names one.
    """
    prunable: list[Prunable] = []
    kept: Counter[str] = Counter()
    for project in projects:
        candidates = _candidates(connection, project)
        reasons = _reasons(connection, project, candidates, before=to_ms(before), newest=newest)
        for candidate in _compared_with(connection, project, candidates, set(reasons), baselines.get(project)):
            reasons.setdefault(candidate, BASELINE)
        kept.update(reasons.values())
        prunable += [_prunable(connection, project, row) for row in candidates if row["id"] not in reasons]
    return Plan(tuple(sorted(prunable, key=lambda one: (one.last_at, one.id))), dict(sorted(kept.items())))


def _candidates(connection: Connection, project: str) -> list[RowMapping]:
    """Give the candidates with evidence that is still there, the oldest first."""
    return rows(
        connection,
        "SELECT c.id, c.subject, c.version, c.environment, coalesce(c.branch, '') AS branch, c.opened_at, "
        "max(a.collected_at) AS collected_at, max(a.ingested_at) AS ingested_at FROM candidate c "
        "JOIN project p ON p.id = c.project_id JOIN artefact a ON a.candidate_id = c.id AND a.pruned_at IS NULL "
        "WHERE p.slug = :project GROUP BY c.id, c.subject, c.version, c.environment, c.branch, c.opened_at "
        "ORDER BY c.opened_at, c.id",
        project=project,
    )


def _last(row: RowMapping) -> int:
    return int(max(row["opened_at"], row["collected_at"], row["ingested_at"]))


def _reasons(
    connection: Connection, project: str, candidates: Sequence[RowMapping], *, before: int, newest: int
) -> dict[int, str]:
    """Say why candidates stay for their own sake."""
    mine = {row["id"] for row in candidates}
    found = dict.fromkeys(mine & _named_in(connection, _signed_tables()), SIGNED)
    for candidate in mine & _named_in(connection, _ACTS):
        found.setdefault(candidate, ACTED_ON)
    for candidate in _newest(connection, project, candidates, newest):
        found.setdefault(candidate, NEWEST)
    for row in candidates:
        if _last(row) >= before:
            found.setdefault(row["id"], YOUNG)
    return found


def _signed_tables() -> tuple[str, ...]:
    """Name the tables with signed statements about a candidate, those that are still to come included."""
    return tuple(table.name for table in tables() if {"candidate_id", "envelope"} <= set(table.columns.keys()))


def _named_in(connection: Connection, names: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for name in names:
        found |= {number for (number,) in columns(connection, f"SELECT DISTINCT candidate_id FROM {name}")}
    return found


def _newest(connection: Connection, project: str, candidates: Sequence[RowMapping], count: int) -> set[int]:
    """Give the newest of each branch and environment: by the branch of the candidate, and by those of its runs."""
    order = {row["id"]: place for place, row in enumerate(candidates)}
    environment = {row["id"]: row["environment"] for row in candidates}
    on_branch: dict[tuple[str, str | None], set[int]] = {}
    for row in candidates:
        on_branch.setdefault((row["branch"], row["environment"]), set()).add(row["id"])
    ran = columns(
        connection,
        "SELECT DISTINCT b.name, r.candidate_id FROM run r JOIN branch b ON b.id = r.branch_id "
        "JOIN project p ON p.id = b.project_id WHERE p.slug = :project",
        project=project,
    )
    for branch, candidate in ran:
        if candidate in order:
            on_branch.setdefault((branch, environment[candidate]), set()).add(candidate)
    last = (sorted(found, key=order.__getitem__)[-count:] for found in on_branch.values())
    return {candidate for found in last for candidate in found}


def _compared_with(
    connection: Connection, project: str, candidates: Sequence[RowMapping], staying: set[int], version: str | None
) -> set[int]:
    """Give the candidates that those which stay are judged against; without them a signature would fall stale.

    That is the nearest before it on the branch that is of another subject and has the same kind of evidence, and for
    benchmarks every candidate of the version before it, or of the version that the policy names.
    """
    found = {row["id"] for row in candidates if version is not None and row["version"] == version}
    kinds: dict[int, set[str]] = {}
    for candidate, kind in columns(
        connection,
        "SELECT DISTINCT a.candidate_id, a.kind FROM artefact a JOIN project p ON p.id = a.project_id "
        "WHERE p.slug = :project AND a.pruned_at IS NULL",
        project=project,
    ):
        kinds.setdefault(candidate, set()).add(kind)
    nearest: dict[tuple[str, str], list[RowMapping]] = {}
    for row in candidates:
        if row["id"] in staying:  # also where it has not that kind itself: a report may ask what is missing
            for seen in (seen for (branch, _), seen in nearest.items() if branch == row["branch"]):
                # The same subject in another environment is not compared with, but says what is missing.
                also = seen[-1]["subject"] == row["subject"]
                found |= {one["id"] for one in (seen if also else seen[-1:])}
        for kind in kinds[row["id"]]:
            # The last one, and before it the last one of another subject.
            others = [one for one in nearest.get((row["branch"], kind), ()) if one["subject"] != row["subject"]]
            nearest[row["branch"], kind] = [*others[-1:], row]
    return found | _versions_before(connection, project, candidates, staying)


def _versions_before(
    connection: Connection, project: str, candidates: Sequence[RowMapping], staying: set[int]
) -> set[int]:
    """Give the candidates of the version whose benchmarks came before those of each that stays, on its branch."""
    measured = rows(
        connection,
        "SELECT DISTINCT r.started_at, r.id, b.name AS branch, c.id AS candidate, c.version, c.subject FROM artefact a "
        "JOIN run r ON r.id = a.run_id JOIN branch b ON b.id = r.branch_id JOIN candidate c ON c.id = a.candidate_id "
        "JOIN project p ON p.id = a.project_id WHERE p.slug = :project AND a.kind = 'benchmarks' "
        "AND a.pruned_at IS NULL ORDER BY r.started_at DESC, r.id",
        project=project,
    )
    found: set[int] = set()
    for row in candidates:
        starts = [m["started_at"] for m in measured if m["candidate"] == row["id"]] if row["id"] in staying else []
        if starts:
            earlier = [
                m
                for m in measured
                if m["started_at"] < min(starts) and m["branch"] == row["branch"] and m["subject"] != row["subject"]
            ]
            for names in ({"version"}, {"version", "subject"}):
                called = [(_called(m, names), m["candidate"]) for m in earlier]
                own = _called(row, {"version", "subject"})
                before = next((name for name, _ in called if name not in (None, own)), None)
                found |= {candidate for name, candidate in called if name == before and before is not None}
    return found


def _called(row: RowMapping, names: set[str]) -> str | None:
    """Give what a candidate is called: its version, or (where both count) its subject for want of one."""
    version: str | None = row["version"]
    return version if version is not None or "subject" not in names else str(row["subject"])


def _prunable(connection: Connection, project: str, row: RowMapping) -> Prunable:
    files = rows(
        connection,
        "SELECT sha256, size FROM artefact WHERE candidate_id = :candidate AND pruned_at IS NULL ORDER BY sha256",
        candidate=row["id"],
    )
    ran = rows(
        connection,
        "SELECT total FROM run WHERE candidate_id = :candidate AND pruned_at IS NULL",
        candidate=row["id"],
    )
    return Prunable(
        id=row["id"],
        project=project,
        subject=row["subject"],
        version=row["version"],
        environment=row["environment"],
        branch=row["branch"],
        last_at=from_ms(_last(row)),
        runs=len(ran),
        results=sum(one["total"] for one in ran),
        artefacts=tuple(one["sha256"] for one in files),
        size=sum(one["size"] for one in files),
    )
