"""PostgreSQL keeps the test results in ranges of runs, each a table of its own.

Old runs then leave by whole tables, and vacuuming and indexes stay small. A range is made when its first run comes.
That needs the rights of the tables' owner, which a program that only ingests should not have: a function that
belongs to the owner makes it, and nothing else.
"""

from sqlalchemy import Connection, text

#: Runs in a partition: 5 million results where a run has 10,000.
RUNS = 512
#: Below this number every run has its partition; in table ``meta``.
BELOW = "results_below"
#: Key space of the advisory lock, taken after the project's and before the ledger's.
_LOCK = 0x43530003


def ensure(connection: Connection, run_id: int) -> None:
    """See to it that the results of a run have a partition; nothing to do on SQLite."""
    if connection.dialect.name != "postgresql":
        return
    below = connection.execute(text("SELECT number FROM meta WHERE name = :name"), {"name": BELOW}).scalar()
    if below is None or run_id >= below:
        connection.execute(text("SELECT countersign_partition(:run)"), {"run": run_id})


def create(connection: Connection) -> None:
    """Create the function that makes partitions, and begin to count them."""
    if connection.dialect.name != "postgresql":
        return
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar()
    connection.execute(text(_FUNCTION.replace("{schema}", str(schema))))
    connection.execute(text("REVOKE ALL ON FUNCTION countersign_partition(bigint) FROM PUBLIC"))
    sql = "INSERT INTO meta (name, number) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING"
    connection.execute(text(sql), {"name": BELOW})


def convert(connection: Connection) -> None:
    """Turn the one table of results of schema 1 into the first partition; no row is moved."""
    kind = "SELECT relkind FROM pg_class WHERE oid = to_regclass('test_result')"
    if connection.dialect.name != "postgresql" or connection.execute(text(kind)).scalar() in {"p", b"p"}:
        return
    from dashboard.store.tables import METADATA  # noqa: PLC0415 - 0.3 s of imports, needed once in a database's life

    connection.execute(text("ALTER TABLE test_result RENAME TO test_result_p0"))
    connection.execute(text("ALTER INDEX test_result_pkey RENAME TO test_result_p0_pkey"))
    METADATA.tables["test_result"].create(connection)
    create(connection)
    highest = connection.execute(text("SELECT max(run_id) FROM test_result_p0")).scalar()
    if highest is None:
        connection.execute(text("DROP TABLE test_result_p0"))
        return
    below = (int(highest) // RUNS + 1) * RUNS
    attach = f"ALTER TABLE test_result ATTACH PARTITION test_result_p0 FOR VALUES FROM (MINVALUE) TO ({below})"
    connection.execute(text(attach))
    connection.execute(text("UPDATE meta SET number = :below WHERE name = :name"), {"below": below, "name": BELOW})


# Attaching a table that was made beside the others holds up nobody; `PARTITION OF` would lock all results.
_FUNCTION = f"""CREATE OR REPLACE FUNCTION countersign_partition(wanted bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{schema}}, pg_temp AS $$
DECLARE
    first bigint;
    past bigint := (wanted / {RUNS} + 1) * {RUNS};
    made text;
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK}, 0);
    SELECT number INTO first FROM meta WHERE name = '{BELOW}';
    IF wanted < first THEN RETURN; END IF;
    made := 'test_result_p' || first / {RUNS};
    EXECUTE format('CREATE TABLE %I (LIKE test_result INCLUDING ALL)', made);
    EXECUTE format('ALTER TABLE test_result ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', made,
        CASE WHEN first = 0 THEN 'MINVALUE' ELSE first::text END, past);
    UPDATE meta SET number = past WHERE name = '{BELOW}';
END $$"""
