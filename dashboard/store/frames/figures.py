"""Benchmarks, flags, health, operational samples and environment of a candidate."""

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame

_BENCHMARKS = {
    "name": "text",
    "group": "text",
    "value": "number",
    "statistic": "text",
    "unit": "text",
    "direction": "text",
    "mean": "number",
    "minimum": "number",
    "maximum": "number",
    "stddev": "number",
    "rounds": "number",
    "fingerprint": "text",
    "samples": "json",
    "run_name": "text",
    "at": "moment",
    "artefact_id": "whole",
}
_OF_NEWEST = (
    "(SELECT a.id FROM artefact a WHERE a.candidate_id = :candidate AND a.kind = '{kind}' "
    "ORDER BY a.collected_at DESC, a.ingested_at DESC, a.sha256 DESC LIMIT 1)"
)
_OF_NEWEST_NAMES = (
    "(SELECT id FROM (SELECT a.id, row_number() OVER (PARTITION BY a.name "
    "ORDER BY a.collected_at DESC, a.ingested_at DESC, a.sha256 DESC) AS place FROM artefact a "
    "WHERE a.candidate_id = :candidate AND a.kind = '{kind}') ranked WHERE place = 1)"
)
_SAMPLES = (
    "FROM metric_sample s JOIN metric_series m ON m.id = s.series_id JOIN artefact a ON a.id = s.artefact_id "
    "WHERE a.candidate_id = :candidate"
)


def benchmarks(store: Store, candidate_id: int, limit: int = 20_000) -> pd.DataFrame:
    """Give the benchmarks of a candidate, by name and then oldest first.

    Gives: name, group, value, statistic, unit, direction, mean, minimum, maximum, stddev, rounds, fingerprint,
    samples (a list of independent measurements, empty where the file gives none), run_name, at (the run's start),
    artefact_id; in base units.
    """
    return frame(
        store,
        _BENCHMARKS,
        'SELECT b.name, b.grouping AS "group", b.value, b.statistic, b.unit, b.direction, b.mean, b.minimum, '
        "b.maximum, b.stddev, b.rounds, b.fingerprint, b.samples, r.name AS run_name, r.started_at AS at, "
        "b.artefact_id "
        "FROM artefact a JOIN benchmark_result b ON b.artefact_id = a.id JOIN run r ON r.id = a.run_id "
        "WHERE a.candidate_id = :candidate ORDER BY b.name, b.fingerprint, r.started_at, a.collected_at, "
        "a.ingested_at, b.seq LIMIT :limit",
        candidate=candidate_id,
        limit=limit,
    )


def benchmark_history(store: Store, project: str, branch: str | None = None, limit_runs: int = 60) -> pd.DataFrame:
    """Give the benchmarks of the newest runs that have any, by name and then oldest first.

    Gives: name, unit, direction, value, fingerprint, candidate_id, subject, version, run_name, at.
    """
    shape = {
        "name": "text",
        "unit": "text",
        "direction": "text",
        "value": "number",
        "fingerprint": "text",
        "candidate_id": "whole",
        "subject": "text",
        "version": "text",
        "run_name": "text",
        "at": "moment",
    }
    on_branch = "" if branch is None else "AND r.branch_id IN (SELECT id FROM branch WHERE name = :branch)"
    values = {} if branch is None else {"branch": branch}
    newest = (
        "SELECT r.id FROM run r JOIN project p ON p.id = r.project_id WHERE p.slug = :project "
        f"{on_branch} AND EXISTS (SELECT 1 FROM artefact a WHERE a.run_id = r.id AND a.kind = 'benchmarks') "
        "ORDER BY r.started_at DESC, r.id DESC LIMIT :runs"
    )
    return frame(
        store,
        shape,
        "SELECT b.name, b.unit, b.direction, b.value, b.fingerprint, c.id AS candidate_id, c.subject, c.version, "
        "r.name AS run_name, r.started_at AS at FROM run r JOIN artefact a ON a.run_id = r.id "
        "JOIN benchmark_result b ON b.artefact_id = a.id JOIN candidate c ON c.id = r.candidate_id "
        f"WHERE r.id IN ({newest}) ORDER BY b.name, b.fingerprint, r.started_at, r.id, a.ingested_at, b.seq "
        "LIMIT 100000",
        project=project,
        runs=limit_runs,
        **values,
    )


