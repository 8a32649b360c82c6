"""The demo: two projects made from the artefact files under ``data/demo``, by the way any user's files take.

Every file goes through ``services.ingest``; policy, conditions and accounts through the services that own them.
Nothing is put into the store from here, so what the demo shows is what the product makes of such files. It can be
prepared again on the same database: what is there already stays as it is.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.model.person import Person, Role
from dashboard.services import admin, conditions, policies
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_file, make_target
from dashboard.settings import data_path
from dashboard.store import candidates
from dashboard.store.writes import Target

Progress = Callable[[str, int, int], None]

FOLDERS = ("genesis", "sqlparse")

#: Identifier, role and printed name of one account a role.
ACCOUNTS = (
    ("viewer", Role.VIEWER, "Vera"),
    ("engineer", Role.ENGINEER, "Emil"),
    ("cora", Role.AUDITOR, "Cora"),
    ("manager", Role.MANAGER, "Marek"),
    ("admin", Role.ADMIN, "Ada"),
)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What is ready."""

    projects: tuple[str, ...]
    """Slugs."""
    accounts: tuple[tuple[str, str, str, str], ...]
    """Identifier, role, printed name and passphrase of the accounts made now; those that were there are left out."""


@dataclass(frozen=True, slots=True)
class _Project:
    """One folder of the demo, as its manifest tells it."""

    files: tuple[tuple[Path, Target], ...]
    policy: str | None
    conditions: tuple[dict[str, Any], ...]
    """Of the newest candidate."""

    @property
    def slug(self) -> str:
        return self.files[0][1].project

    @property
    def candidates(self) -> tuple[tuple[str, str | None], ...]:
        """Give subject and environment of the candidates, oldest first."""
        return tuple(dict.fromkeys((target.subject, target.environment) for _, target in self.files))


def prepare(context: Context, *, progress: Progress | None = None) -> DemoReport:
    """Make both projects and one account a role, then judge every candidate so that the score has a history.

    ``progress`` is told what is done, how many steps are done and how many there are.

    Raises:
        UsageError: the demo's files are missing from this installation.
    """
    projects = [_read(context, data_path("demo") / folder) for folder in FOLDERS]
    steps = _Steps(progress, len(ACCOUNTS) + sum(len(p.files) + len(p.candidates) for p in projects))
    made, auditor = _accounts(context, steps)
    for project in projects:
        for path, target in project.files:
            ingest_file(context, path, target)
            steps.done(f"Reading {project.slug}")
        if project.policy is not None:
            policies.change(context, project.slug, project.policy)
        _agree(context.acting_as(auditor), project)
        for subject, environment in project.candidates:
            evaluate(context, project.slug, subject=subject, environment=environment)
            steps.done(f"Judging {project.slug}")
    return DemoReport(tuple(p.slug for p in projects), made)


class _Steps:
    """Counts what is done and tells whoever wants to know."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def done(self, what: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(what, self._done, self._total)


def _read(context: Context, folder: Path) -> _Project:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    policy, agreed = manifest["policy"], manifest["conditions"]
    return _Project(
        files=tuple(_files(context, folder, manifest)),
        policy=(folder / policy).read_text(encoding="utf-8") if policy else None,
        conditions=tuple(tomllib.loads((folder / agreed).read_text(encoding="utf-8"))["condition"]) if agreed else (),
    )


def _files(context: Context, folder: Path, manifest: dict[str, Any]) -> Iterator[tuple[Path, Target]]:
    for run in manifest["runs"]:
        target = make_target(
            context,
            project=manifest["project"],
            subject=run["subject"],
            branch=run["branch"],
            version=run["version"],
            environment=run["environment"],
            run=run["run"],
            started_at=datetime.fromisoformat(run["started_at"]),
            as_of=datetime.fromisoformat(run["as_of"]),
        )
        yield from ((folder / name, target) for name in run["files"])


def _agree(context: Context, project: _Project) -> None:
    """Add the conditions that the newest candidate does not have yet."""
    if not project.conditions:
        return
    subject, environment = project.candidates[-1]
    candidate = candidates.find(context.store, project.slug, subject=subject, environment=environment)
    there = {(known.gate, known.text) for known in conditions.listed(context, candidate)}
    for wanted in project.conditions:
        if (wanted["gate"], wanted["text"]) not in there:
            conditions.add(context, candidate.id, **wanted)


def _accounts(context: Context, steps: _Steps) -> tuple[tuple[tuple[str, str, str, str], ...], Person]:
    """Give the accounts made now, and the auditor."""
    known = {account.person.login: account.person for account in admin.list_users(context)}
    made = []
    for login, role, name in ACCOUNTS:
        if login not in known:
            account = admin.add_user(context, login, name, role)
            known[login] = account.person
            made.append((login, str(role), name, account.passphrase or ""))
        steps.done("Making accounts")
    return tuple(made), known["cora"]
