"""The register of candidates: which there are and in which state, decided by the database, a page at a time.

The state here is that of the columns beside the signatures, so that thousands of candidates can be narrowed and counted
at once; whoever shows one verifies its signatures. What a withdrawal takes back stands in signed bytes only, so the
caller reads those first (``withdrawals``) and hands the numbers in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping

from dashboard.model.register import NOT_JUDGED, NOT_SAID, CandidateState, Sought
from dashboard.store.moments import to_ms
from dashboard.store.transaction import Connection, rows, scalar

Row = RowMapping


@dataclass(frozen=True, slots=True)
class View:
    """From where the register is looked at."""

    project: str
    quorum: Mapping[str, int]
    policy_digest: str
    """Of the policy in force: what was judged under another one is out of date."""
    withdrawn: Sequence[int]
    """Numbers of signatures that were taken back."""
    now: datetime


_BASE = """base AS (
  SELECT c.id, c.subject, c.version, c.branch, c.environment, c.opened_at, c.superseded_at,
    coalesce(c.environment, '') AS env, coalesce(c.branch, '') AS br, coalesce(e.id, '') AS evaluation_id, e.decision,
    CASE WHEN e.id IS NULL THEN 0 WHEN e.policy_digest <> :policy THEN 2
      WHEN EXISTS (SELECT 1 FROM artefact a WHERE a.candidate_id = c.id AND a.ingested_at > e.evaluated_at) THEN 1
      WHEN EXISTS (SELECT 1 FROM release_condition r WHERE r.candidate_id = c.id AND r.created_at > e.evaluated_at)
      THEN 3 ELSE 0 END AS outdated
  FROM candidate c JOIN project p ON p.id = c.project_id
  LEFT JOIN evaluation e ON e.id = (SELECT n.id FROM evaluation n WHERE n.candidate_id = c.id
    ORDER BY n.evaluated_at DESC, n.id LIMIT 1)
  WHERE p.slug = :project)"""

_VERDICTS = """verdict AS (
  SELECT s.id, s.candidate_id, s.evaluation_id, s.kind, s.account_id, s.role, {withdrawn} AS withdrawn,
    CASE WHEN s.evaluation_id = b.evaluation_id AND b.outdated = 0 AND {withdrawn} = 0
      AND (s.valid_until IS NULL OR s.valid_until > :now) THEN 1 ELSE 0 END AS live,
    CASE WHEN s.evaluation_id <> b.evaluation_id OR b.outdated > 0 THEN 1 ELSE 0 END AS stale
  FROM signoff s JOIN base b ON b.id = s.candidate_id WHERE s.kind <> 'withdraw')"""

_TALLY = """tally AS (
  SELECT v.candidate_id, max(v.id) AS last,
    max(CASE WHEN v.live = 1 AND v.kind = 'reject' THEN 1 ELSE 0 END) AS rejected,
    max(CASE WHEN v.live = 1 AND v.kind = 'approve-with-conditions' THEN 1 ELSE 0 END) AS conditional,
    max(CASE WHEN v.live = 1 AND v.kind <> 'reject' THEN 1 ELSE 0 END) AS approvals,
    CASE WHEN {live_quorum} THEN 1 ELSE 0 END AS met
  FROM verdict v GROUP BY v.candidate_id)"""

_STOOD = """stood AS (
  SELECT v.candidate_id FROM verdict v WHERE v.withdrawn = 0 GROUP BY v.candidate_id, v.evaluation_id
  HAVING max(CASE WHEN v.kind = 'reject' THEN 1 ELSE 0 END) = 0 AND {quorum}),
