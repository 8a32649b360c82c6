"""Moves staged test cases into a run, and keeps the rollups equal to the facts.

A case that the run already has (another file of the same run, in any order) keeps its worst outcome and is marked
ambiguous; of equal outcomes that of the file with the smallest digest stays. Every other case is new to the run.
"""

from dashboard.errors import StoreError
from dashboard.store import families, labels, partitions, rollups, search_index, unstable
from dashboard.store.targets import Place
from dashboard.store.transaction import Connection, run, scalar


def keep(connection: Connection, where: Place, part: int) -> None:
    """Store the staged cases as results of the run, said by its file number ``part``."""
    if where.moved:
        rollups.rebuild_run(connection, where.branch_id, where.run_id)
    partitions.ensure(connection, where.run_id)
    _intern(connection, where.project_id)
    unstable.keep(connection, where)
    labels.keep(connection, where)
    known = bool(scalar(connection, "SELECT test_artefacts FROM run WHERE id = :run", run=where.run_id))
    _observe(connection, where)
    if known:
        _compare_with_the_run(connection, where.run_id)
    _mark_ambiguous(connection, where.run_id, part)
    if known:
        _leave_what_is_no_worse(connection, where.run_id, part)
    _update_files(connection, where)
    rollups.advance(connection, where)
    _add_facts(connection, where.run_id, part)
    rollups.count_run(connection, where.run_id)


def _intern(connection: Connection, project_id: int) -> None:
    """Make the cases and failure texts that are new, in an order that cannot deadlock."""
    run(
        connection,
        "INSERT INTO test_case (project_id, digest, suite, classname, name, file, line) "
        "SELECT :project, s.digest, s.suite, s.classname, s.name, s.file, s.line FROM stage_new n "
        "JOIN stage_case s ON s.seq = n.seq ORDER BY s.seq",
        project=project_id,
    )
    families.keep(connection, project_id)
    search_index.keep(connection)
    run(
        connection,
        "INSERT INTO failure_text (digest, type, message, size, body) "
        "SELECT s.digest, s.type, s.message, s.size, s.body FROM stage_failure s "
        "WHERE NOT EXISTS (SELECT 1 FROM failure_text f WHERE f.digest = s.digest) "
        "ORDER BY s.digest ON CONFLICT (digest) DO NOTHING",
    )
    _refuse_without_texts(connection)


def _refuse_without_texts(connection: Connection) -> None:
    """Refuse where a text that was known while the report was staged has been pruned since."""
    used = "SELECT failure FROM {} WHERE failure IS NOT NULL"
    vanished = scalar(
        connection,
        f"SELECT 1 FROM ({used.format('stage_case')} UNION {used.format('stage_attempt')}) s "
        "WHERE NOT EXISTS (SELECT 1 FROM failure_text f WHERE f.digest = s.failure) LIMIT 1",
    )
    if vanished is not None:
        msg = "A text of this report was pruned while the report was read; nothing of it was stored."
        raise StoreError(msg, slug="store-busy", hint="Try again.")


def _observe(connection: Connection, where: Place) -> None:
    """Bring together what is staged of each case and what the branch knew of it."""
    later = scalar(
        connection,
        "SELECT 1 FROM run WHERE branch_id = :branch AND test_artefacts > 0 AND (started_at, id) > (:at, :run) LIMIT 1",
        branch=where.branch_id,
        at=where.started_at,
        run=where.run_id,
    )
    # Without a later run on the branch nothing can be out of order, and the newest known outcome is the one before.
    late, join = "0", ""
    if later is not None:
        late = "CASE WHEN (l.started_at, l.id) > (:at, :run) THEN 1 ELSE 0 END"
        join = "LEFT JOIN run l ON l.id = k.last_run"
    values = {"branch": where.branch_id, "project": where.project_id}
    if later is not None:
        values |= {"at": where.started_at, "run": where.run_id}
    run(
        connection,
        "INSERT INTO stage_observed (case_id, seq, outcome, duration_us, failure_id, ambiguous, late, prev_run, "
        "prev_outcome) "
        f"SELECT c.id, s.seq, s.outcome, s.duration_us, f.id, s.ambiguous, {late}, k.last_run, k.last_outcome "
        "FROM stage_case s JOIN test_case c ON c.project_id = :project AND c.digest = s.digest "
        "LEFT JOIN failure_text f ON f.digest = s.failure "
        f"LEFT JOIN case_stat k ON k.branch_id = :branch AND k.case_id = c.id {join} ORDER BY c.id",
        **values,
    )


