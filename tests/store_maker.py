"""A small pipeline: puts records into a store the way the services do."""

import hashlib
import io
import itertools
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.model.ledger import Ledger
from dashboard.model.policy import Component, Policy, Tier
from dashboard.model.records import Attempt, CaseResult, Failure, Kind, Outcome, Record
from dashboard.store import writes
from dashboard.store.engine import Store
from dashboard.store.writes import NewArtefact, Stored, Target

START = datetime(2025, 10, 1, 12, tzinfo=UTC)
_numbers = itertools.count()


def case(name: str, outcome: Outcome = Outcome.PASSED, **fields: Any) -> CaseResult:
    """Make a test case."""
    values: dict[str, Any] = {
        "suite": "suite",
        "classname": "pkg.Class",
        "file": None,
        "line": None,
        "duration_s": 0.25,
        "failure": None,
    }
    return CaseResult(**values | {"name": name, "outcome": outcome} | fields)


def failing(name: str, why: str = "it broke", **fields: Any) -> CaseResult:
    """Make a test case that failed."""
    return case(name, Outcome.FAILED, failure=Failure("AssertionError", why, f"Traceback\n{why}", 20), **fields)


def policy(**fields: Any) -> Policy:
    """Make a policy without gates."""
    values: dict[str, Any] = {
        "name": "p",
        "version": 1,
        "digest": "0" * 64,
        "text": "",
        "go": 9,
        "conditional": 7,
        "weights": {Tier.LOW: 1},
        "rules": {},
        "categories": {},
        "components": (),
        "flag_expectations": {},
        "baseline": "previous-version",
        "total": "*",
        "soak": {},
        "quorum": {},
        "validity": timedelta(days=7),
    }
    return Policy(**values | fields)


def component(name: str, *paths: str) -> Component:
    """Make a component without a floor."""
    return Component(name, paths, None)


def put(
    store: Store,
    records: Iterable[Record],
    *,
    subject: str = "a" * 40,
    run: str = "run",
    hours: float = 0,
    kind: Kind = Kind.TESTS,
    name: str = "report.xml",
    body: bytes | None = None,
    project: str = "demo",
    branch: str | None = "main",
    version: str | None = None,
    environment: str | None = None,
    as_of: datetime | None = None,
    ledger: Ledger | None = None,
    at_hours: float | None = None,
    on_stored: Callable[..., None] | None = None,
) -> Stored:
    """Ingest records as a file of a run that started ``hours`` after ``START``."""
    body = f"file {next(_numbers)}".encode() if body is None else body
    started_at = START + timedelta(hours=hours)
    return writes.ingest(
        store,
        target=Target(project, None, subject, branch, version, environment, run, started_at, as_of),
        artefact=NewArtefact(hashlib.sha256(body).hexdigest(), name, len(body), kind, "fmt", None, 1, "cli"),
        body=io.BytesIO(body),
        records=iter(records),
        ledger=ledger or Ledger(),
        counts=lambda: {"cases": 0},
        records_sha256=lambda: "r" * 64,
        at=started_at if at_hours is None else START + timedelta(hours=at_hours),
        by="ada",
        on_stored=on_stored,
    )


def shards_of(run: int) -> list[list[Record]]:
    """Make the four files of a run, which partly hold the same cases: what stays must not depend on their order."""
    passed, failed, error, skipped = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
    retried = (Attempt(failed, 0.1, Failure("E", "first", "text", 4)), Attempt(passed, 0.2, None))
    shards: list[list[Record]] = [
        [case("all", duration_s=0.1), failing("twice", "this"), case("skips", skipped), case("a", attempts=retried)],
        [case("all", duration_s=0.4), failing("twice", "that"), case("skips", passed), case("b", error)],
        [case("all", duration_s=0.2), case("twice", error), case("a", duration_s=None), case("c"), case("c", failed)],
        [case("all", duration_s=None), case("b", passed), case("d", file="d.py"), case("skips", skipped)],
    ]
    return [
        [*shard, *(case(f"own {n}.{i}", failed if i == run else passed) for i in range(5))]
        for n, shard in enumerate(shards)
    ]