newest AS (
  SELECT b.env, b.br, max(b.opened_at) AS opened_at FROM base b WHERE b.id IN (SELECT candidate_id FROM stood)
  GROUP BY b.env, b.br)"""

_STATES = """register AS (
  SELECT b.id, b.subject, b.version, b.branch, b.environment, b.opened_at, b.decision, b.env, b.br, b.outdated,
    CASE WHEN b.superseded_at IS NOT NULL OR n.opened_at > b.opened_at THEN 1 ELSE 0 END AS superseded,
    CASE
      WHEN t.rejected = 1 THEN 'rejected'
      WHEN t.approvals = 0 AND z.withdrawn = 1 THEN 'withdrawn'
      WHEN b.superseded_at IS NOT NULL OR n.opened_at > b.opened_at THEN 'superseded'
      WHEN t.met = 1 AND t.conditional = 1 THEN 'approved with conditions'
      WHEN t.met = 1 THEN 'approved'
      WHEN t.last IS NULL OR t.approvals = 1 THEN 'open'
      WHEN z.stale = 1 THEN 'STALE'
      ELSE 'expired' END AS state
  FROM base b LEFT JOIN tally t ON t.candidate_id = b.id LEFT JOIN verdict z ON z.id = t.last
  LEFT JOIN newest n ON n.env = b.env AND n.br = b.br)"""

#: Why the stored evaluation is not the last word, by the number that ``base`` gives.
OUTDATED = {
    0: "",
    1: "judged before the newest evidence",
    2: "judged under another policy",
    3: "judged before a condition was added",
}


_MOST_PLACES = 500


def withdrawals(connection: Connection, project: str) -> list[int]:
    """Give the candidates in which somebody took a signature back: their signed bytes say which."""
    sql = (
        "SELECT DISTINCT s.candidate_id FROM signoff s JOIN candidate c ON c.id = s.candidate_id "
        "JOIN project p ON p.id = c.project_id WHERE p.slug = :project AND s.kind = 'withdraw'"
    )
    return [row["candidate_id"] for row in rows(connection, sql, project=project)]


def population(connection: Connection, project: str) -> int:
    """Count every candidate of a project."""
    sql = "SELECT count(*) FROM candidate c JOIN project p ON p.id = c.project_id WHERE p.slug = :project"
    return int(scalar(connection, sql, project=project))


def places(connection: Connection, project: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the environments and the branches that candidates of a project name, by name."""
    found = []
    for column in ("environment", "branch"):
        sql = (
            f"SELECT DISTINCT coalesce(c.{column}, '') AS name FROM candidate c JOIN project p ON p.id = c.project_id "
            f"WHERE p.slug = :project ORDER BY name LIMIT {_MOST_PLACES}"
        )
        found.append(tuple(row["name"] or NOT_SAID for row in rows(connection, sql, project=project)))
    return found[0], found[1]


def by_state(connection: Connection, view: View) -> dict[CandidateState, int]:
    """Count the candidates of a project in each state."""
    sql, values = _register(view)
    found = rows(connection, f"{sql} SELECT state, count(*) AS n FROM register GROUP BY state", **values)
    counted = {row["state"]: row["n"] for row in found}
    return {state: counted.get(str(state), 0) for state in CandidateState}


def count(connection: Connection, view: View, sought: Sought) -> int:
    """Count the candidates that fit."""
    sql, values = _register(view)
    where, more = _where(sought)
    return int(scalar(connection, f"{sql} SELECT count(*) FROM register {where}", **values, **more))


def page(
    connection: Connection, view: View, sought: Sought, *, limit: int | None = 50, offset: int = 0
) -> list[RowMapping]:
    """Give those that fit, newest first.

    Columns: id, state, superseded (1 or 0), outdated (a key of ``OUTDATED``), found (how many fit in all).
    """
    sql, values = _register(view)
    where, more = _where(sought)
    cut = "" if limit is None else f"LIMIT {int(limit)} OFFSET {int(offset)}"
    told = "id, state, superseded, outdated, count(*) OVER () AS found"
    wanted = f"SELECT {told} FROM register {where} ORDER BY opened_at DESC, id DESC {cut}"
    return rows(connection, f"{sql} {wanted}", **values, **more)


def newest_of(connection: Connection, view: View, sought: Sought) -> int | None:
    """Give the newest candidate that fits."""
    found = page(connection, view, sought, limit=1)
    return int(found[0]["id"]) if found else None


def details(connection: Connection, numbers: Sequence[int]) -> dict[int, RowMapping]:
    """Give all that is told of these candidates, by number."""
    if not numbers:
        return {}
    sql = (
        "SELECT c.id, p.slug, p.name, c.subject, c.version, c.branch, c.environment, c.opened_at, c.as_of, "
        "c.superseded_at, c.superseded_by, c.superseded_because, e.id AS evaluation_id, e.decision, e.earned_halves, "
        "e.possible_halves, e.policy_digest, e.policy_version, e.evaluated_at, "
        "(SELECT count(*) FROM artefact a WHERE a.candidate_id = c.id) AS artefacts, "
        "(SELECT max(a.collected_at) FROM artefact a WHERE a.candidate_id = c.id) AS last_at "
        "FROM candidate c JOIN project p ON p.id = c.project_id "
        "LEFT JOIN evaluation e ON e.id = (SELECT n.id FROM evaluation n WHERE n.candidate_id = c.id "
        f"ORDER BY n.evaluated_at DESC, n.id LIMIT 1) WHERE c.id IN ({_numbers(numbers)})"
    )
    return {row["id"]: row for row in rows(connection, sql)}


