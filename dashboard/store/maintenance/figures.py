"""A database in figures: what it is, how much is in it, and what a stored result costs."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.store import migrations, search_index
from dashboard.store.engine import Store
from dashboard.store.moments import from_ms_or_none
from dashboard.store.transaction import Connection, one, reading, scalar

_COUNTED = (
    "project", "candidate", "run", "artefact", "test_case", "test_result", "coverage_file", "benchmark_result",
    "metric_sample", "evaluation", "event", "signoff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Info:
    """A database in figures."""

    url: str
    """Without its password."""
    dialect: str
    engine: str
    """SQLite's or PostgreSQL's own version."""
    schema: int
    revision: int
    size: int
    """Bytes of the database, indexes and free pages included."""
    rows: dict[str, int]
    results_size: int | None
    """Bytes of the test results alone; ``None`` where this SQLite cannot tell."""
    oldest_at: datetime | None
    """When the oldest evidence that is still there was measured; ``None`` without any, as is the next one."""
    newest_at: datetime | None
    pruned: int
    """Artefacts whose bytes and records were removed."""
    raw_bytes: int
    """Of the evidence files as they came, each content once."""
    stored_bytes: int
    """Of the same files as they are kept, compressed."""
    search: str
    """How names are searched: ``fts5``, ``pg_trgm`` or ``scan``."""

    @property
    def bytes_per_result(self) -> float | None:
        """Give what one test result costs; ``None`` where it is not known."""
        results = self.rows["test_result"]
        return None if self.results_size is None or not results else round(self.results_size / results, 1)


def info(store: Store) -> Info:
    """Give figures of the database."""
    with reading(store) as connection:
        sqlite = store.dialect == "sqlite"
        size = (
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            if sqlite
            else "SELECT CAST(sum(pg_total_relation_size(c.oid)) AS BIGINT) FROM pg_class c "
            "WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relkind = 'r'"
        )
        seen = one(
            connection,
            "SELECT min(collected_at) FILTER (WHERE pruned_at IS NULL) AS oldest, "
            "max(collected_at) FILTER (WHERE pruned_at IS NULL) AS newest, count(pruned_at) AS pruned FROM artefact",
        )
        raw = (
            "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM "
            "(SELECT sha256, max(size) AS size FROM artefact WHERE pruned_at IS NULL GROUP BY sha256) a"
        )
        kept = "SELECT CAST(coalesce(sum(length(body)), 0) AS BIGINT) FROM blob_chunk"
        return Info(
            url=store.url,
            dialect=store.dialect,
            engine=str(scalar(connection, "SELECT sqlite_version()" if sqlite else "SHOW server_version")),
            schema=migrations.version(connection),
            revision=int(one(connection, "SELECT number FROM meta WHERE name = 'revision'")["number"]),
            size=int(scalar(connection, size)),
            rows={table: int(scalar(connection, f"SELECT count(*) FROM {table}")) for table in _COUNTED},
            results_size=_results_size(connection),
            oldest_at=from_ms_or_none(seen["oldest"]),
            newest_at=from_ms_or_none(seen["newest"]),
            pruned=int(seen["pruned"]),
            raw_bytes=int(scalar(connection, raw)),
            stored_bytes=int(scalar(connection, kept)),
            search=search_index.way(connection),
        )


def _results_size(connection: Connection) -> int | None:
    if connection.dialect.name == "postgresql":
        sql = (
            "SELECT CAST(coalesce(sum(pg_total_relation_size(relid)), 0) AS BIGINT) "
            "FROM pg_partition_tree('test_result')"
        )
        return int(scalar(connection, sql))
    if scalar(connection, "SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'") is None:
        return None
    sql = "SELECT sum(pgsize) FROM dbstat WHERE name IN ('test_result', 'bad_result') AND aggregate = 1"
    return int(scalar(connection, sql))
