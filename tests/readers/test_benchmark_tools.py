"""Benchmark formats with a rule of their own: hyperfine, JMH, Criterion, BenchmarkDotNet, BMF, Vitest, JMeter."""

import json

import pytest

from dashboard.readers.bencher_bmf import READER as BMF
from dashboard.readers.benchmarkdotnet import READER as BENCHMARKDOTNET
from dashboard.readers.criterion import READER as CRITERION
from dashboard.readers.criterion import UNNAMED
from dashboard.readers.hyperfine import READER as HYPERFINE
from dashboard.readers.jmeter import READER as JMETER
from dashboard.readers.jmh import READER as JMH
from dashboard.readers.vitest_bench import READER as VITEST


def only(reading, reader, body):
    (record,), ledger = reading(reader, body)
    return record, ledger


def hyperfine(**more):
    return {"results": [{"command": "make", "mean": 2, "stddev": None, "times": [1, 3], "exit_codes": [0, 0]} | more]}


@pytest.mark.parametrize(
    ("more", "name", "direction"),
    [
        ({}, "make", "smaller"),
        ({"exit_codes": [0, 1]}, "make", None),
        ({"exit_codes": [0, None]}, "make", None),
        ({"parameters": {"jobs": "4"}}, "make [jobs=4]", "smaller"),
        ({"command": "make -j4", "parameters": {"jobs": "4"}}, "make -j4", "smaller"),
    ],
)
def test_hyperfine(reading, more, name, direction):
    record, ledger = only(reading, HYPERFINE, hyperfine(**more))
    assert (record.name, record.value, record.direction) == (name, 2.0, direction)
    assert (record.samples, record.rounds, record.stddev) == ((1.0, 3.0), 2, None)
    assert ("failing-command" in ledger.notes) is (direction is None)


def hyperfine_2(*runs, unit="second", **more):
    """Give a report of hyperfine 2: an entry a run, a summary a metric."""
    measurements = [
        {"time_wall_clock": {"value": value, "unit": unit}, "time_user": {"value": 9, "unit": unit}, "exit_code": code}
        for value, code in runs
    ]
    clock = {"unit": unit, "count": len(runs), "mean": 2, "stddev": None, "median": 7, "min": 1, "max": 3}
    entry = {"command": "make", "measurements": measurements, "summary": {"time_wall_clock": clock}}
    return {"schema_version": 2, "metadata": {"hyperfine_version": "2.0.0"}, "results": [entry | more]}


@pytest.mark.parametrize(
    ("codes", "more", "name", "direction"),
    [
        ((0, 0), {}, "make", "smaller"),
        ((0, 1), {}, "make", None),
        ((0, None), {}, "make", None),
        ((0, 0), {"parameters": {"jobs": {"value": "4"}}}, "make [jobs=4]", "smaller"),
        ((0, 0), {"command": "make -j4", "parameters": {"jobs": {"value": "4"}}}, "make -j4", "smaller"),
    ],
)
def test_hyperfine_2(reading, codes, more, name, direction):
    body = hyperfine_2((1, codes[0]), (3, codes[1]), **more)
    assert HYPERFINE.sniff(json.dumps(body).encode())
    record, ledger = only(reading, HYPERFINE, body)
    assert (record.name, record.value, record.direction) == (name, 2.0, direction)
    assert (record.samples, record.rounds, record.minimum, record.maximum) == ((1.0, 3.0), 2, 1.0, 3.0)
    assert ledger.producer == "hyperfine 2.0.0"
    assert ("failing-command" in ledger.notes) is (direction is None)


def test_hyperfine_2_in_another_unit_is_not_guessed(refusal):
    assert refusal(HYPERFINE, hyperfine_2((1, 0), unit="millisecond")) == "hyperfine-unit"


def jmh(**more):
    metric = {"score": 2.0, "scoreError": "NaN", "scoreUnit": "ops/s", "rawData": [[1.0, 3.0]]} | more.pop("metric", {})
    return [
        {"jmhVersion": "1.37", "benchmark": "x.B.m", "mode": "thrpt", "primaryMetric": metric, "jdkVersion": "17.0.15"}
        | more
    ]


@pytest.mark.parametrize(
    ("unit", "value", "base", "direction"),
    [
        ("ops/s", 2.0, "op/s", "larger"),
        ("ops/ms", 2000.0, "op/s", "larger"),
        ("s/op", 2.0, "s", "smaller"),
        ("us/op", 2e-6, "s", "smaller"),
        ("B/op", 2.0, "B", "smaller"),
    ],
)
def test_jmh_takes_the_direction_from_the_unit_not_the_mode(reading, unit, value, base, direction):
    record, ledger = only(reading, JMH, jmh(metric={"scoreUnit": unit}))
    assert record.value == pytest.approx(value)
    assert (record.unit, record.direction, record.fingerprint) == (base, direction, "17.0")
    assert ledger.producer == "JMH 1.37"


def test_jmh_parameters_are_part_of_the_name(reading):
    record, _ = only(reading, JMH, jmh(params={"b": "2", "a": "1"}, threads=4))
    assert record.name == "x.B.m [a=1, b=2, thrpt, 4 threads]"


@pytest.mark.parametrize(
    ("raw", "samples", "rounds"),
    [
        ([[1.0, 3.0], [5.0, 5.0]], (2e-3, 5e-3), 4),
        ([[1.0, 3.0]], (), 2),  # iterations of one fork are not independent
        ([[[[1.0, 7]], [[3.0, 2]]]], (), None),  # histograms of sample time mode list no iteration
        (None, (), None),
    ],
)
def test_jmh_forks_are_the_independent_samples(reading, raw, samples, rounds):
    record, _ = only(reading, JMH, jmh(metric={"scoreUnit": "ms/op", "rawData": raw}))
    assert record.samples == pytest.approx(samples)
    assert record.rounds == rounds


