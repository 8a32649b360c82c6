"""The status of a case: a table of histories, and what must not change it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.status.judging import judge, statuses
from dashboard.model.records import Outcome
from dashboard.model.status import DEFAULT_RULES, RULES_VERSION, Observation, Status, StatusRules

HOUR = 3_600_000
DAY = 24 * HOUR
OUTCOMES = {"P": Outcome.PASSED, "F": Outcome.FAILED, "E": Outcome.ERROR, "S": Outcome.SKIPPED, "R": Outcome.PASSED}


def runs(letters, *, every=2 * HOUR, start=0, **fields):
    """P passed, F failed, E error, S skipped, R passed on a retry; one commit a letter, spaces mean nothing."""
    return [
        Observation(
            start + i,
            (start + i) * every,
            f"c{start + i}",
            OUTCOMES[letter],
            int(letter in "PR"),
            int(letter in "FER"),
            **fields,
        )
        for i, letter in enumerate(letters.replace(" ", ""))
    ]


def status(letters, **fields):
    return judge(runs(letters), **fields).status


@pytest.mark.parametrize(
    ("letters", "expected", "because"),
    [
        ("P" * 30, Status.HEALTHY, "passed in 30 of 30 runs; 0 failures in 30 runs proves < 10 %"),
        ("PP", Status.HEALTHY, "passed in 2 of 2 runs"),
        ("P" * 20 + "FFF", Status.BROKEN, "failed in the last 3 of 23 runs, since c20"),
        ("P" * 20 + "FEF", Status.BROKEN, "failed in the last 3 of 23 runs, since c20"),
        ("FFFFPFFFFFPF", Status.BROKEN, "failed in 10 of 12 runs, and on c11, the newest"),
        ("P" * 20 + "FF", Status.FAILING, "failed in the last 2 of 22 runs, since c20"),
        ("F", Status.FAILING, "never passed: failed in 1 of 1 runs"),
        ("SF", Status.FAILING, "never passed: failed in 1 of 1 runs"),
        ("PPPF", Status.NEW_FAILURE, "failed on c3, passed in the run before on c2; 1 of 4 runs failed"),
        ("PPPSSF", Status.NEW_FAILURE, "failed on c5, passed in the run before on c2; 1 of 4 runs failed"),
        ("PPPE", Status.NEW_FAILURE, "failed on c3, passed in the run before on c2; 1 of 4 runs failed"),
        ("PPFFFPPP", Status.FIXED, "passes since c5: 3 of 20 clean runs, 0 of 7 days; failed in 3 of 8 runs"),
        ("PPFP", Status.FIXED, "passes since c3: 1 of 20 clean runs, 0 of 7 days; failed in 1 of 4 runs"),
        ("PPR", Status.FLAKY, "failed and passed on c2: 1 of 2 attempts failed"),
        ("PRPR", Status.FLAKY, "failed and passed on c3: 1 of 2 attempts failed; so on 2 of 4 commits"),
        ("PPRFFF", Status.BROKEN, "failed in the last 3 of 6 runs, since c3"),
        ("SSS", Status.SKIPPED, "skipped in 3 of 3 runs"),
        ("", Status.UNKNOWN, "never ran here"),
        ("PPPSS", Status.HEALTHY, "passed in 3 of 3 runs; skipped in the newest 2 of 5 runs"),
    ],
)
def test_histories(letters, expected, because):
    judged = judge(runs(letters))
    assert (judged.status, judged.because) == (expected, because)
    assert judged.rules_version == RULES_VERSION


SUSPECT = "PPPPP F PPPPP FF PPPPPPPP P"


def test_two_short_failures_are_suspected():
    judged = judge(runs(SUSPECT))
    assert judged.status is Status.SUSPECTED
    assert judged.rule == "F2"
    assert judged.runs == (5, 11, 12)
    assert judged.since_ms == 5 * 2 * HOUR
    assert (judged.failures, judged.decided) == (3, 22)
    assert judged.interval[0] < 3 / 22 < judged.interval[1]
    assert judged.because == (
        "failed for at most 2 commits and passed again, 2 times in 22 commits, lastly on c11; every one ended on "
        "another commit, which may have mended it"
    )


@pytest.mark.parametrize(
    ("letters", "why"),
    [
        ("PPPPP F PPPPP FFF PPPPPPPPP", "three commits are no short failure"),
        ("PPPPP F PPPPP PPP PPPPPPPPP", "one failure is none too many"),
        ("F PPPPP PPPPP PPP PPPPPPP F", "neither has a pass on both sides"),
        ("PPPPP F PPPPP FF PPPPP", "too few runs"),
        ("PPPPP S PPPPP SS PPPPPPPPP", "a skip is no failure"),
        ("PPPPP FSSSSF PPPPPPPPPPPPP", "a skip ends no failure"),
        ("PPPPP FEFEF PPPPPPPPPPPPPP", "from failure to error is no change"),
    ],
)
def test_not_suspected(letters, why):
    assert "F2" not in judge(runs(letters)).fired, why


def test_the_evidence_of_a_suspicion_names_what_speaks_against_it():
    given_runs = [one._replace(fingerprint={5: "a", 11: "b", 12: "b"}.get(one.run_id)) for one in runs(SUSPECT)]
    judged = judge(given_runs, changes={"c6", "c99"})
    assert judged.because.endswith(
        "lastly on c11; 2 different failures in 2 of them; 1 of 2 ended with a change of the product, which may have "
        "mended it"
    )
    same = [one._replace(fingerprint="a") for one in given_runs]
    assert judge(same, changes={"c99"}).because.endswith("2 times in 22 commits, lastly on c11")


def test_f1_counts_every_attempt_of_a_commit_over_its_runs():
    sha = "3f9c2a1b" * 5
    retried = Observation(1, 0, sha, Outcome.FAILED, 0, 2)
    later = Observation(2, HOUR, sha, Outcome.PASSED, 1, 0)
    judged = judge([retried, later])
    assert judged.because == "failed and passed on 3f9c2a1: 2 of 3 attempts failed"
    assert (judged.status, judged.rule, judged.runs, judged.since_ms) == (Status.FLAKY, "F1", (1, 2), 0)
    assert (judged.failures, judged.decided, judged.failed_runs, judged.retried_runs) == (1, 2, 1, 0)


def test_a_report_that_counts_no_attempts_still_proves():
    one = Observation(1, 0, "c", Outcome.FAILED, 0, 0)
    assert judge([one, one._replace(run_id=2, outcome=Outcome.PASSED)]).status is Status.FLAKY


@pytest.mark.parametrize(
    "change",
    [
        {"ambiguous": True},
        {"infrastructure": True},
        {"outcome": Outcome.SKIPPED, "attempts_failed": 0},
        {"variant": "windows"},
        {"commit": "other"},
    ],
)
def test_no_proof(change):
    passed = Observation(1, 0, "c", Outcome.PASSED, 1, 0)
    failed = Observation(2, HOUR, "c", Outcome.FAILED, 0, 1)
    assert "F1" in judge([passed, failed]).fired
    assert "F1" not in judge([passed, failed._replace(**change)]).fired


def test_a_noisy_ci_may_ask_for_two_commits():
    strict = StatusRules(f1_min_commits=2)
    assert judge(runs("PPR"), strict).status is Status.FIXED
    assert judge(runs("PRPR"), strict).status is Status.FLAKY


def test_proof_is_forgotten_after_its_window_when_the_case_was_clean():
    old = runs("R", every=DAY)
    assert judge(old + runs("P" * 14, start=1, every=DAY)).status is Status.FLAKY
    assert judge(old + runs("P" * 25, start=1, every=DAY)).status is Status.HEALTHY


def test_a_run_of_a_part_never_clears_and_may_fail():
    broken = runs("PPFFF")
    alone = runs("PPP", start=5, partial=True)
    assert judge(broken + alone).status is Status.BROKEN
    again = [one._replace(commit="c4") for one in alone]
    assert judge(broken + again).fired == ("B", "F1")
    assert judge(runs("PP") + runs("F", start=2, partial=True)).status is Status.NEW_FAILURE
    only = judge(alone)
    assert only.status is Status.UNKNOWN
    assert "a pass in a run of a part is none" in only.because


def test_a_part_that_fails_later_makes_the_commit_worse_and_a_full_run_makes_it_good_again():
    suspect = runs(SUSPECT)
    last = suspect[-2]
    again = Observation(100, last.started_at_ms + HOUR, last.commit, Outcome.FAILED, 0, 1, partial=True, ambiguous=True)
    worse = again._replace(run_id=101, ambiguous=False)
    better = Observation(102, worse.started_at_ms + 1, last.commit, Outcome.PASSED, 1, 0)
    strict = StatusRules(episodes=3)
    assert "F2" not in judge([*suspect, again], strict).fired
    assert "F2" in judge([*suspect, worse], strict).fired
    assert "F2" not in judge([*suspect, worse, better], strict).fired


def test_an_infrastructure_failure_says_nothing_and_stays_visible():
    judged = judge(runs("P" * 20) + runs("FFF", start=20, infrastructure=True))
    assert judged.status is Status.HEALTHY
    assert judged.because.endswith("; 3 of 23 runs left out as infrastructure failures")
    lost = judge(runs("FFF", infrastructure=True))
    assert lost.status is Status.UNKNOWN
    assert lost.because.startswith("no verdict in 3 runs: skipped in 0 of 3, 3 of 3 failed as a whole")


def test_variants_do_not_contradict_each_other_and_the_worst_counts():
    linux, mac = runs("P" * 10, variant="linux"), runs("FFF", variant="macos")
    judged = judge(linux + mac)
    assert judged.status is Status.BROKEN
    assert judged.because == "failed in the last 3 of 3 runs, since c0 (macos)"
    alternating = [
        one for pair in zip(runs("P" * 30, variant="a"), runs("F" * 30, variant="b"), strict=True) for one in pair
    ]
    assert judge(alternating).fired == ("B",)


@pytest.mark.parametrize(
    ("letters", "every", "expected"),
    [
        ("RRR" + "P" * 20, 2 * HOUR, Status.FLAKY),  # twenty clean runs, two days
        ("RRR" + "P" * 7, DAY, Status.FLAKY),  # seven days, seven runs
        ("RRR" + "P" * 20, 9 * HOUR, Status.HEALTHY),  # both, of a case that always needed a retry
        ("RP" * 10 + "P" * 20, 9 * HOUR, Status.HEALTHY),
        ("P" * 19 + "R" + "P" * 20, 9 * HOUR, Status.FLAKY),  # 3/20 does not exclude the 1 of 20 it had
        ("P" * 19 + "R" + "P" * 20 + "R", 9 * HOUR, Status.FLAKY),
    ],
)
def test_recovery_takes_days_and_runs_and_a_proof(letters, every, expected):
    assert judge(runs(letters, every=every)).status is expected


def test_recovered_says_what_is_proven():
    judged = judge(runs("RRR" + "P" * 20, every=9 * HOUR))
    assert judged.because == "recovered: passed in 20 of 20 runs since c3; 0 failures in 20 runs proves < 15 %"


@pytest.mark.parametrize(
    ("previous", "letters", "expected"),
    [
        (Status.FLAKY, "P" * 10, Status.FLAKY),
        (Status.FLAKY, "P" * 9 + "F", Status.FLAKY),
        (Status.FLAKY, "P" * 7 + "FFF", Status.BROKEN),
        (Status.SUSPECTED, "P" * 10, Status.SUSPECTED),
        (Status.SUSPECTED, "P" * 9 + "R", Status.FLAKY),
        (Status.FLAKY, SUSPECT, Status.FLAKY),
        (Status.BROKEN, "P" * 10, Status.FIXED),
        (Status.NEW_FAILURE, "P" * 10, Status.FIXED),
        (Status.FIXED, "P" * 10, Status.FIXED),
        (Status.FIXED, "P" * 9 + "F", Status.NEW_FAILURE),
        (Status.HEALTHY, "P" * 10, Status.HEALTHY),
        (Status.UNKNOWN, "P" * 10, Status.HEALTHY),
        (None, "P" * 10, Status.HEALTHY),
        (Status.FLAKY, "P" * 100, Status.HEALTHY),
        (Status.FLAKY, "SSS", Status.SKIPPED),
    ],
)
def test_an_earlier_status_lasts_until_the_case_has_recovered(previous, letters, expected):
    assert judge(runs(letters), StatusRules(window_commits=200), previous).status is expected


def test_what_is_kept_says_how_far_it_is():
    judged = judge(runs("P" * 10), previous=Status.FLAKY)
    assert judged.because == "proven flaky before, not yet recovered: 10 of 20 clean runs, 0 of 7 days"
    assert (judged.rule, judged.fired, judged.runs) == ("hysteresis", ("hysteresis",), ())


def test_the_window_has_two_ends():
    long_ago = runs("FFFFF")
    assert judge(long_ago + runs("P" * 60, start=5)).failures == 0
    assert judge(long_ago + runs("P" * 59, start=5)).failures == 1
    monthly = runs("FFFP", every=31 * DAY)
    assert (judge(monthly).decided, judge(monthly).status) == (1, Status.HEALTHY)
    assert judge(runs("P" * 30 + "S" * 31, every=DAY)).status is Status.SKIPPED


def test_cost_is_counted_over_the_window():
    judged = judge([one._replace(rerun_s=2.5) for one in runs("PRFP")])
    assert (judged.failed_runs, judged.retried_runs, judged.rerun_s) == (1, 1, 10.0)


def test_many_cases_at_once_each_with_its_past():
    found = statuses([("a", runs("PPPF")), ("b", runs("PP")), ("c", [])], DEFAULT_RULES, {"b": Status.FLAKY})
    assert {key: one.status for key, one in found.items()} == {
        "a": Status.NEW_FAILURE,
        "b": Status.FLAKY,
        "c": Status.UNKNOWN,
    }


letters = st.text("PFESR", max_size=70)


@given(letters, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(history, random):
    ordered = runs(history)
    shuffled = list(ordered)
    random.shuffle(shuffled)
    assert judge(shuffled) == judge(ordered)


@given(letters, st.integers(0, 70), st.integers(1, 5))
def test_skips_are_no_runs_and_no_changes(history, place, count):
    """Skips that share a moment with other runs change neither status nor counts, only what is said of the newest."""
    plain = runs(history, every=HOUR)
    skipped = [
        Observation(1000 + i, min(place, max(len(plain) - 1, 0)) * HOUR, f"s{i}", Outcome.SKIPPED, 0, 0)
        for i in range(count)
    ]
    with_skips, without = judge(plain + skipped), judge(plain)
    if any(letter in "PFER" for letter in history):
        assert with_skips._replace(because="") == without._replace(because="")
    else:
        assert with_skips.status is Status.SKIPPED


@given(letters, st.sampled_from([None, *Status]))
def test_a_failing_case_is_never_called_well(history, previous):
    judged = judge(runs(history), StatusRules(window=timedelta(days=3000)), previous)
    decided = [letter for letter in history if letter in "PFER"]
    well = {Status.HEALTHY, Status.FIXED, Status.SKIPPED, Status.UNKNOWN}
    if decided and decided[-1] in "FE":
        assert judged.status not in well
    assert 0 <= judged.interval[0] <= judged.interval[1] <= 1
    assert judged.failures <= judged.decided
    assert set(judged.runs) <= set(range(len(history)))
