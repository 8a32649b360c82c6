"""Gives a case its status: the rules in their order, and what keeps or clears an earlier status.

Takes: observations of a case on one branch. Gives: one ``Judged``. Source: as the package says. Empty: unknown.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar

from dashboard.analysis.status import evidence, recovery
from dashboard.analysis.status.history import decided, fails, faulty, recent, verdicts
from dashboard.analysis.status.recovery import Clean
from dashboard.analysis.status.rules import (
    Hit,
    broken,
    came_and_went,
    contradicted,
    contradictions,
    failing_row,
    new_failure,
)
from dashboard.model.status import DEFAULT_RULES, UNSTABLE, Judged, Observation, Status, StatusRules
from dashboard.stats.proportion import wilson

K = TypeVar("K", bound=Hashable)

_WORST_FIRST = {status: place for place, status in enumerate(Status)}
_BY_TIME = attrgetter("started_at_ms", "run_id")
_QUIET = frozenset({None, Status.HEALTHY, Status.SKIPPED, Status.UNKNOWN})


def statuses(
    histories: Iterable[tuple[K, Sequence[Observation]]],
    rules: StatusRules = DEFAULT_RULES,
    previous: Mapping[K, Status] | None = None,
    changes: Collection[str] = (),
) -> dict[K, Judged]:
    """Judge many cases; ``previous`` are their statuses as judged before, where they were."""
    before = previous or {}
    return {key: judge(observations, rules, before.get(key), changes) for key, observations in histories}


def judge(
    observations: Sequence[Observation],
    rules: StatusRules = DEFAULT_RULES,
    previous: Status | None = None,
    changes: Collection[str] = (),
) -> Judged:
    """Judge a case by its runs on one branch; with several variants it is what it is on the worst of them.

    ``changes`` are commits known to change the code under test; they only sharpen the evidence of a suspicion.
    """
    variants: dict[str, list[Observation]] = {}
    for one in sorted(observations, key=_BY_TIME):
        variants.setdefault(one.variant, []).append(one)
    judged = [(name, _judge(runs, rules, previous, changes)) for name, runs in sorted(variants.items())]
    if len(judged) == 1:
        return judged[0][1]
    if not judged:
        return evidence.nothing(())
    name, worst = min(judged, key=lambda pair: _WORST_FIRST[pair[1].status])
    return worst._replace(because=f"{worst.because} ({name or 'no variant named'})")


def _judge(
    history: Sequence[Observation], rules: StatusRules, previous: Status | None, changes: Collection[str]
) -> Judged:
    observations = recent(history, rules)
    runs = decided(observations, rules)
    if not verdicts(runs):
        return evidence.nothing(observations)
    since = recovery.clean(runs)
    if previous in _QUIET and not since.before:
        return _finish(Status.HEALTHY, evidence.healthy(since), runs, observations)
    hits = _hits(runs, rules, since, changes, observations[-1].started_at_ms)
    return _finish(*_decide(runs, rules, previous, since, hits), runs, observations, hits)


def _hits(
    runs: Sequence[Observation], rules: StatusRules, since: Clean, changes: Collection[str], newest_ms: int
) -> list[Hit]:
    found = [broken(runs, rules)]
    if not (recovery.long_enough(since, rules) and recovery.outruns(since)):
        found += [contradicted(runs, rules, newest_ms), came_and_went(runs, rules, changes)]
    hits = [hit for hit in found if hit]
    if not hits and (new := new_failure(runs)):
        hits.append(new)
    return hits


def _decide(
    runs: Sequence[Observation], rules: StatusRules, previous: Status | None, since: Clean, hits: Sequence[Hit]
) -> tuple[Status, Hit]:
    by_rule = {hit.rule: hit for hit in hits}
    if "B" in by_rule:
        return Status.BROKEN, by_rule["B"]
    recovering = not recovery.long_enough(since, rules)
    unstable = _unstable(runs, rules, previous if recovering else None, since, by_rule)
    troubled = since.before > 0 or previous not in _QUIET
    return unstable or _settled(runs, rules, recovering and troubled, since, by_rule)


def _unstable(
    runs: Sequence[Observation],
    rules: StatusRules,
    kept: Status | None,
    since: Clean,
    by_rule: Mapping[str, Hit],
) -> tuple[Status, Hit] | None:
    """Take proof before suspicion, and an earlier status over silence until the case has recovered."""
    for status, rule in ((Status.FLAKY, "F1"), (Status.SUSPECTED, "F2")):
        if rule in by_rule:
            return status, by_rule[rule]
        if kept is status:
            return status, evidence.kept(status, runs, rules, since)
    return None


def _settled(
    runs: Sequence[Observation],
    rules: StatusRules,
    recovering: bool,
    since: Clean,
    by_rule: Mapping[str, Hit],
) -> tuple[Status, Hit]:
    if "N" in by_rule:
        return Status.NEW_FAILURE, by_rule["N"]
    seen = verdicts(runs)
    if row := failing_row(seen):
        return Status.FAILING, evidence.failing(row, seen)
    if recovering:
        return Status.FIXED, evidence.fixed(runs, rules, since)
    return Status.HEALTHY, evidence.healthy(since)


def _finish(
    status: Status,
    hit: Hit,
    runs: Sequence[Observation],
    observations: Sequence[Observation],
    hits: Sequence[Hit] = (),
) -> Judged:
    proof = set(hit.runs)
    blamed = {run for other in hits if other.rule in ("F1", "F2") for run in other.runs}
    blamed |= contradictions(runs)
    spurious = status in UNSTABLE and bool(blamed)
    failures = sum(faulty(one) and (not spurious or one.run_id in blamed) for one in runs)
    fired = dict.fromkeys([hit.rule, *(other.rule for other in hits)])
    return Judged(
        status=status,
        because=hit.because + evidence.left_out(observations),
        rule=hit.rule,
        fired=tuple(rule for rule in fired if rule),
        runs=hit.runs,
        since_ms=min((one.started_at_ms for one in runs if one.run_id in proof), default=None),
        failures=failures,
        decided=len(runs),
        interval=wilson(failures, len(runs)),
        failed_runs=sum(map(fails, runs)),
        retried_runs=sum(faulty(one) and not fails(one) for one in runs),
        rerun_s=sum(one.rerun_s for one in runs),
    )
