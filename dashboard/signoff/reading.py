"""A statement in words: the sentence above the signature, and the lines a person reads before and after it."""

from datetime import datetime

from dashboard.model.evaluation import Evaluation
from dashboard.model.figures import moment_text, points_text
from dashboard.model.person import Person, Role
from dashboard.model.statement import Meaning, Statement, StatementKind

#: Meanings a role may give its signature, the usual one first.
MEANINGS = {
    Role.AUDITOR: (Meaning.REVIEW, Meaning.APPROVAL),
    Role.MANAGER: (Meaning.RESPONSIBILITY, Meaning.APPROVAL),
}

_VERBS = {
    StatementKind.APPROVE: "approve",
    StatementKind.APPROVE_WITH_CONDITIONS: "approve, with conditions,",
    StatementKind.REJECT: "reject",
}

_MEANT = {
    Meaning.REVIEW: "I have reviewed the evidence it rests on.",
    Meaning.APPROVAL: "I approve its release as far as my role goes.",
    Meaning.RESPONSIBILITY: "I take responsibility for its release.",
    Meaning.AUTHORSHIP: "I am its author.",
}

AT_SIGNING = "the moment of signing"


def sentence(kind: StatementKind, meaning: Meaning, person: Person, evaluation: Evaluation) -> str:
    """Say what the signature says, in the first person: it stands on the screen and in the signed bytes."""
    candidate, ready = evaluation.candidate, evaluation.readiness
    where = f" for {candidate.environment}" if candidate.environment else ""
    points = f"{points_text(ready.earned_halves)} of {points_text(ready.possible_halves)} points"
    meant = _MEANT[meaning] if kind.approves or meaning is Meaning.REVIEW else "I take responsibility for refusing it."
    conditions = len(evaluation.conditions)
    bound = (
        f" It is bound to {conditions} condition{'s' if conditions != 1 else ''}."
        if kind.approves and conditions
        else ""
    )
    what = f"candidate {candidate.label} of {candidate.project_name}{where}"
    return (
        f"I, {person.name} ({person.role}), {_VERBS[kind]} {what}: "
        f"{ready.headline}, {points}, {ready.measured} of {ready.gates} gates measured. {meant}{bound}"
    )


def withdrawal_sentence(person: Person, statement: Statement) -> str:
    """Say a withdrawal in the first person."""
    return (
        f"I, {person.name} ({person.role}), withdraw the statement «{statement.kind}» that {statement.signer.name} "
        f"signed at {statement.signed_at} on candidate {statement.candidate} of {statement.project}."
    )


def lines(statement: Statement) -> tuple[tuple[str, str], ...]:
    """Give a statement as label and text, in the order it is read; nothing that is signed is left out."""
    s = statement
    subjects = s.subjects
    return (
        ("Statement", s.sentence),
        ("Kind", str(s.kind)),
        ("Decision", s.headline),
        ("Score", f"{points_text(s.score_halves)} of {points_text(s.possible_halves)} points"),
        ("Measured", f"{s.measured} of {len(s.gates)} gates"),
        ("Evidence as of", _moment(s.as_of) + (" (declared cut-off)" if s.cut_off_declared else "")),
        *((f"Gate {gate.gate}", f"{gate.ruling}: {gate.observed} (asked: {gate.required})") for gate in s.gates),
        ("Findings", f"{s.findings}, sha256 {s.findings_digest}"),
        *(
            (
                f"Condition {c.id}",
                f"{c.text} ({c.gate}; {c.owner}, due {c.due}, {c.stage}, {c.state}; {c.verification})",
            )
            for c in s.conditions
        ),
        ("Project", s.project),
        ("Candidate", f"{s.candidate}, {subjects.candidate}"),
        ("Environment, branch", f"{s.environment or 'not said'}, {s.branch or 'not said'}"),
        ("Evidence manifest", f"sha256 {subjects.manifest}"),
        ("Policy", f"sha256 {subjects.policy}"),
        ("Report", f"sha256 {subjects.report}"),
        ("Evaluation", s.evaluation),
        ("Engine", s.engine),
        ("Signer", f"{s.signer.name} ({s.signer.login}, account {s.signer.account}), {s.signer.role}"),
        ("Meaning", str(s.meaning)),
        ("Reason", s.reason or "to be given"),
        ("Signed at", f"{_moment(s.signed_at)}, shown at UTC{s.offset}"),
        ("Authenticated by", ", ".join(s.factors)),
        ("Valid until", _moment(s.valid_until) if s.valid_until else "does not expire"),
        ("Supersedes", s.supersedes or "nothing"),
        ("Log before it", f"{s.log_size} leaves, root {s.log_root}"),
    )


def text(statement: Statement) -> str:
    """Give the same as plain text."""
    return "\n".join(f"{label}: {value}" for label, value in lines(statement))


def _moment(moment: str) -> str:
    return AT_SIGNING if not moment else moment_text(datetime.fromisoformat(moment))
