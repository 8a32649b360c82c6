"""Asks: does the deployment run on what the lock file names?

Passes: when the runtime and every dependency that the lock names are there in exactly that version. What is installed
beside the lock is counted and named, and not judged.

Unknown: when there is no environment snapshot, or it carries no lock to compare with.

Remedy: install from the lock file and take the snapshot again.
"""

from dashboard.gates._ruling import missing, named, oldest, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.records import EnvironmentFact
from dashboard.model.verdict import Ruling, Verdict

GROUPS = ("runtime", "dependency")


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    environment = evidence.environment
    if environment is None:
        turn = "Ingest an environment snapshot."
        return missing(rule, "No environment snapshot belongs to this candidate.", turn)
    facts = [f for f in environment.facts if f.group in GROUPS]
    locked = [f for f in facts if f.required is not None]
    if not locked:
        turn = "Put the lock into the snapshot."
        return missing(rule, "The environment snapshot carries no lock to compare with.", turn, environment.sources)
    refused = unusable(evidence, rule, environment.sources, oldest(environment.sources))
    if refused:
        return refused
    wrong = [f for f in locked if f.observed != f.required]
    beside = [f.name for f in facts if f.required is None]
    fraction = of_text(len(locked) - len(wrong), len(locked))
    runtime = ", ".join(f"{f.name} {f.observed or 'absent'}" for f in facts if f.group == "runtime")
    because = f"{fraction} versions equal the lock" + (f" ({runtime})" if runtime else "")
    because += f"; {named([_difference(f) for f in wrong])}" if wrong else ""
    because += f"; {len(beside):,} not in the lock: {named(beside)}" if beside else ""
    return Verdict(
        ruling=Ruling.FAIL if wrong else Ruling.PASS,
        because=f"{because}.",
        observed=f"{len(locked) - len(wrong):,}",
        fraction=fraction,
        required=rule.required,
        unit="versions",
        evidence=environment.sources,
        turn=f"{len(wrong):,} to install as locked: {named([f.name for f in wrong])}." if wrong else None,
    )


def _difference(fact: EnvironmentFact) -> str:
    return f"{fact.name} is {fact.observed or 'absent'} instead of {fact.required}"


GATE = Gate("runtime.environment", "Runtime and dependencies", judge, __doc__)
