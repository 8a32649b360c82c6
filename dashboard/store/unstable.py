"""Test names that change from run to run are kept from filling the database with cases that are seen once.

Names of parametrised tests can hold what is different each time: a UUID, a moment, an address in memory, a temporary
path. Each would be a new case in every run, without a history and for ever. When a file brings mostly new cases
(``NEW_CASES`` and ``NEW_SHARE``) to a project that has ``KNOWN_RUNS`` runs, those with such a part are filed under
a name without it, ``test_x[<uuid>]``, and the second of them in a run under ``test_x[<uuid>] #2``; from then on also
where they are few. No result is lost: what a run counts is exact. The file's ledger says so (``unstable-names``).

A project with ``CASE_CAP`` cases takes no more by name: new ones are numbered cases without one (``case-limit``), so
that a project never holds more than the limit and its largest run.
"""

import re
from collections.abc import Iterator
from typing import Any

from dashboard.model.ledger import Ledger
from dashboard.store.stage_cases import key_digest
from dashboard.store.staging import Staging
from dashboard.store.targets import Place
from dashboard.store.text import identity
from dashboard.store.transaction import Connection, rows, run, scalar

KNOWN_RUNS = 3
NEW_CASES = 1000
NEW_SHARE = 0.5
CASE_CAP = 2_000_000
BEYOND = "(test case beyond the limit of cases)"

_CHUNK = 10_000
_SHOWN = 120
#: Told apart from a test whose real name looks like a masked one.
_MARK = "\x01unstable"
_BEYOND_DIGEST = key_digest("", "", BEYOND, _MARK)
_EXAMPLES = 2
_HEX = "[0-9A-Fa-f]"
_IN_PATH = r"[^\s\]\"',;)]*"
_PARTS = {
    "uuid": rf"(?<!{_HEX}){_HEX}{{8}}-?(?:{_HEX}{{4}}-?){{3}}{_HEX}{{12}}(?!{_HEX})",
    "path": rf"(?:/private)?/(?:tmp|var/tmp|var/folders)/{_IN_PATH}|[A-Za-z]:\\{_IN_PATH}\\Temp\\{_IN_PATH}",
    "time": (
        r"\d{4}-\d\d-\d\d(?:[T _]\d\d[:.\-]?\d\d(?:[:.\-]?\d\d(?:[.,]\d+)?)?)?(?:Z|[+\-]\d\d:?\d\d)?"
        r"|\d{8}T\d{6}(?:\.\d+)?Z?|\d\d:\d\d:\d\d(?:[.,]\d+)?"
    ),
    "address": rf"0x{_HEX}{{4,16}}|(?<=@){_HEX}{{6,16}}(?!\w)",
    "ulid": r"(?<!\w)[0-9A-HJKMNP-TV-Z]{26}(?!\w)",
    "number": r"\d{9,}(?:\.\d+)?",
    "hex": rf"(?<![A-Za-z0-9]){_HEX}{{12,}}(?![A-Za-z0-9])",
}
_CHANGING = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PARTS.items()))


def masked(name: str) -> str:
    """Give a name without the parts that may be others in the next run; most names come back as they are."""
    return _CHANGING.sub(lambda found: f"<{found.lastgroup}>", name)


def settle(staging: Staging, where: Place, ledger: Ledger) -> None:
    """Find the staged cases that are new to the project (``stage_new``), and give those with unstable names one.

    The project's lock must be held.
    """
    connection = staging.connection
    new = run(
        connection,
        "INSERT INTO stage_new (seq) SELECT s.seq FROM stage_case s WHERE NOT EXISTS "
        "(SELECT 1 FROM test_case c WHERE c.project_id = :project AND c.digest = s.digest)",
        project=where.project_id,
    )
    if not new or not _established(connection, where):
        return
    beyond = _beyond_the_cap(connection, where.project_id)
    changing = _stage_changing(staging, every=beyond)
    if not changing:
        return
    staged = int(scalar(connection, "SELECT count(*) FROM stage_case"))
    if beyond or not (changing > NEW_CASES and changing > NEW_SHARE * staged):
        _leave_unknown(connection, where.project_id, beyond=beyond)
    renamed = _number(staging, where)
    if renamed:
        _rename(connection, where.project_id)
        _report(connection, ledger)


def keep(connection: Connection, where: Place) -> None:
    """Remember which observation of the run stands under which number, for files of the run still to come."""
    run(
        connection,
        "INSERT INTO unstable_name (run_id, digest, case_id) SELECT :run, u.raw, c.id FROM stage_unstable u "
        "JOIN test_case c ON c.project_id = :project AND c.digest = u.digest WHERE true ORDER BY u.raw "
        "ON CONFLICT DO NOTHING",
        run=where.run_id,
        project=where.project_id,
    )


def _established(connection: Connection, where: Place) -> bool:
    others = scalar(
        connection,
        "SELECT count(*) FROM (SELECT 1 FROM run WHERE project_id = :project AND test_artefacts > 0 AND id <> :run "
        "LIMIT :enough) r",
        project=where.project_id,
        run=where.run_id,
        enough=KNOWN_RUNS,
    )
    return int(others) >= KNOWN_RUNS


