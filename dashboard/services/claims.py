"""A written report held against itself and against a candidate's evidence; nothing is stored, no decision changes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dashboard.analysis.claims import check as read
from dashboard.analysis.claims import signers_of
from dashboard.analysis.findings.persons import signer_involved
from dashboard.errors import LimitError
from dashboard.model.candidate import Candidate
from dashboard.model.claims import CheckedReport, ClaimFinding
from dashboard.model.evaluation import Severity
from dashboard.model.person import Permission
from dashboard.services import log, policies
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.store import ledger
from dashboard.store import policies as policy_store
from dashboard.store.transaction import reading

MAX_CHARACTERS = 256 * 1024
MAX_LINES = 4000

_ORDER = tuple(Severity)


def check(
    context: Context,
    text: str,
    project: str | None = None,
    *,
    subject: str | None = None,
    version: str | None = None,
    environment: str | None = None,
    candidate_id: int | None = None,
) -> CheckedReport:
    """Check a report; against the candidate's evidence and persons too, where a project is named.

    Raises:
        AccessError: the person may not read.
        LimitError: slug ``report-too-large``.
        NotFoundError: there is no such project or candidate.
    """
    context.require(Permission.READ)
    if project is None:
        return check_alone(text)
    _within_limits(text)
    evaluation = evaluate(
        context, project, subject=subject, version=version, environment=environment, candidate_id=candidate_id
    )
    checked = read(text, evaluation)
    found = (*checked.findings, *_involved(context, text, evaluation.candidate))
    return replace(checked, findings=tuple(sorted(found, key=lambda f: (_ORDER.index(f.severity), f.lines, f.rule))))


def check_alone(text: str) -> CheckedReport:
    """Check a report against itself; needs no store.

    Raises:
        LimitError: slug ``report-too-large``.
    """
    _within_limits(text)
    return read(text)


def _within_limits(text: str) -> None:
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        msg = f"A report of more than {MAX_CHARACTERS:,} characters or {MAX_LINES:,} lines is not read."
        raise LimitError(msg, slug="report-too-large", hint="Check the part that makes the claims.")


def as_dict(checked: CheckedReport) -> dict[str, Any]:
    """Give the answer of ``--json``."""
    severities = {str(s): sum(1 for f in checked.findings if f.severity is s) for s in Severity}
    return {
        "lines": checked.lines,
        "against": checked.against or None,
        "severities": severities,
        "findings": [
            {"rule": f.rule, "severity": str(f.severity), "text": f.text, "lines": list(f.lines)}
            for f in checked.findings
        ],
        "claims": [{"kind": c.kind, "line": c.line, "text": c.text} for c in checked.claims],
    }


def _involved(context: Context, text: str, candidate: Candidate) -> Iterator[ClaimFinding]:
    signed = signers_of(text)
    with reading(context.store) as connection:
        brought = {log.login_of(by) for _, by in ledger.contributors(connection, candidate.id)}
    own = policies.is_default(context, candidate.project)
    history = () if own else policy_store.history(context.store, candidate.project, limit=1)
    editors = {log.login_of(version.by) for version in history}
    for found in signer_involved([name for name, _ in signed], uploaders=brought, policy_editors=editors):
        lines = tuple(sorted({line for name, line in signed if found.text.startswith(f"{name} ")}))
        yield ClaimFinding(found.rule, found.severity, found.text, lines)
