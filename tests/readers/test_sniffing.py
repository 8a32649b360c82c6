"""Exactly one reader claims a file of its format, and none claims what is none."""

import json
from pathlib import Path

import pytest

from dashboard.readers import HEAD_BYTES, all_readers

FIXTURES = Path(__file__).parents[1] / "fixtures"


def claims(body):
    head = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return [reader.format for reader in all_readers() if reader.sniff(head[:HEAD_BYTES])]


@pytest.mark.parametrize(
    "path", sorted(FIXTURES.glob("*/*/*.expected.json")), ids=lambda path: str(path.relative_to(FIXTURES))
)
def test_a_fixture_is_claimed_once(path):
    assert claims(path.with_name(path.name.removesuffix(".expected.json")).read_bytes()) == [path.parts[-3]]


LONG = {f"key{i}": "x" * 40 for i in range(200)}


@pytest.mark.parametrize(
    ("format_", "body"),
    [
        ("pytest-benchmark", {"machine_info": {"node": "x", "python_version": "3.11", "cpu": {"flags": list(LONG)}}}),
        ("pytest-benchmark", {"benchmarks": [], "machine_info": None}),
        ("coverage-json", {"files": {"a.py": {"executed_lines": list(range(9000)), "missing_lines": []}}, "meta": {}}),
        ("actuator", {"components": {"db": {"status": "UP", "details": LONG}}, "status": "UP"}),
        ("health-json", {"results": [{"checker": "db", "passed": True}], "status": "success"}),
        ("health-json", {"details": {"db": {"status": "pass", "output": "x" * 9000}}, "status": "pass"}),
        ("istanbul-json", {"/a.js": {"path": "/a.js", "statementMap": {str(i): {"start": {}} for i in range(900)}}}),
        (
            "llvm-cov-json",
            {"data": [{"files": [{"branches": [[1, 2, 3]] * 900}]}], "type": "llvm.coverage.json.export"},
        ),
        ("k6", {"root_group": {"name": "", "checks": [{"name": "x" * 9000}]}, "metrics": {}}),
        ("launchdarkly", {"segments": {"a": {"included": [], "excluded": [], "rules": [LONG]}}, "flags": {}}),
        ("launchdarkly", {"flagValues": {"a": True}}),
        ("goff", {"a": {"variations": {"on": True, "off": False}, "targeting": [LONG]}}),
        ("flagd", {"metadata": {}, "flags": [{"key": "a", "state": "ENABLED", "variants": {}}]}),
        ("flagd", "# c\n---\n$schema: x\nflags:\n  a:\n    state: ENABLED\n    variants:\n      on: true\n"),
        (
            "flagd",
            "flags: &all # of the shop\n  a: # one\n    state: ENABLED\n    variants: !!map # two\n      on: true\n",
        ),
        ("flagd", "flags:\n- key: a\n  state: ENABLED\n  variants: {on: true}\n"),
        ("flagd", "\"flags\":\n    'a b':\n        state: ENABLED\n        defaultVariant: on"),
        ("goff", "a:\n  variations:\n    on: true\n"),
        ("goff", "%YAML 1.1\n---\n'a: b':\n  variations: {on: true, off: false}\n  defaultRule: {variation: on}\n"),
        ("goff", "a:\n    targeting:\n    - name: x\n      variation: on\n    variations:\n        on: true\n"),
        ("coverage-data", b"SQLite format 3\x00\x10\x00"),
        ("prometheus-api", {"status": "error", "errorType": "bad_data", "error": "x"}),
        (
            "cobertura-xml",
            '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "x.dtd"><!-- <file path="a"> --><coverage line-rate="1">',
        ),
        ("clover-xml", "<coverage generated='1'><project name='x'>"),
        ("lcov-info", "TN:\nTN:second\nSF:a.c\n"),
        ("go-cover", "mode: set\n"),
        (
            "trx-xml",
            '<TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">',
        ),
        ("xunit-v2-xml", "<assemblies>"),
        ("nunit3-xml", '<?xml version="1.0"?><!-- made by NUnit --><test-run id="0">'),
        ("go-test-json", {"Time": "2026-11-24T08:15:00Z", "Action": "start", "Package": "p"}),
        ("go-test-json", {"ImportPath": "p", "Action": "build-output", "Output": "x" * 9000}),
        ("go-test-json", '# p [p.test]\nx.go:1: undefined\n{"Action":"run","Package":"p","Test":"T"}\n'),
        ("tap", "TAP version 14\n"),
        ("tap", "# a comment\n\n1..0 # skip no till"),
        ("tap", "not ok 1 - adds\n"),
        ("tap", b"\xef\xbb\xbf1..2\r\nok 1\r\n"),
        ("samples-csv", 'instance;"timestamp";metric;value\n'),
    ],
)
def test_a_cut_off_head_is_enough(format_, body):
    assert claims(body) == [format_]


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "{",
        "[",
        "{}",
        "[]",
        "null",
        "true",
        "hello",
        b"\x89PNG\r\n\x1a\n\x00\x01",
        b"\xff\xfe\x00\x00",
        {"name": "pkg", "version": "1.0.0", "private": True, "scripts": {}, "dependencies": {"a": "1"}},
        {"private": True, "workspaces": ["a"]},
        {"success": True},
        {"success": False, "numFailedTests": 1, "testResults": [], "wasInterrupted": False},
        {"compilerOptions": {"strict": True}},
        {"root": True, "extends": "x", "rules": {}},
        {"status": "success", "data": {"user": 1}},
        {"status": "open", "title": "x"},
        {"status": "success", "results": [{"status": "open"}]},
        {"status": "error", "details": "no such thing"},
        {"status": "pass", "reason": "x"},
        {"results": {"summary": {"tests": 1}, "items": [{"name": "a", "status": "passed"}]}},
        {"data": [{"files": "x"}]},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]},
        {"flags": ["-O2", "-g"]},
        {"flags": {"a": "b", "c": 1}},
        {"files": ["a"], "include": []},
        {"results": [{"id": 1}]},
        {"metrics": {"a": 1}},
        {"context": {"user": "x"}},
        {"message": "Not Found", "documentation_url": "x"},
        [{"name": "a", "value": 1}],
        [{"name": "a", "method": "GET"}],
        "<html><body>502</body></html>",
        '<coverage version="1"><file path="a.py"><lineToCover lineNumber="1" covered="true"/></file></coverage>',
        "<report><title>x</title></report>",
        "<svg/>",
        "timestamp,value\n1,2\n",
        "SFX: no\n",
        "flag: !!python/object/apply:os.system ['true']\n",
        "name: ci\non: push\njobs:\n  test:\n    steps:\n    - run: pytest\n",
        "services:\n  db:\n    image: postgres\n",
        "flags:\n- -O2\n- -g\n",
        "flags: x\n",
        "flags:\n  a: true\n",
        "a: 1\n  variations:\n",
        "  a:\n    variations:\n",
        "a:\n  variations:\n  - true\n",
        "- a:\n    variations:\n      on: true\n",
        "a: |\n  b:\n    variations:\n      on: true\n",
        "SQLite format 2",
        "ok\tgithub.com/x/y\t0.01s\n",
        "ok, 1 test\n",
        "okay 1\n",
        "TAP version 99\n",
        "1..2..3\n",
        "hello\nok 1\n",
        "# a heading\n\ntext\n1..2\n",
        {"Action": "run", "User": "x"},
        {"Action": "deploy", "Package": "x"},
        '# a heading\n{"Action":"run"}\n',
        "<assembly name='x'/>",
        "<TestRun><FailedTests/></TestRun>",
        "<test-results/>",
        "model: set\n",
    ],
)
def test_nothing_else_is_claimed(body):
    mine = set(claims(body))
    assert not mine
