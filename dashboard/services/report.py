"""The report of a candidate: judged now, with the signatures that stand, written in one of the formats."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dashboard.errors import UsageError
from dashboard.model.person import Permission
from dashboard.reports import html, markdown
from dashboard.reports.dossier import Dossier
from dashboard.services import log, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import Assessment, assess
from dashboard.signoff.workflow import standing

WRITERS: Mapping[str, Callable[[Dossier], bytes]] = {
    markdown.FORMAT: markdown.render,
    html.FORMAT: html.render,
}


def report(  # noqa: PLR0913 - what names the candidate, and how it is written
    context: Context,
    project: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    environment: str | None = None,
    candidate_id: int | None = None,
    format: str = markdown.FORMAT,  # noqa: A002 - the name the command line and the API use
    signed: bool = True,
    as_of: datetime | None = None,
) -> bytes:
    """Write the report.

    With ``signed=False`` it leaves out signatures and log: the bytes that a signature binds, since a report cannot
    hold the signature over itself. For a declared cut-off (or ``as_of``) they depend on the evidence alone.

    Raises:
        UsageError: there is no such format.
        NotFoundError: there is no such project or candidate.
    """
    context.require(Permission.READ)
    write = WRITERS.get(format)
    if write is None:
        msg = f"Reports are not written as {format!r}; formats are {', '.join(WRITERS)}."
        raise UsageError(msg, slug="report-format", hint="Name one of the formats in the message.")
    made = assess(
        context,
        project,
        subject=subject,
        version=version,
        environment=environment,
        candidate_id=candidate_id,
        as_of=as_of,
    )
    return write(_signed(context, made) if signed else Dossier(made.evaluation, made.evidence))


def _signed(context: Context, made: Assessment) -> Dossier:
    evaluation = made.evaluation
    signoffs = signatures.status(context, evaluation.candidate, evaluation)
    size, root = log.head(context)
    return Dossier(
        evaluation=evaluation,
        evidence=made.evidence,
        signoffs=signoffs,
        standing=standing(signoffs, made.evidence.policy.quorum),
        log_size=size,
        log_root=root,
    )
