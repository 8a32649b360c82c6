"""Pruning: old evidence that nobody signed and nothing is compared with leaves, by name and with an event.

First everything is said to be gone in one transaction with the log's event; from then on it counts as absent. Then
each candidate's rows leave in a transaction of their own. A pruning that was stopped is finished by the next one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dashboard.errors import UsageError
from dashboard.model.person import Permission
from dashboard.services import log, policies
from dashboard.services.context import Context
from dashboard.services.database import Watch, unwatched
from dashboard.store import candidates
from dashboard.store.maintenance import info, keeping, removal
from dashboard.store.maintenance.keeping import Plan, Prunable
from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, reading, rows, writing

EVENT = "evidence.pruned"

_DURATION = re.compile(r"\s*(\d{1,5})\s*([hdwy])\s*")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1), "y": timedelta(days=365)}
_VERSION = "version:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which evidence stays."""

    keep: timedelta
    """Evidence that is not older stays."""
    newest: int = 1
    """So many of the newest candidates of each branch and environment stay, whatever their age."""
    project: str | None = None
    """Slug; all projects where none is named."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed."""

    candidates: tuple[Prunable, ...]
    finished: int
    """Candidates of earlier prunings, stopped half-way, whose rows left now."""
    unused: dict[str, int] = field(default_factory=dict)
    """Names and texts that nothing used any more, by table."""

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        return {"pruned": described(self.candidates), "finished": self.finished, "unused": self.unused}


def duration(text: str) -> timedelta:
    """Read ``90d``, ``26w``, ``2y`` or ``720h``; a year is 365 days.

    Raises:
        UsageError: slug ``duration-invalid``.
    """
    found = _DURATION.fullmatch(text)
    if not found or int(found[1]) == 0:
        msg = f"{text!r} is not a length of time."
        raise UsageError(msg, slug="duration-invalid", hint="Write it like 90d, 26w, 2y or 720h; it must be above 0.")
    return int(found[1]) * _UNITS[found[2]]


def described(found: Collection[Prunable]) -> list[dict[str, Any]]:
    """Give candidates as ``--json`` prints them."""
    return [
        {
            "candidate": one.id,
            "project": one.project,
            "subject": one.subject,
            "version": one.version,
            "environment": one.environment,
            "branch": one.branch,
            "last_at": one.last_at.isoformat(),
            "runs": one.runs,
            "results": one.results,
            "artefacts": len(one.artefacts),
            "size": one.size,
        }
        for one in found
    ]


def plan(context: Context, wanted: Wanted) -> Plan:
    """Say what a pruning would remove, and how many candidates stay for which reason; nothing is changed.

    Raises:
        UsageError: slug ``newest-invalid``.
        NotFoundError: slug ``project-not-found``.
    """
    context.require(Permission.ADMINISTER)
    with reading(context.store) as connection:
        projects = _projects(context, connection, wanted)
    baselines = _baselines(context, projects)
    with reading(context.store) as connection:
        return _plan(connection, wanted, projects, baselines, context.clock())


def prune(
    context: Context, wanted: Wanted, *, only: Collection[int] | None = None, watch: Watch[int] = unwatched
) -> Pruned:
    """Remove old evidence; signatures, events, evaluations and the totals of runs stay.

    ``only`` are the candidates that somebody was shown and agreed to: no other is pruned, and of these none that was
    signed in the meantime.
    """
    context.require(Permission.ADMINISTER)
    with reading(context.store) as connection:
        projects = _projects(context, connection, wanted)
    baselines = _baselines(context, projects)
    now = context.clock()
    left_over = removal.unfinished(context.store)
    chosen: tuple[Prunable, ...] = ()
    if only is None or only:
        chosen = _mark(context, wanted, projects, baselines, now, only)
    for candidate in watch([*left_over, *(one.id for one in chosen)], "Pruning"):
        removal.remove(context.store, candidate)
    unused = removal.sweep(context.store) if chosen or left_over else {}
    return Pruned(chosen, len(left_over), unused)


def _mark(
    context: Context,
    wanted: Wanted,
    projects: list[str],
    baselines: dict[str, str | None],
    now: datetime,
    only: Collection[int] | None,
) -> tuple[Prunable, ...]:
    """Say that the evidence is gone, and the log's event with it; what may go is decided with all projects held."""
    with writing(context.store) as connection:
        removal.hold(connection)
        found = _plan(connection, wanted, projects, baselines, now)
        chosen = tuple(one for one in found.prunable if only is None or one.id in only)
        if chosen:
            removal.mark(connection, [one.id for one in chosen], to_ms(now))
            digests = sorted({sha256 for one in chosen for sha256 in one.artefacts})
            facts: dict[str, log.Fact] = {
                "keep_hours": int(wanted.keep / timedelta(hours=1)),
                "keep_candidates": wanted.newest,
                "candidates": len(chosen),
                "subjects": " ".join(_named(one) for one in chosen),
                "runs": sum(one.runs for one in chosen),
                "results": sum(one.results for one in chosen),
                "artefacts": sum(len(one.artefacts) for one in chosen),
                "bytes": sum(one.size for one in chosen),
                "sha256": " ".join(digests),
            }
            log.add(context, connection, EVENT, facts, project=wanted.project)
    return chosen


def _named(one: Prunable) -> str:
    where = f":{one.environment}" if one.environment else ""
    return f"{one.project}:{one.subject}{where}"


def _plan(
    connection: Connection, wanted: Wanted, projects: list[str], baselines: dict[str, str | None], now: datetime
) -> Plan:
    return keeping.plan(
        connection, before=now - wanted.keep, newest=wanted.newest, projects=projects, baselines=baselines
    )


def _projects(context: Context, connection: Connection, wanted: Wanted) -> list[str]:
    if wanted.newest < 1:
        msg = f"{wanted.newest} candidates cannot be kept; the newest of each branch always stays."
        raise UsageError(msg, slug="newest-invalid", hint="Give a whole number of 1 or more.")
    if wanted.project is not None:
        candidates.project(context.store, wanted.project)
        return [wanted.project]
    return [row["slug"] for row in rows(connection, "SELECT slug FROM project ORDER BY slug")]


def _baselines(context: Context, projects: list[str]) -> dict[str, str | None]:
    """Give the version that each project's policy compares with, where it names one."""
    named = {project: policies.current(context, project).baseline for project in projects}
    return {p: b.removeprefix(_VERSION).strip() if b.startswith(_VERSION) else None for p, b in named.items()}


def size(context: Context) -> int:
    """Give the bytes of the database as it is now."""
    context.require(Permission.ADMINISTER)
    return info(context.store).size
