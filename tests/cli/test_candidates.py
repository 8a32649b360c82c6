"""``countersign candidates``: everybody is listed, exports are files, a declaration is kept."""

import csv
import io
import json

import pytest

from dashboard.cli import main
from dashboard.services.context import open_context
from dashboard.services.ingest import ingest_all, make_target
from dashboard.settings import read_settings

JUNIT = b'<testsuite name="s" tests="1"><testcase classname="a" name="%b" time="0.1"/></testsuite>'


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    context = open_context(read_settings({}, database_url=url))
    for number, environment in ((1, "staging"), (2, "production")):
        target = make_target(
            context, project="shop", subject=str(number) * 40, version=f"2.{number}", environment=environment, run="r"
        )
        ingest_all(context, io.BytesIO(JUNIT % str(number).encode()), "j.xml", target, origin="cli", judge=number == 1)
    context.store.close()
    return url


def test_a_table_of_all(url, capsys):
    assert main(["candidates", "--project", "shop", "--db", url]) == 0
    printed = capsys.readouterr().out
    assert "2 of 2 candidates" in printed
    for word in ("open", "nobody"):
        assert word in printed


def test_json_and_csv_hold_the_same(url, tmp_path, capsys):
    assert main(["candidates", "--project", "shop", "--db", url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["population"], told["found"]) == (2, 2)
    assert told["candidates"][0]["decision"] == "not judged"
    file = tmp_path / "register.csv"
    assert main(["candidates", "--project", "shop", "--db", url, "--csv", str(file)]) == 0
    assert "2 candidates" in capsys.readouterr().out.replace("\n", " ")
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    assert [row["subject"] for row in rows] == [row["subject"] for row in told["candidates"]]


def test_filters_narrow(url, capsys):
    main(["candidates", "--project", "shop", "--db", url, "--json", "--environment", "staging", "--text", "2.1"])
    told = json.loads(capsys.readouterr().out)
    assert (told["population"], [row["version"] for row in told["candidates"]]) == (2, ["2.1"])


@pytest.mark.parametrize(
    ("more", "slug"),
    [
        (["--state", "fine"], "filter-invalid"),
        (["--since", "soon"], "filter-invalid"),
        (["--csv", "/nowhere/at/all.csv"], "report-unwritable"),
        (["supersede"], "subject-missing"),
        (["supersede", "--subject", "1" * 40], "reason-missing"),
        (["supersede", "--subject", "9999999", "--reason", "x"], "candidate-not-found"),
    ],
)
def test_what_cannot_be_done_is_refused(url, capsys, more, slug):
    assert main(["candidates", *more, "--project", "shop", "--db", url]) == 2
    assert f"[{slug}]" in capsys.readouterr().err


def test_a_declaration_is_in_the_register(url, capsys):
    asked = [
        "candidates",
        "supersede",
        "--project",
        "shop",
        "--db",
        url,
        "--subject",
        "1111111",
        "--reason",
        "2.2 it is",
    ]
    assert main(asked) == 0
    assert "goes no further" in capsys.readouterr().out.replace("\n", " ")
    assert main(["candidates", "--project", "shop", "--db", url, "--state", "superseded", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["candidates"]
    assert (row["version"], row["superseded_because"]) == ("2.1", "2.2 it is")
    assert main([*asked, "--json"]) == 2
