"""The record of tests of a candidate, case by case over all of its runs.

A run is partial when an earlier run of the candidate with at least twice as many cases holds 90 % of its cases or
more: somebody ran a part again. A case has the outcome of its latest full run, made worse by any later partial run
and never better. A case that only partial runs hold has its worst outcome there.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import RowMapping

from dashboard.model.candidate import Source
from dashboard.model.evidence import SuiteRun, Tally, TestEvidence
from dashboard.model.policy import Policy
from dashboard.store import labels
from dashboard.store.categories import Texts
from dashboard.store.filed import Filed, numbers, sources
from dashboard.store.moments import from_ms
from dashboard.store.outcomes import ERROR, FAILED, PASSED, SKIPPED
from dashboard.store.rollups import cases_digest
from dashboard.store.transaction import Connection, rows, scalar

_NAMES = 20
_PARTIAL_SIZE = 2
_PARTIAL_SHARE = (9, 10)
_DISAGREE = "suite-counters-disagree"

#: How a case is written, and what category patterns are matched with.
LABEL = (
    "CASE WHEN c.suite = '' THEN '' ELSE c.suite || ' > ' END || "
    "CASE WHEN c.classname = '' THEN '' ELSE c.classname || '.' END || c.name"
)


#: A case of the record with the run and the file (part) that decided its outcome: case_id, outcome, run_id, part,
#: label, file. A bare tuple, since there may be hundreds of thousands.
Case = tuple[int, int, int, int, str, str | None]


def of(connection: Connection, policy: Policy, filed: Sequence[Filed]) -> TestEvidence | None:
    """Give the record, or ``None`` when the candidate has no test report."""
    if not filed:
        return None
    runs = _runs(connection, filed)
    partial = _partial(connection, runs)
    record = _record(connection, runs, partial)
    ambiguous = _ambiguous(connection, runs)
    flaky = _flaky(connection, runs, set(ambiguous))
    by_place = {(one.run_id, one.part): one for one in filed}
    by_category = _by_category(connection, policy, runs, record)
    names = [label for _, outcome, _, _, label, _ in record if outcome in (FAILED, ERROR)]
    return TestEvidence(
        tally=_tally(record),
        categories={name: _tally(cases) for name, cases in by_category.items()},
        flaky=len(flaky),
        flaky_names=tuple(sorted(flaky)[:_NAMES]),
        failing_names=tuple(sorted(names)[:_NAMES]),
        runs=tuple(_suite_run(run, partial=run["id"] in partial) for run in runs),
        sources=sources(filed),
        flaky_sources=sources(filed),
        category_sources={n: _said_by(cases, ambiguous, by_place) for n, cases in by_category.items()},
        counters_disagree=sum(_disagreements(one.notes) for one in filed),
        ambiguous=len(ambiguous),
        retried=_retried(connection, runs, by_category),
    )


def outcomes(connection: Connection, filed: Sequence[Filed]) -> dict[int, tuple[int, str]]:
    """Give the record as outcome and name of each case, by the case's number."""
    runs = _runs(connection, filed)
    record = _record(connection, runs, _partial(connection, runs))
    return {case[0]: (case[1], case[4]) for case in record}


def _runs(connection: Connection, filed: Sequence[Filed]) -> list[RowMapping]:
    """Give the runs of the suite, oldest first."""
    return rows(
        connection,
        "SELECT id, name, started_at, total, passed, failed, errors, skipped, flaky FROM run "
        f"WHERE id IN ({numbers({one.run_id for one in filed})}) ORDER BY started_at, name",
    )


def _partial(connection: Connection, runs: Sequence[RowMapping]) -> set[int]:
    partial = set()
    for index, run in enumerate(runs):
        larger = (q for q in runs[:index] if run["total"] and q["total"] >= _PARTIAL_SIZE * run["total"])
        if any(_covers(connection, other["id"], run) for other in larger):
            partial.add(run["id"])
    return partial


def _covers(connection: Connection, other: int, run: RowMapping) -> bool:
    shared = scalar(
        connection,
        "SELECT count(*) FROM test_result t JOIN test_result o ON o.run_id = :other AND o.case_id = t.case_id "
        "AND o.attempt = 0 WHERE t.run_id = :run AND t.attempt = 0",
        other=other,
        run=run["id"],
    )
    part, whole = _PARTIAL_SHARE
    return int(shared) * whole >= part * int(run["total"])


def _record(connection: Connection, runs: Sequence[RowMapping], partial: set[int]) -> list[Case]:
    """Give one entry a case: what its latest full run said, or whatever later partial run said worse."""
    full = [run["id"] for run in runs if run["id"] not in partial]
    position = {run["id"]: place for place, run in enumerate(runs)}
    record: dict[int, Case] = {}
    newest = _held(connection, full[-1]) if len(full) > 1 else b""
    for place, run_id in reversed(list(enumerate(full))):
        newer = full[place + 1 :]
        # A run with the very cases of the newest one has nothing to say that the newest does not.
        if not newer or _held(connection, run_id) != newest:
            record.update({case[0]: case for case in _cases(connection, run_id, but_not_in=newer)})
    for run_id in (run["id"] for run in runs if run["id"] in partial):
        for case in _cases(connection, run_id):
            known = record.get(case[0])
            if known is None or (case[1] > known[1] and (position[known[2]] < position[run_id] or known[2] in partial)):
                record[case[0]] = case
    return list(record.values())


