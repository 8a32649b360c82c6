"""Reports of real tools: the figures that the tools printed, and nothing of a report that was cut off."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind
from dashboard.readers import HEAD_BYTES, choose
from dashboard.readers._tally import Tally
from dashboard.readers.junit_xml import READER

FIXTURES = Path(__file__).parents[1] / "fixtures" / "junit-xml"
REPORTS = sorted(
    path.with_name(path.name.removesuffix(".expected.json")) for path in FIXTURES.glob("*/*.expected.json")
)
MACHINE = re.compile(rb"/(?:work|tmp|root|srv|home)/|127\.0\.0\.1|localhost")
EACH = pytest.mark.parametrize("path", REPORTS, ids=lambda path: str(path.relative_to(FIXTURES)))


def read(body: bytes):
    ledger, tally = Ledger(), Tally()
    for record in READER.read(io.BytesIO(body), ledger):
        tally.add(record)
    return ledger, tally


def test_there_are_enough_producers():
    tools = {path.parent.name.rsplit("-", 1)[0] for path in REPORTS}
    assert len(tools) >= 45
    assert "by-hand" not in {path.parent.name for path in REPORTS}


@EACH
def test_the_figures_are_the_tools_own(path):
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text("utf-8"))
    body = path.read_bytes()
    assert choose(body[:HEAD_BYTES]) is READER
    ledger, tally = read(body)
    counts = tally.counts(Kind.TESTS)
    assert {name: counts[name] for name in expected["counts"]} == expected["counts"]
    assert ledger.producer == expected.get("producer")
    assert {name: ledger.figures()[name] for name in expected.get("ledger", {})} == expected.get("ledger", {})
    assert ledger.seen == ledger.kept + ledger.folded + ledger.dropped
    assert ledger.incomplete is expected.get("incomplete", False)


@EACH
def test_no_machine_is_named(path):
    assert MACHINE.search(path.read_bytes()) is None


@EACH
def test_a_cut_file_is_refused_whole(path):
    body = path.read_bytes().rstrip()
    for share in (0.3, 0.6, 0.9):
        with pytest.raises(MalformedArtefactError):
            read(body[: int(len(body) * share)])
    with pytest.raises(MalformedArtefactError) as caught:
        read(body[: body.rindex(b"</")])
    assert caught.value.slug in {"truncated", "xml-not-well-formed"}


@EACH
def test_every_identity_is_given_once(path):
    given = []
    for record in READER.read(io.BytesIO(path.read_bytes()), Ledger()):
        if hasattr(record, "replaces"):
            for replaced in record.replaces:
                given.remove(replaced)
            given.append(record.by)
        else:
            given.append(record)
    assert len({record[:3] for record in given}) == len(given)


def test_the_figures_do_not_depend_on_the_place():
    program = (
        "import sys; from pathlib import Path; from dashboard.readers._tally import Tally;"
        "from dashboard.model.ledger import Ledger; from dashboard.readers.junit_xml import READER\n"
        "for name in sys.argv[1:]:\n"
        "    tally, ledger = Tally(), Ledger()\n"
        "    with open(name, 'rb') as body:\n"
        "        for record in READER.read(body, ledger): tally.add(record)\n"
        "    print(tally.digest(), ledger.figures(), ledger.collected_at)\n"
    )
    answers = set()
    for place in (
        {"LC_ALL": "C", "TZ": "UTC"},
        {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "7"},
    ):
        environment = {**os.environ, "PYTHONPATH": str(FIXTURES.parents[2]), **place}
        command = [sys.executable, "-c", program, *map(str, REPORTS)]
        answers.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(answers) == 1
