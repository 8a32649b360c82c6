"""The shape of the staging tables, for both engines."""

_TABLES: dict[str, str] = {
    # One row an observation of a case; `seq` is its place in the file, `corrected` is 1 for one that replaces others.
    "stage_case": """seq {int} PRIMARY KEY, corrected {int}, digest {bytes}, suite TEXT, classname TEXT, name TEXT,
        file TEXT, line {int}, outcome {int}, duration_us {int}, failure {bytes}, ambiguous {int}""",
    "stage_attempt": "seq {int}, attempt {int}, outcome {int}, duration_us {int}, failure {bytes}",
    # Observations that a later record replaces: each stands for one row of `stage_case`.
    "stage_forgotten": "digest {bytes}, outcome {int}, duration_us {int}, failure {bytes}",
    "stage_failure": "digest {bytes}, type TEXT, message TEXT, size {int}, body {bytes}",
    # What reports say of cases beside the outcome: a set of labels once, and which case names it.
    "stage_label_set": "digest {bytes}, body TEXT",
    "stage_label": "seq {int}, labels {bytes}",
    "stage_coverage": """seq {int}, path TEXT, lines_total {int}, lines_hit {int}, branches_total {int},
        branches_hit {int}, statements_total {int}, statements_hit {int}, lines_excluded {int}, hit TEXT,
        missed TEXT, partial TEXT, approximate {bool}, branch_numbering TEXT, branches_taken TEXT,
        branches_missed TEXT""",
    "stage_context": "seq {int}, name TEXT",
    "stage_context_lines": "seq {int}, contexts {int}, body {bytes}",
    "stage_benchmark": """seq {int}, name TEXT, grouping TEXT, value {real}, statistic TEXT, unit TEXT,
        unit_text TEXT, direction TEXT, mean {real}, minimum {real}, maximum {real}, stddev {real}, rounds {int},
        fingerprint TEXT, samples TEXT""",
    "stage_flag": """seq {int}, key TEXT, enabled {bool}, served_min_pct {real}, served_max_pct {real},
        category TEXT, depends_on TEXT, plan TEXT, description TEXT, value TEXT""",
    "stage_health": "seq {int}, name TEXT, status TEXT, observed TEXT, unit TEXT, time TEXT, output TEXT",
    "stage_series": "seq {int} PRIMARY KEY, digest {bytes}, metric TEXT, labels TEXT, unit TEXT",
    "stage_sample": "series {int}, at_ms {int}, value {real}, observations {int}",
    "stage_environment": "seq {int}, grouping TEXT, name TEXT, observed TEXT, required TEXT",
    "stage_blob": "seq {int}, body {bytes}",
    # What the run will hold of each staged case, and what stood there before: filled under the write lock.
    "stage_observed": """case_id {int} PRIMARY KEY, seq {int}, outcome {int}, duration_us {int}, failure_id {int},
        ambiguous {int}, old_outcome {int}, old_us {int}, old_part {int}, late {int}, prev_run {int},
        prev_outcome {int}, next_run {int}, next_outcome {int}""",
    # Cases the project has not seen, and what those of them with unstable names are filed under instead.
    "stage_new": "seq {int} PRIMARY KEY",
    "stage_unstable": """seq {int} PRIMARY KEY, raw {bytes}, base {bytes}, suite TEXT, classname TEXT, name TEXT,
        shown TEXT, digest {bytes}""",
    "stage_dirty": "case_id {int} PRIMARY KEY",
}

_TYPES = {
    "sqlite": {"int": "INTEGER", "real": "REAL", "bytes": "BLOB", "bool": "BOOLEAN"},
    "postgresql": {"int": "BIGINT", "real": "DOUBLE PRECISION", "bytes": "BYTEA", "bool": "BOOLEAN"},
}


def _names(definition: str) -> tuple[str, ...]:
    return tuple(column.split()[0] for column in definition.split(","))


#: Column names by table, in order.
COLUMNS: dict[str, tuple[str, ...]] = {table: _names(definition) for table, definition in _TABLES.items()}


def ddl(dialect: str) -> list[str]:
    """Give the statements that create the staging tables."""
    ending = " ON COMMIT DROP" if dialect == "postgresql" else ""
    types = _TYPES[dialect]
    return [f"CREATE TEMP TABLE {table} ({body.format_map(types)}){ending}" for table, body in _TABLES.items()]
