"""The ledgers of a candidate's artefacts, summed, and what is found in them."""

from dataclasses import replace

import pytest
from evidence_maker import BENCHMARKS, COVERAGE, FLAGS, OPS, TESTS, reading, reference

from dashboard.analysis.integrity import lost, records_dropped, records_repaired, summed
from dashboard.model.evaluation import Integrity
from dashboard.model.ledger import Note


def test_sums_and_notes_by_slug():
    first = reading(
        TESTS, Note("retries", "first says", 2), Note("a", "m", 1),
        seen=10, kept=7, folded=2, dropped=1, repaired=3, ambiguous=4,
    )  # fmt: skip
    second = reading(COVERAGE, Note("retries", "second says", 5), seen=5, kept=5)
    evidence = reference(sources=(replace(TESTS, incomplete=True), COVERAGE), readings=(first, second))
    found = summed(evidence)
    assert found == Integrity(
        artefacts=2, incomplete=1, seen=15, kept=12, folded=2, repaired=3, ambiguous=4, dropped=1,
        notes=(Note("a", "m", 1), Note("retries", "first says", 7)),
    )  # fmt: skip
    assert found.seen == found.kept + found.folded + found.dropped
    assert summed(reference(sources=())) == Integrity()


HARMLESS = Note("not-compared", "", 2)

DROPS = [
    (reading(TESTS, dropped=1), 1, ["major"]),
    (reading(BENCHMARKS, dropped=3), 3, ["major"]),
    (reading(OPS, dropped=1), 1, ["major"]),
    (reading(COVERAGE, dropped=1), 1, ["minor"]),
    (reading(FLAGS, dropped=2), 2, ["minor"]),
    (reading(BENCHMARKS, HARMLESS, dropped=2), 0, []),
    (reading(BENCHMARKS, HARMLESS, dropped=3), 1, ["major"]),
    (reading(BENCHMARKS, HARMLESS), 0, []),
    (reading(TESTS), 0, []),
]


@pytest.mark.parametrize(("one", "n", "severities"), DROPS)
def test_dropped_results_and_samples_are_grave(one, n, severities):
    assert lost(one) == n
    assert [str(f.severity) for f in records_dropped(reference(readings=(one,)))] == severities


def test_dropped_records_are_counted_and_named():
    readings = (reading(TESTS, dropped=1), reading(COVERAGE, dropped=1), reading(OPS, dropped=1200))
    grave, small = records_dropped(reference(readings=readings))
    assert grave.text.startswith("1,201 elements were dropped while reading junit.xml, ops.csv:")
    assert small.text.startswith("1 element was dropped while reading coverage.json:")
    assert (grave.evidence, small.evidence) == ((TESTS, OPS), (COVERAGE,))


def test_repairs_are_a_minor_finding():
    [found] = records_repaired(reference(readings=(reading(TESTS, repaired=2), reading(COVERAGE))))
    assert (found.severity, found.evidence) == ("minor", (TESTS,))
    assert found.text == "2 elements were read only after a repair, in junit.xml: the producer writes a broken file."
    assert list(records_repaired(reference(readings=(reading(TESTS),)))) == []
