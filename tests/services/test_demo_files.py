"""The artefact files of the demo, read by the product's own readers: their figures, and that they can be made again."""

import hashlib
import json
import re
import subprocess
import sys
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from dashboard.analysis.regressions import matches
from dashboard.model.ledger import Ledger
from dashboard.model.records import CaseResult, FileCoverage, Folded, MetricSample, Outcome
from dashboard.policy.load import default_text, parse
from dashboard.readers import HEAD_BYTES, choose
from dashboard.services.inspection import inspect_file
from dashboard.settings import data_path, read_settings

DEMO = data_path("demo")
GENESIS, SQLPARSE = DEMO / "genesis", DEMO / "sqlparse"
RECORD = GENESIS / "runs/2025-10-18-soak-8"
STAGING = GENESIS / "runs/2025-10-18-staging-evidence"
ISOLATED = GENESIS / "runs/2025-10-18-performance-isolated/junit-performance-isolated.xml"
P4 = ("tests.performance.test_performance_phase4.TestPhase4", "test_p4_routing_p99_under_sustained_load")


def counts(path):
    found = inspect_file(path, read_settings({}))
    assert found.status == "ok", found.error
    return found.counts


def records(path):
    with path.open("rb") as body:
        reader = choose(body.read(HEAD_BYTES))
        body.seek(0)
        return list(reader.read(body, Ledger()))


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def runs(version):
    return [run for run in manifest(GENESIS)["runs"] if run["version"] == version]


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "generator" not in path.parts and path.suffix != ".md"
    }


def test_generator_gives_the_same_bytes(tmp_path):
    subprocess.run([sys.executable, "-B", GENESIS / "generator", tmp_path], check=True, timeout=60)
    kept = digests(GENESIS)
    del kept["conditions.toml"]  # written by hand
    assert digests(tmp_path) == kept


@pytest.mark.parametrize(("folder", "at_most"), [(GENESIS, 6_000_000), (SQLPARSE, 3_000_000)])
def test_manifest_and_folder_agree(folder, at_most):
    listed = [name for run in manifest(folder)["runs"] for name in run["files"]]
    there = [str(path.relative_to(folder)) for path in (folder / "runs").rglob("*") if path.is_file()]
    assert sorted(listed) == sorted(there)
    assert len(set(listed)) == len(listed)
    assert sum((folder / name).stat().st_size for name in there) < at_most


@pytest.mark.parametrize("folder", [GENESIS, SQLPARSE])
def test_every_file_is_read_without_repair(folder):
    for run in manifest(folder)["runs"]:
        for name in run["files"]:
            found = inspect_file(folder / name, read_settings({}))
            assert found.status == "ok", (name, found.error)
            assert {note["slug"] for note in found.notes} <= {"no-direction"}, (name, found.notes)
            assert found.ledger["dropped"] == found.ledger["repaired"] == found.ledger["ambiguous"] == 0


@pytest.mark.parametrize(
    ("name", "cases", "passed", "failed", "skipped"),
    [
        ("junit-infrastructure.xml", 512, 506, 0, 6),
        ("junit-agents.xml", 355, 347, 0, 8),
        ("junit-e2e.xml", 60, 58, 0, 2),
        ("junit-concurrency.xml", 30, 30, 0, 0),
        ("junit-security.xml", 23, 23, 0, 0),
        ("junit-performance.xml", 8, 7, 1, 0),
        ("junit-error-handling.xml", 28, 27, 0, 1),
        ("junit-observability.xml", 28, 28, 0, 0),
    ],
)
def test_parts_of_the_run_of_record(name, cases, passed, failed, skipped):
    found = counts(RECORD / name)
    assert (found["cases"], found["passed"], found["failed"], found["skipped"]) == (cases, passed, failed, skipped)
    assert found["errors"] == found["flaky"] == 0


def test_run_of_record_is_the_report():
    sums = defaultdict(int)
    for path in RECORD.glob("junit-*.xml"):
        for name, value in counts(path).items():
            sums[name] += value
    assert [sums[n] for n in ("cases", "passed", "failed", "errors", "skipped")] == [1044, 1026, 1, 0, 17]
    assert round(100 * 1026 / 1044, 2) == 98.28
    assert counts(ISOLATED)["passed"] == counts(ISOLATED)["cases"] == 8


