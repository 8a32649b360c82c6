"""A ``.coverage`` file says what ran and not what there is: no gate of coverage passes on it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from dashboard.model.person import Person, Role
from dashboard.model.verdict import Ruling
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import read_settings
from dashboard.store.engine import open_store

FIXTURES = Path(__file__).parents[1] / "fixtures"
DATA = FIXTURES / "coverage-data" / "coverage.py-7.17.3"
REPORT = FIXTURES / "coverage-json" / "coverage.py-7.17.3" / "shop.json"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
POLICY = """name = "coverage"
version = 1
[decision]
go = "9.0"
conditional = "7.5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "coverage.total"
tier = "low"
pass = ">= 1 %"
[[gate]]
id = "coverage.component"
tier = "low"
[[component]]
name = "shop"
paths = ["shop/*"]
floor = "1 %"
"""


@pytest.fixture
def context(tmp_path) -> Iterator[Context]:
    settings = read_settings({"COUNTERSIGN_HOME": str(tmp_path)})
    store = open_store(settings.database_url)
    yield Context(settings, store, lambda: NOW, Person(None, "op", "Op", Role.OPERATOR))
    store.close()


def ingest(context: Context, path: Path, name: str) -> None:
    made = make_target(context, project="shop", subject="a" * 40, run="one")
    ingest_body(context, BytesIO(path.read_bytes()), name, made, origin="cli")


def rulings(context: Context) -> dict[str, Ruling]:
    found = evaluate(context, "shop", policy_text=POLICY)
    return {result.gate: result.verdict.ruling for result in found.results}


def test_alone_it_never_passes(context):
    for name in ("branch.coverage", "lines.coverage"):
        ingest(context, DATA / name, name)
        found = rulings(context)
        assert len(found) == 2
        assert set(found.values()) <= {Ruling.MISSING, Ruling.INVALID}


def test_a_complete_report_stands_in_for_it(context):
    ingest(context, DATA / "branch.coverage", ".coverage")
    ingest(context, REPORT, "coverage.json")
    assert rulings(context) == {"coverage.total": Ruling.PASS, "coverage.component": Ruling.PASS}
    found = evaluate(context, "shop", policy_text=POLICY)
    assert {result.verdict.fraction for result in found.results} == {"19 of 24"}
    assert "incomplete-report" not in {finding.rule for finding in found.findings}
