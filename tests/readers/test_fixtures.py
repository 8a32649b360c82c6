"""What every fixture is read as, beside it: what the tool printed of itself, or what was counted by hand."""

import io
import json
import re
from pathlib import Path

import pytest

from dashboard.model.ledger import Ledger
from dashboard.readers import HEAD_BYTES, choose
from dashboard.readers._tally import Tally

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXPECTED = ".expected.json"
FILES = [
    path.with_name(path.name.removesuffix(EXPECTED))
    for path in sorted(FIXTURES.glob(f"*/*/*{EXPECTED}"))
    if path.parts[-3] != "junit-xml"  # read with their attempts in test_junit_fixtures.py
]
MACHINE = re.compile(rb"/(?:work|tmp|root|srv|home)/|127\.0\.0\.1|localhost")


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_counts(path):
    body = path.read_bytes()
    reader, ledger, tally = choose(body[:HEAD_BYTES]), Ledger(), Tally()
    for record in reader.read(io.BytesIO(body), ledger):
        tally.add(record)
    expected = json.loads(path.with_name(path.name + EXPECTED).read_text("utf-8"))["counts"]
    counts = tally.counts(reader.kind, ledger.facts)
    assert {name: counts.get(name) for name in expected} == expected
    assert ledger.seen == ledger.kept + ledger.folded + ledger.dropped


def test_every_file_says_what_is_expected():
    for path in FIXTURES.glob("*/*/*"):
        assert path.name.endswith(EXPECTED) or path.with_name(path.name + EXPECTED).is_file(), path


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_no_machine_is_named(path):
    assert path.parts[-2] == "by-hand" or MACHINE.search(path.read_bytes()) is None
