"""Every byte string gives records or a CountersignError: never another exception, never an unbounded answer."""

import io
import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.errors import CountersignError
from dashboard.model.ledger import Ledger
from dashboard.readers import HEAD_BYTES, all_readers

READERS = pytest.mark.parametrize("reader", all_readers(), ids=lambda reader: reader.format)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

#: Words of the formats, so that drawn documents get past the first look of a reader.
WORDS = st.sampled_from([
    "benchmarks", "machine_info", "commit_info", "stats", "median", "mean", "fullname", "name", "unit", "value",
    "files", "meta", "totals", "summary", "executed_lines", "missing_lines", "num_statements", "covered_lines",
    "executed_branches", "missing_branches", "branch_coverage", "flags", "enabled", "rollout_percentage",
    "depends_on", "rollout_plan", "status", "checks", "details", "components", "observedValue", "time", "results",
    "timestamp", "metric", "labels", "count", "lock", "runtime", "dependencies", "variables", "path", "present",
    "required", "countersign_environment", "data", "result", "resultType", "values", "matrix", "vector", "success",
    "features", "strategies", "parameters", "rollout", "variations", "defaultRule", "percentage", "state",
    "variants", "defaultVariant", "targeting", "on", "fallthrough", "offVariation", "rules", "resourceSpans",
    "resourceMetrics", "scopeMetrics", "metrics", "dataPoints", "scopeSpans", "spans", "traceId", "statementMap",
    "branchMap", "s", "b", "f", "lines", "statements", "branches", "functions", "total", "covered", "segments",
    "filename", "type", "root_group", "groups", "command", "times", "exit_codes", "primaryMetric", "score",
    "scoreUnit", "rawData", "params", "benchmark", "point_estimate", "context", "run_name", "time_unit", "real_time",
    "Benchmarks", "Statistics", "Mean", "FullName", "HostEnvironmentInfo", "num_requests", "method",
    "total_response_time", "sampleCount", "medianResTime",
])  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 100, 2**63, 10**400, 1795449836162000000, 1e308, -0.0]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["true", "NaN", "ns", "ENABLED", "success", "matrix", "2026-11-24T08:15:00Z", "pass", "\ud800"]),
    WORDS,
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=4)), inner, max_size=6)
    ),
    max_leaves=40,
)
SPECIMENS = {
    "coverage-json": {
        "meta": {"version": "7", "branch_coverage": True},
        "files": {
            "a.py": {
                "executed_lines": [1],
                "missing_lines": [2],
                "summary": {"num_statements": 2},
                "contexts": {"1": ["t"]},
            }
        },
    },
    "pytest-benchmark": {"machine_info": {"cpu": {}}, "benchmarks": [{"fullname": "a", "stats": {"median": 1}}]},
    "custom-benchmarks": [{"name": "a", "unit": "s", "value": 1}],
    "plain-flags": {"flags": {"a": {"enabled": True, "rollout_percentage": 5, "depends_on": ["b"]}}},
    "health-json": {"status": "pass", "checks": {"a:b": [{"status": "pass", "observedValue": 1}]}},
    "actuator": {"status": "UP", "components": {"a": {"status": "UP", "components": {"b": {"status": "DOWN"}}}}},
    "environment-json": {
        "countersign_environment": 1,
        "lock": {"dependencies": {"a": "1"}},
        "files": [{"path": "a", "present": True}],
    },
    "flagd": {"flags": {"a": {"state": "ENABLED", "variants": {"on": True}, "targeting": {"if": [1, "on", "off"]}}}},
    "goff": {"a": {"variations": {"A": True}, "defaultRule": {"percentage": {"A": 100}}}},
    "launchdarkly": {"flags": {"a": {"on": True, "variations": [True], "fallthrough": {"variation": 0}}}},
    "unleash": {"features": [{"name": "a", "enabled": True, "strategies": [{"name": "default"}]}]},
    "prometheus-api": {
        "status": "success",
        "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "2"]}]},
    },
    "otlp-json": {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "1", "startTimeUnixNano": "1"}]}]}]},
    "istanbul-json": {"a.js": {"statementMap": {"0": {"start": {"line": 1}}}, "s": {"0": 1}, "b": {}, "branchMap": {}}},
    "llvm-cov-json": {
        "data": [{"files": [{"filename": "a", "segments": [], "summary": {"lines": {"count": 1, "covered": 1}}}]}]
    },
    "google-benchmark": {"context": {}, "benchmarks": [{"name": "a", "time_unit": "ns", "real_time": 1}]},
    "hyperfine": {"results": [{"command": "a", "mean": 1, "times": [1], "exit_codes": [0]}]},
    "jmh": [
        {"benchmark": "a", "jmhVersion": "1", "primaryMetric": {"score": 1, "scoreUnit": "s/op", "rawData": [[1]]}}
    ],
    "criterion": {"mean": {"point_estimate": 1}, "median": {"point_estimate": 1}},
    "benchmarkdotnet": {"HostEnvironmentInfo": {}, "Benchmarks": [{"FullName": "a", "Statistics": {"Mean": 1}}]},
    "bencher-bmf": {"a": {"latency": {"value": 1}}},
    "k6": {"metrics": {"a": {"type": "trend", "contains": "time", "values": {"med": 1, "p(95)": 2}}}},
    "locust": [{"name": "a", "method": "GET", "num_requests": 1, "num_failures": 0, "total_response_time": 1}],
    "jmeter": {"a": {"transaction": "a", "sampleCount": 1, "meanResTime": 1}},
    "go-test-json": {"Time": "2026-11-24T08:15:00Z", "Action": "fail", "Package": "p", "Test": "T", "Elapsed": 0.1},
    "samples-jsonl": {"timestamp": 1795449836, "metric": "a", "value": 1},
}


