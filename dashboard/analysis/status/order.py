"""Does a case fail within the suite and never alone, so that another test is to blame?

Takes: observations of one case on one branch, with the size of its runs. Gives: both rates with their Wilson intervals,
or nothing. Source: over half of the flaky tests in 82 Java projects were victims of another test's leavings (Lam et al.
2019, as cited in Empirical Software Engineering, 10.1007/s10664-023-10307-w). Empty: runs whose size is not known are
left out. A suspicion clears no failure: it says where to look.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dashboard.analysis.status.history import faulty
from dashboard.model.figures import of_text, share_text
from dashboard.model.records import Outcome
from dashboard.model.status import DEFAULT_RULES, Observation, StatusRules
from dashboard.stats.proportion import wilson


class OrderSuspect(NamedTuple):
    """A case that fails only in company."""

    because: str
    suite_failures: int
    suite_runs: int
    suite_interval: tuple[float, float]
    alone_runs: int
    alone_interval: tuple[float, float]
    """Of no failure in ``alone_runs`` runs."""
    runs: tuple[int, ...]
    """The runs of the suite in which it failed."""


def order_suspect(observations: Iterable[Observation], rules: StatusRules = DEFAULT_RULES) -> OrderSuspect | None:
    """Compare runs of (nearly) the whole suite with runs of next to nothing."""
    sized = [
        one
        for one in observations
        if one.suite_size and one.ran and not one.infrastructure and one.outcome is not Outcome.SKIPPED
    ]
    # in whole numbers, since these are asked of every run of every case: a fraction costs fifty times as much
    (most, of_most), (least, of_least) = rules.suite_share.as_integer_ratio(), rules.alone_share.as_integer_ratio()
    alone = [one for one in sized if one.ran * of_least <= least * one.suite_size]
    if len(alone) < rules.alone_runs:
        return None
    suite = [one for one in sized if one.ran * of_most >= most * one.suite_size]
    failed = [one for one in suite if faulty(one)]
    if not failed or len(suite) < rules.suite_runs or any(map(faulty, alone)):
        return None
    return _suspect(failed, len(suite), len(alone))


def _suspect(failed: Sequence[Observation], suite: int, alone: int) -> OrderSuspect:
    inside, outside = wilson(len(failed), suite), wilson(0, alone)
    because = (
        f"failed in {of_text(len(failed), suite)} runs of the suite {_range(inside)} and in {of_text(0, alone)} runs "
        f"alone {_range(outside)}: another test may leave something behind"
    )
    return OrderSuspect(because, len(failed), suite, inside, alone, outside, tuple(one.run_id for one in failed))


def _range(interval: tuple[float, float]) -> str:
    low, high = (share_text(round(1000 * end), 1000, 0) for end in interval)
    return f"({low}–{high} %)"
