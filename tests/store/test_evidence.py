"""Coverage, benchmarks, operations, flags, health and environment as gates see them."""

from datetime import timedelta

import pytest
from store_maker import START, case, component, policy, put

from dashboard.errors import NotFoundError
from dashboard.model.evidence import CoverageTotals
from dashboard.model.ledger import Ledger
from dashboard.model.records import (
    BenchmarkResult,
    EnvironmentFact,
    FileCoverage,
    FlagState,
    HealthCheck,
    Kind,
    MetricSample,
)
from dashboard.store import evidence, frames


def of(store, stored, without=(), **fields):
    return evidence.of(store, stored.candidate_id, policy(**fields), START, without)


def covered(path, total, hit, branches=None, ranges=("", ""), statements=(None, None)):
    taken = None if branches is None else branches // 2
    return FileCoverage(path, total, hit, branches, taken, *statements, None, *ranges, "")


def test_nothing_ingested_is_nothing_known(store):
    found = of(store, put(store, [case("a")]))
    assert found.coverage is found.benchmarks is found.ops is found.flags is found.health is found.environment is None
    assert found.as_of == START
    with pytest.raises(NotFoundError):
        evidence.of(store, 999, policy(), START)


def test_a_kind_can_be_left_out(store):
    put(store, [case("a")], name="t.xml")
    stored = put(store, [covered("a.py", 2, 1)], kind=Kind.COVERAGE, name="c.xml")
    found = of(store, stored, without=("coverage",))
    assert found.coverage is None
    assert found.tests is not None
    assert [source.name for source in found.sources] == ["t.xml"]
    assert found.without == ("coverage",)


# Coverage


def test_coverage_is_summed_in_whole_numbers_by_component(store):
    files = [covered("infra/a/x.py", 10, 9, 4), covered("infra/b/y.py", 10, 5), covered("web/z.py", 80, 40)]
    stored = put(store, files, kind=Kind.COVERAGE)
    parts = (component("infra", "infra/*"), component("none", "none/*"), component("all", "*"))
    found = of(store, stored, components=parts).coverage
    assert found.total == CoverageTotals(100, 54, 4, 2, 3)
    assert found.components["infra"] == CoverageTotals(20, 14, 4, 2, 2)
    assert found.components["none"] == CoverageTotals(0, 0, 0, 0, 0)
    assert found.component_range["infra"] == (50.0, 90.0)
    assert "none" not in found.component_range
    assert found.previous_files is None


def test_the_newest_report_of_each_name_counts(store):
    put(store, [covered("a.py", 10, 1)], kind=Kind.COVERAGE, name="unit.xml", run="two", hours=2)
    put(store, [covered("a.py", 10, 9)], kind=Kind.COVERAGE, name="unit.xml", run="one", hours=1)
    stored = put(store, [covered("b.py", 5, 5)], kind=Kind.COVERAGE, name="other.xml", run="one", hours=1)
    found = of(store, stored).coverage
    assert (found.total.lines_total, found.total.lines_hit) == (15, 6)
    assert len(found.sources) == 2
    assert frames.coverage_files(store, stored.candidate_id)["lines_hit"].tolist() == [1, 5]


def test_two_reports_of_one_file_are_united_line_by_line(store):
    put(store, [covered("a.py", 6, 3, ranges=("1-3", "4-6"))], kind=Kind.COVERAGE, name="unit.xml")
    stored = put(store, [covered("a.py", 6, 3, ranges=("3-5", "1,2,6"))], kind=Kind.COVERAGE, name="e2e.xml")
    assert of(store, stored).coverage.total == CoverageTotals(6, 5, 0, 0, 1)
    row = frames.coverage_files(store, stored.candidate_id).iloc[0]
    assert (row["hit"], row["missed"]) == ("1-5", "6")


def test_a_report_without_lines_cannot_be_united(store):
    put(store, [covered("a.py", 6, 3, ranges=("1-3", "4-6"))], kind=Kind.COVERAGE, name="unit.xml", at_hours=1)
    stored = put(store, [covered("a.py", 6, 2)], kind=Kind.COVERAGE, name="e2e.xml", at_hours=2)
    assert of(store, stored).coverage.total == CoverageTotals(6, 2, 0, 0, 1)


