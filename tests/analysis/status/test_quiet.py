"""What the ingest leaves out because a clean pass changes nothing is judged here, and nothing has changed."""

import random
from datetime import timedelta

import pytest

from dashboard.analysis.status.judging import judge
from dashboard.analysis.status.quiet import Calm, quiet
from dashboard.model.records import Outcome
from dashboard.model.status import Observation, Status, StatusRules

HOUR = 3_600_000
DAY = 24 * HOUR
RULES = StatusRules()


def history(seed):
    """Make the runs of a case on one branch: mostly clean, with spells of failure and of flakiness."""
    dice = random.Random(seed)  # noqa: S311 - the same histories every time
    at, between = 0, dice.choice([2, 6, 12, 24]) * HOUR
    rate, bad, retried = dice.choice([0.01, 0.05, 0.2]), 0, 0.0
    for number in range(dice.randint(30, 260)):
        at += between
        if dice.random() < rate:
            bad = dice.choice([1, 1, 2, 5])
        if dice.random() < 0.01:
            retried = dice.choice([0.0, 0.2])
        failed, bad = bad > 0, max(0, bad - 1)
        again = not failed and dice.random() < retried
        outcome = Outcome.FAILED if failed else Outcome.PASSED
        yield Observation(number, at, f"c{number}", outcome, 0 if failed else 1, 1 if failed or again else 0)


@pytest.mark.parametrize("seed", range(150))
@pytest.mark.parametrize("rules", [RULES, StatusRules(recovery=timedelta(days=2), recovery_runs=5, min_decided=10)])
def test_a_clean_pass_leaves_a_quiet_case_as_it_is(seed, rules):
    seen, known, left_out = [], None, 0
    for one in history(seed):
        seen.append(one)
        window = seen[-rules.window_commits :]
        judged = judge(window, rules, known.status if known else None)
        if known and not one.attempts_failed:
            last = max((i for i, o in enumerate(window) if o.attempts_failed), default=-1)
            clean_ms = one.started_at_ms - window[max(0, last)].started_at_ms
            calm = Calm(clean_ms, len(window) - 1 - last, last + 1)
            if quiet(known.status, known.decided, known.failures, calm, rules):
                left_out += 1
                assert judged.status is known.status, one
        known = judged
    assert left_out or len(seen) < 60


@pytest.mark.parametrize(
    ("status", "decided", "failures", "clean_ms", "expected"),
    [
        (Status.HEALTHY, 20, 1, 60 * DAY, True),
        (Status.HEALTHY, 60, 2, 60 * DAY, False),  # the older failure leaves the window first
        (Status.FIXED, 60, 9, 7 * DAY - 1, True),
        (Status.FLAKY, 60, 1, 1, True),
        (Status.SUSPECTED, 60, 1, 1, True),
        (Status.HEALTHY, 19, 1, 60 * DAY, False),  # rule F2 may begin to say something
        (Status.FIXED, 20, 1, 7 * DAY, False),  # may be healthy from now on
        (Status.FLAKY, 60, 1, 7 * DAY, False),
        (Status.BROKEN, 60, 1, 0, False),  # a pass mends it
        (Status.NEW_FAILURE, 60, 1, 0, False),
        (Status.FAILING, 60, 1, 0, False),
        (Status.SKIPPED, 60, 1, 0, False),
        (Status.UNKNOWN, 60, 1, 0, False),
    ],
)
def test_who_may_be_left_out_and_who_must_not(status, decided, failures, clean_ms, expected):
    assert quiet(status, decided, failures, Calm(clean_ms, 30, 30), RULES) is expected