def read(reader, body: bytes) -> int:
    assert reader.sniff(body[:HEAD_BYTES]) in (True, False)
    ledger = Ledger()
    try:
        given = sum(1 for _ in reader.read(io.BytesIO(body), ledger))
    except CountersignError as error:
        if not (error.slug and str(error) and error.hint):
            raise AssertionError("an error without slug, sentence or hint") from error
        return 0
    assert ledger.seen == ledger.kept + ledger.folded + ledger.dropped
    json.dumps([ledger.facts, ledger.figures()], allow_nan=False)
    return given


@READERS
@QUICK
@given(body=st.binary(max_size=300))
def test_any_bytes(reader, body):
    read(reader, body)


@READERS
@QUICK
@given(document=DOCUMENTS)
def test_any_json(reader, document):
    read(reader, json.dumps(document).encode())


@READERS
@QUICK
@given(text=st.text(alphabet=' <>/="1:,;.\nab{}[]SFDABRmode-e', max_size=200))
def test_any_text(reader, text):
    read(reader, text.encode())


@pytest.mark.parametrize("name", ["flagd", "goff"])
@QUICK
@given(document=DOCUMENTS, flow=st.booleans())
def test_any_yaml(name, document, flow):
    reader = next(r for r in all_readers() if r.format == name)
    read(reader, yaml.safe_dump(document, default_flow_style=flow).encode("utf-8", "replace"))


@QUICK
@given(body=st.binary(max_size=300))
def test_any_database(body):
    read(next(r for r in all_readers() if r.format == "coverage-data"), b"SQLite format 3\x00" + body)


def changed(document, path, value):
    """Put ``value`` in one place of a document."""
    if not path:
        return value
    copy = list(document) if isinstance(document, list) else dict(document)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


def places(document, path=()):
    yield path
    if isinstance(document, (dict, list)):
        for key in document if isinstance(document, dict) else range(len(document)):
            yield from places(document[key], (*path, key))


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_right_keys_with_wrong_values(name):
    reader = next(r for r in all_readers() if r.format == name)
    specimen = SPECIMENS[name]
    body = json.dumps(specimen).encode()
    assert [r.format for r in all_readers() if r.sniff(body)] == [name]
    read(reader, body)
    for path in places(specimen):
        for value in (None, True, -1, 2.5, 10**400, "", "x", [], {}, [None], {"x": None}, [[]], {"": {}}):
            read(reader, json.dumps(changed(specimen, path, value)).encode())
    for cut in range(0, len(body), 3):
        read(reader, body[:cut])


@pytest.mark.parametrize("name", ["flagd", "goff"])
def test_right_keys_with_wrong_values_as_yaml(name):
    reader = next(r for r in all_readers() if r.format == name)
    specimen = SPECIMENS[name]
    body = yaml.safe_dump(specimen).encode()
    assert [r.format for r in all_readers() if r.sniff(body)] == [name]
    assert read(reader, body) == 1
    for path in places(specimen):
        for value in (None, True, -1, 2.5, "", "x", [], {}, [None], {"x": None}, [[]], {"": {}}):
            read(reader, yaml.safe_dump(changed(specimen, path, value)).encode())
    for cut in range(0, len(body), 3):
        read(reader, body[:cut])
