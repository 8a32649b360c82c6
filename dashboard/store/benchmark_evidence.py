"""Benchmarks of a candidate against the baseline that the policy names."""

from collections.abc import Sequence

from sqlalchemy import RowMapping

from dashboard.model.candidate import Candidate
from dashboard.model.evidence import BenchmarkEvidence, Series
from dashboard.model.policy import Policy
from dashboard.store.filed import Filed, numbers, sources
from dashboard.store.transaction import Connection, first, rows

_RESULTS = (
    "SELECT b.name, b.unit, b.direction, b.value, b.fingerprint, a.run_id FROM benchmark_result b "
    "JOIN artefact a ON a.id = b.artefact_id JOIN run r ON r.id = a.run_id WHERE b.artefact_id IN ({ids}) "
    "ORDER BY r.started_at, a.collected_at, a.ingested_at, a.sha256, b.seq"
)
_BASELINE = (
    "FROM artefact a JOIN run r ON r.id = a.run_id JOIN candidate c ON c.id = a.candidate_id "
    "JOIN project p ON p.id = a.project_id WHERE p.slug = :project AND a.kind = 'benchmarks' "
    "AND a.pruned_at IS NULL AND c.subject <> :subject"
)


def of(
    connection: Connection, candidate: Candidate, policy: Policy, filed: Sequence[Filed]
) -> BenchmarkEvidence | None:
    """Give the series, or ``None`` when the candidate has no benchmarks.

    Only results of the same name, unit and fingerprint are compared: another machine is another series.
    """
    if not filed:
        return None
    mine = _by_series(rows(connection, _RESULTS.format(ids=numbers(one.id for one in filed))))
    label, ids = _baseline(connection, candidate, policy.baseline, filed)
    theirs = _by_series(rows(connection, _RESULTS.format(ids=numbers(ids)))) if ids else {}
    return BenchmarkEvidence(
        series=tuple(
            Series(
                name=key[0],
                unit=key[1],
                direction=found[-1]["direction"],
                values=tuple(row["value"] for row in found),
                baseline=tuple(row["value"] for row in theirs.get(key, ())),
            )
            for key, found in sorted(mine.items())
        ),
        baseline_label=label,
        sources=sources(filed),
    )


def _by_series(found: Sequence[RowMapping]) -> dict[tuple[str, str, str], list[RowMapping]]:
    series: dict[tuple[str, str, str], list[RowMapping]] = {}
    for row in found:
        series.setdefault((row["name"], row["unit"], row["fingerprint"]), []).append(row)
    return series


def _baseline(
    connection: Connection, candidate: Candidate, baseline: str, filed: Sequence[Filed]
) -> tuple[str | None, list[int]]:
    """Give the baseline in words and its artefacts; nothing when there is none.

    What was measured of the same subject for another environment is no baseline.
    """
    values: dict[str, object] = {"project": candidate.project, "subject": candidate.subject}
    if baseline.startswith("version:"):
        name = baseline.removeprefix("version:").strip()
        where = "AND c.version = :name"
    else:
        starts = f"SELECT min(started_at) AS at FROM run WHERE id IN ({numbers(one.run_id for one in filed)})"
        row = first(connection, starts)
        values |= {"before": row["at"] if row else None, "branch": candidate.branch or ""}
        # A candidate without a version is its own version; one that has a version is compared with such only.
        called = "c.version" if candidate.version is not None else "coalesce(c.version, c.subject)"
        where = (
            f"AND {called} = :name AND r.started_at < :before "
            "AND r.branch_id IN (SELECT id FROM branch WHERE name = :branch AND project_id = p.id)"
        )
        newest = first(
            connection,
            f"SELECT {called} AS name {_BASELINE} {where.replace('= :name', '<> :name')} "
            "ORDER BY r.started_at DESC, c.subject LIMIT 1",
            **values,
            name=candidate.version or candidate.subject,
        )
        if newest is None:
            return None, []
        name = newest["name"]
    found = rows(connection, f"SELECT a.id, a.run_id {_BASELINE} {where}", **values, name=name)
    runs = len({row["run_id"] for row in found})
    if not runs:
        return None, []
    shown = name[:12] if len(name) in (40, 64) else name
    return f"version {shown} ({runs} run{'s' if runs != 1 else ''})", [row["id"] for row in found]
