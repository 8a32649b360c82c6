"""Which repetitions of an identity are attempts at one case, and which only share a name.

A repeated identity is mostly not a retry: titles repeat across files (Jest), across browsers, across merged reports.
So attempts are folded only on proof, and everything else is kept apart, marked ambiguous and numbered:

* pytest with pytest-rerunfailures 16.6.1 or later writes every earlier attempt as an empty case, which looks like a
  pass; the last one is the result (https://github.com/pytest-dev/pytest-rerunfailures/pull/380);
* gotestsum ``--rerun-fails`` and Gradle repeat the case; every earlier one carries its failure;
* Ginkgo 1 with ``flakeAttempts`` does so too, and its totals must then be those of the folded cases: its names need
  not be unique;
* any producer that says file and line: a failure that is followed by a pass of the same case in the same suite. The
  file alone proves nothing: two examples of RSpec may have one description.

A pytest case whose call failed and whose teardown then went wrong is written twice, too: two results, one test.
pytest itself reports both ("1 failed, 1 error"), and so does this: the second is named ``… (teardown)``.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dashboard.model.records import Attempt, CaseResult, Folded, Outcome
from dashboard.readers import _junit_producer as producers
from dashboard.readers._junit_document import Observation

#: Outcomes of a case that went wrong.
BAD = frozenset({Outcome.FAILED, Outcome.ERROR})
_TEARDOWN = ("failed on teardown", "test teardown failure")
_INDEX_ONLY = re.compile(r"\[\d+\]( .*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the whole file when its repetitions are judged."""

    producer: str | None
    uniform: bool
    """Every identity comes equally often: merged reports or ``--dist each``, not retries."""
    declares_distinct: bool
    """The suites declare fewer tests than there are elements: the repetitions were not counted as tests."""
    declares_folded: bool = False
    """The totals are those of attempts folded: tests that ran, and how many of them failed in the end."""


def fold(group: Sequence[Observation], scene: Scene, free_name: Callable[[CaseResult, str], str]) -> Iterator[Folded]:
    """Settle one identity that was seen several times.

    Gives either one ``Folded`` that replaces all of them, or one for each that changes. ``free_name`` makes a name
    that no other case has.
    """
    rest, teardowns = _apart(group, scene)
    yield from (
        Folded((item.record,), item.record._replace(name=free_name(item.record, "teardown"))) for item in teardowns
    )
    if len(rest) < 2:
        return
    if _are_attempts(rest, scene):
        yield Folded(tuple(item.record for item in rest), _one_case(rest, scene))
        return
    for number, item in enumerate(rest, 1):
        name = item.record.name if number == 1 else free_name(item.record, str(number))
        yield Folded((item.record,), item.record._replace(name=name, ambiguous=True))


def _apart(group: Sequence[Observation], scene: Scene) -> tuple[list[Observation], list[Observation]]:
    """Take the errors of pytest's teardown phase apart from the results of the call."""
    if scene.producer != producers.PYTEST or len(group) < 2:
        return list(group), []
    rest: list[Observation] = []
    teardowns: list[Observation] = []
    for item in group:
        why = item.record.failure
        at_teardown = (
            item.record.outcome is Outcome.ERROR and why is not None and (why.message or "").startswith(_TEARDOWN)
        )
        follows = bool(rest) and rest[-1].instance == item.instance and rest[-1].record.outcome is Outcome.FAILED
        (teardowns if at_teardown and follows else rest).append(item)
    return rest, teardowns


def _are_attempts(group: Sequence[Observation], scene: Scene) -> bool:
    if len({item.instance for item in group}) > 1:
        return False
    records = [item.record for item in group]
    earlier, last = records[:-1], records[-1]
    if scene.producer == producers.PYTEST:
        return all(item.bare for item in group[:-1]) and (scene.declares_distinct or not scene.uniform)
    if any(record.outcome not in BAD for record in earlier) or last.outcome is Outcome.SKIPPED:
        return False
    by_rule = {producers.GOTESTSUM: True, producers.GINKGO_1: scene.declares_folded}
    if scene.producer in by_rule:
        return by_rule[scene.producer]
    if scene.producer == producers.GRADLE:  # where the method's name is lost, two methods collide
        return not scene.uniform and _INDEX_ONLY.fullmatch(last.name) is None
    same_place = None not in (last.file, last.line) and len({(record.file, record.line) for record in records}) == 1
    return not scene.uniform and same_place and last.outcome is Outcome.PASSED


def _one_case(group: Sequence[Observation], scene: Scene) -> CaseResult:
    silent = scene.producer == producers.PYTEST
    attempts = [
        Attempt(Outcome.FAILED if silent and item is not group[-1] else r.outcome, r.duration_s, r.failure)
        for item in group
        for r in (item.record,)
    ]
    known = [attempt.duration_s for attempt in attempts if attempt.duration_s is not None]
    return group[-1].record._replace(attempts=tuple(attempts), duration_s=sum(known) if known else None)
