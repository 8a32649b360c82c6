"""A hand-written report, held against itself and against the evidence.

Takes: the text of a Markdown report, and the evaluation of the candidate it is about, where there is one.
Gives: the claims with their lines, and what contradicts what. Source: a deterministic reader; it knows tables, counts
(``27/28``), percentages, bounds (``P95 < 200 ms``), ticks, lists of flags, stages of a rollout, dates, scores, signers
and the hours of a soak, in English. It does not understand prose, so a report without findings is not thereby right.
Empty: an empty report claims nothing, and names no subject.

Nothing here alters a decision: a report is no evidence.
"""

from collections.abc import Callable, Iterable, Iterator

from dashboard.analysis._bounds import bounds
from dashboard.analysis.claims import against, counts, measures, operation, standing
from dashboard.analysis.claims.document import CARE, GOOD, HELD, Document, read
from dashboard.model.claims import CheckedReport, Claim, ClaimFinding
from dashboard.model.evaluation import Evaluation, Severity

RULES: tuple[Callable[[Document], Iterator[ClaimFinding]], ...] = (
    standing.signer_deployed,
    standing.no_subject_digest,
    standing.soak_too_short,
    standing.one_decision,
    standing.names_nothing,
    standing.exported_later,
    counts.do_not_add_up,
    counts.passes_hide_failures,
    counts.both_denominators,
    measures.targets_without_samples,
    measures.parts_exceed_whole,
    measures.comparisons_incomplete,
    measures.points_not_percent,
    measures.meets_is_not_exceeds,
    measures.targets_and_triggers,
    measures.scores_without_formula,
    measures.one_status_a_measure,
    operation.flags_counted,
    operation.flags_depend,
    operation.stages,
    operation.triggers_lack_interval,
    operation.conditions_and_triggers,
    operation.conditions_complete,
)

_ORDER = tuple(Severity)


def check(text: str, evaluation: Evaluation | None = None) -> CheckedReport:
    """Read a report and apply every rule."""
    document = read(text)
    found = [finding for rule in RULES for finding in rule(document)]
    if evaluation is not None:
        found += [finding for rule in against.RULES for finding in rule(document, evaluation)]
    return CheckedReport(
        lines=document.count,
        claims=tuple(sorted(_claims(document), key=lambda c: (c.line, c.kind, c.text))),
        findings=tuple(sorted(found, key=lambda f: (_ORDER.index(f.severity), f.lines, f.rule))),
        against=evaluation.candidate.full_label if evaluation else "",
    )


def signers_of(text: str) -> tuple[tuple[str, int], ...]:
    """Give who signed by a report, with the line."""
    return standing.signers(read(text))


def _claims(document: Document) -> Iterator[Claim]:
    for line in document.lines:
        yield from (Claim("count", line.number, f"{part:,}/{of:,}") for part, of in line.fractions)
        yield from (Claim("percentage", line.number, f"{float(share):g} %") for share in line.percents)
        yield from (Claim("bound", line.number, bound.text) for bound in bounds(line.text))
        yield from (Claim("tick", line.number, line.text) for mark in (GOOD, CARE, HELD) if mark in line.text)
    yield from (Claim("flag", flag.line.number, f"{flag.key}: {flag.serves}") for flag in operation.flags(document))
    yield from _named("signer", standing.signers(document))
    yield from _named("deployer", standing.deployers(document))
    yield from _named("digest", standing.digests(document))
    for table in document.tables:
        yield from (Claim("row", number, " | ".join(cells)) for number, cells in table.rows)


def _named(kind: str, found: Iterable[tuple[str, int]]) -> Iterator[Claim]:
    return (Claim(kind, line, text) for text, line in found)