def flags(store: Store, candidate_id: int, limit: int = 10_000) -> pd.DataFrame:
    """Give the flags of the newest flag file, in its order.

    Gives: key, enabled (True, False or None), served_min_pct, served_max_pct, category, depends_on (list), plan
    (list of percent), description, value (JSON text).
    """
    shape = {
        "key": "text",
        "enabled": "truth",
        "served_min_pct": "number",
        "served_max_pct": "number",
        "category": "text",
        "depends_on": "json",
        "plan": "json",
        "description": "text",
        "value": "text",
    }
    return frame(
        store,
        shape,
        "SELECT key, enabled, served_min_pct, served_max_pct, category, depends_on, plan, description, value "
        f"FROM flag_state WHERE artefact_id = {_OF_NEWEST.format(kind='flags')} ORDER BY seq LIMIT :limit",
        candidate=candidate_id,
        limit=limit,
    )


def health(store: Store, candidate_id: int, limit: int = 10_000) -> pd.DataFrame:
    """Give the checks of the newest health document of each name.

    Gives: name, status, observed, unit, time (as written), output.
    """
    columns = ("name", "status", "observed", "unit", "time", "output")
    return frame(
        store,
        dict.fromkeys(columns, "text"),
        "SELECT h.name, h.status, h.observed, h.unit, h.time, h.output FROM health_check h "
        f"JOIN artefact a ON a.id = h.artefact_id WHERE h.artefact_id IN {_OF_NEWEST_NAMES.format(kind='health')} "
        "ORDER BY a.name, a.sha256, h.seq LIMIT :limit",
        candidate=candidate_id,
        limit=limit,
    )


def metric_names(store: Store, candidate_id: int, limit: int = 1000) -> pd.DataFrame:
    """Give the operational metrics of a candidate, by name.

    Gives: metric, unit, samples, first_at, last_at.
    """
    shape = {"metric": "text", "unit": "text", "samples": "whole", "first_at": "moment", "last_at": "moment"}
    return frame(
        store,
        shape,
        "SELECT m.metric, m.unit, count(*) AS samples, min(s.at_ms) AS first_at, max(s.at_ms) AS last_at "
        f"{_SAMPLES} GROUP BY m.metric, m.unit ORDER BY m.metric, m.unit LIMIT :limit",
        candidate=candidate_id,
        limit=limit,
    )


def metric_samples(store: Store, candidate_id: int, metric: str, limit: int = 5000) -> pd.DataFrame:
    """Give the newest samples of a metric, oldest first; the same sample in two files is that of the newest file.

    Gives: at, value (NaN where the sample is not a number), count (NaN where not said), labels.
    """
    shape = {"at": "moment", "value": "number", "count": "number", "labels": "text"}
    return frame(
        store,
        shape,
        'SELECT at, value, observations AS "count", labels FROM (SELECT s.at_ms AS at, s.value, s.observations, '
        "m.labels, row_number() OVER (PARTITION BY s.series_id, s.at_ms ORDER BY a.collected_at DESC, "
        f"a.ingested_at DESC, a.sha256 DESC) AS place {_SAMPLES} AND m.metric = :metric) ranked WHERE place = 1 "
        "ORDER BY at DESC, labels LIMIT :limit",
        candidate=candidate_id,
        metric=metric,
        limit=limit,
    ).sort_values(["at", "labels"], kind="stable", ignore_index=True)


def environment(store: Store, candidate_id: int, limit: int = 20_000) -> pd.DataFrame:
    """Give the facts of the newest environment snapshot, in its order.

    Gives: group, name, observed, required (None where nothing is asked).
    """
    columns = ("group", "name", "observed", "required")
    return frame(
        store,
        dict.fromkeys(columns, "text"),
        'SELECT grouping AS "group", name, observed, required FROM environment_fact '
        f"WHERE artefact_id = {_OF_NEWEST.format(kind='environment')} ORDER BY seq LIMIT :limit",
        candidate=candidate_id,
        limit=limit,
    )
