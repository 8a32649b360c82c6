"""The whole way by the command line, each command a process of its own."""

import gzip
import json
import os
import zipfile

import pytest

PASSING = """<testsuites><testsuite name="pytest" tests="3" failures="0" errors="0" skipped="1">
<testcase classname="shop.test_cart" name="test_add" time="0.01"/>
<testcase classname="shop.test_cart" name="test_remove" time="0.02"/>
<testcase classname="shop.test_cart" name="test_windows" time="0"><skipped message="Windows only"/></testcase>
</testsuite></testsuites>"""


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE t [<!ENTITY l0 "ha">{entities}]><testsuite><testcase name="&l9;"/></testsuite>'


HOSTILE = {
    "truncated.xml": (PASSING[:180], "truncated"),
    "laughs.xml": (laughs(), "xml-doctype"),
    "empty.xml": ("", "empty-file"),
    "page.xml": ("<!DOCTYPE html><html><body>Sign in</body></html>", "html-page"),
}


def test_inspect_counts_and_stores_nothing(countersign, tmp_path):
    report = write(tmp_path, "reports/junit.xml", PASSING)
    answer = countersign.json("inspect", report)[0]
    assert {k: answer[k] for k in ("kind", "format", "status", "error")} == {
        "kind": "tests",
        "format": "junit-xml",
        "status": "ok",
        "error": None,
    }
    assert answer["counts"]["cases"] == 3
    assert answer["counts"]["skipped"] == 1
    assert not list(countersign.home.rglob("*.db"))


def test_ingest_evaluate_and_gate(countersign, tmp_path):
    reports = write(tmp_path, "reports/junit.xml", PASSING).parent
    write(reports, "notes.txt", "not a report\n")
    candidate = ("--project", "Web Shop", "--subject", "3f9c2a1d")
    first = countersign.json("ingest", reports, *candidate, "--version", "2.4.0", "--branch", "main")
    assert (first["project"], first["stored"], first["skipped"], first["refused"]) == ("web-shop", 1, 1, 0)
    again = countersign.json("ingest", reports, *candidate)
    assert (again["stored"], again["duplicate"]) == (0, 1)

    answer = countersign.json("evaluate", "--project", "Web Shop", "--version", "2.4.0")
    assert answer["decision"] == "NO-GO"
    assert answer["completeness"]["measured"] < answer["completeness"]["gates"]
    rulings = {gate["id"]: gate["ruling"] for gate in answer["gates"]}
    assert rulings["ops.error_rate"] == "missing"
    assert {r["code"] for r in answer["reasons"]} >= {"EVIDENCE_MISSING"}

    summary = tmp_path / "summary.md"
    gate = ("gate", "--project", "web-shop", "--require", "conditional")
    countersign(*gate, code=1, GITHUB_STEP_SUMMARY=str(summary))
    assert "NO-GO" in summary.read_text("utf-8")
    report = countersign("report", "--project", "web-shop").stdout
    assert "NO-GO" in report


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_trusted_is_refused_whole(countersign, tmp_path, name):
    text, slug = HOSTILE[name]
    bad = write(tmp_path, name, text)
    answer = countersign.json("inspect", bad, code=2)[0]
    assert (answer["status"], answer["error"]["slug"]) == ("refused", slug)
    assert answer["error"]["hint"]
    told = countersign.json("ingest", bad, "--project", "p", "--subject", "abcdef1", code=2)
    assert (told["stored"], told["refused"]) == (0, 1)
    missing = countersign("evaluate", "--project", "p", code=2)
    assert "not-found" in missing.stderr


def test_a_refused_file_does_not_take_its_neighbours_with_it(countersign, tmp_path):
    write(tmp_path, "r/a.xml", HOSTILE["truncated.xml"][0])
    write(tmp_path, "r/b.xml", PASSING)
    told = countersign.json("ingest", tmp_path / "r", "--project", "p", "--subject", "abcdef1", code=2)
    assert (told["stored"], told["refused"]) == (1, 1)


def test_compressed_reports_are_read_and_bombs_are_not(countersign, tmp_path):
    (tmp_path / "junit.xml.gz").write_bytes(gzip.compress(PASSING.encode()))
    assert countersign.json("inspect", tmp_path / "junit.xml.gz")[0]["counts"]["cases"] == 3
    (tmp_path / "bomb.xml.gz").write_bytes(gzip.compress(b"<testsuite>" + b" " * (64 << 20)))
    assert countersign.json("inspect", tmp_path / "bomb.xml.gz", code=2)[0]["error"]["slug"] == "gzip-bomb"


