import pytest

from dashboard.readers.go_bench import READER

HEAD = "goos: linux\ngoarch: amd64\npkg: example.com/shop\ncpu: Example CPU\n"


def test_repetitions_become_their_median_and_units_are_series(reading):
    body = (
        HEAD
        + "".join(f"BenchmarkTotal/a-8   1000   {ns} ns/op   16 B/op   2 allocs/op\n" for ns in (10, 30, 11))
        + "PASS\n"
    )
    records, ledger = reading(READER, body)
    assert [(r.name, r.unit, r.direction, r.statistic, r.rounds) for r in records] == [
        ("Total/a", "s", "smaller", "median", 3),
        ("Total/a B/op", "B", "smaller", "median", 3),
        ("Total/a allocs/op", "allocs/op", "smaller", "median", 3),
    ]
    assert records[0].value == pytest.approx(11e-9)
    assert records[0].samples == pytest.approx((10e-9, 30e-9, 11e-9))
    assert records[0].group == "example.com/shop"
    assert records[0].fingerprint == "Example CPU; 8 procs; linux; amd64"
    assert (ledger.seen, ledger.kept, ledger.folded) == (9, 3, 6)


def test_throughput_and_one_name_in_two_packages(reading):
    body = HEAD + "BenchmarkCopy 10 5 ns/op 400.5 MB/s\npkg: example.com/other\nBenchmarkCopy 10 6 ns/op\n"
    records, _ = reading(READER, body)
    assert {r.samples for r in records} == {()}
    assert [(r.group, r.name, r.direction) for r in records] == [
        ("example.com/shop", "Copy", "smaller"),
        ("example.com/shop", "Copy MB/s", "larger"),
        ("example.com/other", "Copy", "smaller"),
    ]


def test_a_failed_run_is_incomplete(reading):
    records, ledger = reading(READER, HEAD + "--- FAIL: BenchmarkX\nFAIL\n")
    assert records == []
    assert ledger.incomplete
    assert set(ledger.notes) == {"failed", "no-benchmarks"}


def test_a_result_line_without_a_figure_is_refused(refusal):
    assert refusal(READER, HEAD + "BenchmarkX-8   1000   \nBenchmarkY-8   1000   12\n") == "go-bench-line"
