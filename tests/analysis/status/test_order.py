"""Fails in company, never alone."""

import pytest

from dashboard.analysis.status.order import order_suspect
from dashboard.model.records import Outcome
from dashboard.model.status import Observation


def observations(suite, alone, *, size=1000, ran=5):
    whole = [
        Observation(
            i,
            i,
            "c",
            Outcome.FAILED if letter == "F" else Outcome.PASSED,
            0,
            int(letter == "F"),
            suite_size=size,
            ran=size,
        )
        for i, letter in enumerate(suite)
    ]
    single = [
        Observation(
            100 + i,
            i,
            "c",
            Outcome.FAILED if letter == "F" else Outcome.PASSED,
            0,
            int(letter == "F"),
            suite_size=size,
            ran=ran,
        )
        for i, letter in enumerate(alone)
    ]
    return whole + single


def test_a_victim_with_both_intervals():
    suspect = order_suspect(observations("FFFFFP", "P" * 24))
    assert suspect is not None
    # the example of whyflaky: 5 of 6 is 44 to 97 %, 0 of 24 is 0 to 14 %
    assert suspect.because == (
        "failed in 5 of 6 runs of the suite (44–97 %) and in 0 of 24 runs alone (0–14 %): another test may leave "
        "something behind"
    )
    assert suspect.runs == (0, 1, 2, 3, 4)
    assert (suspect.suite_failures, suspect.suite_runs, suspect.alone_runs) == (5, 6, 24)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (observations("FFFF", "P" * 24), "too few runs of the suite"),
        (observations("FFFFFP", "P" * 9), "too few runs alone"),
        (observations("FFFFFP", "P" * 23 + "F"), "fails alone too"),
        (observations("PPPPPP", "P" * 24), "never fails"),
        (observations("FFFFFP", "P" * 24, ran=51), "more than a twentieth is not alone"),
        (observations("FFFFFP", "P" * 24, size=0, ran=0), "sizes not known"),
        ([one._replace(infrastructure=True) for one in observations("FFFFFP", "P" * 24)], "the runs failed as a whole"),
        (
            [one._replace(outcome=Outcome.SKIPPED, attempts_failed=0) for one in observations("FFFFFP", "P" * 24)],
            "skipped",
        ),
        ([], "nothing ran"),
    ],
)
def test_no_suspicion(given, why):
    assert order_suspect(given) is None, why
