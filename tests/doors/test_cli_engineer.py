"""Mutes and owners by the command line; and that pytest really leaves out what is muted."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

SUITE = """
import pathlib

import pytest

MARK = pathlib.Path(__file__).with_name("ran-before")


class TestCart:
    class TestInner:
        def test_deep(self):
            assert False

    def test_total(self):
        assert 1 + 1 == 3

    @pytest.mark.parametrize("text", ["a b", "::", "[x]", "é", "plain"])
    def test_words(self, text):
        assert text == "plain"


def test_flaky():
    before = MARK.exists()
    MARK.write_text("yes")
    assert before


def test_steady():
    assert True
"""
OWNERS = """# who answers
*               @platform
/tests/         @qa
/tests/test_shop.py @shop @cart
"""
HELD = ("--owner", "ada", "--reason", "races with the clock", "--ticket", "SHOP-12", "--days", "7")


def run_pytest(folder, *arguments):
    """Run pytest as a project does: in a process of its own, without what the tests around it have set."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COUNTERSIGN", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments],
        cwd=folder, env=environ | {"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def counts(printed):
    return {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|deselected|error)", printed)}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Give a project of pytest's, and the report of its two runs."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_shop.py").write_text(SUITE, "utf-8")
    for name in ("first.xml", "second.xml"):
        run_pytest(folder, "--junitxml", name)
    return folder


@pytest.fixture(scope="module")
def kept(door, project, tmp_path_factory):
    """Bring both runs in, of one commit; tests that change anything work on a copy."""
    command = door(tmp_path_factory.mktemp("kept"))
    for name in ("first.xml", "second.xml"):
        where = ("--project", "shop", "--subject", "3f9c2a1d", "--branch", "main", "--run", name)
        command("ingest", project / name, *where)
    return command


@pytest.fixture
def shop(kept, door, tmp_path):
    return door(shutil.copytree(kept.home, tmp_path / "home"))


def test_muted_tests_are_left_out_by_pytest(shop, project, tmp_path):
    muted = ["tests.test_shop.TestCart.test_total", "tests.test_shop.test_flaky",
             "tests.test_shop.TestCart.TestInner.test_deep"]  # fmt: skip
    words = ["a b", "::", "[x]"]
    names = {case.get("name") for case in ET.parse(project / "second.xml").iter("testcase")}  # noqa: S314 - our own
    assert {f"test_words[{word}]" for word in words} <= names
    for test in [*muted, *(f"tests.test_shop.TestCart.test_words[{word}]" for word in words)]:
        made = shop.json("mutes", "add", test, "--project", "shop", *HELD)
        assert f"{made['classname']}.{made['name']}" == test
    exported = tmp_path / "muted.txt"
    shop("mutes", "export", "--project", "shop", "--output", exported)
    printed = shop("mutes", "export", "--project", "shop", "--branch", "main").stdout
    assert exported.read_text("utf-8") == printed
    assert printed.count("--deselect=tests/test_shop.py::") == 6

    report = tmp_path / "third.xml"
    said = run_pytest(project, f"@{exported}", "--junitxml", str(report))
    assert counts(said) == {"failed": 1, "passed": 2, "deselected": 6}
    ran = {case.get("name") for case in ET.parse(report).iter("testcase")}  # noqa: S314 - our own
    assert len(ran) == 3 and {"test_steady", "test_words[plain]"} < ran
    assert counts(run_pytest(project)) == {"failed": 6, "passed": 3}


def test_what_pytest_would_not_know_is_said_and_left_out(countersign, tmp_path):
    report = tmp_path / "jest.xml"
    case = '<testcase classname="Cart adds" name="a pound of apples"><failure/></testcase>'
    report.write_text(f'<testsuite name="s" tests="1">{case}</testsuite>', "utf-8")
    countersign("ingest", report, "--project", "shop", "--subject", "3f9c2a1d", "--branch", "main")
    countersign("mutes", "add", "Cart adds.a pound of apples", "--project", "shop", *HELD)
    exported = countersign("mutes", "export", "--project", "shop")
    assert exported.stdout == ""
    assert "left out, pytest would not know it by this name: Cart adds a pound of apples" in exported.stderr


def test_a_mute_is_listed_and_ended(shop):
    assert "Nothing is muted" in shop("mutes", "list", "--project", "shop").stdout
    assert shop.json("mutes", "list", "--project", "shop") == []
    said = shop("mutes", "add", "tests.test_shop.test_flaky", "--project", "shop", "--branch", "main", *HELD).stdout
    assert "mute 1 muted: tests.test_shop.test_flaky, until " in said
    (listed,) = shop.json("mutes", "list", "--project", "shop")
    assert (listed["id"], listed["live"], listed["branch"], listed["ended_at"]) == (1, True, "main", None)
    assert "SHOP-12" in shop("mutes", "list", "--project", "shop").stdout
    assert shop("mutes", "export", "--project", "shop", "--branch", "other").stdout == ""
    ended = shop.json("mutes", "end", "1", "--because", "the clock is mocked")
    assert (ended["id"], ended["ended_because"]) == (1, "the clock is mocked")
    (listed,) = shop.json("mutes", "list", "--project", "shop")
    assert listed["live"] is False
    assert shop("mutes", "export", "--project", "shop").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("add", "no.such.test", "--project", "shop", *HELD), "case-not-found"),
        (("add", "tests.test_shop.test_flaky", "--project", "none", *HELD), "project-not-found"),
        (("add", "test_flaky", "--project", "shop", *HELD[:-1], "31"), "mute-expiry"),
        (("add", "test_flaky", "--project", "shop", *HELD[:-1], "0"), "mute-expiry"),
        (("add", "test_flaky", "--project", "shop", *HELD[:-1], "999999999999"), "mute-expiry"),
        (("add", "test_flaky", "--project", "shop", "--owner", " ", *HELD[2:]), "mute-incomplete"),
        (("end", "77", "--because", "so"), "mute-not-found"),
        (("export", "--project", "none"), "project-not-found"),
        (("export", "--project", "shop", "--output", "/no/such/folder/x"), "output-unwritable"),
        (("list", "--project", "none"), "project-not-found"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_slug(kept, arguments, slug):
    assert f"[{slug}]" in kept("mutes", *arguments, code=2).stderr


def test_a_second_mute_and_a_second_end_are_refused(shop):
    add = ("mutes", "add", "tests.test_shop.test_flaky", "--project", "shop", *HELD)
    shop(*add)
    assert "[mute-exists]" in shop(*add, code=2).stderr
    shop("mutes", "end", "1", "--because", "mended")
    assert "[mute-ended]" in shop("mutes", "end", "1", "--because", "mended", code=2).stderr
    shop(*add)


def test_owners_are_set_shown_and_asked(shop, tmp_path):
    assert "No owners are set" in shop("owners", "--project", "shop").stdout
    assert shop.json("owners", "--project", "shop", "--path", "x.py") == {"path": "x.py", "owners": []}
    file = tmp_path / "CODEOWNERS"
    file.write_text(OWNERS, "utf-8")
    answer = shop.json("owners", file, "--project", "shop")
    assert (answer["project"], answer["rules"], answer["problems"]) == ("shop", 3, [])
    assert shop("owners", "--project", "shop").stdout.strip() == OWNERS.strip()
    for path, owners in (("tests/test_shop.py", ["@shop", "@cart"]), ("tests/a.py", ["@qa"]), ("a.py", ["@platform"])):
        assert shop.json("owners", "--project", "shop", "--path", path)["owners"] == owners
    assert shop("owners", "--project", "shop", "--path", "tests/a.py").stdout.strip() == "@qa"


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("no-such-file", "--project", "shop"), "file-unreadable"),
        (("--project", "none"), "project-not-found"),
        (("{owners}", "--project", "none"), "project-not-found"),
    ],
)
def test_owners_that_cannot_be_set_are_refused(kept, tmp_path, arguments, slug):
    file = tmp_path / "CODEOWNERS"
    file.write_text(OWNERS, "utf-8")
    said = [word.format(owners=file) for word in arguments]
    assert f"[{slug}]" in kept("owners", *said, code=2).stderr