def test_jmh_without_a_score_measured_nothing(reading):
    records, ledger = reading(JMH, jmh(metric={"score": "NaN", "rawData": None}))
    assert (records, set(ledger.notes)) == ([], {"score-not-a-number"})


def test_criterion_estimates_have_no_name_and_so_no_direction(reading):
    estimates = {name: {"point_estimate": value} for name, value in (("mean", 300), ("median", 200), ("std_dev", 5))}
    record, ledger = only(reading, CRITERION, estimates | {"slope": None})
    assert (record.name, record.direction, record.statistic) == (UNNAMED, None, "median")
    assert (record.value, record.mean, record.stddev) == pytest.approx((2e-7, 3e-7, 5e-9))
    assert "name-not-in-file" in ledger.notes
    record, _ = only(reading, CRITERION, {"mean": {"point_estimate": 300}})
    assert record.statistic == "mean"


def test_criterion_messages_name_both(reading):
    message = {"reason": "benchmark-complete", "id": "fib/10", "median": {"estimate": 2.0, "unit": "us"}}
    record, _ = only(reading, CRITERION, json.dumps(message) + "\n\n" + json.dumps({"reason": "group-complete"}))
    assert (record.name, record.direction) == ("fib/10", "smaller")
    assert record.value == pytest.approx(2e-6)


def test_benchmarkdotnet_is_nanoseconds(reading):
    broken = {"FullName": "x.Broken", "Statistics": None}
    fine = {"FullName": "x.Fine", "Statistics": {"N": 3, "Mean": 50.0, "StandardDeviation": 1.0}, "Memory": {}}
    host = {
        "BenchmarkDotNetVersion": "0.15",
        "ProcessorName": "CPU",
        "LogicalCoreCount": 8,
        "RuntimeVersion": ".NET 10.0.4 (x)",
    }
    record, ledger = only(reading, BENCHMARKDOTNET, {"HostEnvironmentInfo": host, "Benchmarks": [broken, fine]})
    assert (record.value, record.stddev) == pytest.approx((5e-8, 1e-9))
    assert record.fingerprint == "CPU; 8 cores; .NET 10.0.4"
    assert set(ledger.notes) == {"no-statistics", "memory-not-read"}


@pytest.mark.parametrize(
    ("measure", "value", "unit", "direction"),
    [
        ("latency", 2e-9, "s", "smaller"),
        ("throughput", 2.0, "op/s", "larger"),
        ("file-size", 2.0, "B", "smaller"),
        ("score", 2.0, "score", None),
    ],
)
def test_bencher_measures(reading, measure, value, unit, direction):
    record, _ = only(reading, BMF, {"a": {measure: {"value": 2}}})
    assert record.value == pytest.approx(value)
    assert (record.group, record.unit, record.direction) == (measure, unit, direction)


def test_bencher_bounds_are_checked(reading):
    figures = {"value": 2, "lower_value": 3, "upper_value": 3}
    assert "bounds-contradict" in only(reading, BMF, {"a": {"latency": figures}})[1].notes
    assert not only(reading, BMF, {"a": {"latency": figures | {"lower_value": 1}}})[1].notes


def test_vitest_is_milliseconds(reading):
    bench = {"name": "native", "mean": 2.0, "min": 1.0, "max": 4.0, "sd": 0.5, "sampleCount": 9}
    body = {
        "files": [
            {"filepath": "a.js", "groups": [{"fullName": "a > sort", "benchmarks": [bench, bench | {"median": 3.0}]}]}
        ]
    }
    (first, second), _ = reading(VITEST, body)
    assert (first.group, first.name, first.statistic, first.value) == ("a > sort", "native", "mean", 0.002)
    assert (second.name, second.statistic, second.value) == ("native #2", "median", 0.003)


def test_jmeter_total_repeats_the_labels(reading):
    label = {"transaction": "Home", "sampleCount": 9, "errorCount": 1, "meanResTime": 12.0, "medianResTime": 11.0}
    record, ledger = only(reading, JMETER, {"Home": label, "Total": label})
    assert (record.name, record.statistic, record.value, record.rounds) == ("Home", "median", 0.011, 9)
    assert ledger.facts["failures"] == 1


@pytest.mark.parametrize(
    ("reader", "body"),
    [
        (HYPERFINE, hyperfine(mean=None)),
        (HYPERFINE, hyperfine(times=[None])),
        (HYPERFINE, hyperfine_2((None, 0))),
        (HYPERFINE, hyperfine_2((1, 0), summary={})),
        (HYPERFINE, hyperfine_2((1, 0), measurements=[{"exit_code": 0}])),
        (JMH, jmh(metric={"score": None, "scoreUnit": None})),
        (JMH, jmh(metric={"score": "fast"})),
        (CRITERION, {"mean": {"point_estimate": None}}),
        (BENCHMARKDOTNET, {"HostEnvironmentInfo": {}, "Benchmarks": [{"FullName": "a", "Statistics": {"Mean": None}}]}),
        (BMF, {"a": {"latency": {"value": None}}}),
        (VITEST, {"files": [{"groups": [{"fullName": "a", "benchmarks": [{"name": "b"}]}]}]}),
        (JMETER, {"Home": {"meanResTime": None}}),
    ],
)
def test_refuses(refusal, reader, body):
    assert refusal(reader, body) == "json-shape"