def test_files_that_list_no_lines_count_by_statements(store):
    stored = put(store, [covered("a.go", None, None, statements=(8, 6))], kind=Kind.COVERAGE)
    assert of(store, stored).coverage.total == CoverageTotals(8, 6, 0, 0, 1)


def ran(path, lines):
    """Make what a reader gives that knows which lines ran, and not which there are."""
    return FileCoverage(path, None, None, None, None, None, None, None, lines, "", "")


def put_ran(store, files, name=".coverage", **where):
    return put(store, files, kind=Kind.COVERAGE, name=name, ledger=Ledger(incomplete=True), **where)


def test_what_ran_is_no_total(store):
    put_ran(store, [ran("a.py", "1-3")], name="one")
    stored = put_ran(store, [ran("a.py", "3-9"), ran("b.py", "1")], name="two")
    found = of(store, stored, components=(component("all", "*"),)).coverage
    assert found.total == found.components["all"] == CoverageTotals(0, 0, 0, 0, 2)
    assert not found.passed_over
    assert all(source.incomplete for source in found.sources)
    files = frames.coverage_files(store, stored.candidate_id)
    assert files["hit"].tolist() == ["1-9", "1"]
    assert files["lines_total"].isna().all()
    assert frames.coverage_trend(store, "demo")["lines_total"].tolist() == [0]


def test_what_ran_is_passed_over_where_a_complete_report_is(store):
    put_ran(store, [ran("/srv/shop/a.py", "1-9"), ran("a.py", "1-9")])
    stored = put(store, [covered("a.py", 6, 3, ranges=("1-3", "4-6"))], kind=Kind.COVERAGE, name="coverage.json")
    put_ran(store, [ran("a.py", "1-9")], name="later", at_hours=5)
    found = of(store, stored).coverage
    assert found.total == CoverageTotals(6, 3, 0, 0, 1)
    assert [source.name for source in found.sources] == ["coverage.json"]
    assert {source.name for source in found.passed_over} == {".coverage", "later"}
    assert frames.coverage_files(store, stored.candidate_id)["path"].tolist() == ["a.py"]
    after = put(store, [covered("a.py", 6, 3)], kind=Kind.COVERAGE, subject="b" * 40, hours=9)
    assert of(store, after).coverage.previous_files == 1


def test_an_incomplete_report_is_not_passed_over(store):
    broken = Ledger(incomplete=True)
    put(store, [covered("a.py", 6, 6)], kind=Kind.COVERAGE, name="cut.xml", ledger=broken)
    put(store, [], kind=Kind.COVERAGE, name="none.xml", ledger=broken)
    stored = put(store, [covered("b.py", 6, 6)], kind=Kind.COVERAGE, name="whole.xml")
    found = of(store, stored).coverage
    assert {source.name for source in found.sources} == {"cut.xml", "none.xml", "whole.xml"}
    assert not found.passed_over


def test_what_ran_counts_for_nothing_beside_an_incomplete_report(store):
    put(store, [covered("a.py", 6, 3, ranges=("1-3", "4-6"))], kind=Kind.COVERAGE, ledger=Ledger(incomplete=True))
    stored = put_ran(store, [ran("a.py", "1-9")], at_hours=5)
    found = of(store, stored).coverage
    assert found.total == CoverageTotals(6, 3, 0, 0, 1)
    assert len(found.sources) == 2


def test_the_files_of_the_candidate_before_are_counted(store):
    for hour, (subject, count) in enumerate([("a" * 40, 3), ("b" * 40, 5), ("c" * 40, 4)]):
        files = [covered(f"{n}.py", 1, 1) for n in range(count)]
        stored = put(store, files, kind=Kind.COVERAGE, subject=subject, hours=hour)
    put(store, [covered("x.py", 1, 1)], kind=Kind.COVERAGE, subject="d" * 40, hours=1.5, branch="other")
    assert of(store, stored).coverage.previous_files == 5
    trend = frames.coverage_trend(store, "demo", "main")
    assert trend["files"].tolist() == [3, 5, 4]
    assert len(frames.coverage_trend(store, "demo")) == 4


def test_an_empty_report_is_no_coverage_rather_than_none(store):
    stored = put(store, [], kind=Kind.COVERAGE)
    assert of(store, stored).coverage.total == CoverageTotals(0, 0, 0, 0, 0)