def test_exactly_one_test_of_the_candidate_flips():
    outcomes = defaultdict(list)
    for run in runs("Phase 4 Deployment"):
        for name in run["files"]:
            if name.endswith(".xml"):
                for record in records(GENESIS / name):
                    assert isinstance(record, CaseResult)
                    assert not isinstance(record, Folded)
                    assert record.suite == "pytest"
                    outcomes[record.classname, record.name].append(record.outcome)
    assert len(outcomes) == 1044
    assert {key for key, seen in outcomes.items() if len(set(seen)) > 1} == {P4}
    # eight runs of the whole suite, the performance tests once more
    assert {len(seen) for key, seen in outcomes.items() if ".performance." not in key[0]} == {8}
    p, f = Outcome.PASSED, Outcome.FAILED
    assert outcomes[P4] == [p, p, f, p, p, f, p, f, p]
    assert sum(seen[0] is Outcome.SKIPPED for seen in outcomes.values()) == 17


def test_categories_of_the_policy_do_not_overlap():
    categories = parse(default_text()).categories
    sizes = dict.fromkeys(categories, 0)
    for path in RECORD.glob("junit-*.xml"):
        for record in records(path):
            text = f"{record.suite}\n{record.classname}\n{record.name}"
            held = [c for c, patterns in categories.items() if any(matches(text, p) for p in patterns)]
            assert len(held) <= 1, record
            for category in held:
                sizes[category] += 1
    assert sizes == {
        "security": 23,
        "error_handling": 28,
        "observability": 28,
        "performance": 8,
        "e2e": 60,
        "concurrency": 30,
    }


def test_coverage_of_the_candidate():
    found = counts(RECORD / "coverage.json")
    assert (found["lines_total"], found["lines_hit"]) == (18_002, 12_063)
    assert 67_000 * 18_002 <= 12_063 * 100_000 < 67_050 * 18_002  # 67.0 % whether cut or rounded
    modules = defaultdict(lambda: [0, 0])
    for record in records(RECORD / "coverage.json"):
        assert isinstance(record, FileCoverage)
        module = modules[record.path.rpartition("/")[0]]
        module[0] += record.lines_hit
        module[1] += record.lines_total
    share = {name: Fraction(100 * hit, total) for name, (hit, total) in modules.items()}
    infrastructure = [value for name, value in share.items() if name.startswith("infrastructure/")]
    agents = [value for name, value in share.items() if name.startswith("agents/")]
    assert (min(infrastructure), max(infrastructure)) == (85, 100)
    assert (min(agents), max(agents)) == (23, 85)
    assert len(infrastructure) + len(agents) == len(share)


def test_coverage_never_loses_files():
    seen = [
        counts(GENESIS / name)
        for run in manifest(GENESIS)["runs"]
        for name in run["files"]
        if name.endswith("coverage.json")
    ]
    for before, after in pairwise(seen):
        assert after["files"] * 10 >= before["files"] * 9
        assert after["lines_total"] > before["lines_total"]
        assert after["lines_hit"] * before["lines_total"] > before["lines_hit"] * after["lines_total"]


def series(version):
    found = defaultdict(list)
    for run in runs(version):
        for name in run["files"]:
            if name.endswith(("benchmarks.json", "cost.json", "memory.json")):
                for record in records(GENESIS / name):
                    found[record.name.rpartition("::")[2], record.fingerprint].append(record.value)
    return found


@pytest.mark.parametrize(
    ("name", "before", "now", "better"),
    [
        ("test_halo_routing", "0.22593", "0.11018", 51.2),
        ("test_rule_matching", "0.13045", "0.02702", 79.3),
        ("test_total_orchestration", "0.24511", "0.13157", 46.3),
        ("daao_cost_per_1k_tasks", "48.0", "24.96", 48.0),
    ],
)
def test_benchmarks_against_phase_3(name, before, now, better):
    baseline, current = series("Phase 3"), series("Phase 4 Deployment")
    (machine,) = {key[1] for key in (*baseline, *current) if key[0] == name}
    values = baseline[name, machine]
    centre = median(values)
    assert len(values) == 15
    assert (repr(centre), repr(current[name, machine][-1])) == (before, now)
    assert round(100 * (1 - current[name, machine][-1] / centre), 1) == better
    assert 0.005 < median(abs(v - centre) for v in values) / centre < 0.015


