"""Two judgements side by side: what changed between a candidate and an earlier one, and how one candidate was judged.

Both are read from stored evaluations, as they were when they were made: nothing is judged again to compare it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Condition, Decision, Evaluation
from dashboard.model.person import Permission
from dashboard.model.verdict import Ruling
from dashboard.reports.evaluation_json import as_dict
from dashboard.services.candidates import last_approved, previous
from dashboard.services.context import Context
from dashboard.store import conditions as stored_conditions
from dashboard.store import evaluations

#: Gates that are shown also where nothing changed: what people ask for first.
ALWAYS = ("tests.pass_rate", "tests.flaky", "tests.skipped", "coverage.total", "flags.valid", "flags.staged")

MOST_JUDGEMENTS = 20


@dataclass(frozen=True, slots=True)
class GateChange:
    """One gate in both judgements."""

    gate: str
    title: str
    before: Ruling | None
    """``None`` where the policy did not ask it."""
    after: Ruling | None
    measured_before: str
    """Figure with what stands behind it; "" for none."""
    measured_after: str

    @property
    def turned(self) -> bool:
        """Say whether the ruling is another one."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against an earlier one."""

    other: Candidate
    approved_at: datetime | None
    """``None`` when the other one is merely the one before."""
    decision: Decision
    """Of the other one."""
    score: Fraction
    points: str
    measured: str
    """``18 of 18``."""
    policy_digest: str
    gates: tuple[GateChange, ...]
    """Those whose ruling changed, then the ones always shown."""
    carried: tuple[Condition, ...]
    """Conditions of the other one that are still open."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stored evaluation of a candidate, and what made it differ from the one before."""

    evaluation_id: str
    at: datetime
    decision: Decision
    score: str
    points: str
    because: tuple[str, ...]
    """``new evidence: ops.csv``, ``policy v2`` and the like; empty for the first."""
    turned: tuple[str, ...]
    """``Error rate: missing → pass``."""
    from_decision: Decision | None


def with_approved(context: Context, evaluation: Evaluation) -> Comparison | None:
    """Compare with the last approved candidate of the environment, as it was signed."""
    found = last_approved(context, evaluation.candidate)
    if found is None:
        return None
    body = evaluations.load(context.store, found.evaluation_id)
    return None if body is None else _compared(context, evaluation, found.candidate, json.loads(body), found.at)


def with_previous(context: Context, evaluation: Evaluation) -> Comparison | None:
    """Compare with the candidate before in the environment, as it was judged last; nothing when it never was."""
    other = previous(context, evaluation.candidate)
    if other is None:
        return None
    newest = evaluations.history(context.store, other.id, limit=1)
    return _compared(context, evaluation, other, json.loads(newest[0].body), None) if newest else None


def history(context: Context, candidate: Candidate) -> tuple[Step, ...]:
    """Give the newest stored evaluations of a candidate, newest first, each with why it differs from the one before."""
    context.require(Permission.READ)
    kept = evaluations.history(context.store, candidate.id, limit=MOST_JUDGEMENTS + 1)
    read = [(one, json.loads(one.body)) for one in kept]
    steps = []
    for (one, body), older in zip(read[:MOST_JUDGEMENTS], [*(b for _, b in read[1:]), None], strict=False):
        steps.append(
            Step(
                evaluation_id=one.id,
                at=one.evaluated_at,
                decision=Decision(body["decision"]),
                score=body["score"],
                points=f"{body['points']['earned']} of {body['points']['possible']}",
                because=_because(older, body) if older else (),
                turned=tuple(_turned(older, body)) if older else (),
                from_decision=Decision(older["decision"]) if older else None,
            )
        )
    return tuple(steps)


def _compared(
    context: Context, evaluation: Evaluation, other: Candidate, before: Mapping[str, Any], at: datetime | None
) -> Comparison:
    day = (evaluation.candidate.as_of or context.clock()).date()
    carried = (c for c in stored_conditions.list(context.store, other.id, today=day) if c.state != "met")
    points = before["points"]
    earned, possible = Fraction(points["earned"]), Fraction(points["possible"])
    complete = before["completeness"]
    return Comparison(
        other=other,
        approved_at=at,
        decision=Decision(before["decision"]),
        score=10 * earned / possible if possible else Fraction(0),
        points=f"{points['earned']} of {points['possible']}",
        measured=f"{complete['measured']} of {complete['gates']}",
        policy_digest=before["policy"]["digest"],
        gates=_gates(before, as_dict(evaluation)),
        carried=tuple(carried),
    )


def _gates(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[GateChange, ...]:
    old, new = _by_id(before), _by_id(after)
    changes = [_change(gate, old.get(gate), new.get(gate)) for gate in dict.fromkeys([*new, *old])]
    turned = [change for change in changes if change.turned]
    same = [change for change in changes if not change.turned and change.gate in ALWAYS]
    return (*turned, *same)


def _change(gate: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> GateChange:
    title = str((new or old or {})["title"])
    before, after = (Ruling(one["ruling"]) if one else None for one in (old, new))
    return GateChange(gate, title, before, after, _measured(old), _measured(new))


def _measured(gate: Mapping[str, Any] | None) -> str:
    if gate is None or gate["observed"] is None:
        return ""
    figure = f"{gate['observed']} {gate['unit'] or ''}".strip()
    fraction = gate["fraction"] or ""
    if not gate["unit"] and fraction.startswith(f"{gate['observed']} "):
        return str(fraction)
    return f"{figure} ({fraction})" if fraction else figure


def _by_id(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {gate["id"]: gate for gate in body["gates"]}


def _because(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    said = []
    if old["policy"]["digest"] != new["policy"]["digest"]:
        said.append(f"policy {new['policy']['name']} v{new['policy']['version']}")
    if old["manifest_digest"] != new["manifest_digest"]:
        said.append(_evidence(old, new))
    if _promised(old) != _promised(new):
        said.append("conditions changed")
    if old["engine"] != new["engine"]:
        said.append(f"engine {new['engine']}")
    if old["candidate"]["as_of"] != new["candidate"]["as_of"]:
        said.append("another cut-off")
    return tuple(said) or ("the evidence is older" if old["as_of"] != new["as_of"] else "rulings changed",)


def _evidence(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    there = {source["sha256"] for gate in old["gates"] for source in gate["evidence"]}
    added = dict.fromkeys(
        source["name"] for gate in new["gates"] for source in gate["evidence"] if source["sha256"] not in there
    )
    named = ", ".join(list(added)[:3])
    more = f" and {len(added) - 3:,} more" if len(added) > 3 else ""
    return f"new evidence: {named}{more}" if named else "new evidence that no gate rests on"


def _promised(body: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return sorted((str(c["gate"]), str(c["text"]), str(c["owner"]), str(c["due"])) for c in body["conditions"])


def _turned(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    before = _by_id(old)
    found = []
    for gate, now in _by_id(new).items():
        was = before.get(gate)
        if was is None or was["ruling"] != now["ruling"]:
            found.append(f"{now['title']}: {_word(was)} → {_word(now)}")
    return found


def _word(gate: Mapping[str, Any] | None) -> str:
    return str(gate["ruling"]).replace("_", " ") if gate else "not asked"
