"""Asks: do the tests run the lines that this change touches?

Passes: when the changed lines that were hit, of all changed lines that can be run, reach the threshold. A changed file
that no coverage report names was not measured, and is named.

Unknown: when there is no coverage report, or it says that a part of it is missing; when nobody said what changed, or
no changed line can be run; when a changed file of code was not measured at all.

Remedy: say what changed with `countersign evaluate --diff`, measure the files that are named, and cover their changed
lines.
"""

from dashboard.gates._ruling import missing, named, oldest, share, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    coverage, patch = evidence.coverage, evidence.patch
    if coverage is None:
        turn = "Ingest the coverage report of this candidate."
        return missing(rule, "No coverage report belongs to this candidate.", turn)
    refused = unusable(evidence, rule, coverage.sources, oldest(coverage.sources))
    if refused:
        return refused
    if patch is None:
        turn = "Give the change as a unified diff (`git diff BASE... | countersign evaluate --diff -`)."
        return missing(rule, "Nobody said which lines changed.", turn, coverage.sources)
    if patch.unmeasured:
        because = f"Changed files that no coverage report names: {named(patch.unmeasured)}."
        return missing(rule, because, f"Measure {named(patch.unmeasured)}.", coverage.sources)
    if not patch.lines_total:
        because = "No changed line can be run, so there is nothing to cover."
        return missing(rule, because, "Set the gate aside where changes touch no code.", coverage.sources)
    because = f"{of_text(patch.lines_hit, patch.lines_total)} changed lines are covered, against {patch.compared_with}."
    noun = ("covered changed line", "covered changed lines")
    return share(rule, patch.lines_hit, patch.lines_total, because, coverage.sources, noun)


GATE = Gate("coverage.patch", "Coverage of the change", judge, __doc__)
