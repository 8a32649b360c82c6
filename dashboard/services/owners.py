"""Who owns which tests: a CODEOWNERS file of the project, every version of it kept."""

import hashlib
from dataclasses import dataclass

from dashboard.analysis.owners import CodeOwners, parse
from dashboard.errors import LimitError, NotFoundError
from dashboard.model.person import Permission
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.store import ownership
from dashboard.store.candidates import project as find_project
from dashboard.store.transaction import reading, writing

#: GitHub reads no more of a file either.
MAX_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners by path, and by case where its report names a file or its class says where it lies."""

    code: CodeOwners

    @property
    def known(self) -> bool:
        """Say whether anybody owns anything."""
        return bool(self.code.entries)

    def of_path(self, path: str) -> tuple[str, ...]:
        """Give the owners of a file of the repository."""
        return self.code.owner_of(path)

    def of_case(self, file: str | None, classname: str) -> tuple[str, ...]:
        """Give the owners of a test case.

        Without a file the class name is read as Python's reports write it, ``package.module.Class``: its lower-case
        parts are the path. Of other languages' cases without a file nobody is known to be the owner.
        """
        if not self.known:
            return ()
        if file:
            return self.of_path(file)
        parts = classname.split(".")
        modules = [part for part in parts if part and not part[:1].isupper()]
        return self.of_path("/".join(modules) + ".py") if modules == parts[: len(modules)] and modules else ()


def set_file(context: Context, project: str, text: str) -> CodeOwners:
    """Put a file in force; gives it as it is read. Setting the one in force already changes nothing.

    Raises:
        AccessError: the person may not set policies, which this is one of.
        LimitError: the file is longer than ``MAX_BYTES``.
        NotFoundError: there is no such project.
    """
    context.require(Permission.POLICY)
    if len(text.encode()) > MAX_BYTES:
        msg = f"The file is longer than {MAX_BYTES // (1024 * 1024)} MiB."
        raise LimitError(msg, slug="owners-too-large", hint="GitHub would not read it either; shorten it.")
    read = parse(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with writing(context.store) as connection:
        known = ownership.current(connection, project)
        if known is not None and known[0] == digest:
            return read
        at = context.clock()
        if not ownership.add(connection, project, text, digest, by=log.actor_of(context.person), at=at):
            msg = f"There is no project {project}."
            raise NotFoundError(msg, slug="project-not-found")
        facts: dict[str, log.Fact] = {"digest": digest, "rules": len(read.entries)}
        log.add(context, connection, "owners.changed", facts, project=project)
    return read


def text(context: Context, project: str) -> str:
    """Give the file in force; "" where none was set."""
    context.require(Permission.READ)
    find_project(context.store, project)
    with reading(context.store) as connection:
        known = ownership.current(connection, project)
    return "" if known is None else known[1]


def of(context: Context, project: str) -> Owners:
    """Give the owners of a project; nobody owns anything where no file was set."""
    return Owners(parse(text(context, project)))