def _beyond_the_cap(connection: Connection, project_id: int) -> bool:
    # The highest number is at hand; only where it is high enough is it worth counting.
    if int(scalar(connection, "SELECT coalesce(max(id), 0) FROM test_case")) < CASE_CAP:
        return False
    sql = "SELECT count(*) FROM test_case WHERE project_id = :project"
    return int(scalar(connection, sql, project=project_id)) >= CASE_CAP


def _chunks(staging: Staging, sql: str) -> Iterator[list[tuple[Any, ...]]]:
    """Give the rows of a query in pieces; its first column is a number that goes up, and ``?`` its place."""
    last = 0
    while found := staging.execute(f"{sql} LIMIT {_CHUNK}", (last,)).fetchall():
        yield found
        last = found[-1][0]


def _stage_changing(staging: Staging, *, every: bool) -> int:
    """Stage the new cases that have a changing part, or every new one; gives how many these are."""
    changing = 0
    sql = (
        "SELECT s.seq, s.digest, s.suite, s.classname, s.name FROM stage_new n JOIN stage_case s ON s.seq = n.seq "
        "WHERE n.seq > ? ORDER BY n.seq"
    )
    for found in _chunks(staging, sql):
        for seq, raw, *names in found:
            stable = [masked(name) for name in names]
            if every or stable != names:
                parts = [identity(name) for name in stable]
                staging.add("stage_unstable", (seq, raw, key_digest(*parts, _MARK), *parts, names[2][:_SHOWN], None))
                changing += 1
        staging.flush("stage_unstable")
    return changing


def _leave_unknown(connection: Connection, project_id: int, *, beyond: bool) -> None:
    """Let new cases be what they are unless the project has their like already; beyond the limit none may."""
    unknown = (
        "WHERE NOT EXISTS (SELECT 1 FROM test_case c WHERE c.project_id = :project AND c.digest = stage_unstable.base)"
    )
    if beyond:
        run(
            connection,
            f"UPDATE stage_unstable SET base = :base, suite = '', classname = '', name = :name {unknown}",
            base=_BEYOND_DIGEST,
            name=BEYOND,
            project=project_id,
        )
    else:
        run(connection, f"DELETE FROM stage_unstable {unknown}", project=project_id)


def _number(staging: Staging, where: Place) -> int:
    """Give each observation a case of its own within the run: the first the plain name, others a number."""
    numbered = "SELECT u.digest, c.digest FROM unstable_name u JOIN test_case c ON c.id = u.case_id WHERE u.run_id = ?"
    of_run = {bytes(raw): bytes(digest) for raw, digest in staging.execute(numbered, (where.run_id,)).fetchall()}
    taken, renamed = set(of_run.values()), 0
    highest: dict[bytes, int] = {}
    sql = "SELECT seq, raw, base, suite, classname, name FROM stage_unstable WHERE seq > ? ORDER BY seq"
    for found in _chunks(staging, sql):
        changes = []
        for seq, raw, base, suite, classname, name in found:
            place, digest, called = highest.get(base, 0), of_run.get(bytes(raw)), name
            while digest is None:
                place += 1
                called = name if place == 1 else identity(f"{name} #{place}")
                wanted = bytes(base) if place == 1 else key_digest(suite, classname, called, _MARK)
                digest = None if wanted in taken else wanted
            highest[base] = place
            changes.append((digest, called, seq))
        staging.executemany("UPDATE stage_unstable SET digest = ?, name = ? WHERE seq = ?", changes)
        renamed += len(changes)
    return renamed


def _rename(connection: Connection, project_id: int) -> None:
    run(
        connection,
        "UPDATE stage_case SET digest = u.digest, suite = u.suite, classname = u.classname, name = u.name "
        "FROM stage_unstable u WHERE u.seq = stage_case.seq",
    )
    run(
        connection,
        "DELETE FROM stage_new WHERE seq IN (SELECT u.seq FROM stage_unstable u JOIN test_case c "
        "ON c.project_id = :project AND c.digest = u.digest)",
        project=project_id,
    )


def _report(connection: Connection, ledger: Ledger) -> None:
    """Say in the file's ledger what was filed under which name."""
    for slug, which, what in (
        ("unstable-names", "<>", "names of test cases change from run to run and are filed without what changes"),
        ("case-limit", "=", f"the project has its limit of {CASE_CAP:,} test cases; new ones are filed by number"),
    ):
        there = f"FROM stage_unstable WHERE base {which} :base"
        count = int(scalar(connection, f"SELECT count(*) {there}", base=_BEYOND_DIGEST))
        if count:
            found = rows(connection, f"SELECT shown, name {there} ORDER BY seq LIMIT {_EXAMPLES}", base=_BEYOND_DIGEST)
            examples = ", ".join(f"{row['shown']!r} as {row['name']!r}" for row in found)
            ledger.note(slug, f"{what}: {examples}", count)
