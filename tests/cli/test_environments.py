"""``--environment``: which of the candidates of one commit is meant, on every command that names one."""

import json

import pytest

from dashboard.cli import main

SUBJECT = "1" * 40
GOOD = '<testsuite name="s" tests="1"><testcase classname="a" name="one" time="0.1"/></testsuite>'
BAD = GOOD.replace("/></", "><failure>no</failure></testcase></")
WHICH = ["--project", "shop", "--subject", SUBJECT]


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    for environment, text in (("staging", GOOD), ("production", BAD)):
        (tmp_path / "junit.xml").write_text(text)
        path = str(tmp_path / "junit.xml")
        assert main(["ingest", path, *WHICH, "--environment", environment, "--run", "r", "--db", url]) == 0
    return url


def asked(command, tmp_path):
    """Give the arguments of a command that names a candidate."""
    (tmp_path / "policy.md").write_text("Coverage: 60 %")
    return {
        "evaluate": ["evaluate", *WHICH, "--json"],
        "gate": ["gate", *WHICH, "--json"],
        "report": ["report", *WHICH],
        "claims": ["claims", "check", str(tmp_path / "policy.md"), *WHICH, "--json"],
        "candidates": ["candidates", "supersede", *WHICH, "--reason", "Enough.", "--json"],
        "ingest": ["ingest", str(tmp_path / "junit.xml"), *WHICH, "--json"],
    }[command]


@pytest.mark.parametrize("command", ["evaluate", "gate", "report", "claims", "candidates", "ingest"])
def test_a_subject_with_several_is_asked_for_its_environment(url, tmp_path, capfdbinary, command):
    assert main([*asked(command, tmp_path), "--db", url]) == 2
    out, err = capfdbinary.readouterr()
    assert b"environment-ambiguous" in out + err and b"staging, production" in out + err
    assert main([*asked(command, tmp_path), "--db", url, "--environment", "staging"]) in (0, 1)


def test_each_has_its_own_decision(url, capsys):
    capsys.readouterr()
    found = {}
    for environment in ("staging", "production"):
        main(["evaluate", *WHICH, "--db", url, "--environment", environment, "--json"])
        found[environment] = json.loads(capsys.readouterr().out)
    assert [found[name]["candidate"]["environment"] for name in found] == list(found)
    passed = {
        name: next(g["ruling"] for g in told["gates"] if g["id"] == "tests.pass_rate") for name, told in found.items()
    }
    assert passed == {"staging": "pass", "production": "fail"}


def test_the_newest_of_an_environment(url, capsys):
    capsys.readouterr()
    assert main(["evaluate", "--project", "shop", "--db", url, "--environment", "staging", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["candidate"]["environment"] == "staging"
    assert main(["evaluate", "--project", "shop", "--db", url, "--environment", "test"]) == 2
    assert "[candidate-not-found]" in capsys.readouterr().err


def test_one_is_superseded_at_a_time(url, tmp_path, capsys):
    both = ["--environment", "staging", "--environment", "production"]
    assert main([*asked("candidates", tmp_path), *both, "--db", url]) == 2
    capsys.readouterr()
    assert main([*asked("candidates", tmp_path), "--environment", "production", "--db", url]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["subject"], told["environment"], told["state"]) == (SUBJECT, "production", "superseded")
    main(["candidates", "--project", "shop", "--db", url, "--json"])
    rows = json.loads(capsys.readouterr().out)["candidates"]
    assert {row["environment"]: row["state"] for row in rows} == {"staging": "open", "production": "superseded"}


def test_what_an_ingest_did_to_a_candidate_without_environment_is_said(tmp_path, capsys):
    (tmp_path / "junit.xml").write_text(GOOD)
    command = ["ingest", str(tmp_path / "junit.xml"), *WHICH, "--run", "r", "--db", f"sqlite:///{tmp_path / 'b.db'}"]
    assert main(command) == 0
    capsys.readouterr()
    assert main([*command, "--environment", "staging"]) == 0
    told = capsys.readouterr().out
    assert "nothing was added · the candidate took the environment" in told
    assert "judged    1111111 · staging" in told
