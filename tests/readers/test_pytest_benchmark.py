import pytest

from dashboard.readers.pytest_benchmark import READER

MACHINE = {
    "node": "ci",
    "machine": "x86_64",
    "system": "Linux",
    "release": "6.1",
    "python_implementation": "CPython",
    "python_version": "3.11.7",
    "cpu": {"brand_raw": "Example  CPU", "count": 8, "hz_actual": [1, 0]},
}


def report(*benchmarks, **more):
    return {"machine_info": MACHINE, "benchmarks": list(benchmarks), "version": "5.3.1", **more}


def bench(name="t.py::a", group=None, **stats):
    return {"name": name.rpartition("::")[2], "fullname": name, "group": group, "stats": {"median": 0.5} | stats}


def test_the_median_is_the_value_and_raw_data_is_left_out(reading):
    entry = bench(mean=0.6, min=0.4, max=0.9, stddev=0.1, rounds=3, data=[0.4, 0.5, 0.9])
    (record,), ledger = reading(READER, report(entry, datetime="2026-11-24T08:15:00"))
    assert record[:7] == ("t.py::a", None, 0.5, "median", "s", "s", "smaller")
    assert (record.mean, record.minimum, record.maximum, record.stddev, record.rounds) == (0.6, 0.4, 0.9, 0.1, 3)
    assert record.samples == ()
    assert record.fingerprint == "Example CPU; 8 cores; Linux x86_64; CPython 3.11"
    assert ledger.collected_at == "2026-11-24T08:15:00+00:00"


def test_one_round_has_no_deviation(reading):
    (record,), _ = reading(READER, report(bench(stddev=0, rounds=1)))
    assert record.stddev is None


def test_clock_patch_release_and_host_are_no_other_machine(reading):
    (one,), _ = reading(READER, report(bench()))
    other = MACHINE | {
        "node": "x",
        "release": "6.2",
        "python_version": "3.11.9",
        "cpu": MACHINE["cpu"] | {"hz_actual": [2, 0]},
    }
    (two,), _ = reading(READER, {"machine_info": other, "benchmarks": [bench()]})
    assert one.fingerprint == two.fingerprint


def test_names_are_told_apart(reading):
    records, ledger = reading(READER, report(bench(), bench(), bench(group="g")))
    assert [r.name for r in records] == ["t.py::a", "t.py::a #2", "t.py::a"]
    assert "repeated-name" in ledger.notes


def test_notes(reading):
    records, ledger = reading(READER, report())
    assert (records, set(ledger.notes)) == ([], {"no-benchmarks"})
    _, ledger = reading(READER, report(bench() | {"extra_info": {"a": 1}}, commit_info={"id": "abc", "dirty": False}))
    assert set(ledger.notes) == {"extra-info"}
    assert ledger.facts["commit"] == {"id": "abc", "dirty": False}


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"benchmarks": None, "machine_info": None, "datetime": None, "version": None}, "json-shape"),
        (report({"fullname": "a", "stats": None}), "json-shape"),
        (report({"fullname": "a", "stats": {"median": None}}), "json-shape"),
        (report({"fullname": "a", "stats": {"median": True}}), "json-shape"),
        (report({"fullname": None, "name": None, "stats": {"median": 1}}), "json-shape"),
        ('{"machine_info": {}, "benchmarks": [{"fullname": "a", "stats": {"median": Infinity}}]}', "json-not-a-number"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
