"""``countersign claims``: a report checked at the command line, alone and against a candidate."""

import io
import json
import sys
from pathlib import Path

import pytest

from dashboard.cli import main

REPORT = Path(__file__).parents[1] / "fixtures" / "claims" / "contradictory.md"
JUNIT = '<testsuite name="s" tests="2"><testcase classname="c" name="a"/><testcase classname="c" name="b"/></testsuite>'


@pytest.fixture
def database(tmp_path, capsys):
    url, report = f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "junit.xml"
    report.write_text(JUNIT)
    assert main(["ingest", str(report), "--project", "shop", "--subject", "a1" * 20, "--db", url]) == 0
    capsys.readouterr()
    return url


def test_a_report_alone(capsys):
    assert main(["claims", "check", str(REPORT), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["against"] is None and answer["severities"]["blocker"] == 4
    assert {f["rule"] for f in answer["findings"]} >= {"signer-involved", "parts-exceed-whole"}
    assert all(set(f) == {"rule", "severity", "text", "lines"} for f in answer["findings"])
    assert answer["claims"][0] == {"kind": "deployer", "line": 10, "text": "Ada"}


def test_in_words(capsys):
    assert main(["claims", "check", str(REPORT)]) == 1
    out = capsys.readouterr().out
    assert "held against themselves:" in out and "blocker no-subject-digest (line 9)" in out


def test_against_a_candidate(tmp_path, database, capsys, monkeypatch):
    body = f"Commit: {'a1' * 20}\n\nPass rate: 2/2 tests passing\n".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
    assert main(["claims", "check", "-", "--project", "shop", "--db", database, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["against"] == "a1a1a1a"
    lie = tmp_path / "lie.md"
    lie.write_text(f"Commit: {'a1' * 20}\n\nPass rate: 3/3 tests passing\n")
    assert main(["claims", "check", str(lie), "--project", "shop", "--db", database, "--json"]) == 1
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["rule"], finding["lines"]) == ("claim-differs", [3])


def test_what_cannot_be_read_is_refused(tmp_path, database, capsys):
    assert main(["claims", "check", str(tmp_path / "none.md")]) == 2
    assert "report-unreadable" in capsys.readouterr().err
    large = tmp_path / "large.md"
    large.write_text("x\n" * 5000)
    assert main(["claims", "check", str(large), "--project", "shop", "--db", database]) == 2
    assert "report-too-large" in capsys.readouterr().err
    assert main(["claims", "check", str(large)]) == 2


def test_a_change_is_given_to_the_gate(tmp_path, database, capsys):
    change = tmp_path / "change.diff"
    change.write_text("some words")
    lcov = tmp_path / "cov.info"
    lcov.write_text("SF:src/a.py\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n")
    assert main(["ingest", str(lcov), "--project", "shop", "--subject", "a1" * 20, "--db", database]) == 0
    assert main(["evaluate", "--project", "shop", "--db", database, "--diff", str(change)]) == 2
    assert "diff-malformed" in capsys.readouterr().err
    assert main(["evaluate", "--project", "shop", "--db", database, "--diff", str(tmp_path / "none")]) == 2
    assert "diff-unreadable" in capsys.readouterr().err