# Benchmarks


def bench(name, value, fingerprint="cpu", unit="s"):
    return BenchmarkResult(name, None, value, "median", unit, unit, "smaller", *[None] * 5, fingerprint, (value, 2.0))


def benches(store, *results, **fields):
    return put(store, results, kind=Kind.BENCHMARKS, **fields)


def history(store):
    benches(store, bench("a", 9.0), subject="0" * 40, version="1.0", hours=0, run="r0")
    benches(store, bench("a", 1.0), subject="1" * 40, version="1.1", hours=1, run="r1")
    benches(store, bench("a", 1.2), bench("a", 7.0, "other"), subject="1" * 40, version="1.1", hours=2, run="r2")
    benches(store, bench("a", 5.0), subject="2" * 40, version="1.1", hours=3, run="r3", branch="feature")
    return benches(store, bench("a", 2.0), bench("new", 3.0), subject="3" * 40, version="1.2", hours=4, run="r4")


def test_the_version_before_on_the_branch_is_the_baseline(store):
    stored = history(store)
    benches(store, bench("a", 99.0), subject="4" * 40, version="1.3", hours=5, run="r5")
    found = of(store, stored).benchmarks
    assert found.baseline_label == "version 1.1 (2 runs)"
    assert [(s.name, s.values, s.baseline) for s in found.series] == [("a", (2.0,), (1.0, 1.2)), ("new", (3.0,), ())]
    assert found.series[0].direction == "smaller"


def test_a_named_version_is_the_baseline(store):
    found = of(store, history(store), baseline="version:1.0").benchmarks
    assert (found.baseline_label, found.series[0].baseline) == ("version 1.0 (1 run)", (9.0,))


@pytest.mark.parametrize("baseline", ["previous-version", "version:7"])
def test_no_baseline_is_said(store, baseline):
    stored = benches(store, bench("a", 1.0), version="1")
    found = of(store, stored, baseline=baseline).benchmarks
    assert found.baseline_label is None
    assert found.series[0].baseline == ()


def test_without_versions_each_subject_is_its_own(store):
    benches(store, bench("a", 1.0), subject="1" * 40, hours=1)
    benches(store, bench("a", 2.0), subject="1" * 40, hours=2, run="again")
    stored = benches(store, bench("a", 3.0), subject="2" * 40, hours=3)
    found = of(store, stored).benchmarks
    assert found.series[0].baseline == (1.0, 2.0)
    assert found.baseline_label == f"version {'1' * 12} (2 runs)"


def test_another_machine_or_unit_is_another_series(store):
    benches(store, bench("a", 1.0, "x"), bench("b", 1.0, unit="B"), subject="1" * 40, version="1", hours=1)
    stored = benches(store, bench("a", 2.0, "y"), bench("b", 2.0), version="2", hours=2)
    assert [series.baseline for series in of(store, stored).benchmarks.series] == [(), ()]


def test_values_come_in_the_order_of_their_runs(store):
    for hour in (3, 1, 2):
        stored = benches(store, bench("a", float(hour)), run=f"r{hour}", hours=hour)
    assert of(store, stored).benchmarks.series[0].values == (1.0, 2.0, 3.0)
    assert frames.benchmarks(store, stored.candidate_id)["value"].tolist() == [1.0, 2.0, 3.0]
    assert frames.benchmark_history(store, "demo", "main", limit_runs=2)["value"].tolist() == [2.0, 3.0]


# Operations


def ms(hours):
    return int((START + timedelta(hours=hours)).timestamp() * 1000)


def sample(hours, value, metric="p95", labels="", count=None):
    return MetricSample(metric, labels, ms(hours), value, "s", count)


def metrics(store, *samples, **fields):
    return put(store, samples, kind=Kind.METRICS, **fields)


