"""The rules B, F1, F2 and N, each a question to the decided runs of one case on one branch and variant.

Takes: decided runs, oldest first. Gives: a ``Hit`` with its evidence, or nothing when the rule does not fire.
Source: as the package says. Empty: no rule fires on nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from dashboard.analysis._phrases import many
from dashboard.analysis.status.history import (
    Episode,
    by_commit,
    episodes,
    fails,
    faulty,
    milliseconds,
    passes,
    verdicts,
)
from dashboard.model.figures import of_text
from dashboard.model.records import Outcome
from dashboard.model.status import Observation, StatusRules


class Hit(NamedTuple):
    """A rule that fired."""

    rule: str
    because: str
    runs: tuple[int, ...]
    """The evidence, oldest first."""
    spurious: int
    """Runs with a failed attempt among the evidence."""


def broken(runs: Sequence[Observation], rules: StatusRules) -> Hit | None:
    """Ask whether the case fails now and has for several runs, or in nearly all of the window."""
    seen = verdicts(runs)
    row = failing_row(seen)
    if len(row) >= rules.broken_runs:
        because = f"failed in the last {of_text(len(row), len(seen))} runs, since {short(row[0].commit)}"
        return Hit("B", because, ids(row), len(row))
    failing = [one for one in seen if fails(one)]
    if row and len(seen) >= rules.broken_runs and len(failing) >= rules.broken_share * len(seen):
        because = f"failed in {of_text(len(failing), len(seen))} runs, and on {short(row[-1].commit)}, the newest"
        return Hit("B", because, ids(failing), len(failing))
    return None


def contradicted(runs: Sequence[Observation], rules: StatusRules, newest_ms: int) -> Hit | None:
    """Ask whether attempts on one commit failed and passed; results under a shared name prove nothing."""
    start = newest_ms - milliseconds(rules.f1_window)
    folded = _together(one for one in runs if one.started_at_ms >= start)
    proof = [kept for kept in folded if _contradicts(kept)]
    if not proof or len(proof) < rules.f1_min_commits:
        return None
    last = proof[-1]
    failed = sum(_failed(one) for one in last)
    attempts = failed + sum(_passed(one) for one in last)
    because = f"failed and passed on {short(last[0].commit)}: {of_text(failed, attempts)} attempts failed"
    if len(proof) > 1:
        because += f"; so on {of_text(len(proof), len(folded))} commits"
    evidence = [one for kept in proof for one in kept]
    return Hit("F1", because, ids(evidence), sum(map(faulty, evidence)))


def contradictions(runs: Sequence[Observation]) -> set[int]:
    """Give the runs of all commits that contradict themselves, however old, so that a rate is of one window."""
    return {one.run_id for kept in _together(runs) if _contradicts(kept) for one in kept}


def came_and_went(runs: Sequence[Observation], rules: StatusRules, changes: Collection[str] = ()) -> Hit | None:
    """Ask whether short failures came and went.

    Two regressions that were each mended within a commit or two look the same; the evidence names what tells them
    apart (``changes``: commits known to change the code under test) and leaves the judgement to a person.
    """
    sound = verdicts(one for one in runs if not one.ambiguous)
    if len(sound) < rules.min_decided or not any(map(fails, sound)):
        return None
    commits = by_commit(sound)
    brief = [e for e in episodes(commits) if len(e.commits) <= rules.episode_commits]
    if len(brief) < rules.episodes:
        return None
    most = many(rules.episode_commits, "commit", "commits")
    because = (
        f"failed for at most {most} and passed again, {len(brief)} times in {many(len(commits), 'commit', 'commits')}, "
        f"lastly on {short(brief[-1].commits[0])}{_doubt(brief, changes)}"
    )
    evidence = {run for episode in brief for run in episode.runs}
    return Hit("F2", because, tuple(r.run_id for r in sound if r.run_id in evidence), len(evidence))


def new_failure(runs: Sequence[Observation]) -> Hit | None:
    """Ask whether the newest run is the first to fail after a pass."""
    seen = verdicts(runs)
    row = failing_row(seen)
    if len(row) != 1 or len(seen) == 1:
        return None
    failing = sum(map(fails, seen))
    because = (
        f"failed on {short(seen[-1].commit)}, passed in the run before on {short(seen[-2].commit)}; "
        f"{of_text(failing, len(seen))} runs failed"
    )
    return Hit("N", because, ids(row), 1)


def failing_row(seen: Sequence[Observation]) -> Sequence[Observation]:
    """Give the failing runs at the end."""
    start = len(seen)
    while start and fails(seen[start - 1]):
        start -= 1
    return seen[start:]


def ids(runs: Sequence[Observation]) -> tuple[int, ...]:
    """Give the runs' ids."""
    return tuple(one.run_id for one in runs)


def short(commit: str) -> str:
    """Write a commit as people do, by its first seven digits; a label stays as it is."""
    digest = commit.rpartition(":")[2]
    hexadecimal = len(digest) >= 12 and all(c in "0123456789abcdef" for c in digest.lower())
    return digest[:7] if hexadecimal else commit


def _together(runs: Iterable[Observation]) -> list[list[Observation]]:
    """Put the runs of each commit together, the commits by their first runs; results under a shared name are none."""
    folded: dict[str, list[Observation]] = {}
    for one in runs:
        if not one.ambiguous:
            folded.setdefault(one.commit, []).append(one)
    return list(folded.values())


def _contradicts(kept: Sequence[Observation]) -> bool:
    return any(map(faulty, kept)) and any(map(passes, kept))


def _doubt(brief: Sequence[Episode], changes: Collection[str]) -> str:
    told = [e for e in brief if e.fingerprints]
    kinds = {fingerprint for e in told for fingerprint in e.fingerprints}
    doubt = f"; {len(kinds)} different failures in {len(told)} of them" if len(kinds) > 1 else ""
    mended = sum(episode.ended_by in changes for episode in brief)
    if mended:
        return f"{doubt}; {of_text(mended, len(brief))} ended with a change of the product, which may have mended it"
    return f"{doubt}; every one ended on another commit, which may have mended it" if not changes else doubt


def _failed(one: Observation) -> int:
    return max(one.attempts_failed, int(fails(one)))


def _passed(one: Observation) -> int:
    return max(one.attempts_passed, int(one.outcome is Outcome.PASSED))
