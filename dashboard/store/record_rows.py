"""Moves staged records of all kinds but test cases into their tables."""

from dashboard.store.staged_tables import COLUMNS
from dashboard.store.transaction import Connection, run, scalar

_SAME_SHAPE = {
    "stage_coverage": "coverage_file",
    "stage_context": "coverage_context",
    "stage_context_lines": "coverage_context_lines",
    "stage_benchmark": "benchmark_result",
    "stage_flag": "flag_state",
    "stage_health": "health_check",
    "stage_environment": "environment_fact",
}


def keep_records(connection: Connection, project_id: int, artefact_id: int) -> None:
    """Store the staged records as those of the artefact."""
    for stage, table in _SAME_SHAPE.items():
        names = ", ".join(COLUMNS[stage])
        run(
            connection,
            f"INSERT INTO {table} (artefact_id, {names}) SELECT :artefact, {names} FROM {stage} ORDER BY seq",
            artefact=artefact_id,
        )
    if scalar(connection, "SELECT count(*) FROM stage_series"):
        _keep_samples(connection, project_id, artefact_id)


def _keep_samples(connection: Connection, project_id: int, artefact_id: int) -> None:
    run(
        connection,
        "INSERT INTO metric_series (project_id, digest, metric, labels, unit) "
        "SELECT :project, digest, metric, labels, unit FROM stage_series WHERE true ORDER BY seq "
        "ON CONFLICT (project_id, digest) DO NOTHING",
        project=project_id,
    )
    run(
        connection,
        "INSERT INTO metric_sample (artefact_id, series_id, at_ms, value, observations) "
        "SELECT :artefact, m.id, s.at_ms, s.value, s.observations FROM stage_sample s "
        "JOIN stage_series t ON t.seq = s.series "
        "JOIN metric_series m ON m.project_id = :project AND m.digest = t.digest ORDER BY m.id, s.at_ms",
        artefact=artefact_id,
        project=project_id,
    )
