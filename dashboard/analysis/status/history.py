"""The runs of one case as the rules see them: what counts, folded to commits, cut into episodes.

Takes: observations of one case on one branch, oldest first. Gives: the part that may be judged, oldest first.
Source: the runs alone; the window ends with the newest of them, not with the clock, so that the same runs are judged
the same at any time. Empty: nothing counts.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from dashboard.model.records import Outcome
from dashboard.model.status import Observation, StatusRules

# bound once: looking a member up on its class costs more than the comparison, a hundred thousand times over
_PASSED, _FAILED, _ERROR, _SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED

_NO_FAILURES: frozenset[str] = frozenset()


class Episode(NamedTuple):
    """A failure from the first failing commit to the pass that ended it, with a pass before it too."""

    commits: tuple[str, ...]
    runs: tuple[int, ...]
    fingerprints: frozenset[str]
    ended_by: str
    """Commit on which the case passed again."""


class Commit(NamedTuple):
    """The final outcome of a case on a commit; runs and failures are named where it failed."""

    name: str
    failed: bool
    runs: tuple[int, ...]
    fingerprints: frozenset[str]


def milliseconds(length: timedelta) -> int:
    """Give a length of time as whole milliseconds."""
    return length // timedelta(milliseconds=1)


def fails(observation: Observation) -> bool:
    """Say whether the case failed in the end; an error is a failure."""
    return observation.outcome is _FAILED or observation.outcome is _ERROR


def faulty(observation: Observation) -> bool:
    """Say whether any attempt failed, also when a later one passed."""
    return observation.attempts_failed > 0 or fails(observation)


def passes(observation: Observation) -> bool:
    """Say whether any attempt passed."""
    return observation.attempts_passed > 0 or observation.outcome is _PASSED


def recent(observations: Sequence[Observation], rules: StatusRules) -> Sequence[Observation]:
    """Give all runs of the window, whatever they gave; there is at least one."""
    start = observations[-1].started_at_ms - milliseconds(rules.window)
    if observations[0].started_at_ms >= start:
        return observations
    return [one for one in observations if one.started_at_ms >= start]


def decided(observations: Sequence[Observation], rules: StatusRules) -> list[Observation]:
    """Give the runs of the window that passed or failed the case: no skips, no infrastructure failures."""
    commits: set[str] = set()
    found: list[Observation] = []
    for one in reversed(recent(observations, rules)):
        if one.infrastructure or one.outcome is _SKIPPED:
            continue
        if one.commit not in commits:
            if len(commits) == rules.window_commits:
                break
            commits.add(one.commit)
        found.append(one)
    found.reverse()
    return found


def verdicts(runs: Iterable[Observation]) -> list[Observation]:
    """Leave out the passes in runs of a part, which clear nothing."""
    return [one for one in runs if not one.partial or fails(one)]


def by_commit(runs: Iterable[Observation]) -> list[Commit]:
    """Fold verdicts to commits: the latest full run counts, a run of a part after it can only make it worse."""
    folded: dict[str, list[Observation]] = {}
    for one in runs:
        kept = folded.setdefault(one.commit, [])
        if not one.partial:
            kept.clear()
        kept.append(one)
    return [
        Commit(name, True, tuple(one.run_id for one in kept), _failures(kept))
        if any(map(fails, kept))
        else Commit(name, False, (), _NO_FAILURES)
        for name, kept in folded.items()
    ]


def _failures(runs: Iterable[Observation]) -> frozenset[str]:
    return frozenset(one.fingerprint for one in runs if one.fingerprint and fails(one))


def episodes(commits: Iterable[Commit]) -> list[Episode]:
    """Give the failures that a pass encloses; one that is still open, or was when the window opened, is none."""
    rows = [(failed, list(row)) for failed, row in groupby(commits, key=lambda commit: commit.failed)]
    return [
        Episode(
            tuple(commit.name for commit in row),
            tuple(run for commit in row for run in commit.runs),
            frozenset().union(*(commit.fingerprints for commit in row)),
            rows[index + 1][1][0].name,
        )
        for index, (failed, row) in enumerate(rows)
        if failed and 0 < index < len(rows) - 1
    ]