def test_memory_overhead_has_no_baseline():
    assert series("Phase 4 Deployment")["memory_overhead", ""] == [0.006]
    assert ("memory_overhead", "") not in series("Phase 3")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("feature_flags.json", {"flags": 15, "serving_all": 10, "partial": 0, "zero_percent": 2, "off": 3}),
        ("health.json", {"checks": 5, "pass": 5, "warn": 0, "fail": 0}),
        ("ops.csv", {"series": 4, "samples": 11_520}),
    ],
)
def test_staging_evidence(name, expected):
    assert counts(STAGING / name) == expected


def test_operational_samples_meet_the_targets():
    values = defaultdict(list)
    for record in records(STAGING / "ops.csv"):
        assert isinstance(record, MetricSample)
        values[record.metric].append(record.value)
    assert {len(series) for series in values.values()} == {2880}
    assert Fraction(int(sum(values["errors"])), int(sum(values["requests"]))) < Fraction(1, 1000)
    assert 0.15 < max(values["latency_p95"]) < 0.2
    assert 0.35 < max(values["latency_p99"]) < 0.5
    assert all(a < b for a, b in zip(values["latency_p95"], values["latency_p99"], strict=True))


def test_policy_differs_from_the_default_in_name_and_baseline_only():
    ours, default = parse((GENESIS / "policy.toml").read_text()), parse(default_text())
    assert (ours.name, ours.baseline) == ("genesis-release", "version:Phase 3")
    assert (ours.rules, ours.weights, ours.go, ours.soak) == (default.rules, default.weights, default.go, default.soak)


@pytest.mark.parametrize(
    ("version", "cases", "failed", "skipped", "files", "lines_total", "lines_hit", "benchmarks"),
    [
        ("0.2.0", 299, 19, 2, 22, 1400, 1323, 4),
        ("0.2.1", 308, 19, 2, 22, 1420, 1340, 4),
        ("0.2.2", 325, 20, 2, 22, 1413, 1323, 4),
        ("0.2.3", 337, 4, 2, 22, 1418, 1358, 5),
        ("0.2.4", 355, 4, 2, 22, 1424, 1364, 5),
        ("0.3.0", 370, 4, 2, 22, 1496, 1431, 5),
        ("0.3.1", 407, 4, 3, 22, 1534, 1468, 5),
        ("0.4.0", 416, 0, 3, 21, 1511, 1459, 5),
        ("0.4.1", 416, 0, 3, 21, 1510, 1458, 5),
        ("0.4.2", 419, 0, 3, 21, 1510, 1458, 5),
        ("0.4.3", 428, 0, 3, 21, 1516, 1465, 5),
        ("0.4.4", 430, 0, 3, 21, 1541, 1490, 5),
    ],
)
def test_releases_of_sqlparse(version, cases, failed, skipped, files, lines_total, lines_hit, benchmarks):
    folder = SQLPARSE / "runs" / version
    tests, coverage = counts(folder / "junit.xml"), counts(folder / "coverage.json")
    assert [tests[n] for n in ("cases", "failed", "skipped", "errors")] == [cases, failed, skipped, 0]
    assert [coverage[n] for n in ("files", "lines_total", "lines_hit")] == [files, lines_total, lines_hit]
    assert counts(folder / "benchmarks.json")["benchmarks"] == benchmarks
    assert counts(folder / "benchmarks-rerun.json")["benchmarks"] == benchmarks


def test_sqlparse_carries_no_source_text():
    for path in (SQLPARSE / "runs").rglob("junit.xml"):
        for record in records(path):
            for line in (record.failure.text or "" if record.failure else "").splitlines():
                assert re.match(r"E\s|[\w/]+\.py:\d+: \w+$", line), (path, line)


@pytest.mark.parametrize("folder", [GENESIS, SQLPARSE])
def test_no_file_names_a_place_on_a_machine(folder):
    for path in (folder / "runs").rglob("*"):
        if path.is_file():
            assert not re.search(rb"[\"'> ]/(?:home|root|tmp|work|opt|Users|var)/", path.read_bytes()), Path(path)
