"""Evidence that is a state rather than a history: flags, health, environment. The newest file speaks."""

import json
from collections.abc import Sequence

from dashboard.model.evidence import EnvironmentEvidence, FlagEvidence, HealthEvidence
from dashboard.model.records import EnvironmentFact, FlagState, HealthCheck
from dashboard.store.filed import Filed, newest_of_each_name, numbers, sources
from dashboard.store.transaction import Connection, rows


def flags(connection: Connection, filed: Sequence[Filed]) -> FlagEvidence | None:
    """Give the flags of the newest flag file (``filed`` comes oldest first)."""
    if not filed:
        return None
    found = rows(
        connection,
        "SELECT key, enabled, served_min_pct, served_max_pct, category, depends_on, plan, description, value "
        "FROM flag_state WHERE artefact_id = :id ORDER BY seq",
        id=filed[-1].id,
    )
    states = (
        FlagState(
            key=row["key"],
            enabled=None if row["enabled"] is None else bool(row["enabled"]),
            served_min_pct=row["served_min_pct"],
            served_max_pct=row["served_max_pct"],
            category=row["category"],
            depends_on=tuple(json.loads(row["depends_on"])),
            plan=tuple(json.loads(row["plan"])),
            description=row["description"],
            value=row["value"],
        )
        for row in found
    )
    return FlagEvidence(tuple(states), sources(filed[-1:]))


def health(connection: Connection, filed: Sequence[Filed]) -> HealthEvidence | None:
    """Give the checks of the newest health document of each name."""
    if not filed:
        return None
    newest = newest_of_each_name(filed)
    place = {one.id: number for number, one in enumerate(sorted(newest, key=lambda one: one.manifest_order))}
    found = rows(
        connection,
        "SELECT artefact_id, name, status, observed, unit, time, output FROM health_check "
        f"WHERE artefact_id IN ({numbers(place)}) ORDER BY seq",
    )
    found.sort(key=lambda row: place[row["artefact_id"]])
    checks = (HealthCheck(*(row[name] for name in HealthCheck._fields)) for row in found)
    return HealthEvidence(tuple(checks), sources(newest))


def environment(connection: Connection, filed: Sequence[Filed]) -> EnvironmentEvidence | None:
    """Give the facts of the newest environment snapshot."""
    if not filed:
        return None
    found = rows(
        connection,
        "SELECT grouping, name, observed, required FROM environment_fact WHERE artefact_id = :id ORDER BY seq",
        id=filed[-1].id,
    )
    facts = (EnvironmentFact(row["grouping"], row["name"], row["observed"], row["required"]) for row in found)
    return EnvironmentEvidence(tuple(facts), sources(filed[-1:]))