def open_conditions(connection: Connection, numbers: Sequence[int]) -> dict[int, list[date]]:
    """Give the days by which the open conditions of these candidates are due, by candidate."""
    if not numbers:
        return {}
    among = f"candidate_id IN ({_numbers(numbers)})"
    sql = f"SELECT candidate_id, due FROM release_condition WHERE closed_at IS NULL AND {among}"
    found: dict[int, list[date]] = {}
    for row in rows(connection, sql):
        found.setdefault(row["candidate_id"], []).append(date.fromisoformat(row["due"]))
    return found


def bodies(connection: Connection, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
    """Give the stored bytes of evaluations, by id."""
    names = {f"id{i}": name for i, name in enumerate(evaluation_ids)}
    if not names:
        return {}
    sql = f"SELECT id, body FROM evaluation WHERE id IN ({', '.join(f':{name}' for name in names)})"
    return {row["id"]: bytes(row["body"]) for row in rows(connection, sql, **names)}


def passed_by(connection: Connection, view: View) -> dict[tuple[str, str], RowMapping]:
    """Give the newest candidate that a quorum ever approved, by environment and branch: subject and version."""
    sql, values = _register(view)
    wanted = (
        "SELECT b.id, b.env, b.br, b.subject, b.version FROM base b JOIN newest n ON n.env = b.env AND n.br = b.br "
        "AND n.opened_at = b.opened_at WHERE b.id IN (SELECT candidate_id FROM stood) ORDER BY b.id"
    )
    return {(row["env"], row["br"]): row for row in rows(connection, f"{sql} {wanted}", **values)}


def earlier(connection: Connection, candidate_id: int, *, approved: bool, limit: int) -> list[int]:
    """Give earlier candidates of the same project and environment, newest first.

    With ``approved`` only those that somebody approved; whether a quorum did is for the caller to see.
    """
    some = "AND EXISTS (SELECT 1 FROM signoff s WHERE s.candidate_id = c.id AND s.kind IN ('approve', "
    some += "'approve-with-conditions'))"
    sql = (
        "SELECT c.id FROM candidate c JOIN candidate o ON o.project_id = c.project_id AND o.id = :id "
        "WHERE coalesce(c.environment, '') = coalesce(o.environment, '') AND c.id <> o.id "
        "AND (c.opened_at < o.opened_at OR (c.opened_at = o.opened_at AND c.id < o.id)) "
        f"{some if approved else ''} ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit"
    )
    return [row["id"] for row in rows(connection, sql, id=candidate_id, limit=limit)]


def _register(view: View) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"project": view.project, "policy": view.policy_digest, "now": to_ms(view.now)}
    quorum, live = [], []
    for i, (role, needed) in enumerate(view.quorum.items()):
        values |= {f"role{i}": role, f"needed{i}": needed}
        approving = f"v.kind <> 'reject' AND v.role = :role{i}"
        quorum.append(f"count(DISTINCT CASE WHEN {approving} THEN v.account_id END) >= :needed{i}")
        live.append(f"count(DISTINCT CASE WHEN v.live = 1 AND {approving} THEN v.account_id END) >= :needed{i}")
    taken_back = f"CASE WHEN s.id IN ({_numbers(view.withdrawn)}) THEN 1 ELSE 0 END" if view.withdrawn else "0"
    parts = (
        _BASE,
        _VERDICTS.format(withdrawn=taken_back),
        _TALLY.format(live_quorum=" AND ".join(live) or "1 = 0"),  # a quorum of nobody approves nothing
        _STOOD.format(quorum=" AND ".join(quorum) or "1 = 0"),
        _STATES,
    )
    return f"WITH {', '.join(parts)}", values


def _where(sought: Sought) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {}
    said = []

    def among(column: str, wanted: Sequence[str], name: str) -> None:
        if wanted:
            bound = {f"{name}{i}": value for i, value in enumerate(wanted)}
            values.update(bound)
            said.append(f"{column} IN ({', '.join(f':{key}' for key in bound)})")

    among("state", [str(state) for state in sought.states], "state")
    among(f"coalesce(decision, '{NOT_JUDGED}')", sought.decisions, "decision")
    among("env", ["" if e == NOT_SAID else e for e in sought.environments], "env")
    among("br", ["" if b == NOT_SAID else b for b in sought.branches], "br")
    if sought.since is not None:
        values["since"] = to_ms(sought.since)
        said.append("opened_at >= :since")
    if sought.until is not None:
        values["until"] = to_ms(sought.until)
        said.append("opened_at < :until")
    if sought.text:
        escaped = sought.text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        values["text"] = f"%{escaped}%"
        said.append("(lower(subject) LIKE :text ESCAPE '!' OR lower(coalesce(version, '')) LIKE :text ESCAPE '!')")
    return (f"WHERE {' AND '.join(said)}" if said else ""), values


def _numbers(values: Sequence[int]) -> str:
    return ", ".join(str(int(value)) for value in values)
