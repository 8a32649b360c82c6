"""Asks: how much of the code do the tests run at all?

Passes: when the lines hit, of all lines that can be run, reach the threshold. Integers are summed over the files;
percentages are never averaged.

Unknown: when there is no coverage report, it holds no line, or it says that a part of it is missing.

Remedy: cover the files with most missed lines first; the page of the coverage lists them by risk.
"""

from dashboard.gates._ruling import missing, oldest, share, unusable
from dashboard.model.evidence import Evidence
from dashboard.model.figures import of_text, share_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Verdict


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    coverage = evidence.coverage
    if coverage is None:
        turn = "Ingest the coverage report of this candidate."
        return missing(rule, "No coverage report belongs to this candidate.", turn)
    total = coverage.total
    if total.lines_total == 0:
        turn = "Ingest a report that was measured on this code."
        return missing(rule, "The coverage report holds no line that can be run.", turn, coverage.sources)
    refused = unusable(evidence, rule, coverage.sources, oldest(coverage.sources))
    if refused:
        return refused
    because = f"{of_text(total.lines_hit, total.lines_total)} lines in {total.files:,} files are covered"
    if total.branches_total:
        because += (
            f"; of the branches {share_text(total.branches_hit, total.branches_total)} % "
            f"({of_text(total.branches_hit, total.branches_total)})"
        )
    noun = ("covered line", "covered lines")
    return share(rule, total.lines_hit, total.lines_total, f"{because}.", coverage.sources, noun)


GATE = Gate("coverage.total", "Coverage, all code", judge, __doc__)
