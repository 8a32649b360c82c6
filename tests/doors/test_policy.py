"""Policies by the command line: checked, explained, compared, and changed by two persons."""

import hashlib
import json

import pytest

from dashboard.model.person import Person, Role
from dashboard.policy.load import default_text
from dashboard.services import policies
from dashboard.services.context import open_context
from dashboard.settings import read_settings

DEFAULT = default_text()
LOOSER = DEFAULT.replace('pass = ">= 80 %"', 'pass = ">= 75 %"')
JUNIT = '<testsuite name="s" tests="1"><testcase classname="c" name="a" time="1"/></testsuite>'


@pytest.fixture
def files(tmp_path):
    """Give files by name; what is written stays as it is, also its line ends."""

    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def approved_by_mia(home):
    """Approve the first proposal as another person, who has signed in to the dashboard."""
    context = open_context(read_settings({"COUNTERSIGN_HOME": str(home)}), Person(7, "mia", "Mia", Role.MANAGER))
    policies.approve(context, 1, "Agreed")
    context.store.close()


def test_check_names_the_line(countersign, files):
    good = files("good.toml", DEFAULT.replace("\n", "\r\n"))
    answer = countersign.json("policy", "check", good)
    assert (answer["valid"], len(answer["gates"]), answer["weight"]) == (True, 18, 43)
    assert answer["digest"] == hashlib.sha256(good.read_bytes()).hexdigest()
    assert answer["triggers"] == ["error-rate", "p95", "p99", "health"]
    assert "18 gates (6 key), weight 43; 4 triggers" in countersign("policy", "check", good).stdout

    bad = files("bad.toml", DEFAULT.replace('id = "tests.flaky"', 'id = "tests.flaki"'))
    line = DEFAULT[: DEFAULT.index('id = "tests.flaky"')].count("\n") + 1
    refused = countersign("policy", "check", bad, code=2)
    assert f"error [policy-invalid]: Line {line} of the policy: `tests.flaki` is not a gate" in refused.stderr
    said = json.loads(countersign("policy", "check", bad, "--json", code=2).stdout)
    assert said["error"]["slug"] == "policy-invalid"
    assert "policy-unreadable" in countersign("policy", "check", bad.parent / "none.toml", code=2).stderr
    assert not list(countersign.home.rglob("*.db"))


def test_explain_says_every_gate_in_words(countersign, files):
    whole = countersign("policy", "explain").stdout
    for words in ("tests.pass_rate", "asks", "passes", "unknown", "remedy", "trigger p95", "not asked: "):
        assert words in whole
    [gate] = countersign.json("policy", "explain", "ops.p95")["gates"]
    assert (gate["pass"], gate["warn"], gate["weight"], gate["key"]) == ("< 200 ms", "< 500 ms", 3, True)
    assert gate["costs_of_10"] == {"fail": "0.70", "warn": "0.35"}
    assert all(gate[part] for part in ("asks", "passes", "unknown", "remedy"))
    own = files("own.toml", LOOSER)
    assert countersign.json("policy", "explain", own, "coverage.total")["gates"][0]["pass"] == ">= 75 %"
    assert "neither a file nor a gate" in countersign("policy", "explain", "ops.p9", code=2).stderr
    assert "[gate-not-asked]" in countersign("policy", "explain", "coverage.patch", code=2).stderr


def test_diff_of_files_says_what_it_means_and_what_was_typed(countersign, files):
    old, new = files("old.toml", DEFAULT), files("new.toml", LOOSER)
    said = countersign("policy", "diff", old, new).stdout
    assert "coverage.total pass >= 80 % -> >= 75 %: looser" in said
    assert '-pass = ">= 80 %"' in said and '+pass = ">= 75 %"' in said
    answer = countersign.json("policy", "diff", new, "default")
    assert answer["summary"] == {"stricter": 1, "looser": 0, "shifted": 0, "wording": 0}
    assert answer["changes"][0]["text"] == "coverage.total pass >= 75 % -> >= 80 %: stricter"
    assert "nothing changes" in countersign("policy", "diff", old, old).stdout
    assert "[project-needed]" in countersign("policy", "diff", "current", old, code=2).stderr


def test_a_policy_is_set_once_alone_and_changed_by_two(countersign, files):
    countersign("ingest", files("junit.xml", JUNIT), "--project", "shop", "--subject", "3f9c2a1d", "--branch", "main")
    first, second = files("first.toml", DEFAULT + "# ours\n"), files("second.toml", LOOSER)
    project = ("--project", "shop")
    assert "default policy is in force" in countersign("policy", "history", *project).stdout
    assert countersign.json("policy", "set", first, *project)["digest"] == digest(first.read_text())
    assert "[second-person-needed]" in countersign("policy", "set", second, *project, code=2).stderr
    proposed = countersign.json("policy", "propose", second, *project, "--reason", "Coverage has its own plan")
    assert (proposed["id"], proposed["state"]) == (1, "proposed")
    assert "[own-proposal]" in countersign("policy", "approve", "1", code=2).stderr
    assert countersign("policy", "show", *project).stdout == first.read_text()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        assert "[own-proposal]" in countersign("policy", "approve", "1", code=2, **{name: "mia"}).stderr
    approved_by_mia(countersign.home)
    assert countersign("policy", "show", *project).stdout == LOOSER
    history = countersign.json("policy", "history", *project)
    assert [(v["digest"], v["approved_by"]) for v in history["versions"]] == [
        (digest(LOOSER), "mia"),
        (digest(first.read_text()), None),
    ]
    diff = countersign.json("policy", "diff", digest(first.read_text())[:10], "current", *project)
    assert diff["summary"]["looser"] == 1
    assert countersign.json("policy", "explain", "coverage.total", *project)["gates"][0]["pass"] == ">= 75 %"
    assert "approved by mia (Agreed)" in countersign("policy", "history", *project).stdout
    assert "[project-not-found]" in countersign("policy", "history", "--project", "none", code=2).stderr
