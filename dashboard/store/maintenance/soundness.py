"""Whether a database is whole: no damage, nothing without what it belongs to, rollups that say what the facts say."""

from dashboard.store import rollups
from dashboard.store.engine import Store
from dashboard.store.maintenance.orphans import orphans
from dashboard.store.transaction import Connection, one, reading, rows, scalar


def check(store: Store) -> list[str]:
    """Look for damage and for rollups that are not what the facts say; gives a sentence each, none when all is well.

    The bytes of files are only looked for here, see ``dashboard.services.soundness`` for what they say.
    """
    with reading(store) as connection:
        found = damage(connection)
        found += orphans(connection)
        found += _runs_that_differ(connection)
        for branch in rows(connection, "SELECT id, name FROM branch ORDER BY id"):
            found += _branch_differences(connection, branch["id"], branch["name"])
        found += _gaps_in_the_ledger(connection)
    return found


def damage(connection: Connection) -> list[str]:
    """Let SQLite look through its file; PostgreSQL has tools of its own for that."""
    if connection.dialect.name != "sqlite":
        return []
    told = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    return [] if told == ["ok"] else [f"SQLite finds damage: {line}." for line in told]


def _runs_that_differ(connection: Connection) -> list[str]:
    """Find runs whose totals are not those of their results; pruned ones have none, and keep the totals they had."""
    names = ("id", *rollups.TOTALS)
    whole = "run.test_artefacts > 0 AND run.pruned_at IS NULL"
    facts = rollups.totals_from_facts(whole)
    wanted = ", ".join(("run_id", *rollups.TOTALS))
    differing = rows(
        connection,
        f"SELECT d.id FROM (SELECT {', '.join(names)} FROM run WHERE {whole} EXCEPT "
        f"SELECT {wanted} FROM ({facts}) f) d ORDER BY d.id",
    )
    return [f"The totals of run {row['id']} are not those of its results." for row in differing]


def _branch_differences(connection: Connection, branch_id: int, name: str) -> list[str]:
    mine = "run_id IN (SELECT id FROM run WHERE branch_id = :branch)"
    kept = {
        "sums of cases": f"SELECT {rollups.STATS} FROM case_stat WHERE branch_id = :branch",
        "changes of state": f"SELECT {rollups.CHANGES} FROM status_change WHERE {mine}",
    }
    facts = {"sums of cases": rollups.stats_from_facts(), "changes of state": rollups.changes_from_facts()}
    found = []
    for what, stored in kept.items():
        ways = (f"{stored} EXCEPT {facts[what]}", f"{facts[what]} EXCEPT {stored}")
        wrong = sum(int(scalar(connection, f"SELECT count(*) FROM ({way}) d", branch=branch_id)) for way in ways)
        if wrong:
            found.append(f"On branch {name or '(none)'} {wrong} {what} are not what the results say.")
    return found


def _gaps_in_the_ledger(connection: Connection) -> list[str]:
    row = one(connection, "SELECT count(*) AS events, coalesce(max(seq) + 1, 0) AS expected FROM event")
    missing = int(row["expected"]) - int(row["events"])
    return [f"The ledger has {missing} gaps."] if missing else []
