"""A database without space or without the right to write, seen at the command line."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.store import sqlite

SUBJECT = "f" * 40


def report(count):
    cases = "".join(f'<testcase classname="a" name="case {i} {i * 7919}" time="0.1"/>' for i in range(count))
    return f'<testsuites><testsuite name="s" tests="{count}">{cases}</testsuite></testsuites>'


@pytest.fixture
def folder(monkeypatch):
    """A folder that everybody may enter."""
    made = Path(tempfile.mkdtemp(prefix="countersign"))
    made.chmod(0o755)
    monkeypatch.setenv("COUNTERSIGN_HOME", str(made))
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@pytest.fixture
def command(folder, capsys):
    def call(*words):
        code = main([*map(str, words), "--db", f"sqlite:///{folder / 'a.db'}"])
        return code, capsys.readouterr()

    return call


@contextmanager
def as_nobody():
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def ingest(command, path, run):
    return command("ingest", path, "--project", "shop", "--subject", SUBJECT, "--run", run)


def test_a_full_disk_is_named_and_ingest_works_again(command, folder, monkeypatch):
    file = folder / "junit.xml"
    file.write_text(report(2))
    assert ingest(command, file, "r1")[0] == 0
    file.write_text(report(5000))
    with monkeypatch.context() as full:
        full.setattr(sqlite, "_PRAGMAS", (*sqlite._PRAGMAS, "PRAGMA max_page_count=120"))
        code, said = ingest(command, file, "r2")
    assert code != 0
    assert "has no space left" in said.err + said.out
    assert "Free some space" in said.err + said.out
    assert "Traceback" not in said.err
    assert ingest(command, file, "r2")[0] == 0


def test_what_may_only_be_read_is_read_and_not_written(command, folder):
    file = folder / "junit.xml"
    file.write_text(report(2))
    assert ingest(command, file, "r1")[0] == 0
    file.write_text(report(3))
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    with as_nobody():
        code, said = command("report", "--project", "shop")
        assert code == 0, said.err
        assert "shop" in said.out
        code, said = ingest(command, file, "r2")
        assert code != 0
        assert "may only be read by this account" in said.err + said.out
