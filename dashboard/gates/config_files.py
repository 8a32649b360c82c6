"""Asks: are all configuration files there that the deployment needs?

Passes: when every required file is present, and is the very file that is asked for where the snapshot names a digest.

Unknown: when there is no environment snapshot, or it requires no file.

Remedy: deploy the named files and take the snapshot again.
"""

from dashboard.gates._ruling import missing, named, oldest, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    environment = evidence.environment
    if environment is None:
        turn = "Ingest an environment snapshot."
        return missing(rule, "No environment snapshot belongs to this candidate.", turn)
    required = [f for f in environment.facts if f.group == "file" and f.required is not None]
    if not required:
        turn = "List the required files in the snapshot."
        return missing(rule, "The environment snapshot requires no file.", turn, environment.sources)
    refused = unusable(evidence, rule, environment.sources, oldest(environment.sources))
    if refused:
        return refused
    absent = [f.name for f in required if f.observed is None]
    other = [f.name for f in required if f.observed is not None and f.observed != f.required]
    good = len(required) - len(absent) - len(other)
    fraction = of_text(good, len(required))
    because = f"{fraction} required files are present"
    because += f"; absent: {named(absent)}" if absent else ""
    because += f"; not the file asked for: {named(other)}" if other else ""
    wrong = len(absent) + len(other)
    return Verdict(
        ruling=Ruling.FAIL if wrong else Ruling.PASS,
        because=f"{because}.",
        observed=f"{good:,}",
        fraction=fraction,
        required=rule.required,
        unit="files",
        evidence=environment.sources,
        turn=f"{wrong:,} to put in place: {named(absent + other)}." if wrong else None,
    )


GATE = Gate("config.files", "Configuration files", judge, __doc__)
