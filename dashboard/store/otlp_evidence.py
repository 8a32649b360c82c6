"""Telemetry of a candidate, from what the ledgers of its OTLP exports say; an export gives no records of its own."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.model.candidate import Candidate
from dashboard.model.evidence import OtlpEvidence
from dashboard.model.records import Kind
from dashboard.store.filed import Filed, newest_of_each_name, sources
from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, scalar

_MEMORY = 20
"""Candidates of the branch over which it is remembered that telemetry used to come."""


def of(filed: Sequence[Filed]) -> OtlpEvidence | None:
    """Give the sums over the newest export of each name (``filed`` comes oldest first), or ``None`` without any."""
    if not filed:
        return None
    newest = newest_of_each_name(filed)
    facts = [json.loads(one.ledger)["facts"] for one in newest]
    return OtlpEvidence(
        spans=_sum(facts, "spans") or 0,
        orphan_spans=_sum(facts, "orphan_spans"),
        traces=_sum(facts, "traces"),
        metric_names=_distinct_metrics(facts),
        data_points=_sum(facts, "data_points") or 0,
        log_records=_sum(facts, "log_records") or 0,
        sources=sources(newest),
    )


def owed(connection: Connection, candidate: Candidate, every: Iterable[Filed]) -> bool:
    """Say whether the candidate, or one of the 20 before it on its branch, has brought OTLP.

    ``every`` is all the candidate has, also what a what-if leaves out.
    """
    if any(one.kind is Kind.OTLP for one in every):
        return True
    found = scalar(
        connection,
        "SELECT 1 FROM (SELECT c.id FROM candidate c JOIN project p ON p.id = c.project_id WHERE p.slug = :project "
        "AND coalesce(c.branch, '') = :branch AND (c.opened_at, c.id) < (:opened_at, :id) "
        "ORDER BY c.opened_at DESC, c.id DESC LIMIT :memory) b JOIN artefact a ON a.candidate_id = b.id "
        "AND a.kind = 'otlp' LIMIT 1",
        project=candidate.project,
        branch=candidate.branch or "",
        opened_at=to_ms(candidate.opened_at),
        id=candidate.id,
        memory=_MEMORY,
    )
    return found is not None


def _sum(facts: Iterable[Mapping[str, Any]], name: str) -> int | None:
    """Add one fact up; unknown when it is unknown of any export."""
    counts = [one.get(name) for one in facts]
    return None if None in counts else sum(int(count) for count in counts if count is not None)


def _distinct_metrics(facts: Sequence[Mapping[str, Any]]) -> int:
    """Count the metrics over several exports: by name where named, and at least as many as the richest one has."""
    names = {name for one in facts for name in one.get("metrics_named", ())}
    return max(len(names), *(int(one.get("metric_names") or 0) for one in facts))
