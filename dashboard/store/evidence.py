"""Evidence of a candidate, summed as far as gates need: SELECT -> Evidence.

Everything is read within one moment of the database. What was never ingested is ``None``, never a zero.
"""

from datetime import datetime

from dashboard.model.evidence import Evidence, Muted
from dashboard.model.policy import Policy
from dashboard.model.records import Kind
from dashboard.store import (
    acceptances,
    benchmark_evidence,
    candidates,
    case_evidence,
    conditions,
    coverage_evidence,
    filed,
    mutes,
    new_failures,
    ops_evidence,
    otlp_evidence,
    readings,
    snapshot_evidence,
    waivers,
)
from dashboard.store.engine import Store
from dashboard.store.transaction import reading


def of(store: Store, candidate_id: int, policy: Policy, as_of: datetime, without: tuple[str, ...] = ()) -> Evidence:
    """Give everything that is known of a candidate, leaving the kinds ``without`` out as if they were never ingested.

    What is remembered of a kind that is left out is one thing: that OTLP did come (``Evidence.otlp_owed``).

    Takes: ``as_of``, the moment at which age will be judged; it is handed through and filters nothing.
    Gives: evidence that is the same whatever the order in which the files came in.

    Raises:
        NotFoundError: there is no such candidate.
    """
    with reading(store) as connection:
        candidate = candidates.by_number(connection, candidate_id)
        whole = filed.of_candidate(connection, candidate_id)
        every = [one for one in whole if one.kind not in without]
        kinds = {kind: [one for one in every if one.kind is kind] for kind in Kind}
        return Evidence(
            candidate=candidate,
            policy=policy,
            as_of=as_of,
            tests=case_evidence.of(connection, policy, kinds[Kind.TESTS]),
            coverage=coverage_evidence.of(connection, candidate, policy, kinds[Kind.COVERAGE]),
            benchmarks=benchmark_evidence.of(connection, candidate, policy, kinds[Kind.BENCHMARKS]),
            ops=ops_evidence.of(connection, kinds[Kind.METRICS]),
            flags=snapshot_evidence.flags(connection, kinds[Kind.FLAGS]),
            health=snapshot_evidence.health(connection, kinds[Kind.HEALTH]),
            environment=snapshot_evidence.environment(connection, kinds[Kind.ENVIRONMENT]),
            otlp=otlp_evidence.of(kinds[Kind.OTLP]),
            otlp_owed=otlp_evidence.owed(connection, candidate, whole),
            sources=filed.sources(every),
            readings=readings.of(every),
            without=without,
            new_failures=new_failures.of(connection, candidate, policy, kinds[Kind.TESTS]),
            waivers=waivers.of_candidate(connection, candidate_id),
            acceptances=tuple(one.acceptance for one in acceptances.of_candidate(connection, candidate_id)),
            muted=tuple(
                Muted(one.label, one.owner, one.ticket, one.created_at, one.expires_at)
                for one in mutes.live(connection, candidate.project, as_of, candidate.branch or "")
            ),
            promises=tuple(conditions.approved_with(connection, candidate)),
        )
