"""New failures of a candidate, against the last approved one of its branch or else the one before it."""

from collections.abc import Sequence

from dashboard.model.candidate import Candidate
from dashboard.model.evidence import NewFailures
from dashboard.model.policy import Policy
from dashboard.model.records import Kind
from dashboard.store import case_evidence
from dashboard.store.conditions import told
from dashboard.store.filed import Filed, of_candidate
from dashboard.store.moments import to_ms
from dashboard.store.outcomes import ERROR, FAILED
from dashboard.store.transaction import Connection, rows

GATE = "tests.new_failures"
_NAMES = 20
_APPROVALS = ("approve", "approve-with-conditions")


def of(connection: Connection, candidate: Candidate, policy: Policy, filed: Sequence[Filed]) -> NewFailures | None:
    """Compare, where the policy asks for it; nothing when one of the two has no test report.

    A case that the earlier candidate did not hold, or that passed or was skipped there, is a new failure here.
    """
    if GATE not in policy.rules or not filed:
        return None
    earlier = _earlier(connection, candidate)
    approved = next((one for one in earlier if _approved(connection, one[0], policy)), None)
    chosen = approved or next(iter(earlier), None)
    if chosen is None:
        return None
    reports = [one for one in of_candidate(connection, chosen[0]) if one.kind is Kind.TESTS]
    before = case_evidence.outcomes(connection, reports)
    now = case_evidence.outcomes(connection, filed)
    failed = (FAILED, ERROR)
    names = sorted(
        name
        for number, (outcome, name) in now.items()
        if outcome in failed and (number not in before or before[number][0] not in failed)
    )
    return NewFailures(len(names), tuple(names[:_NAMES]), chosen[1], approved is not None)


def _earlier(connection: Connection, candidate: Candidate) -> list[tuple[int, str]]:
    """Give number and label of earlier candidates of the branch that have tests, newest first.

    The same subject in another environment is none: no failure is new against itself.
    """
    found = rows(
        connection,
        "SELECT c.id, c.subject, c.version, c.environment FROM candidate c JOIN project p ON p.id = c.project_id "
        "WHERE p.slug = :project AND coalesce(c.branch, '') = :branch AND c.subject <> :subject "
        "AND (c.opened_at, c.id) < (:opened_at, :id) "
        "AND EXISTS (SELECT 1 FROM artefact a WHERE a.candidate_id = c.id AND a.kind = 'tests' "
        "AND a.pruned_at IS NULL) "
        "ORDER BY c.opened_at DESC, c.id DESC",
        project=candidate.project,
        branch=candidate.branch or "",
        subject=candidate.subject,
        opened_at=to_ms(candidate.opened_at),
        id=candidate.id,
    )
    return [(row["id"], told(row, candidate)) for row in found]


def _approved(connection: Connection, candidate_id: int, policy: Policy) -> bool:
    """Say whether the quorum of persons approved it and nobody rejected or took anything back."""
    found = rows(
        connection, "SELECT account_id, role, kind FROM signoff WHERE candidate_id = :candidate", candidate=candidate_id
    )
    if not found or any(row["kind"] not in _APPROVALS for row in found):
        return False
    persons = {role: {row["account_id"] for row in found if row["role"] == role} for role in policy.quorum}
    return all(len(persons[role]) >= n for role, n in policy.quorum.items())