def _held(connection: Connection, run_id: int) -> bytes:
    """Give the digest of the cases of a run: equal digests are equal sets."""
    kept = scalar(connection, "SELECT cases_digest FROM run WHERE id = :run", run=run_id)
    return cases_digest(connection, run_id) if kept is None else bytes(kept)


def _cases(connection: Connection, run_id: int, but_not_in: Sequence[int] = ()) -> list[Case]:
    newer = (
        f"AND NOT EXISTS (SELECT 1 FROM test_result n WHERE n.run_id IN ({numbers(reversed(but_not_in))}) "
        "AND n.case_id = t.case_id AND n.attempt = 0)"
    )
    # Straight from the driver: wrapping a hundred thousand rows would take longer than fetching them.
    found = connection.connection.driver_connection.execute(  # type: ignore[union-attr]
        f"SELECT t.case_id, t.outcome, t.run_id, t.part, {LABEL}, c.file FROM test_result t "
        f"JOIN test_case c ON c.id = t.case_id WHERE t.run_id = {int(run_id)} AND t.attempt = 0 "
        f"{newer if but_not_in else ''}"
    )
    return cast("list[Case]", found.fetchall())


def _ambiguous(connection: Connection, runs: Sequence[RowMapping]) -> dict[int, set[tuple[int, int]]]:
    """Give the ambiguous cases, each with the files (run, part) that observed it."""
    found: dict[int, set[tuple[int, int]]] = {}
    sql = f"SELECT case_id, run_id, part FROM ambiguous_case WHERE run_id IN ({numbers(run['id'] for run in runs)})"
    for row in rows(connection, sql):
        found.setdefault(row["case_id"], set()).add((row["run_id"], row["part"]))
    return found


def _flaky(connection: Connection, runs: Sequence[RowMapping], ambiguous: set[int]) -> list[str]:
    """Give the labels of cases that both passed and failed on this subject, over attempts and runs alike."""
    mine = numbers(run["id"] for run in runs)
    found = rows(
        connection,
        f"SELECT b.case_id, {LABEL} AS label FROM (SELECT DISTINCT case_id FROM test_result "
        f"WHERE run_id IN ({mine}) AND outcome >= 2) b JOIN test_case c ON c.id = b.case_id "
        f"WHERE EXISTS (SELECT 1 FROM test_result t WHERE t.run_id IN ({mine}) AND t.case_id = b.case_id "
        "AND t.outcome = 0)",
    )
    return [row["label"] for row in found if row["case_id"] not in ambiguous]


def _retried(
    connection: Connection, runs: Sequence[RowMapping], by_category: Mapping[str, Sequence[Case]]
) -> dict[str, int]:
    """Count by category the cases that count as passed although an attempt of the run that decides them failed."""
    mine = numbers(run["id"] for run in runs)
    sql = f"SELECT run_id, case_id FROM test_result WHERE run_id IN ({mine}) AND +attempt > 0 AND outcome >= 2"
    failed = {(row["run_id"], row["case_id"]) for row in rows(connection, sql)}
    hidden = {
        name: sum(1 for case in cases if case[1] == PASSED and (case[2], case[0]) in failed)
        for name, cases in (by_category.items() if failed else ())
    }
    return {name: n for name, n in hidden.items() if n}


def _by_category(
    connection: Connection, policy: Policy, runs: Sequence[RowMapping], record: Sequence[Case]
) -> dict[str, list[Case]]:
    """Give the cases of each category: by what they are called, and by what any run of the candidate labels them."""
    called = [case[4] for case in record]
    files = [(case[5], place) for place, case in enumerate(record) if case[5] is not None]
    texts = Texts([*called, *(file for file, _ in files)], [*range(len(called)), *(place for _, place in files)])
    labelled = labels.matching(connection, [run["id"] for run in runs], policy.categories)
    at = {case[0]: place for place, case in enumerate(record)} if any(labelled.values()) else {}
    found = {}
    for name, patterns in policy.categories.items():
        about_labels = labels.asked(patterns)
        places = texts.matching([pattern for pattern in patterns if pattern not in about_labels])
        places |= {at[case] for case in labelled.get(name, ()) if case in at}
        found[name] = [record[place] for place in sorted(places)]
    return found


def _said_by(
    cases: Sequence[Case], ambiguous: dict[int, set[tuple[int, int]]], by_place: dict[tuple[int, int], Filed]
) -> tuple[Source, ...]:
    places = {case[2:4] for case in cases}
    for case in cases if ambiguous else ():
        places |= ambiguous.get(case[0], set())
    return sources(by_place[place] for place in places)


def _tally(cases: Sequence[Case]) -> Tally:
    counted = Counter([case[1] for case in cases])
    return Tally(
        total=counted.total(),
        passed=counted[PASSED],
        failed=counted[FAILED],
        errors=counted[ERROR],
        skipped=counted[SKIPPED],
    )


def _suite_run(run: RowMapping, *, partial: bool) -> SuiteRun:
    tally = Tally(run["total"], run["passed"], run["failed"], run["errors"], run["skipped"])
    return SuiteRun(run["name"], from_ms(run["started_at"]), tally, partial, run["flaky"])


def _disagreements(notes: str) -> int:
    return sum(int(note["count"]) for note in json.loads(notes) if note["slug"] == _DISAGREE)