def _compare_with_the_run(connection: Connection, run_id: int) -> None:
    run(
        connection,
        "UPDATE stage_observed SET old_outcome = t.outcome, old_us = t.duration_us, old_part = t.part, late = 1 "
        "FROM test_result t WHERE t.run_id = :run AND t.case_id = stage_observed.case_id AND t.attempt = 0",
        run=run_id,
    )


def _mark_ambiguous(connection: Connection, run_id: int, part: int) -> None:
    for condition, said_by in (("o.ambiguous = 1 OR o.old_part IS NOT NULL", ":part"), ("o.old_part IS NOT NULL", "")):
        run(
            connection,
            "INSERT INTO ambiguous_case (run_id, case_id, part) "
            f"SELECT :run, o.case_id, {said_by or 'o.old_part'} FROM stage_observed o WHERE {condition} "
            "ORDER BY o.case_id ON CONFLICT DO NOTHING",
            **{"run": run_id, "part": part} if said_by else {"run": run_id},
        )


def _leave_what_is_no_worse(connection: Connection, run_id: int, part: int) -> None:
    """Keep the facts that stand, and take out those that a worse outcome replaces.

    Equal outcomes may differ in duration and failure, and the run must not depend on which file came first.
    """
    run(
        connection,
        "DELETE FROM stage_observed WHERE outcome < old_outcome OR (outcome = old_outcome AND old_part IN "
        "(SELECT o.part FROM artefact o JOIN artefact m ON m.run_id = o.run_id AND m.part = :part "
        "WHERE o.run_id = :run AND o.sha256 < m.sha256))",
        run=run_id,
        part=part,
    )
    run(
        connection,
        "DELETE FROM test_result WHERE run_id = :run AND case_id IN "
        "(SELECT case_id FROM stage_observed WHERE old_outcome IS NOT NULL)",
        run=run_id,
    )


def _update_files(connection: Connection, where: Place) -> None:
    """Let the newest run that saw a case say where it lies; of its files the one that names the first in order."""
    run(
        connection,
        "UPDATE test_case SET file = s.file, line = s.line FROM stage_case s "
        "WHERE test_case.project_id = :project AND test_case.digest = s.digest AND s.file IS NOT NULL "
        "AND (test_case.file IS NULL OR test_case.file <> s.file) AND NOT EXISTS (SELECT 1 FROM case_stat k "
        "JOIN run r ON r.id = k.last_run WHERE k.case_id = test_case.id "
        "AND k.branch_id IN (SELECT id FROM branch WHERE project_id = :project) "
        "AND (r.started_at > :at OR (r.id = :run AND test_case.file < s.file)))",
        project=where.project_id,
        at=where.started_at,
        run=where.run_id,
    )


def _add_facts(connection: Connection, run_id: int, part: int) -> None:
    run(
        connection,
        "INSERT INTO test_result (run_id, case_id, attempt, outcome, duration_us, failure_id, part) "
        "SELECT :run, case_id, 0, outcome, duration_us, failure_id, :part FROM stage_observed ORDER BY case_id",
        run=run_id,
        part=part,
    )
    run(
        connection,
        "INSERT INTO test_result (run_id, case_id, attempt, outcome, duration_us, failure_id, part) "
        "SELECT :run, o.case_id, a.attempt, a.outcome, a.duration_us, f.id, :part FROM stage_attempt a "
        "JOIN stage_observed o ON o.seq = a.seq LEFT JOIN failure_text f ON f.digest = a.failure "
        "ORDER BY o.case_id, a.attempt",
        run=run_id,
        part=part,
    )