def test_samples_are_sorted_and_the_newest_file_wins(store):
    metrics(store, sample(2, 0.2), sample(1, 0.1), name="old", hours=1, run="one")
    stored = metrics(store, sample(2, 0.9, count=5), sample(6, None), sample(8, 0.3), name="new", hours=2, run="two")
    found = of(store, stored).ops
    series = found.series["p95"]
    assert series.values == (0.1, 0.9, None, 0.3)
    assert series.counts == (None, 5, None, None)
    assert series.at_ms == tuple(ms(h) for h in (1, 2, 6, 8))
    assert (found.start, found.end) == (START + timedelta(hours=1), START + timedelta(hours=8))
    assert found.largest_gap_s == 6 * 3600  # the sample in between measured nothing
    frame = frames.metric_samples(store, stored.candidate_id, "p95")
    assert frame["value"].tolist()[:2] == [0.1, 0.9]
    assert frame["value"].isna().tolist() == [False, False, True, False]
    assert len(frames.metric_samples(store, stored.candidate_id, "p95", limit=2)) == 2


def test_a_file_of_another_time_does_not_win_by_coming_last(store):
    metrics(store, sample(2, 0.9), name="new", hours=2, run="two")
    stored = metrics(store, sample(2, 0.1), name="old", hours=1, run="one")
    assert of(store, stored).ops.series["p95"].values == (0.9,)


def test_labels_are_kept_apart_when_there_are_several(store):
    stored = metrics(store, sample(1, 1.0, "hits", "a=1"), sample(1, 2.0, "hits", "a=2"), sample(1, 3.0, "one", "b=1"))
    assert sorted(of(store, stored).ops.series) == ["hits{a=1}", "hits{a=2}", "one"]


def test_one_sample_has_no_gap(store):
    assert of(store, metrics(store, sample(1, 1.0))).ops.largest_gap_s == 0


# Flags, health, environment


def flag(key, **fields):
    values = {
        "enabled": True,
        "served_min_pct": 100.0,
        "served_max_pct": 100.0,
        "category": "c",
        "depends_on": ("x", "y"),
        "plan": (5.0, 50.0, 100.0),
        "description": "d",
        "value": None,
    }
    return FlagState(**values | {"key": key} | fields)


def test_the_newest_flag_file_counts_and_comes_back_as_it_was(store):
    new = [flag("z"), flag("a", enabled=None, served_min_pct=None, depends_on=(), plan=(), value='{"a": 1}')]
    put(store, new, kind=Kind.FLAGS, hours=2, run="two")
    stored = put(store, [flag("old")], kind=Kind.FLAGS, hours=1, run="one")
    found = of(store, stored).flags
    assert list(found.flags) == new
    assert len(found.sources) == 1
    frame = frames.flags(store, stored.candidate_id)
    assert frame["enabled"].tolist() == [True, None]
    assert frame["depends_on"].tolist() == [["x", "y"], []]


def check(name, status="pass"):
    return HealthCheck(name, status, "1", "ms", "2025-10-01T00:00:00Z", None)


def test_the_newest_health_document_of_each_name_counts(store):
    put(store, [check("db", "fail")], kind=Kind.HEALTH, name="db.json", hours=1, run="one")
    put(store, [check("db")], kind=Kind.HEALTH, name="db.json", hours=2, run="two")
    stored = put(store, [check("cache", "warn")], kind=Kind.HEALTH, name="cache.json", hours=1, run="one")
    found = of(store, stored).health
    assert found.checks == (check("cache", "warn"), check("db"))
    assert frames.health(store, stored.candidate_id)["status"].tolist() == ["warn", "pass"]


def test_the_newest_environment_counts(store):
    facts = [EnvironmentFact("runtime", "python", "3.11.7", "3.11.7"), EnvironmentFact("file", "a", None, None)]
    put(store, [EnvironmentFact("runtime", "python", "2.7", None)], kind=Kind.ENVIRONMENT, hours=1, run="one")
    stored = put(store, facts, kind=Kind.ENVIRONMENT, hours=2, run="two")
    assert list(of(store, stored).environment.facts) == facts
    assert frames.environment(store, stored.candidate_id)["group"].tolist() == ["runtime", "file"]


def test_a_source_says_where_it_came_from(store):
    stored = put(store, [case("a")], name="j.xml", run="nightly")
    [source] = of(store, stored).sources
    assert (source.name, source.kind, source.reader, source.run) == ("j.xml", Kind.TESTS, "fmt@1", "nightly")
    assert (source.origin, source.collected_at, source.incomplete) == ("cli by ada", START, False)