def test_an_archive_is_a_folder_of_reports(countersign, tmp_path):
    path = tmp_path / "reports.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("unit", "browser", "contract"):
            archive.writestr(f"{name}/junit.xml", PASSING.replace("shop.", f"{name}."))
        archive.writestr("../evil.xml", PASSING)
        archive.writestr("notes.txt", "not a report\n")
    answer = countersign.json("inspect", path)[0]
    assert (answer["format"], answer["kind"], answer["counts"]["reports"]) == ("archive", "tests", 3)
    assert {note["slug"] for note in answer["notes"]} == {"member-path", "unknown-format"}
    told = countersign.json("ingest", path, "--project", "p", "--subject", "abcdef1", code=2)
    assert (told["stored"], told["skipped"], told["refused"]) == (3, 1, 1)
    assert [f["path"] for f in told["files"] if f["status"] == "stored"] == [
        f"{path}!{name}/junit.xml" for name in ("unit", "browser", "contract")
    ]
    assert not list(tmp_path.rglob("evil.xml"))
    shown = countersign("inspect", path).stdout
    assert "reports.zip!unit/junit.xml" in shown and "leads out of the archive" in shown
    assert "3 duplicate" in countersign("ingest", path, "--project", "p", "--subject", "abcdef1", code=2).stdout


def test_the_configured_limit_is_named(countersign, tmp_path):
    big = write(tmp_path, "big.xml", PASSING + " " * (2 << 20))
    error = countersign.json("inspect", big, code=2, COUNTERSIGN_MAX_ARTEFACT_MIB="1")[0]["error"]
    assert error["slug"] == "too-large"
    assert "COUNTERSIGN_MAX_ARTEFACT_MIB" in error["message"]


def test_the_ci_services_own_variables_are_the_defaults(countersign, tmp_path):
    report = write(tmp_path, "junit.xml", PASSING)
    variables = {"GITHUB_SHA": "A" * 40, "GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "4711"}
    told = countersign.json("ingest", report, "--project", "p", **variables)
    assert (told["subject"], told["run"]) == ("a" * 40, "4711")


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("ingest", "{}", "--project", "p"), "subject-missing"),
        (("ingest", "{}", "--project", "!!!", "--subject", "abcdef1"), "project-name-invalid"),
        (("ingest", "{}", "--project", "p", "--subject", "a b"), "subject-invalid"),
        (("ingest", "{}", "--project", "p", "--subject", "abcdef1", "--started-at", "yesterday"), "moment-invalid"),
        (("ingest", "{}", "--project", "p", "--subject", "abcdef1", "--as-of", "2025-10-18"), "moment-invalid"),
        (("evaluate", "--project", "nobody"), "store-missing"),
        (("report", "--project", "nobody"), "store-missing"),
        (("evaluate", "--project", "p", "--policy", "no-such.toml"), "policy-unreadable"),
    ],
)
def test_usage_errors_say_what_to_do(countersign, tmp_path, arguments, slug):
    report = write(tmp_path, "junit.xml", PASSING)
    done = countersign(*(a.replace("{}", str(report)) for a in arguments), code=2)
    assert f"error [{slug}]" in done.stderr
    assert "hint: " in done.stderr


def test_every_command_has_help_with_examples(countersign):
    listing = countersign("--help").stdout
    for name in ("inspect", "ingest", "evaluate", "gate", "report", "user", "token", "serve", "demo"):
        assert name in listing
        assert f"countersign {name}" in countersign(name, "--help").stdout


def test_the_figures_do_not_depend_on_locale_or_time_zone(countersign, tmp_path):
    report = write(tmp_path, "junit.xml", PASSING.replace('time="0.01"', 'time="1,234.5"'))
    zones = [("C", "UTC"), ("de_DE.UTF-8", "Pacific/Auckland"), ("tr_TR.UTF-8", "America/St_Johns")]
    answers = [countersign("inspect", report, "--json", LC_ALL=lang, TZ=zone).stdout for lang, zone in zones]
    assert len(set(answers)) == 1
    assert json.loads(answers[0])[0]["counts"]["duration_s"] == pytest.approx(1234.52)


def test_the_database_is_private(countersign, tmp_path):
    database = tmp_path / "own.db"
    countersign(
        "ingest", write(tmp_path, "j.xml", PASSING), "--project", "p", "--subject", "abcdef1",
        "--db", f"sqlite:///{database}",
    )  # fmt: skip
    assert database.stat().st_mode & 0o077 == 0 or os.name == "nt"
