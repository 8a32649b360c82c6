import pytest

from dashboard.readers.google_benchmark import READER


def run(name, real, unit="ns", **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "real_time": real, "time_unit": unit, **more}


def aggregate(name, kind, real, unit="ns"):
    return run(name, real, unit, run_type="aggregate", aggregate_name=kind) | {"name": f"{name}_{kind}"}


def report(*entries, **context):
    return {"context": {"num_cpus": 4, "mhz_per_cpu": 2600, **context}, "benchmarks": list(entries)}


@pytest.mark.parametrize(("unit", "value"), [("ns", 2e-9), ("us", 2e-6), ("ms", 2e-3), ("s", 2.0)])
def test_every_entry_has_its_unit(reading, unit, value):
    (record,), _ = reading(READER, report(run("a", 2, unit)))
    assert record.value == pytest.approx(value)
    assert (record.unit, record.direction, record.statistic, record.fingerprint) == (
        "s",
        "smaller",
        "real_time",
        "4 cores; 2600 MHz",
    )


def test_repetitions_become_their_median_and_aggregates_are_folded(reading):
    runs = [run("a", value) for value in (10, 30, 11)]
    (record,), ledger = reading(READER, report(*runs, aggregate("a", "mean", 17), aggregate("a", "cv", 0.6)))
    assert record.value == pytest.approx(11e-9)
    assert (record.statistic, record.rounds) == ("median", 3)
    assert record.samples == pytest.approx((10e-9, 30e-9, 11e-9))
    assert (ledger.seen, ledger.kept, ledger.folded) == (5, 1, 4)


def test_aggregates_only(reading):
    entries = [
        aggregate("a", kind, value, "us") for kind, value in (("mean", 3), ("median", 2), ("stddev", 1), ("cv", 9))
    ]
    records, ledger = reading(READER, report(*entries, aggregate("b", "BigO", 1)))
    (record,) = records
    assert (record.value, record.mean, record.stddev) == pytest.approx((2e-6, 3e-6, 1e-6))
    assert record.samples == ()
    assert (ledger.kept, ledger.folded) == (1, 4)


def test_old_versions_tell_aggregates_by_name_only(reading):
    entries = [
        {"name": name, "real_time": value, "time_unit": "ns"}
        for name, value in (("a", 5), ("a_mean", 9), ("a_BigO", 1))
    ]
    (record,), ledger = reading(READER, report(*entries, {"name": "a_RMS", "rms": 0.1}))
    assert (record.name, record.value) == ("a", pytest.approx(5e-9))
    assert ledger.folded == 3


def test_an_error_is_no_time(reading):
    records, ledger = reading(
        READER, report(run("a", 0.0, error_occurred=True), run("b", 0.0, skipped=True), library_build_type="debug")
    )
    assert records == []
    assert set(ledger.notes) == {"errored", "debug-build", "no-benchmarks"}


@pytest.mark.parametrize("entry", [run("a", None), run("a", 1, "h"), run("a", "1"), {"time_unit": "ns"}, None])
def test_refuses(refusal, entry):
    assert refusal(READER, report(entry)) == "json-shape"
