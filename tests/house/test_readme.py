"""The README says what the program does; what can be generated from the program is."""

import os
import re
import sys
from pathlib import Path

import pytest

from dashboard.cli import commands
from dashboard.model.records import Kind
from dashboard.readers import all_readers

README = Path(__file__).parents[2] / "README.md"
TABLE = re.compile(r"(<!-- formats: .*? -->\n).*?(<!-- /formats -->)", re.DOTALL)


def formats_table():
    """One row a reader: kind, format, and the first line of its module, which says what it reads."""
    rows = ["| kind | format | reads |", "|---|---|---|"]
    for kind in Kind:
        for reader in sorted((r for r in all_readers() if r.kind is kind), key=lambda r: r.format):
            doc = sys.modules[type(reader).__module__].__doc__ or ""
            said = doc.strip().splitlines()[0].replace("``", "`").replace("|", "\\|").rstrip(".")
            rows.append(f"| {kind} | `{reader.format}` | {said} |")
    return "\n".join(rows) + "\n"


def test_the_table_of_formats_is_the_readers_own():
    text = README.read_text("utf-8")
    written = TABLE.sub(lambda found: found[1] + formats_table() + found[2], text)
    if os.environ.get("COUNTERSIGN_WRITE_README") == "1":
        README.write_text(written, "utf-8")
    assert written == text, "run again with COUNTERSIGN_WRITE_README=1"


@pytest.mark.parametrize("command", commands(), ids=lambda c: c.name)
def test_every_command_is_mentioned(command):
    assert re.search(rf"`?(countersign )?{command.name}\b", README.read_text("utf-8"))


def test_the_settings_are_documented():
    import dashboard.settings as module

    names = set(re.findall(r"COUNTERSIGN_[A-Z_]+", Path(module.__file__).read_text("utf-8")))
    assert names
    assert names <= set(re.findall(r"COUNTERSIGN_[A-Z_]+", README.read_text("utf-8")))


def test_every_picture_is_there():
    pictures = re.findall(r"!\[[^]]+]\(([^)]+)\)", README.read_text("utf-8"))
    assert pictures
    assert [p for p in pictures if not (README.parent / p).is_file()] == []
