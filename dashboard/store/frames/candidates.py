"""Projects, candidates, branches, and how candidates were judged."""

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame

_RUNS = "SELECT count(*) FROM run r WHERE r.test_artefacts > 0 AND r."


def projects(store: Store) -> pd.DataFrame:
    """List the projects, by name.

    Gives: slug, name, candidates, runs (of the suite), last_at (of its newest evidence).
    """
    shape = {"slug": "text", "name": "text", "candidates": "whole", "runs": "whole", "last_at": "moment"}
    return frame(
        store,
        shape,
        "SELECT p.slug, p.name, (SELECT count(*) FROM candidate c WHERE c.project_id = p.id) AS candidates, "
        f"({_RUNS}project_id = p.id) AS runs, "
        "(SELECT max(a.collected_at) FROM artefact a WHERE a.project_id = p.id) AS last_at "
        "FROM project p ORDER BY lower(p.name), p.slug",
    )


def candidates(store: Store, project: str, limit: int = 200) -> pd.DataFrame:
    """List the candidates of a project, newest first.

    Gives: id, subject, version, branch, environment, opened_at, as_of, last_at (of its newest evidence),
    runs (of the suite), artefacts.
    """
    shape = {
        "id": "whole",
        "subject": "text",
        "version": "text",
        "branch": "text",
        "environment": "text",
        "opened_at": "moment",
        "as_of": "moment",
        "last_at": "moment",
        "runs": "whole",
        "artefacts": "whole",
    }
    return frame(
        store,
        shape,
        "SELECT c.id, c.subject, c.version, c.branch, c.environment, c.opened_at, c.as_of, "
        "(SELECT max(a.collected_at) FROM artefact a WHERE a.candidate_id = c.id) AS last_at, "
        f"({_RUNS}candidate_id = c.id) AS runs, "
        "(SELECT count(*) FROM artefact a WHERE a.candidate_id = c.id) AS artefacts "
        "FROM candidate c JOIN project p ON p.id = c.project_id WHERE p.slug = :project "
        "ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit",
        project=project,
        limit=limit,
    )


def branches(store: Store, project: str) -> pd.DataFrame:
    """List the branches that have runs of the suite, the most recently run first.

    Gives: branch ("" for runs that name none), runs, last_at.
    """
    return frame(
        store,
        {"branch": "text", "runs": "whole", "last_at": "moment"},
        "SELECT b.name AS branch, count(*) AS runs, max(r.started_at) AS last_at FROM run r "
        "JOIN branch b ON b.id = r.branch_id JOIN project p ON p.id = r.project_id "
        "WHERE p.slug = :project AND r.test_artefacts > 0 GROUP BY b.name ORDER BY max(r.started_at) DESC, b.name",
        project=project,
    )


def evaluations(store: Store, project: str, limit: int = 60) -> pd.DataFrame:
    """Give the newest evaluation of each of the newest candidates, oldest candidate first.

    Gives: candidate_id, subject, version, environment, evaluation_id, decision, earned_halves, possible_halves,
    policy_digest, policy_version, at (the candidate's opening), as_of (cut-off), evaluated_at.
    """
    shape = {
        "candidate_id": "whole",
        "subject": "text",
        "version": "text",
        "environment": "text",
        "evaluation_id": "text",
        "decision": "text",
        "earned_halves": "whole",
        "possible_halves": "whole",
        "policy_digest": "text",
        "policy_version": "whole",
        "at": "moment",
        "as_of": "moment",
        "evaluated_at": "moment",
    }
    return frame(
        store,
        shape,
        "SELECT * FROM (SELECT c.id AS candidate_id, c.subject, c.version, c.environment, e.id AS evaluation_id, "
        "e.decision, e.earned_halves, e.possible_halves, e.policy_digest, e.policy_version, c.opened_at AS at, "
        "e.as_of, e.evaluated_at FROM candidate c JOIN project p ON p.id = c.project_id "
        "JOIN evaluation e ON e.id = (SELECT n.id FROM evaluation n WHERE n.candidate_id = c.id "
        "ORDER BY n.evaluated_at DESC, n.id LIMIT 1) WHERE p.slug = :project "
        "ORDER BY c.opened_at DESC, c.id DESC LIMIT :limit) newest ORDER BY at, candidate_id",
        project=project,
        limit=limit,
    )
